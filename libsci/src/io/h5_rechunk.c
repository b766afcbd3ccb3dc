/* SPDX-License-Identifier: BSD-3-Clause */
/* Where chunks and C order clash so much that a band does not fit in memory, the array is written once in
 * C order to a file without a name, block by block. A block is as many neighbouring chunks as fit, so that
 * the rows written are long; each chunk is decoded once. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sci/memory.h>

#include "../core/fileio.h"
#include "h5_source_priv.h"

/* Blocks hold one chunk across the axes before `axis`, `run` chunks along it, and everything behind it. */
typedef struct plan {
    int axis;
    uint64_t run;
    uint64_t inner; /* elements of one index of `axis` */
    unsigned char *bytes, *raw;
    h5_codec codec;
} plan;

bool
h5_rechunk_needed(const h5_source *s)
{
    uint64_t bytes;

    return __builtin_mul_overflow(s->grid.band_elements, s->data.size, &bytes) ||
           bytes > s->limits.band_bytes_most;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Bytes of a block that ends at `axis` with one chunk along it. */
static uint64_t
block_bytes(const h5_grid *g, int axis)
{
    uint64_t bytes = g->size;

    for (int i = 0; i < g->rank; i++) {
        uint64_t n = i <= axis ? least(g->chunk[i], g->shape[i]) : g->shape[i];

        if (__builtin_mul_overflow(bytes, n, &bytes))
            return UINT64_MAX;
    }
    return bytes;
}

static void
choose(plan *p, const h5_source *s)
{
    const h5_grid *g = &s->grid;
    uint64_t most = s->limits.band_bytes_most;

    p->axis = g->axis;
    while (p->axis < g->rank - 1 && block_bytes(g, p->axis) > most)
        p->axis++;
    p->run = most / block_bytes(g, p->axis);
    p->run = p->run < 1 ? 1 : least(p->run, g->chunks[p->axis]);
    p->inner = 1;
    for (int i = p->axis + 1; i < g->rank; i++)
        p->inner *= g->shape[i];
}

/* A file that nobody else can see and that is gone when it is closed. */
static sci_status
open_scratch(int *out, const char *directory)
{
    const sci_file_ops *ops = sci_file_ops_get();
    sci_status st;
    struct timespec now;
    char *path = NULL;

    for (unsigned attempt = 0; attempt < 100; attempt++) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        st = sci_format(&path, "%s/.sci.%ld.%09ld.%u.tmp", directory, (long)getpid(), now.tv_nsec, attempt);
        if (st != SCI_OK)
            return st;
        *out = ops->open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (*out >= 0 || errno != EEXIST)
            break;
        sci_free(path);
        path = NULL;
    }
    st = SCI_OK;
    if (*out < 0)
        st = sci_fail_errno("create a scratch file in", directory);
    else if (ops->unlink(path) != 0)
        st = sci_fail_errno("unlink scratch file", path);
    sci_free(path);
    return st;
}

static sci_status
make_room(plan *p, const h5_source *s)
{
    sci_status st;

    st = sci_alloc(&p->bytes, p->run, (size_t)block_bytes(&s->grid, p->axis), 1);
    if (st == SCI_OK)
        st = sci_alloc(&p->raw, h5_chunk_bytes_most(s), 1, 1);
    if (st == SCI_OK)
        st = h5_codec_create(&p->codec, &s->pipeline, 0);
    return st;
}

/* The decoded chunk at `cell` of the array; NULL: it was never written. */
static sci_status
load_chunk(plan *p, const h5_source *s, const h5_cell *cell, const unsigned char **out)
{
    size_t bytes = 0;
    uint32_t mask = 0;
    const char *wrong = NULL;
    sci_status st;

    *out = NULL;
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = h5_chunk_size(s, cell, &bytes);
    if (st == SCI_OK && bytes > 0)
        st = h5_chunk_read(s, cell, bytes, p->raw, &mask);
    h5_leave();
    if (st != SCI_OK || bytes == 0)
        return st;
    *out = p->raw;
    if (!s->data.filtered_by_library)
        wrong = h5_codec_decode(&p->codec, &s->pipeline, mask, p->raw, bytes, NULL, out);
    return wrong == NULL ? SCI_OK : h5_chunk_wrong(s, cell, wrong);
}

/* All chunks of the block at `origin`; its extent goes to `block`. */
static sci_status
fill_block(plan *p, const h5_source *s, const uint64_t *origin, h5_grid *block)
{
    const h5_grid *g = &s->grid;
    sci_array array = s->data.array;
    h5_window window = { 0, UINT64_MAX, p->bytes };
    sci_status st;
    uint64_t chunks = 1;

    for (int i = 0; i <= p->axis; i++) {
        uint64_t most = i < p->axis ? g->chunk[i] : p->run * g->chunk[i];

        array.shape[i] = least(most, g->shape[i] - origin[i]);
    }
    st = h5_grid_create(block, &array, g->chunk);
    for (int i = p->axis; i < g->rank; i++)
        chunks *= block->chunks[i];
    for (uint64_t k = 0; st == SCI_OK && k < chunks; k++) {
        uint64_t rest = k, at[SCI_MAX_RANK] = { 0 }, in_array[SCI_MAX_RANK];
        const unsigned char *chunk;
        h5_cell cell;

        for (int i = g->rank - 1; i >= p->axis; i--) {
            at[i] = rest % block->chunks[i] * g->chunk[i];
            rest /= block->chunks[i];
        }
        for (int i = 0; i < g->rank; i++)
            in_array[i] = origin[i] + at[i];
        h5_grid_cell_at(g, in_array, &cell);
        st = load_chunk(p, s, &cell, &chunk);
        h5_grid_cell_at(block, at, &cell);
        if (st == SCI_OK)
            h5_grid_scatter(block, &cell, chunk, s->data.fill, &window);
    }
    return st;
}

/* The block's rows: for each index of the axes before `axis` one run of the array. */
static sci_status
write_block(const plan *p, const h5_source *s, const uint64_t *origin, const h5_grid *block)
{
    uint64_t length = block->shape[p->axis] * p->inner, rows = 1;
    size_t bytes = (size_t)(length * s->data.size);
    sci_status st = SCI_OK;

    for (int i = 0; i < p->axis; i++)
        rows *= block->shape[i];
    for (uint64_t row = 0; st == SCI_OK && row < rows; row++) {
        uint64_t rest = row, first = 0, step = p->inner * s->grid.shape[p->axis];

        for (int i = p->axis - 1; i >= 0; i--) {
            first += (origin[i] + rest % block->shape[i]) * step;
            rest /= block->shape[i];
            step *= s->grid.shape[i];
        }
        first += origin[p->axis] * p->inner;
        st = sci_write_at(s->flat, s->limits.scratch, p->bytes + row * bytes, bytes, first * s->data.size);
    }
    return st;
}

/* The next block in C order; false behind the last. */
static bool
next_block(const plan *p, const h5_grid *g, uint64_t *origin)
{
    for (int i = p->axis; i >= 0; i--) {
        origin[i] += i == p->axis ? p->run * g->chunk[i] : g->chunk[i];
        if (origin[i] < g->shape[i])
            return true;
        origin[i] = 0;
    }
    return false;
}

sci_status
h5_rechunk(h5_source *s)
{
    plan p = { 0 };
    h5_grid block;
    uint64_t origin[SCI_MAX_RANK] = { 0 };
    sci_status st;

    choose(&p, s);
    st = make_room(&p, s);
    if (st == SCI_OK)
        st = open_scratch(&s->flat, s->limits.scratch);
    while (st == SCI_OK) {
        st = fill_block(&p, s, origin, &block);
        if (st == SCI_OK)
            st = write_block(&p, s, origin, &block);
        if (st != SCI_OK || !next_block(&p, &s->grid, origin))
            break;
    }
    if (st != SCI_OK && s->flat >= 0) {
        (void)sci_file_ops_get()->close(s->flat);
        s->flat = -1;
    }
    h5_codec_clear(&p.codec);
    sci_free(p.raw);
    sci_free(p.bytes);
    return st;
}
