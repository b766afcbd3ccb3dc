/* SPDX-License-Identifier: BSD-3-Clause */
/* The image of a draft: the superblock, then for each group what is in it, its names, its table of
 * symbols with the tree over it (a single node each) and its header; chapters II and III of the HDF5
 * file format specification, version 0 of the superblock. */
#include <string.h>

#include "h5_draft_priv.h"

enum {
    GROUP_RANK = 16,  /* half of the children of a node of a group's tree */
    CHUNK_RANK = 32,  /* the same of chunks; HDF5 knows it without being told */
    SYMBOLS_LEAST = 4 /* half of the symbols of a table */
};

#define SYMBOL_BYTES 40
#define ROOT_ADDRESS 64 /* in the superblock */
#define END_ADDRESS 40
#define NO_FREE_SPACE 1 /* in a heap */

/* Half of the symbols that every table has room for. */
static size_t
symbols_rank(const h5_draft_object *group)
{
    size_t rank = (group->n_members + 1) / 2;

    for (const h5_draft_object *m = group->members; m != NULL; m = m->next) {
        size_t below = m->dataset ? 0 : symbols_rank(m);

        rank = rank > below ? rank : below;
    }
    return rank > SYMBOLS_LEAST ? rank : SYMBOLS_LEAST;
}

static void
put_superblock(h5_bytes *b, size_t rank)
{
    static const unsigned char signature[] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };

    h5_bytes_put(b, signature, sizeof signature);
    h5_bytes_zeros(b, 5);
    h5_bytes_number(b, 8, 1); /* bytes of an address, of a size */
    h5_bytes_number(b, 8, 2);
    h5_bytes_number(b, rank, 2);
    h5_bytes_number(b, GROUP_RANK, 2);
    h5_bytes_zeros(b, 4 + 8);                /* flags; the base of addresses */
    h5_bytes_number(b, H5_DRAFT_NOWHERE, 8); /* free space */
    h5_bytes_zeros(b, 8);                    /* END_ADDRESS */
    h5_bytes_number(b, H5_DRAFT_NOWHERE, 8); /* driver */
    h5_bytes_zeros(b, SYMBOL_BYTES);         /* of the root, ROOT_ADDRESS in it */
}

static void
put_node(h5_bytes *b, int type, uint64_t children)
{
    h5_bytes_put(b, "TREE", 4);
    h5_bytes_number(b, (uint64_t)type, 2); /* at level 0 */
    h5_bytes_number(b, children, 2);
    h5_bytes_number(b, H5_DRAFT_NOWHERE, 8); /* neighbours */
    h5_bytes_number(b, H5_DRAFT_NOWHERE, 8);
}

/* ---- chunks ---- */

static size_t
bytes_below(const h5_draft_object *o, int axis)
{
    size_t bytes = sci_type_size(o->array.type);

    for (int i = axis + 1; i < o->array.rank; i++)
        bytes *= o->layout.chunk[i];
    return bytes;
}

/* The part of a chunk along the axes from `axis` on; `row` counts the rows of `axis` before it. Chunks
 * are stored whole: zeros stand where they reach beyond the array. */
static void
put_part(h5_bytes *b, const h5_draft_object *o, const uint64_t *origin, int axis, uint64_t row)
{
    uint64_t shape = o->array.shape[axis], chunk = o->layout.chunk[axis];
    uint64_t there = shape - origin[axis] < chunk ? shape - origin[axis] : chunk;
    size_t size = sci_type_size(o->array.type);

    row = row * shape + origin[axis];
    if (axis == o->array.rank - 1)
        h5_bytes_put(b, o->elements + row * size, there * size);
    else
        for (uint64_t i = 0; i < there; i++)
            put_part(b, o, origin, axis + 1, row + i);
    h5_bytes_zeros(b, (chunk - there) * bytes_below(o, axis));
}

/* To the next chunk in C order; false after the last. */
static bool
advance(const h5_draft_object *o, uint64_t *origin)
{
    for (int i = o->array.rank - 1; i >= 0; i--) {
        origin[i] += o->layout.chunk[i];
        if (origin[i] < o->array.shape[i])
            return true;
        origin[i] = 0;
    }
    return false;
}

/* Bytes and filter mask of a chunk, and its origin, whose last axis is that of an element's bytes. */
static void
put_key(h5_bytes *b, size_t bytes, int rank, const uint64_t *origin, uint64_t last)
{
    h5_bytes_number(b, bytes, 4);
    h5_bytes_zeros(b, 4);
    for (int i = 0; i < rank; i++)
        h5_bytes_number(b, origin[i], 8);
    h5_bytes_number(b, last, 8);
}

/* All chunks one after the other, then their tree. */
static uint64_t
put_chunks(h5_bytes *b, const h5_draft_object *o)
{
    int rank = o->array.rank;
    size_t bytes = bytes_below(o, -1), key = 8 + 8 * ((size_t)rank + 1);
    uint64_t origin[SCI_MAX_RANK] = { 0 }, last[SCI_MAX_RANK], first = b->n, n = 0, tree;

    do
        put_part(b, o, origin, 0, 0);
    while (n++, advance(o, origin));
    h5_bytes_align(b);
    tree = b->n;
    put_node(b, 1, n);
    for (uint64_t k = 0; k < n; k++) {
        put_key(b, bytes, rank, origin, 0);
        h5_bytes_number(b, first + k * bytes, 8);
        memcpy(last, origin, sizeof last);
        (void)advance(o, origin);
    }
    for (int i = 0; i < rank; i++)
        last[i] += o->layout.chunk[i];
    put_key(b, 0, rank, last, sci_type_size(o->array.type)); /* beyond them all */
    h5_bytes_zeros(b, (2 * CHUNK_RANK - n) * (key + 8));
    return tree;
}

/* ---- objects ---- */

static uint64_t
put_dataset(h5_bytes *b, const h5_draft_object *o)
{
    uint64_t data = b->n, at;

    if (o->layout.chunked) {
        data = put_chunks(b, o);
    } else {
        h5_bytes_put(b, o->elements, o->bytes);
        h5_bytes_align(b);
    }
    at = b->n;
    h5_draft_put_header(b, o, data, 0);
    return at;
}

/* The names of a group, each at a multiple of 8; an empty one comes first. */
static uint64_t
put_heap(h5_bytes *b, const h5_draft_object *group)
{
    uint64_t names = b->n, heap;

    h5_bytes_zeros(b, 8);
    for (const h5_draft_object *m = group->members; m != NULL; m = m->next) {
        h5_bytes_put(b, m->name, strlen(m->name) + 1);
        h5_bytes_align(b);
    }
    heap = b->n;
    h5_bytes_put(b, "HEAP", 4);
    h5_bytes_zeros(b, 4);
    h5_bytes_number(b, heap - names, 8);
    h5_bytes_number(b, NO_FREE_SPACE, 8);
    h5_bytes_number(b, names, 8);
    return heap;
}

static size_t
name_room(const h5_draft_object *o)
{
    return (strlen(o->name) / 8 + 1) * 8;
}

/* The table of symbols, whose places are filled in as members are put, and the tree over it. */
static uint64_t
put_tree(h5_bytes *b, const h5_draft_object *group, size_t rank, size_t *table)
{
    size_t name = 8, last = 0;
    uint64_t tree;

    *table = b->n;
    h5_bytes_put(b, "SNOD", 4);
    h5_bytes_number(b, 1, 2);
    h5_bytes_number(b, group->n_members, 2);
    for (const h5_draft_object *m = group->members; m != NULL; m = m->next) {
        h5_bytes_number(b, name, 8);
        h5_bytes_zeros(b, SYMBOL_BYTES - 8);
        last = name;
        name += name_room(m);
    }
    h5_bytes_zeros(b, (2 * rank - group->n_members) * SYMBOL_BYTES);
    tree = b->n;
    put_node(b, 0, group->n_members > 0);
    h5_bytes_number(b, 0, 8); /* before and after the table, in the order of names */
    h5_bytes_number(b, *table, 8);
    h5_bytes_number(b, last, 8);
    h5_bytes_zeros(b, (2 * GROUP_RANK - 1) * 16);
    return tree;
}

static uint64_t
put_group(h5_bytes *b, const h5_draft_object *group, size_t rank)
{
    size_t table = 0, entry;
    uint64_t heap = put_heap(b, group), tree = put_tree(b, group, rank, &table), at;

    entry = table + 8;
    for (const h5_draft_object *m = group->members; m != NULL; m = m->next) {
        uint64_t address = m->dataset ? put_dataset(b, m) : put_group(b, m, rank);

        h5_bytes_set(b, entry + 8, address, 8);
        entry += SYMBOL_BYTES;
    }
    at = b->n;
    h5_draft_put_header(b, group, tree, heap);
    return at;
}

sci_status
h5_draft_image(const h5_draft *draft, h5_bytes *b)
{
    size_t rank = symbols_rank(&draft->root);
    uint64_t root;

    put_superblock(b, rank);
    root = put_group(b, &draft->root, rank);
    h5_bytes_set(b, ROOT_ADDRESS, root, 8);
    h5_bytes_set(b, END_ADDRESS, b->n, 8);
    return b->status;
}
