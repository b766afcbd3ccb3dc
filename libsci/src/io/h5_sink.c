/* SPDX-License-Identifier: BSD-3-Clause */
/* Datasets as sinks: what both layouts share, and contiguous ones, which are written straight to
 * their place in the file. */
#include "h5_sink_priv.h"

#include <string.h>

#include <sci/memory.h>

#include <sci/file.h>

sci_status
h5_sink_order(const h5_sink *s, const sci_piece *piece, uint64_t expected)
{
    if (piece->first != expected || piece->count > s->pass_end - piece->first)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s': elements from %llu on come where %llu are expected", s->name,
                        (unsigned long long)piece->first, (unsigned long long)expected);
    return SCI_OK;
}

sci_status
h5_sink_record(h5_sink *s, const uint8_t digest[16])
{
    h5_range range = { .first = s->pass_first,
                       .end = s->pass_end,
                       .stored_bytes = s->stored_bytes };

    if (s->next != s->pass_end)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': elements from %llu on were never written", s->name,
                        (unsigned long long)s->next);
    if (range.first == range.end)
        return SCI_OK;
    memcpy(range.digest, digest, sizeof range.digest);
    return h5_written_add(s->record, &range);
}

/* ---- contiguous ---- */

static sci_status
start(sci_sink *self, uint64_t first, uint64_t end, int workers)
{
    h5_sink *s = (h5_sink *)self;

    (void)workers;
    s->pass_first = s->next = first;
    s->pass_end = end;
    sci_hasher_free(s->hasher);
    s->hasher = NULL;
    return s->out->digests ? sci_hasher_create(&s->hasher, SCI_DIGEST_XXH3) : SCI_OK;
}

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    h5_sink *s = (h5_sink *)self;
    size_t bytes = piece->count * s->size;
    sci_status st;

    st = h5_sink_order(s, piece, s->next);
    if (st == SCI_OK)
        st = sci_write_at(s->out->fd, s->out->name, piece->bytes, bytes,
                          s->record->address + piece->first * s->size);
    if (st == SCI_OK && s->hasher != NULL)
        st = sci_hasher_update(s->hasher, piece->bytes, bytes);
    if (st == SCI_OK)
        s->next += piece->count;
    return st;
}

static sci_status
finish(sci_sink *self)
{
    h5_sink *s = (h5_sink *)self;
    sci_digest digest = { { 0 } };
    sci_status st = SCI_OK;

    if (s->hasher != NULL)
        st = sci_hasher_finish(s->hasher, &digest);
    return st == SCI_OK ? h5_sink_record(s, digest.bytes) : st;
}

const sci_sink_ops h5_contiguous_sink_ops = {
    .start = start,
    .store = store,
    .finish = finish,
    .free = h5_sink_free,
};

/* ---- both ---- */

void
h5_sink_free(sci_sink *self)
{
    h5_sink *s = (h5_sink *)self;

    h5_sink_chunked_clear(s);
    sci_hasher_free(s->hasher);
    h5_close(s->id);
    sci_free(s->scratch);
    sci_free(s->name);
    sci_free(s);
}

static sci_status
set_up(h5_sink *s, const sci_h5_options *limits)
{
    const sci_h5_layout *layout = &s->record->layout;
    sci_status st;

    st = sci_array_count(&s->base.array, &s->count);
    if (st == SCI_OK)
        st = sci_format(&s->name, "%s:%s", s->out->name, s->record->path);
    if (st != SCI_OK || !layout->chunked)
        return st;
    s->base.ops = &h5_chunked_sink_ops;
    s->limits = h5_limits(limits);
    st = sci_strdup(&s->scratch, s->limits.scratch);
    s->limits.scratch = s->scratch;
    if (st == SCI_OK)
        st = h5_grid_create(&s->grid, &s->base.array, layout->chunk);
    if (st == SCI_OK)
        h5_layout_pipeline(layout, s->size, s->grid.chunk_bytes, &s->pipeline);
    return st;
}

sci_status
h5_sink_create(sci_sink **sink, sci_h5_output *out, h5_written *record, hid_t id,
               const sci_h5_options *limits)
{
    h5_sink *s = NULL;
    sci_status st;

    st = sci_alloc_zero(&s, 1, 1, sizeof *s);
    if (st != SCI_OK) {
        h5_close(id);
        return st;
    }
    s->base.ops = &h5_contiguous_sink_ops;
    s->base.array = record->array;
    s->out = out;
    s->record = record;
    s->id = id;
    s->size = sci_type_size(record->array.type);
    s->flat = -1;
    st = set_up(s, limits);
    if (st != SCI_OK) {
        h5_sink_free(&s->base);
        return st;
    }
    s->base.name = s->name;
    *sink = &s->base;
    return SCI_OK;
}
