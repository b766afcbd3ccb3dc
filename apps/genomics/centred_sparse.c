/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks of rows as scaled stored values and a background. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "centred_priv.h"

enum { GROUP_ROWS = 32, GROUP_COLUMNS = 64, GRAM_TASKS = 32, PAIR_ROWS = 32 };

/* Σ_v (w[l][v]·omega), for every label. */
static sci_status
times_background(void *context, size_t index, int worker)
{
    chunk *k = context;
    const centred_job *job = k->job;
    size_t width = job->width;
    double *out = k->background_times + index * width, *w = NULL;
    sci_status st = sci_alloc(&w, k->c->padded, 1, sizeof *w);

    (void)worker;
    if (st != SCI_OK)
        return st;
    centred_background(k->c, index / k->c->vectors, index % k->c->vectors, w);
    for (size_t g = 0; g < k->c->columns; g++)
        for (size_t j = 0; j < width; j++)
            out[j] += w[g] * job->omega[g * width + j];
    sci_free(w);
    return SCI_OK;
}

static bool
needs_stored_sums(const centred_job *job)
{
    return job->gram || job->squares || job->n_groupings > 0;
}

static sci_status
begin_groupings(chunk *k)
{
    const centred_job *job = k->job;
    size_t vectors = k->c->labels * k->c->vectors;
    sci_status st;

    if (job->n_groupings == 0)
        return SCI_OK;
    st = sci_alloc_zero(&k->grouping_weights, job->n_groupings, 1, sizeof *k->grouping_weights);
    for (size_t i = 0; i < job->n_groupings && st == SCI_OK; i++)
        st = sci_alloc_zero(&k->grouping_weights[i], job->groupings[i].levels, vectors,
                            sizeof **k->grouping_weights);
    return st;
}

sci_status
sparse_begin(chunk *k)
{
    const centred *c = k->c;
    size_t vectors = c->labels * c->vectors, width = k->job->width;
    sci_status st = sci_alloc(&k->vector, c->padded, 1, sizeof *k->vector);

    if (st == SCI_OK)
        st = sci_alloc(&k->combined, c->padded, 1, sizeof *k->combined);
    if (st == SCI_OK && width > 0)
        st = sci_alloc_zero(&k->background_times, vectors, width, sizeof *k->background_times);
    if (st == SCI_OK && width > 0)
        st = sci_alloc_zero(&k->background_sums, vectors, width, sizeof *k->background_sums);
    if (st == SCI_OK && needs_stored_sums(k->job))
        st = sci_alloc_zero(&k->stored_sums, vectors, c->padded, sizeof *k->stored_sums);
    if (st == SCI_OK && needs_stored_sums(k->job))
        st = sci_alloc_zero(&k->products, vectors, c->vectors, sizeof *k->products);
    if (st == SCI_OK)
        st = begin_groupings(k);
    if (st == SCI_OK && k->job->omega)
        st = sci_parallel_for(c->pool, vectors, times_background, k);
    return st;
}

static sci_status
make_room(chunk *k)
{
    size_t n = (size_t)k->starts[k->block.n];

    sci_status st;

    if (n > k->most_values) {
        sci_free(k->values);
        sci_free(k->placed);
        k->values = NULL;
        k->placed = NULL;
        k->most_values = 0;
        st = sci_alloc(&k->values, n, 1, sizeof *k->values);
        if (st == SCI_OK && k->c->place)
            st = sci_alloc(&k->placed, n, 1, sizeof *k->placed);
        if (st != SCI_OK)
            return st;
        k->most_values = n;
    }
    k->columns = k->c->place ? k->placed : k->block.columns;
    return SCI_OK;
}

static size_t
group_end(const chunk *k, size_t index)
{
    size_t end = (index + 1) * GROUP_ROWS;

    return end < k->block.n ? end : (size_t)k->block.n;
}

/* Of row r those values whose columns take part, moved together. */
static void
place_row(chunk *k, size_t r)
{
    size_t to = (size_t)k->starts[r];

    k->ends[r] = k->starts[r + 1];
    if (!k->c->place)
        return;
    for (size_t i = to; i < (size_t)k->starts[r + 1]; i++) {
        int32_t column = k->c->place[k->block.columns[i]];

        if (column < 0)
            continue;
        k->placed[to] = column;
        k->values[to++] = k->values[i];
    }
    k->ends[r] = (int64_t)to;
}

/* Values times their scale. */
static sci_status
scale_rows(void *context, size_t index, int worker)
{
    chunk *k = context;
    const centred *c = k->c;
    size_t first = index * GROUP_ROWS, end = group_end(k, index);
    size_t start = (size_t)k->starts[first], size = sci_type_size(k->block.type);

    (void)worker;
    sci_widen(k->values + start, k->block.type, (const char *)k->block.values + start * size,
              (size_t)k->starts[end] - start);
    for (size_t r = first; r < end; r++) {
        size_t label = chunk_label(k, r);
        const double *scale =
            label + 1 < c->labels ? c->map->scale + label * c->source_columns : NULL;
        double squares = 0.0;

        for (size_t i = (size_t)k->starts[r]; scale && i < (size_t)k->starts[r + 1]; i++)
            k->values[i] *= scale[k->block.columns[i]];
        place_row(k, r);
        for (size_t i = (size_t)k->starts[r]; i < (size_t)k->ends[r]; i++) {
            if (k->sums && !isfinite(k->values[i]))
                return chunk_not_finite(k, r, centred_at(c, (size_t)k->columns[i]), k->values[i]);
            squares += k->values[i] * k->values[i];
        }
        k->squares[r] = squares;
    }
    return SCI_OK;
}

static void
sum_values(chunk *k)
{
    const centred *c = k->c;

    for (size_t r = 0; r < k->block.n; r++) {
        for (size_t i = (size_t)k->starts[r]; i < (size_t)k->ends[r]; i++)
            k->sums[k->columns[i]] += k->values[i];
        for (size_t v = 0; v < c->vectors; v++)
            k->weights[chunk_label(k, r) * c->vectors + v] += chunk_weight(k, r, v);
    }
}

static sci_status
times_rows(void *context, size_t index, int worker)
{
    chunk *k = context;
    const centred_job *job = k->job;

    (void)worker;
    for (size_t r = index * GROUP_ROWS; r < group_end(k, index); r++) {
        const double *background =
            k->background_times + chunk_label(k, r) * k->c->vectors * job->width;
        double *y = k->y + r * job->width;
        size_t start = (size_t)k->starts[r];

        memset(y, 0, job->width * sizeof *y);
        for (size_t v = 0; v < k->c->vectors; v++) {
            double a = chunk_weight(k, r, v);

            for (size_t j = 0; j < job->width; j++)
                y[j] += a * background[v * job->width + j];
        }
        sparse_times((size_t)k->ends[r] - start, k->columns + start, k->values + start, job->omega,
                     job->width, y);
    }
    return SCI_OK;
}

/* A few columns of y and z, over all rows. */
static sci_status
transposed_slice(void *context, size_t index, int worker)
{
    chunk *k = context;
    size_t width = k->job->width, first = index * SPARSE_SLICE;

    (void)worker;
    for (size_t r = 0; r < k->block.n; r++) {
        const double *y = k->y + r * width + first;
        size_t start = (size_t)k->starts[r];
        double *sums = k->background_sums + chunk_label(k, r) * k->c->vectors * width + first;

        sparse_transposed((size_t)k->ends[r] - start, k->columns + start, k->values + start, y,
                          width, k->job->z + first);
        for (size_t v = 0; v < k->c->vectors; v++) {
            double a = chunk_weight(k, r, v);

            for (size_t j = 0; j < SPARSE_SLICE; j++)
                sums[v * width + j] += a * y[j];
        }
    }
    return SCI_OK;
}

static sci_status
sum_stored(void *context, size_t vector, int worker)
{
    chunk *k = context;
    const centred *c = k->c;

    (void)worker;
    for (size_t r = 0; r < k->block.n; r++) {
        size_t at = chunk_label(k, r) * c->vectors + vector;
        double a = chunk_weight(k, r, vector), *sums = k->stored_sums + at * c->padded;

        if (!chunk_takes_part(k, r))
            continue;

        for (size_t i = (size_t)k->starts[r]; i < (size_t)k->ends[r]; i++)
            sums[k->columns[i]] += a * k->values[i];
        for (size_t v = 0; v < c->vectors; v++)
            k->products[at * c->vectors + v] += a * chunk_weight(k, r, v);
    }
    return SCI_OK;
}

/* Sums by level of one grouping; after the last grouping the squares. */
static sci_status
group_rows(void *context, size_t index, int worker)
{
    chunk *k = context;
    const centred *c = k->c;
    const centred_grouping *by = index < k->job->n_groupings ? &k->job->groupings[index] : NULL;

    (void)worker;
    for (size_t r = 0; r < k->block.n; r++) {
        size_t level, start = (size_t)k->starts[r], end = (size_t)k->ends[r];

        if (!chunk_takes_part(k, r))
            continue;
        if (!by) {
            for (size_t i = start; i < end; i++)
                k->job->column_squares[k->columns[i]] += k->values[i] * k->values[i];
            continue;
        }
        level = (size_t)by->level[k->block.first + r];
        for (size_t i = start; i < end; i++)
            by->sums[level * c->padded + (size_t)k->columns[i]] += k->values[i];
        for (size_t v = 0; v < c->vectors; v++)
            k->grouping_weights[index][(level * c->labels + chunk_label(k, r)) * c->vectors + v] +=
                chunk_weight(k, r, v);
    }
    return SCI_OK;
}

/* The first value of a row at `column` or beyond. */
static size_t
lower_bound(const int32_t *columns, size_t n, size_t column)
{
    size_t low = 0;

    while (n > 0) {
        size_t half = n / 2;

        if ((size_t)columns[low + half] < column) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

/* Outer products of the stored values, the rows of the gram in one of GRAM_TASKS ranges. Rows near the
 * top of the triangle are longer, so the ranges are interleaved stretches of 16. */
static sci_status
gram_range(void *context, size_t index, int worker)
{
    chunk *k = context;
    size_t padded = k->c->padded;

    (void)worker;
    for (size_t r = 0; r < k->block.n; r++) {
        size_t start = (size_t)k->starts[r], n = (size_t)k->ends[r] - start;
        const int32_t *columns = k->columns + start;
        const double *values = k->values + start;

        for (size_t i = 0; i < n;) {
            size_t stretch = (size_t)columns[i] / 16;
            size_t ahead = (GRAM_TASKS + index - stretch % GRAM_TASKS) % GRAM_TASKS;
            double *gram = k->job->gram + (size_t)columns[i] * padded, v = values[i];

            if (ahead > 0) {
                i += lower_bound(columns + i, n - i, (stretch + ahead) * 16);
                continue;
            }
            for (size_t j = i; j < n; j++)
                gram[columns[j]] += v * values[j];
            i++;
        }
    }
    return SCI_OK;
}

/* The rows of the stripe that are in this chunk. */
static void
fill_stripe(chunk *k)
{
    const centred *c = k->c;
    const centred_job *job = k->job;

    for (size_t r = 0; r < k->block.n; r++) {
        size_t row = (size_t)k->block.first + r;
        double *to;

        if (row < job->stripe_first || row - job->stripe_first >= job->stripe_rows)
            continue;
        to = job->stripe + (row - job->stripe_first);
        for (size_t v = 0; v < c->vectors; v++) {
            double a = chunk_weight(k, r, v);

            centred_background(c, chunk_label(k, r), v, k->vector);
            for (size_t g = 0; g < c->columns; g++)
                to[g * job->width] += a * k->vector[g];
        }
        for (size_t i = (size_t)k->starts[r]; i < (size_t)k->ends[r]; i++)
            to[(size_t)k->columns[i] * job->width] += k->values[i];
    }
}

sci_status
sparse_work(chunk *k)
{
    const centred_job *job = k->job;
    sci_pool *pool = k->c->pool;
    size_t groups = ((size_t)k->block.n + GROUP_ROWS - 1) / GROUP_ROWS;
    sci_status st = make_room(k);

    if (st == SCI_OK)
        st = sci_parallel_for(pool, groups, scale_rows, k);
    if (st == SCI_OK && k->sums)
        sum_values(k);
    if (st == SCI_OK && job->omega)
        st = sci_parallel_for(pool, groups, times_rows, k);
    if (st == SCI_OK && job->z)
        st = sci_parallel_for(pool, job->width / SPARSE_SLICE, transposed_slice, k);
    if (st == SCI_OK && needs_stored_sums(job))
        st = sci_parallel_for(pool, k->c->vectors, sum_stored, k);
    if (st == SCI_OK && job->gram)
        st = sci_parallel_for(pool, GRAM_TASKS, gram_range, k);
    if (st == SCI_OK && job->n_groupings > 0)
        st = sci_parallel_for(pool, job->n_groupings + 1, group_rows, k);
    if (st == SCI_OK && job->stripe)
        fill_stripe(k);
    return st;
}

/* ---- the background, once all rows have been seen ---- */

/* z += w'·(Σ a·y) for a stretch of columns. */
static sci_status
finish_z(void *context, size_t index, int worker)
{
    chunk *k = context;
    size_t width = k->job->width, first = index * GROUP_COLUMNS, end = first + GROUP_COLUMNS;

    (void)worker;
    if (end > k->c->columns)
        end = k->c->columns;
    for (size_t g = first; g < end; g++)
        for (size_t j = 0; j < width; j++)
            k->job->z[g * width + j] += k->vector[g] * k->combined[j];
    return SCI_OK;
}

static sci_status
add_background_to_z(chunk *k)
{
    const centred *c = k->c;
    size_t width = k->job->width;
    sci_status st = SCI_OK;
    double *row = k->combined;

    for (size_t l = 0; l < c->labels * c->vectors && st == SCI_OK; l++) {
        centred_background(c, l / c->vectors, l % c->vectors, k->vector);
        k->combined = k->background_sums + l * width;
        st = sci_parallel_for(c->pool, (c->columns + GROUP_COLUMNS - 1) / GROUP_COLUMNS, finish_z,
                              k);
    }
    k->combined = row;
    return st;
}

/* u = Σ a·s + ½ Σ_v (Σ a·a')[v]·w[v] of label l: what background and stored values together add to
 * the gram is u'w + w'u, to the sum of squares 2·u·w. */
static void
combine(chunk *k, size_t l, size_t vector)
{
    const centred *c = k->c;
    size_t at = l * c->vectors + vector;

    memcpy(k->combined, k->stored_sums + at * c->padded, c->padded * sizeof *k->combined);
    for (size_t v = 0; v < c->vectors; v++) {
        double half = 0.5 * k->products[at * c->vectors + v];

        centred_background(c, l, v, k->vector);
        for (size_t g = 0; g < c->columns; g++)
            k->combined[g] += half * k->vector[g];
    }
    centred_background(c, l, vector, k->vector);
}

typedef struct pairs {
    chunk *k;
    panels left, right; /* rows u, w and w, u */
} pairs;

static sci_status
pairs_panel(void *context, size_t panel, int worker)
{
    const pairs *p = context;

    (void)worker;
    panels_gram(&p->left, &p->right, panel, p->k->job->gram);
    return SCI_OK;
}

static void
put_row(double *elements, size_t row, size_t padded, const double *from)
{
    for (size_t g = 0; g < padded; g++)
        elements[(g / TILE_WIDTH * PAIR_ROWS + row) * TILE_WIDTH + g % TILE_WIDTH] = from[g];
}

/* The sum over labels and vectors, some of them at a time, as products of panels. */
static sci_status
add_background_to_gram(chunk *k)
{
    const centred *c = k->c;
    size_t n = c->labels * c->vectors;
    double *left = NULL, *right = NULL;
    pairs p = { .k = k };
    sci_status st = sci_alloc(&left, PAIR_ROWS, c->padded, sizeof *left);

    if (st == SCI_OK)
        st = sci_alloc(&right, PAIR_ROWS, c->padded, sizeof *right);
    p.left = (panels){ PAIR_ROWS, c->padded / TILE_WIDTH, left };
    p.right = (panels){ PAIR_ROWS, c->padded / TILE_WIDTH, right };
    for (size_t at = 0; at < n && st == SCI_OK; at += PAIR_ROWS / 2) {
        memset(left, 0, PAIR_ROWS * c->padded * sizeof *left);
        memset(right, 0, PAIR_ROWS * c->padded * sizeof *right);
        for (size_t i = 0; i < PAIR_ROWS / 2 && at + i < n; i++) {
            combine(k, (at + i) / c->vectors, (at + i) % c->vectors);
            put_row(left, 2 * i, c->padded, k->combined);
            put_row(right, 2 * i, c->padded, k->vector);
            put_row(left, 2 * i + 1, c->padded, k->vector);
            put_row(right, 2 * i + 1, c->padded, k->combined);
        }
        st = sci_parallel_for(c->pool, p.left.count, pairs_panel, &p);
    }
    sci_free(left);
    sci_free(right);
    return st;
}

static void
add_background_to_squares(chunk *k)
{
    const centred *c = k->c;

    for (size_t l = 0; l < c->labels * c->vectors; l++) {
        double sum = 0.0;

        combine(k, l / c->vectors, l % c->vectors);
        for (size_t g = 0; g < c->columns; g++)
            sum += k->combined[g] * k->vector[g];
        *k->job->squares += 2.0 * sum;
    }
}

/* Background of the sums by level, of the squares, and how large what cancels in these was. */
static void
add_background_to_groups(chunk *k)
{
    const centred *c = k->c;
    const centred_job *job = k->job;
    size_t vectors = c->labels * c->vectors;

    for (size_t g = 0; g < c->columns; g++)
        job->column_floor[g] = job->column_squares[g];
    for (size_t at = 0; at < vectors; at++) {
        combine(k, at / c->vectors, at % c->vectors);
        for (size_t g = 0; g < c->columns; g++) {
            double both = 2.0 * k->combined[g] * k->vector[g];

            job->column_squares[g] += both;
            job->column_floor[g] += fabs(both);
        }
        for (size_t i = 0; i < job->n_groupings; i++)
            for (size_t level = 0; level < job->groupings[i].levels; level++) {
                double a = k->grouping_weights[i][level * vectors + at];
                double *sums = job->groupings[i].sums + level * c->padded;

                for (size_t g = 0; a != 0.0 && g < c->columns; g++)
                    sums[g] += a * k->vector[g];
            }
    }
    for (size_t g = 0; g < c->columns; g++)
        job->column_floor[g] *= 1e-12;
}

sci_status
sparse_finish(chunk *k)
{
    sci_status st = SCI_OK;

    if (k->job->z)
        st = add_background_to_z(k);
    if (st == SCI_OK && k->job->gram)
        st = add_background_to_gram(k);
    if (st == SCI_OK && k->job->squares)
        add_background_to_squares(k);
    if (st == SCI_OK && k->job->n_groupings > 0)
        add_background_to_groups(k);
    return st;
}
