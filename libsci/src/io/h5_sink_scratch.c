/* SPDX-License-Identifier: BSD-3-Clause */
/* Chunks whose bands do not fit in memory: the elements wait in a scratch file in C order and
 * are encoded block by block when all are there. */
#include <sci/memory.h>

#include "h5_scratch_priv.h"
#include "h5_sink_priv.h"

static uint64_t
number_of(const h5_grid *g, const h5_cell *cell)
{
    uint64_t number = 0;

    for (int i = 0; i < g->rank; i++)
        number = number * g->chunks[i] + cell->at[i] / g->chunk[i];
    return number;
}

static sci_status
unload_block(h5_sink *s, const h5_blocks *b, h5_codec *codec, unsigned char *bytes,
             unsigned char *slot)
{
    h5_sink view = *s; /* the block as an array of its own */
    h5_window all = { 0, UINT64_MAX, bytes }, none = { 0 };
    sci_status st;

    view.grid = b->block;
    st = h5_scratch_read(b, s->flat, s->limits.scratch, bytes);
    for (uint64_t i = 0; st == SCI_OK && i < h5_blocks_chunks(b); i++) {
        h5_cell in_array, in_block;
        size_t n;

        h5_blocks_cell(b, i, &in_array, &in_block);
        n = h5_sink_encode(&view, codec, &in_block, &all, &none, slot);
        if (n == 0)
            return sci_fail(SCI_ERR_IO, "'%s': a chunk cannot be compressed", s->name);
        st = h5_enter();
        if (st != SCI_OK)
            return st;
        st = h5_sink_chunk(s, &in_array, number_of(&s->grid, &in_array), slot, n);
        h5_leave();
    }
    return st;
}

sci_status
h5_sink_unload(h5_sink *s)
{
    h5_blocks blocks;
    h5_codec codec = { 0 };
    unsigned char *bytes = NULL, *slot = NULL;
    bool more = true;
    sci_status st;

    st = h5_blocks_start(&blocks, &s->grid, s->limits.band_bytes_most);
    if (st == SCI_OK)
        st = sci_alloc(&bytes, blocks.bytes, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc(&slot, h5_codec_bound(&s->pipeline), 1, 1);
    if (st == SCI_OK)
        st = h5_codec_create(&codec, &s->pipeline, s->record->layout.deflate);
    while (st == SCI_OK && more) {
        st = unload_block(s, &blocks, &codec, bytes, slot);
        if (st == SCI_OK)
            st = h5_blocks_next(&blocks, &more);
    }
    h5_codec_clear(&codec);
    sci_free(slot);
    sci_free(bytes);
    return st;
}
