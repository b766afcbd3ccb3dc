/* SPDX-License-Identifier: BSD-3-Clause */
/* Where chunks and C order clash so much that a band does not fit in memory, the array is
 * written once in C order to a file without a name, block by block; each chunk is decoded once. */
#include <sci/memory.h>

#include <sci/file.h>
#include "h5_scratch_priv.h"
#include "h5_source_priv.h"

/* Room for one block and for the chunk on its way there. */
typedef struct room {
    h5_blocks blocks;
    unsigned char *bytes, *raw;
    h5_codec codec;
} room;

bool
h5_rechunk_needed(const h5_source *s)
{
    uint64_t bytes;

    return __builtin_mul_overflow(s->grid.band_elements, s->data.size, &bytes)
           || bytes > s->limits.band_bytes_most;
}

static sci_status
make_room(room *r, const h5_source *s)
{
    sci_status st;

    st = h5_blocks_start(&r->blocks, &s->grid, s->limits.band_bytes_most);
    if (st == SCI_OK)
        st = sci_alloc(&r->bytes, r->blocks.bytes, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc(&r->raw, h5_chunk_bytes_most(s), 1, 1);
    if (st == SCI_OK)
        st = h5_codec_create(&r->codec, &s->pipeline, 0);
    return st;
}

/* The decoded chunk at `cell`; NULL: it was never written. */
static sci_status
load_chunk(room *r, const h5_source *s, const h5_cell *cell, const unsigned char **out)
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
        st = h5_chunk_read(s, cell, bytes, r->raw, &mask);
    h5_leave();
    if (st != SCI_OK || bytes == 0)
        return st;
    *out = r->raw;
    if (!s->data.filtered_by_library)
        wrong = h5_codec_decode(&r->codec, &s->pipeline, mask, r->raw, bytes, NULL, out);
    return wrong == NULL ? SCI_OK : h5_chunk_wrong(s, cell, wrong);
}

static sci_status
load_block(room *r, const h5_source *s)
{
    const h5_blocks *b = &r->blocks;
    h5_window all = { 0, UINT64_MAX, r->bytes };
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && i < h5_blocks_chunks(b); i++) {
        const unsigned char *chunk;
        h5_cell in_array, in_block;

        h5_blocks_cell(b, i, &in_array, &in_block);
        st = load_chunk(r, s, &in_array, &chunk);
        if (st == SCI_OK)
            h5_grid_scatter(&b->block, &in_block, chunk, s->data.fill, &all);
    }
    return st;
}

sci_status
h5_rechunk(h5_source *s)
{
    room r = { 0 };
    bool more = true;
    sci_status st;

    st = make_room(&r, s);
    if (st == SCI_OK)
        st = sci_scratch_open(&s->flat, s->limits.scratch);
    while (st == SCI_OK && more) {
        st = load_block(&r, s);
        if (st == SCI_OK)
            st = h5_scratch_write(&r.blocks, s->flat, s->limits.scratch, r.bytes);
        if (st == SCI_OK)
            st = h5_blocks_next(&r.blocks, &more);
    }
    if (st != SCI_OK && s->flat >= 0) {
        (void)sci_file_ops_get()->close(s->flat);
        s->flat = -1;
    }
    h5_codec_clear(&r.codec);
    sci_free(r.raw);
    sci_free(r.bytes);
    return st;
}
