/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5_grid_priv.h"

#include <stdio.h>
#include <string.h>

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

sci_status
h5_grid_create(h5_grid *out, const sci_array *array, const uint64_t *chunk)
{
    h5_grid g = { .rank = array->rank, .type = array->type, .inner = 1, .bands = 1 };

    g.size = sci_type_size(array->type);
    g.chunk_elements = 1;
    g.band_chunks = 1;
    for (int i = 0; i < g.rank; i++) {
        g.shape[i] = array->shape[i];
        g.chunk[i] = chunk[i];
        if (chunk[i] == 0 || __builtin_mul_overflow(g.chunk_elements, chunk[i], &g.chunk_elements))
            return sci_fail(SCI_ERR_SHAPE, "chunks of no or too many elements");
        g.chunks[i] = g.shape[i] / chunk[i] + (g.shape[i] % chunk[i] != 0);
    }
    if (__builtin_mul_overflow(g.chunk_elements, g.size, &g.chunk_bytes)
        || g.chunk_bytes > SIZE_MAX / 8)
        return sci_fail(SCI_ERR_SHAPE, "chunks of too many elements");
    while (g.axis < g.rank - 1 && least(g.chunk[g.axis], g.shape[g.axis]) <= 1)
        g.axis++;
    for (int i = 0; i <= g.axis; i++)
        g.bands *= g.chunks[i];
    for (int i = g.axis + 1; i < g.rank; i++) {
        g.inner *= g.shape[i];
        g.band_chunks *= g.chunks[i];
    }
    g.band_elements = least(g.chunk[g.axis], g.shape[g.axis]) * g.inner;
    *out = g;
    return SCI_OK;
}

uint64_t
h5_grid_band_of(const h5_grid *g, uint64_t element)
{
    uint64_t index = element / g->inner; /* over the axes up to `axis` */
    uint64_t n = g->shape[g->axis];

    return index / n * g->chunks[g->axis] + index % n / g->chunk[g->axis];
}

void
h5_grid_band(const h5_grid *g, uint64_t band, uint64_t *first, uint64_t *end)
{
    uint64_t n = g->shape[g->axis], along = g->chunks[g->axis];
    uint64_t start = band % along * g->chunk[g->axis];
    uint64_t length = least(g->chunk[g->axis], n - start);

    *first = (band / along * n + start) * g->inner;
    *end = *first + length * g->inner;
}

/* All of the chunk lies inside the array, and nothing else between its first and its last
 * element. */
static bool
is_run(const h5_grid *g, const h5_cell *c)
{
    for (int i = 0; i < g->rank; i++)
        if (c->extent[i] != g->chunk[i])
            return false;
    return c->end - c->first == g->chunk_elements;
}

void
h5_grid_cell_at(const h5_grid *g, const uint64_t *at, h5_cell *out)
{
    uint64_t step = 1;

    out->first = 0;
    out->end = 1;
    for (int i = g->rank - 1; i >= 0; i--) {
        out->at[i] = at[i];
        out->extent[i] = least(g->chunk[i], g->shape[i] - at[i]);
        out->first += at[i] * step;
        out->end += (at[i] + out->extent[i] - 1) * step;
        step *= g->shape[i];
    }
    out->run = is_run(g, out);
}

void
h5_grid_cell(const h5_grid *g, uint64_t band, uint64_t index, h5_cell *out)
{
    uint64_t at[SCI_MAX_RANK];

    for (int i = g->rank - 1; i >= 0; i--) {
        uint64_t *from = i > g->axis ? &index : &band;

        at[i] = *from % g->chunks[i] * g->chunk[i];
        *from /= g->chunks[i];
    }
    h5_grid_cell_at(g, at, out);
}

void
h5_grid_text(const h5_grid *g, const h5_cell *cell, char *text, size_t bytes)
{
    size_t used = 0;

    for (int i = 0; i < g->rank && used < bytes; i++) {
        int more = snprintf(text + used, bytes - used, "%s%llu%s", i == 0 ? "(" : ", ",
                            (unsigned long long)cell->at[i], i + 1 == g->rank ? ")" : "");

        used += more > 0 ? (size_t)more : 0;
    }
}

void
h5_fill(unsigned char *to, uint64_t n, const unsigned char *fill, size_t size)
{
    bool zero = true;

    for (size_t i = 0; i < size; i++)
        zero = zero && fill[i] == 0;
    if (zero) {
        memset(to, 0, n * size);
        return;
    }
    if (n > 0)
        memcpy(to, fill, size);
    for (uint64_t done = 1; done < n; done *= 2)
        memcpy(to + done * size, to, least(done, n - done) * size);
}

/* ---- rows ---- */

/* A walk over the rows of a chunk. A row is as long as array and chunk both are contiguous. */
typedef struct rows {
    int axes;        /* the first `axes` axes are walked over, the rest is inside a row */
    uint64_t length; /* elements */
    uint64_t index[SCI_MAX_RANK];
    uint64_t in_array, in_chunk; /* the row's first element */
    uint64_t array_step[SCI_MAX_RANK], chunk_step[SCI_MAX_RANK];
} rows;

static void
rows_start(rows *r, const h5_grid *g, const h5_cell *c)
{
    uint64_t array_step = 1, chunk_step = 1;

    memset(r->index, 0, sizeof r->index);
    for (int i = g->rank - 1; i >= 0; i--) {
        r->array_step[i] = array_step;
        r->chunk_step[i] = chunk_step;
        array_step *= g->shape[i];
        chunk_step *= g->chunk[i];
    }
    r->axes = g->rank - 1;
    r->length = c->extent[g->rank - 1];
    while (r->axes > 0 && g->chunk[r->axes] == g->shape[r->axes]) {
        r->axes--;
        r->length *= c->extent[r->axes];
    }
    r->in_array = c->first;
    r->in_chunk = 0;
}

static bool
rows_next(rows *r, const h5_cell *c)
{
    for (int i = r->axes - 1; i >= 0; i--) {
        r->in_array += r->array_step[i];
        r->in_chunk += r->chunk_step[i];
        if (++r->index[i] < c->extent[i])
            return true;
        r->in_array -= r->array_step[i] * c->extent[i];
        r->in_chunk -= r->chunk_step[i] * c->extent[i];
        r->index[i] = 0;
    }
    return false;
}

/* What the window has of [first, first + length): the elements left out before it and the
 * number. */
static uint64_t
clip(const h5_window *w, uint64_t first, uint64_t length, uint64_t *skip)
{
    uint64_t from = first > w->first ? first : w->first;
    uint64_t to = least(first + length, w->end);

    *skip = from - first;
    return from < to ? to - from : 0;
}

/* Short rows are many: their length as a constant spares the call. */
static inline void
copy(unsigned char *to, const unsigned char *from, size_t bytes)
{
    switch (bytes) {
    case 1:
        *to = *from;
        break;
    case 2:
        memcpy(to, from, 2);
        break;
    case 4:
        memcpy(to, from, 4);
        break;
    case 8:
        memcpy(to, from, 8);
        break;
    default:
        memcpy(to, from, bytes);
        break;
    }
}

void
h5_grid_scatter(const h5_grid *g, const h5_cell *cell, const unsigned char *chunk,
                const unsigned char *fill, const h5_window *to)
{
    rows r;

    if (cell->first >= to->end || cell->end <= to->first)
        return;
    rows_start(&r, g, cell);
    do {
        uint64_t skip, n = clip(to, r.in_array, r.length, &skip);
        unsigned char *at;

        if (n == 0)
            continue;
        at = to->bytes + (r.in_array + skip - to->first) * g->size;
        if (chunk == NULL)
            h5_fill(at, n, fill, g->size);
        else
            copy(at, chunk + (r.in_chunk + skip) * g->size, n * g->size);
    } while (rows_next(&r, cell));
}

void
h5_grid_gather(const h5_grid *g, const h5_cell *cell, const h5_window *from, unsigned char *chunk)
{
    rows r;

    if (cell->first >= from->end || cell->end <= from->first)
        return;
    rows_start(&r, g, cell);
    do {
        uint64_t skip, n = clip(from, r.in_array, r.length, &skip);

        if (n > 0)
            copy(chunk + (r.in_chunk + skip) * g->size,
                 from->bytes + (r.in_array + skip - from->first) * g->size, n * g->size);
    } while (rows_next(&r, cell));
}
