/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks of rows made dense, centred and laid out in panels. */
#include <float.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "centred_priv.h"

sci_status
dense_begin(chunk *k)
{
    const centred *c = k->c;
    size_t workers = (size_t)sci_pool_threads(c->pool);
    sci_status st;

    k->row_room = tile_width(c->source_columns);
    st = sci_alloc_zero(&k->row, workers, 2 * k->row_room, sizeof *k->row);
    if (st == SCI_OK)
        st = sci_alloc_zero(&k->elements, k->most_rows, c->padded, sizeof *k->elements);
    k->x.count = c->padded / TILE_WIDTH;
    k->x.elements = k->elements;
    return st;
}

/* Row r as doubles, corrected. `stored` has room for a row. */
static void
widen_row(const chunk *k, size_t r, double *out, double *stored)
{
    const centred *c = k->c;
    size_t size = sci_type_size(k->block.type);
    sci_matrix_block one = k->block;
    int64_t indptr[2] = { 0, 0 };

    one.first += r;
    one.n = 1;
    if (one.sparse) {
        size_t start = (size_t)k->starts[r];

        indptr[1] = k->starts[r + 1] - k->starts[r];
        one.indptr = indptr;
        one.columns = k->block.columns + start;
        one.values = (const char *)k->block.values + start * size;
    } else {
        one.elements = (const char *)k->block.elements + r * c->source_columns * size;
    }
    if (c->map) {
        sci_column_map_block(c->map, &one, k->label ? k->label + r : NULL,
                             k->covariate ? k->covariate + r * (c->vectors - 1) : NULL, out);
    } else if (!one.sparse) {
        sci_widen(out, one.type, one.elements, c->source_columns);
    } else {
        memset(out, 0, c->source_columns * sizeof *out);
        sci_widen(stored, one.type, one.values, (size_t)indptr[1]);
        for (int64_t i = 0; i < indptr[1]; i++)
            out[one.columns[i]] = stored[i];
    }
}

static sci_status
check_row(const chunk *k, size_t r, const double *row)
{
    double zero = 0.0;

    /* 0·x is NaN where x is not finite. */
    for (size_t g = 0; g < k->c->columns; g++)
        zero += 0.0 * row[g];
    if (zero == 0.0)
        return SCI_OK;
    for (size_t g = 0; g < k->c->columns; g++)
        if (!isfinite(row[g]))
            return chunk_not_finite(k, r, centred_at(k->c, g), row[g]);
    return SCI_OK;
}

/* Only the columns that take part, one after the other; zeros up to the end of the last panel. */
static void
compact_row(const centred *c, double *row)
{
    for (size_t g = 0; c->source && g < c->columns; g++)
        row[g] = row[c->source[g]];
    for (size_t g = c->columns; g < c->padded; g++)
        row[g] = 0.0;
}

/* Rows [4i, 4i + 4) into the panels; zeros beyond the last row. */
static sci_status
fill_rows(void *context, size_t index, int worker)
{
    chunk *k = context;
    const centred *c = k->c;
    double *row = k->row + (size_t)worker * 2 * k->row_room;

    for (size_t r = index * TILE_ROWS; r < (index + 1) * TILE_ROWS; r++) {
        bool there = r < k->block.n;
        double squares = 0.0;

        if (there) {
            widen_row(k, r, row, row + k->row_room);
            compact_row(c, row);
            if (k->sums) {
                sci_status st = check_row(k, r, row);

                if (st != SCI_OK)
                    return st;
            }
        }
        for (size_t p = 0; p < k->x.count; p++) {
            double *to = k->elements + (p * k->x.rows + r) * TILE_WIDTH;
            const double *from = row + p * TILE_WIDTH, *mean = c->mean + p * TILE_WIDTH;

            for (size_t j = 0; j < TILE_WIDTH; j++) {
                to[j] = there ? from[j] - mean[j] : 0.0;
                squares += to[j] * to[j];
            }
        }
        k->squares[r] = squares;
    }
    return SCI_OK;
}

static sci_status
sum_panel(void *context, size_t panel, int worker)
{
    chunk *k = context;
    const double *x = k->elements + panel * k->x.rows * TILE_WIDTH;
    double *sums = k->sums + panel * TILE_WIDTH;

    (void)worker;
    for (size_t r = 0; r < k->block.n; r++)
        for (size_t j = 0; j < TILE_WIDTH; j++)
            sums[j] += x[r * TILE_WIDTH + j];
    return SCI_OK;
}

static sci_status
times_rows(void *context, size_t index, int worker)
{
    chunk *k = context;
    const centred_job *job = k->job;
    size_t first = index * TILE_ROWS;

    (void)worker;
    memset(k->y + first * job->width, 0, TILE_ROWS * job->width * sizeof *k->y);
    panels_times(&k->x, first, job->omega, job->width, k->y);
    return SCI_OK;
}

static sci_status
transposed_panel(void *context, size_t panel, int worker)
{
    chunk *k = context;

    (void)worker;
    panels_transposed(&k->x, panel, k->y, k->job->width, k->job->z);
    return SCI_OK;
}

static sci_status
gram_panel(void *context, size_t panel, int worker)
{
    chunk *k = context;

    (void)worker;
    panels_gram(&k->x, &k->x, panel, k->job->gram);
    return SCI_OK;
}

/* Sums by level, and squares. */
static sci_status
group_panel(void *context, size_t panel, int worker)
{
    chunk *k = context;
    const centred_job *job = k->job;
    const double *x = k->elements + panel * k->x.rows * TILE_WIDTH;
    double *squares = job->column_squares + panel * TILE_WIDTH;

    (void)worker;
    for (size_t r = 0; r < k->block.n; r++, x += TILE_WIDTH) {
        if (!chunk_takes_part(k, r))
            continue;
        for (size_t i = 0; i < job->n_groupings; i++) {
            const centred_grouping *by = &job->groupings[i];
            double *sums = by->sums + (size_t)by->level[k->block.first + r] * k->c->padded
                           + panel * TILE_WIDTH;

            for (size_t j = 0; j < TILE_WIDTH; j++)
                sums[j] += x[j];
        }
        for (size_t j = 0; j < TILE_WIDTH; j++)
            squares[j] += x[j] * x[j];
    }
    return SCI_OK;
}

/* The rows of the stripe that are in this chunk. */
static sci_status
stripe_panel(void *context, size_t panel, int worker)
{
    chunk *k = context;
    const centred_job *job = k->job;
    const double *x = k->elements + panel * k->x.rows * TILE_WIDTH;

    (void)worker;
    for (size_t r = 0; r < k->block.n; r++) {
        size_t row = (size_t)k->block.first + r;

        if (row < job->stripe_first || row - job->stripe_first >= job->stripe_rows)
            continue;
        for (size_t j = 0; j < TILE_WIDTH; j++)
            job->stripe[(panel * TILE_WIDTH + j) * job->width + row - job->stripe_first] =
                x[r * TILE_WIDTH + j];
    }
    return SCI_OK;
}

sci_status
dense_work(chunk *k)
{
    const centred_job *job = k->job;
    sci_pool *pool = k->c->pool;
    sci_status st;

    k->x.rows = tile_rows((size_t)k->block.n);
    st = sci_parallel_for(pool, k->x.rows / TILE_ROWS, fill_rows, k);
    if (st == SCI_OK && k->sums)
        st = sci_parallel_for(pool, k->x.count, sum_panel, k);
    if (st == SCI_OK && job->omega)
        st = sci_parallel_for(pool, k->x.rows / TILE_ROWS, times_rows, k);
    if (st == SCI_OK && job->z)
        st = sci_parallel_for(pool, k->x.count, transposed_panel, k);
    if (st == SCI_OK && job->gram)
        st = sci_parallel_for(pool, k->x.count, gram_panel, k);
    if (st == SCI_OK && job->n_groupings > 0)
        st = sci_parallel_for(pool, k->x.count, group_panel, k);
    if (st == SCI_OK && job->stripe)
        st = sci_parallel_for(pool, k->x.count, stripe_panel, k);
    return st;
}

/* A mean of n equal values may be off by n/2 roundings of it. */
void
dense_finish(chunk *k)
{
    const centred *c = k->c;

    for (size_t g = 0; k->job->n_groupings > 0 && g < c->columns; g++) {
        double off = (double)c->rows * DBL_EPSILON * c->mean[g];

        k->job->column_floor[g] = (double)c->rows * off * off;
    }
}
