/* SPDX-License-Identifier: BSD-3-Clause */
/* A chunked dataset as a source: `fetch` reads stored chunks of whole bands, `decode` undoes
 * their filters and puts the elements in place. Of the last band of a piece, the part beyond the
 * piece goes to the carry, from where `prepare` of the next piece takes it: each chunk is read
 * and decoded once in a pass. */
#include <string.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "h5_source_priv.h"

#define TASK_BYTES ((uint64_t)256 << 10) /* decoded, at least */

typedef struct record {
    uint64_t band, index;
    size_t bytes, offset; /* in the staging; 0 bytes: never written */
    uint32_t mask;
} record;

/* What `fetch` leaves for `prepare` and `decode` of its piece. */
typedef struct staging {
    unsigned char *bytes;
    size_t capacity;
    record *records;
    size_t n, records_capacity;
    size_t task_records;
    h5_window carry; /* what this piece's bands have beyond it; without storage */
} staging;

/* ---- fetch ---- */

static sci_status
staging_of(sci_piece *piece, staging **out)
{
    sci_status st = SCI_OK;
    staging *t = piece->staging;

    if (t == NULL) {
        st = sci_alloc_zero(&t, 1, 1, sizeof *t);
        piece->staging = t;
    }
    *out = t;
    return st;
}

static sci_status
grow(void *pointer, size_t *capacity, size_t n, size_t size)
{
    sci_status st;
    void *old;

    if (n <= *capacity)
        return SCI_OK;
    memcpy(&old, pointer, sizeof old);
    sci_free(old);
    *capacity = 0;
    st = sci_alloc(pointer, n, 1, size);
    if (st == SCI_OK)
        *capacity = n;
    return st;
}

/* The chunks of the bands that this piece is the first to touch. */
static sci_status
list_chunks(h5_source *s, const sci_piece *piece, staging *t)
{
    const h5_grid *g = &s->grid;
    uint64_t end = piece->first + piece->count, last = h5_grid_band_of(g, end - 1);
    uint64_t bands = last + 1 > s->next_band ? last + 1 - s->next_band : 0;
    sci_status st;

    t->n = 0;
    st = grow(&t->records, &t->records_capacity, bands * g->band_chunks, sizeof *t->records);
    if (st != SCI_OK)
        return st;
    for (; s->next_band <= last; s->next_band++) {
        for (uint64_t i = 0; i < g->band_chunks; i++) {
            h5_cell cell;

            h5_grid_cell(g, s->next_band, i, &cell);
            if (cell.end > s->pass_first && cell.first < s->pass_end)
                t->records[t->n++] = (record){ .band = s->next_band, .index = i };
        }
    }
    t->carry = (h5_window){ 0 };
    if (bands > 0) {
        uint64_t band_first, band_end;

        h5_grid_band(g, last, &band_first, &band_end);
        t->carry.first = end;
        t->carry.end = band_end < s->pass_end ? band_end : s->pass_end;
    }
    return SCI_OK;
}

static sci_status
measure_chunks(const h5_source *s, staging *t)
{
    size_t total = 0;

    for (size_t i = 0; i < t->n; i++) {
        record *r = &t->records[i];
        h5_cell cell;
        sci_status st;

        h5_grid_cell(&s->grid, r->band, r->index, &cell);
        st = h5_chunk_size(s, &cell, &r->bytes);
        if (st != SCI_OK)
            return st;
        r->offset = total;
        total += r->bytes;
        if (!s->data.filtered_by_library && total > s->file->bytes)
            return h5_chunk_fail(s, &cell, "it overlaps others");
    }
    return grow(&t->bytes, &t->capacity, total, 1);
}

static sci_status
read_chunks(const h5_source *s, staging *t)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < t->n; i++) {
        record *r = &t->records[i];
        h5_cell cell;

        if (r->bytes == 0)
            continue;
        h5_grid_cell(&s->grid, r->band, r->index, &cell);
        st = h5_chunk_read(s, &cell, r->bytes, t->bytes + r->offset, &r->mask);
    }
    return st;
}

static sci_status
fetch(sci_source *self, sci_piece *piece)
{
    h5_source *s = (h5_source *)self;
    staging *t;
    sci_status st;

    piece->n_tasks = 0;
    if (piece->count == 0)
        return SCI_OK;
    if (s->flat >= 0)
        return sci_read_at(s->flat, s->name, piece->bytes, piece->count * s->data.size,
                           piece->first * s->data.size);
    st = staging_of(piece, &t);
    if (st == SCI_OK)
        st = list_chunks(s, piece, t);
    if (st == SCI_OK)
        st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = measure_chunks(s, t);
    if (st == SCI_OK)
        st = read_chunks(s, t);
    h5_leave();
    t->task_records = (size_t)(TASK_BYTES / s->grid.chunk_bytes) + 1;
    piece->n_tasks = (t->n + t->task_records - 1) / t->task_records;
    return st;
}

/* ---- prepare and decode ---- */

static sci_status
prepare(sci_source *self, sci_piece *piece)
{
    h5_source *s = (h5_source *)self;
    const staging *t = piece->staging;
    uint64_t end = piece->first + piece->count;
    uint64_t stop = s->carry.end < end ? s->carry.end : end;

    if (s->flat >= 0 || piece->count == 0)
        return SCI_OK;
    if (piece->first < stop && piece->first >= s->carry.first)
        memcpy(piece->bytes, s->carry.bytes + (piece->first - s->carry.first) * s->data.size,
               (stop - piece->first) * s->data.size);
    if (t->n > 0) {
        s->carry.first = t->carry.first;
        s->carry.end = t->carry.end;
    }
    return SCI_OK;
}

static bool
inside(const h5_cell *cell, const h5_window *w)
{
    return cell->first >= w->first && cell->end <= w->end;
}

static sci_status
decode_record(const h5_source *s, h5_codec *codec, const staging *t, const record *r,
              const h5_window *to)
{
    const h5_grid *g = &s->grid;
    const unsigned char *chunk = NULL;
    unsigned char *place = NULL;
    h5_cell cell;

    h5_grid_cell(g, r->band, r->index, &cell);
    if (r->bytes > 0 && s->data.filtered_by_library) {
        chunk = t->bytes + r->offset;
    } else if (r->bytes > 0) {
        const char *wrong;

        if (cell.run && inside(&cell, to))
            place = to->bytes + (cell.first - to->first) * g->size;
        wrong = h5_codec_decode(codec, &s->pipeline, r->mask, t->bytes + r->offset, r->bytes, place,
                                &chunk);
        if (wrong != NULL)
            return h5_chunk_wrong(s, &cell, wrong);
    }
    if (place != NULL)
        return SCI_OK;
    h5_grid_scatter(g, &cell, chunk, s->data.fill, to);
    h5_grid_scatter(g, &cell, chunk, s->data.fill, &s->carry);
    return SCI_OK;
}

static sci_status
decode(sci_source *self, sci_piece *piece, size_t task, int worker)
{
    const h5_source *s = (h5_source *)self;
    const staging *t = piece->staging;
    h5_window to = { piece->first, piece->first + piece->count, piece->bytes };
    size_t first = task * t->task_records;
    size_t end = t->n - first < t->task_records ? t->n : first + t->task_records;
    sci_status st = SCI_OK;

    for (size_t i = first; st == SCI_OK && i < end; i++)
        st = decode_record(s, &s->codecs[worker], t, &t->records[i], &to);
    return st;
}

static void
release(sci_source *self, sci_piece *piece)
{
    staging *t = piece->staging;

    (void)self;
    if (t != NULL) {
        sci_free(t->bytes);
        sci_free(t->records);
        sci_free(t);
    }
    piece->staging = NULL;
}

/* ---- a pass ---- */

static void
free_codecs(h5_source *s)
{
    for (int i = 0; i < s->workers; i++)
        h5_codec_clear(&s->codecs[i]);
    sci_free(s->codecs);
    s->codecs = NULL;
    s->workers = 0;
}

static sci_status
make_codecs(h5_source *s, int workers)
{
    sci_status st;

    if (workers <= s->workers)
        return SCI_OK;
    free_codecs(s);
    st = sci_alloc_zero(&s->codecs, (size_t)workers, 1, sizeof *s->codecs);
    for (; st == SCI_OK && s->workers < workers; s->workers++)
        st = h5_codec_create(&s->codecs[s->workers], &s->pipeline, 0);
    return st;
}

static sci_status
start(sci_source *self, uint64_t first, uint64_t end, int workers)
{
    h5_source *s = (h5_source *)self;
    sci_status st;

    if (s->flat < 0 && h5_rechunk_needed(s)) {
        st = h5_rechunk(s);
        if (st != SCI_OK)
            return st;
    }
    if (s->flat >= 0 || first >= end)
        return SCI_OK;
    st = make_codecs(s, workers);
    if (st == SCI_OK && s->spare == NULL)
        st = sci_alloc(&s->spare, s->grid.band_elements, s->data.size, 1);
    if (st != SCI_OK)
        return st;
    s->pass_first = first;
    s->pass_end = end;
    s->next_band = h5_grid_band_of(&s->grid, first);
    s->carry = (h5_window){ .bytes = s->spare };
    return SCI_OK;
}

static uint64_t
overhead(const sci_source *self, uint64_t count, int pieces, int workers)
{
    const h5_source *s = (const h5_source *)self;
    const h5_grid *g = &s->grid;
    uint64_t codecs = (uint64_t)workers * (h5_codec_bytes(&s->pipeline) + (16 << 10));
    uint64_t bands, chunks, staged;

    if (s->data.count == 0)
        return 0;
    if (h5_rechunk_needed(s))
        return s->limits.band_bytes_most + g->chunk_bytes + h5_chunk_bytes_most(s)
               + h5_codec_bytes(&s->pipeline);
    bands = count / g->band_elements + 2;
    chunks = (bands < g->bands ? bands : g->bands) * g->band_chunks;
    staged = chunks * h5_chunk_bytes_most(s);
    if (!s->data.filtered_by_library && staged > s->file->bytes)
        staged = s->file->bytes;
    return codecs + g->band_elements * g->size
           + (uint64_t)pieces * (staged + chunks * sizeof(record));
}

static uint64_t
grain(const sci_source *self)
{
    const h5_source *s = (const h5_source *)self;

    if (s->pipeline.n == 0 || s->data.count == 0 || h5_rechunk_needed(s))
        return 0;
    return s->grid.band_elements / s->grid.band_chunks;
}

sci_status
h5_chunked_prepare(h5_source *s)
{
    sci_status st;

    st = h5_grid_create(&s->grid, &s->data.array, s->data.chunk);
    if (st != SCI_OK)
        return sci_fail(SCI_ERR_FORMAT, "'%s': its chunks cannot be read: %s", s->name,
                        sci_message());
    s->pipeline.chunk_bytes = (size_t)s->grid.chunk_bytes;
    if (!s->data.filtered_by_library) {
        s->pipeline.n = s->data.n_filters;
        memcpy(s->pipeline.filters, s->data.filters, sizeof s->pipeline.filters);
    }
    return SCI_OK;
}

void
h5_chunked_clear(h5_source *s)
{
    free_codecs(s);
    sci_free(s->spare);
    if (s->flat >= 0)
        (void)sci_file_ops_get()->close(s->flat);
    s->flat = -1;
}

const sci_source_ops h5_chunked_ops = {
    .start = start,
    .fetch = fetch,
    .prepare = prepare,
    .decode = decode,
    .release = release,
    .overhead = overhead,
    .grain = grain,
    .free = h5_source_free,
};
