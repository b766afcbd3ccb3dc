/* SPDX-License-Identifier: BSD-3-Clause */
/* A chunked dataset as a sink. A chunk can be encoded when its whole band has come; the
 * beginning of a band waits in the carry for the pieces with its end. Two carries by turns: what
 * waits for the next piece must not overwrite what this piece's tasks still gather from. */
#include <string.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "h5_scratch_priv.h"
#include "h5_sink_priv.h"

#define TASK_BYTES ((uint64_t)256 << 10) /* of elements, at least */

typedef struct staging {
    h5_window carry;            /* the beginning of the first band */
    uint64_t first_band, bands; /* complete with this piece */
    unsigned char *bytes;       /* a slot for each chunk */
    size_t capacity, slot_bytes;
    size_t *sizes; /* of the encoded chunks */
    /* Where each is: in its slot, or in the piece, where it lies there in one run and nothing encodes it. A
     * slot that is not used costs no memory. */
    const unsigned char **chunks;
    size_t sizes_capacity, n;
    size_t task_chunks;
} staging;

/* ---- prepare ---- */

static sci_status
make_slots(const h5_sink *s, staging *t)
{
    sci_status st = SCI_OK;

    t->slot_bytes = h5_codec_bound(&s->pipeline);
    t->n = (size_t)(t->bands * s->grid.band_chunks);
    if (t->n > t->sizes_capacity) {
        sci_free(t->bytes);
        sci_free(t->sizes);
        sci_free(t->chunks);
        t->bytes = NULL;
        t->sizes = NULL;
        t->chunks = NULL;
        t->sizes_capacity = 0;
        st = sci_alloc(&t->bytes, t->n, t->slot_bytes, 1);
        if (st == SCI_OK)
            st = sci_alloc(&t->sizes, t->n, 1, sizeof *t->sizes);
        if (st == SCI_OK)
            st = sci_alloc(&t->chunks, t->n, 1, sizeof *t->chunks);
        if (st == SCI_OK)
            t->sizes_capacity = t->n;
    }
    return st;
}

/* Keep the piece's elements from `from` on for the band that they begin or go on with. */
static void
carry_over(h5_sink *s, const sci_piece *piece, uint64_t from)
{
    uint64_t end = piece->first + piece->count;
    const unsigned char *bytes = piece->bytes;

    if (from >= end)
        return;
    memcpy(s->carry.bytes + (from - s->carry.first) * s->size,
           bytes + (from - piece->first) * s->size, (end - from) * s->size);
    s->carry.end = end;
}

/* The bands that end inside the piece, the first of them perhaps begun earlier. */
static void
find_bands(const h5_sink *s, const sci_piece *piece, staging *t, uint64_t *rest)
{
    uint64_t end = piece->first + piece->count, first, last_end;
    uint64_t last = h5_grid_band_of(&s->grid, end - 1);

    t->first_band = h5_grid_band_of(&s->grid, piece->first);
    h5_grid_band(&s->grid, last, &first, &last_end);
    t->bands = last - t->first_band + (last_end == end);
    *rest = last_end == end ? end : first;
}

static sci_status
prepare(sci_sink *self, sci_piece *piece)
{
    h5_sink *s = (h5_sink *)self;
    staging *t = piece->staging;
    uint64_t rest;
    sci_status st;

    piece->n_tasks = 0;
    if (s->flat >= 0 || piece->count == 0)
        return SCI_OK;
    st = h5_sink_order(s, piece, s->prepared);
    if (st == SCI_OK && t == NULL) {
        st = sci_alloc_zero(&t, 1, 1, sizeof *t);
        piece->staging = t;
    }
    if (st != SCI_OK)
        return st;
    find_bands(s, piece, t, &rest);
    st = make_slots(s, t);
    if (st != SCI_OK)
        return st;
    t->carry = s->carry;
    if (t->bands > 0) {
        s->turn = !s->turn;
        s->carry = (h5_window){ rest, rest, s->spare[s->turn] };
    } else {
        rest = piece->first;
    }
    carry_over(s, piece, rest);
    s->prepared += piece->count;
    t->task_chunks = (size_t)(TASK_BYTES / s->grid.chunk_bytes) + 1;
    piece->n_tasks = (t->n + t->task_chunks - 1) / t->task_chunks;
    return SCI_OK;
}

/* ---- encode and store ---- */

size_t
h5_sink_encode(const h5_sink *s, h5_codec *codec, const h5_cell *cell, const h5_window *from,
               const h5_window *more, unsigned char *to)
{
    const h5_grid *g = &s->grid;
    unsigned char *chunk = s->pipeline.n > 0 ? codec->buffer[1] : to;
    bool whole = true;

    if (cell->run && cell->first >= from->first && cell->end <= from->end)
        return h5_codec_encode(codec, &s->pipeline,
                               from->bytes + (cell->first - from->first) * g->size, to);
    for (int i = 0; i < g->rank; i++)
        whole = whole && cell->extent[i] == g->chunk[i];
    if (!whole)
        memset(chunk, 0, g->chunk_bytes);
    h5_grid_gather(g, cell, more, chunk);
    h5_grid_gather(g, cell, from, chunk);
    return s->pipeline.n > 0 ? h5_codec_encode(codec, &s->pipeline, chunk, to) : g->chunk_bytes;
}

/* A chunk that is stored as it lies in the window: no copy is made. */
static bool
lies_in(const h5_sink *s, const h5_cell *cell, const h5_window *from)
{
    return s->pipeline.n == 0 && cell->run && cell->first >= from->first && cell->end <= from->end;
}

static sci_status
encode(sci_sink *self, sci_piece *piece, size_t task, int worker)
{
    const h5_sink *s = (h5_sink *)self;
    const staging *t = piece->staging;
    h5_window from = { piece->first, piece->first + piece->count, piece->bytes };
    size_t first = task * t->task_chunks;
    size_t end = t->n - first < t->task_chunks ? t->n : first + t->task_chunks;

    for (size_t i = first; i < end; i++) {
        h5_cell cell;

        h5_grid_cell(&s->grid, t->first_band + i / s->grid.band_chunks, i % s->grid.band_chunks,
                     &cell);
        t->chunks[i] = t->bytes + i * t->slot_bytes;
        if (lies_in(s, &cell, &from)) {
            t->chunks[i] = from.bytes + (cell.first - from.first) * s->size;
            t->sizes[i] = s->grid.chunk_bytes;
            continue;
        }
        t->sizes[i] = h5_sink_encode(s, &s->codecs[worker], &cell, &from, &t->carry,
                                     t->bytes + i * t->slot_bytes);
        if (t->sizes[i] == 0)
            return sci_fail(SCI_ERR_IO, "'%s': a chunk cannot be compressed", s->name);
    }
    return SCI_OK;
}

sci_status
h5_sink_chunk(h5_sink *s, const h5_cell *cell, uint64_t number, const void *bytes, size_t n)
{
    hsize_t offset[SCI_MAX_RANK];

    for (int i = 0; i < s->grid.rank; i++)
        offset[i] = cell->at[i];
    h5_rearm(n);
    if (H5Dwrite_chunk(s->id, H5P_DEFAULT, 0, offset, n, bytes) < 0)
        return h5_fail(SCI_ERR_IO, "cannot write '%s'", s->name);
    s->stored_bytes += n;
    if (s->out->digests)
        h5_digest_chunk(s->digest, number, bytes, n);
    return SCI_OK;
}

static sci_status
store(sci_sink *self, sci_piece *piece)
{
    h5_sink *s = (h5_sink *)self;
    const staging *t = piece->staging;
    sci_status st;

    st = h5_sink_order(s, piece, s->next);
    if (st != SCI_OK || piece->count == 0)
        return st;
    if (s->flat >= 0) {
        st = sci_write_at(s->flat, s->limits.scratch, piece->bytes, piece->count * s->size,
                          piece->first * s->size);
        s->next += piece->count;
        return st;
    }
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; st == SCI_OK && i < t->n; i++) {
        uint64_t number = t->first_band * s->grid.band_chunks + i;
        h5_cell cell;

        h5_grid_cell(&s->grid, number / s->grid.band_chunks, number % s->grid.band_chunks, &cell);
        st = h5_sink_chunk(s, &cell, number, t->chunks[i], t->sizes[i]);
    }
    h5_leave();
    s->next += piece->count;
    return st;
}

static void
release(sci_sink *self, sci_piece *piece)
{
    staging *t = piece->staging;

    (void)self;
    if (t != NULL) {
        sci_free(t->bytes);
        sci_free(t->sizes);
        sci_free(t->chunks);
        sci_free(t);
    }
    piece->staging = NULL;
}

/* ---- a pass ---- */

bool
h5_sink_needs_scratch(const h5_sink *s)
{
    uint64_t bytes;

    return __builtin_mul_overflow(s->grid.band_elements, s->size, &bytes)
           || bytes > s->limits.band_bytes_most;
}

void
h5_sink_chunked_clear(h5_sink *s)
{
    for (int i = 0; i < s->workers; i++)
        h5_codec_clear(&s->codecs[i]);
    sci_free(s->codecs);
    s->codecs = NULL;
    s->workers = 0;
    sci_free(s->spare[0]);
    sci_free(s->spare[1]);
    s->spare[0] = s->spare[1] = NULL;
    if (s->flat >= 0)
        (void)sci_file_ops_get()->close(s->flat);
    s->flat = -1;
}

static sci_status
make_room(h5_sink *s, int workers)
{
    int level = s->record->layout.deflate;
    sci_status st;

    st = sci_alloc_zero(&s->codecs, (size_t)workers, 1, sizeof *s->codecs);
    for (; st == SCI_OK && s->workers < workers; s->workers++)
        st = h5_codec_create(&s->codecs[s->workers], &s->pipeline, level);
    for (int i = 0; st == SCI_OK && i < 2; i++)
        st = sci_alloc(&s->spare[i], s->grid.band_elements, s->size, 1);
    return st;
}

/* A part of the array must be whole bands: what it cuts would have to be read back. */
static sci_status
check_range(const h5_sink *s, uint64_t first, uint64_t end)
{
    uint64_t band_first, band_end;

    h5_grid_band(&s->grid, h5_grid_band_of(&s->grid, first), &band_first, &band_end);
    if (band_first == first)
        h5_grid_band(&s->grid, h5_grid_band_of(&s->grid, end - 1), &band_first, &band_end);
    else
        band_end = end + 1;
    if (band_end != end)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "'%s': elements %llu to %llu are no whole bands of chunks", s->name,
                        (unsigned long long)first, (unsigned long long)end);
    return SCI_OK;
}

static sci_status
start(sci_sink *self, uint64_t first, uint64_t end, int workers)
{
    h5_sink *s = (h5_sink *)self;
    sci_status st;

    h5_sink_chunked_clear(s);
    s->pass_first = s->next = s->prepared = first;
    s->pass_end = end;
    s->stored_bytes = 0;
    memset(s->digest, 0, sizeof s->digest);
    if (first >= end)
        return SCI_OK;
    st = check_range(s, first, end);
    if (st == SCI_OK && h5_sink_needs_scratch(s)) {
        if (first > 0 || end < s->count)
            return sci_fail(SCI_ERR_BUDGET,
                            "'%s': a band of chunks takes %llu bytes, more than %llu", s->name,
                            (unsigned long long)(s->grid.band_elements * s->size),
                            (unsigned long long)s->limits.band_bytes_most);
        return sci_scratch_open(&s->flat, s->limits.scratch);
    }
    if (st == SCI_OK)
        st = make_room(s, workers);
    s->carry = (h5_window){ first, first, s->spare[s->turn] };
    return st;
}

static sci_status
finish(sci_sink *self)
{
    h5_sink *s = (h5_sink *)self;
    sci_status st = SCI_OK;

    if (s->flat >= 0 && s->next == s->pass_end)
        st = h5_sink_unload(s);
    if (st == SCI_OK)
        st = h5_sink_record(s, s->digest);
    h5_sink_chunked_clear(s);
    return st;
}

static uint64_t
overhead(const sci_sink *self, uint64_t count, int pieces, int workers)
{
    const h5_sink *s = (const h5_sink *)self;
    const h5_grid *g = &s->grid;
    uint64_t codec = h5_codec_bytes(&s->pipeline) + (s->pipeline.n > 0 ? UINT64_C(1) << 20 : 0);
    uint64_t bands, chunks;

    if (s->count == 0)
        return 0;
    if (h5_sink_needs_scratch(s))
        return s->limits.band_bytes_most + 2 * g->chunk_bytes + codec;
    bands = count / g->band_elements + 1;
    chunks = (bands < g->bands ? bands : g->bands) * g->band_chunks;
    return (uint64_t)workers * codec + 2 * g->band_elements * s->size
           + (uint64_t)pieces * chunks
                 * (h5_codec_bound(&s->pipeline) + sizeof(size_t) + sizeof(void *));
}

static uint64_t
grain(const sci_sink *self)
{
    const h5_sink *s = (const h5_sink *)self;

    if (s->pipeline.n == 0 || s->count == 0 || h5_sink_needs_scratch(s))
        return 0;
    return s->grid.band_elements / s->grid.band_chunks;
}

const sci_sink_ops h5_chunked_sink_ops = {
    .start = start,
    .prepare = prepare,
    .encode = encode,
    .store = store,
    .release = release,
    .overhead = overhead,
    .grain = grain,
    .finish = finish,
    .free = h5_sink_free,
};
