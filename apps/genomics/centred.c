/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "centred_priv.h"

enum {
    DENSE_BYTES = 2 << 20, /* of the rows that are worked on together: what a core's cache holds */
    DENSE_ROWS_LEAST = 16,
    DENSE_ROWS_MOST = 128,
    SPARSE_ROWS = 512,
    SPARSE_VALUES = 1 << 18,
    DENSE_SHARE = 4 /* a matrix of which more than one in 4 values is stored is dense here */
};

size_t
centred_rows(const centred *c)
{
    return c->rows;
}

size_t
centred_columns(const centred *c)
{
    return c->columns;
}

size_t
centred_source(const centred *c, size_t g)
{
    return centred_at(c, g);
}

size_t
centred_padded(const centred *c)
{
    return c->padded;
}

size_t
chunk_label(const chunk *k, size_t r)
{
    if (!k->c->map)
        return k->c->labels - 1;
    if (!k->label)
        return 0;
    return k->label[r] < 0 ? k->c->labels - 1 : (size_t)k->label[r];
}

double
chunk_weight(const chunk *k, size_t r, size_t vector)
{
    if (vector == 0)
        return 1.0;
    if (chunk_label(k, r) + 1 == k->c->labels)
        return 0.0;
    return k->covariate[r * (k->c->vectors - 1) + vector - 1];
}

void
centred_background(const centred *c, size_t label, size_t vector, double *out)
{
    const sci_column_map *map = label + 1 < c->labels ? c->map : NULL;
    size_t q = c->vectors - 1;

    memset(out, 0, c->padded * sizeof *out);
    for (size_t g = 0; g < c->columns; g++) {
        size_t at = centred_at(c, g);

        if (vector > 0)
            out[g] = map ? map->slope[(label * q + vector - 1) * c->source_columns + at] : 0.0;
        else
            out[g] = (map ? map->shift[label * c->source_columns + at] : 0.0) - c->mean[g];
    }
}

bool
chunk_takes_part(const chunk *k, size_t r)
{
    for (size_t i = 0; i < k->job->n_groupings; i++)
        if (k->job->groupings[i].level[k->block.first + r] < 0)
            return false;
    return true;
}

sci_status
chunk_not_finite(const chunk *k, size_t r, size_t column, double value)
{
    return sci_fail(SCI_ERR_NONFINITE,
                    "'%s': row %" PRIu64 ", column %zu is %s%s; principal components need every "
                    "value",
                    sci_matrix_name(k->c->matrix), k->block.first + r, column,
                    isnan(value) ? "missing (NaN)" : "infinite",
                    k->c->map ? " after the correction" : "");
}

/* ---- one pass ---- */

static void
chunk_clear(chunk *k)
{
    for (size_t i = 0; k->grouping_weights && i < k->job->n_groupings; i++)
        sci_free(k->grouping_weights[i]);
    sci_free(k->grouping_weights);
    sci_free(k->starts);
    sci_free(k->ends);
    sci_free(k->placed);
    sci_free(k->y);
    sci_free(k->squares);
    sci_free(k->row);
    sci_free(k->elements);
    sci_free(k->values);
    sci_free(k->vector);
    sci_free(k->combined);
    sci_free(k->background_times);
    sci_free(k->background_sums);
    sci_free(k->stored_sums);
    sci_free(k->products);
}

static size_t
most_rows(const centred *c)
{
    size_t rows = DENSE_BYTES / sizeof(double) / c->padded;

    if (c->sparse)
        return SPARSE_ROWS;
    if (rows < DENSE_ROWS_LEAST)
        return DENSE_ROWS_LEAST;
    return rows > DENSE_ROWS_MOST ? DENSE_ROWS_MOST : tile_rows(rows);
}

static sci_status
chunk_begin(chunk *k)
{
    sci_status st;

    k->most_rows = most_rows(k->c);
    st = sci_alloc(&k->starts, k->most_rows + 1, 1, sizeof *k->starts);
    if (st == SCI_OK)
        st = sci_alloc(&k->ends, k->most_rows, 1, sizeof *k->ends);
    if (st == SCI_OK)
        st = sci_alloc_zero(&k->squares, k->most_rows, 1, sizeof *k->squares);
    if (st == SCI_OK && k->job->width > 0)
        st = sci_alloc(&k->y, k->most_rows, k->job->width, sizeof *k->y);
    if (st != SCI_OK)
        return st;
    return k->c->sparse ? sparse_begin(k) : dense_begin(k);
}

/* Rows [first, first + n) of a block. */
static void
chunk_of(chunk *k, const sci_matrix_block *block, size_t first, size_t n)
{
    const centred *c = k->c;
    size_t size = sci_type_size(block->type), row = (size_t)block->first + first, start;

    k->block = *block;
    k->block.first += first;
    k->block.n = n;
    if (c->model) {
        k->label = c->model->label ? c->model->label + row : NULL;
        k->covariate =
            c->model->covariates > 0 ? c->model->covariate + row * c->model->covariates : NULL;
    }
    if (!block->sparse) {
        k->block.elements = (const char *)block->elements + first * c->source_columns * size;
        return;
    }
    for (size_t r = 0; r <= n; r++)
        k->starts[r] = block->indptr[first + r] - block->indptr[first];
    start = (size_t)block->indptr[first];
    k->block.indptr = k->starts;
    k->block.columns = block->columns + start;
    k->block.values = (const char *)block->values + start * size;
}

/* How many rows from `first` on are worked on together. */
static size_t
chunk_rows(const chunk *k, const sci_matrix_block *block, size_t first)
{
    size_t n = (size_t)block->n - first;

    if (n > k->most_rows)
        n = k->most_rows;
    if (!k->c->sparse)
        return n;
    while (n > 1 && block->indptr[first + n] - block->indptr[first] > SPARSE_VALUES)
        n = (n + 1) / 2;
    return n;
}

/* y is given, not computed. */
static void
take_given(chunk *k)
{
    const centred_job *job = k->job;

    memset(k->y, 0, k->most_rows * job->width * sizeof *k->y);
    memcpy(k->y, job->given + (size_t)k->block.first * job->width,
           (size_t)k->block.n * job->width * sizeof *k->y);
}

static void
keep_y(const chunk *k)
{
    const centred_job *job = k->job;
    size_t stride = job->y_stride > 0 ? job->y_stride : job->y_columns;
    double *to = job->y + (size_t)k->block.first * stride;

    for (size_t r = 0; r < k->block.n; r++)
        memcpy(to + r * stride, k->y + r * job->width, job->y_columns * sizeof *to);
}

static sci_status
visit(void *context, const sci_matrix_block *block)
{
    chunk *k = context;

    for (size_t first = 0, n; first < block->n; first += n) {
        sci_status st;

        n = chunk_rows(k, block, first);
        chunk_of(k, block, first, n);
        if (k->job->given)
            take_given(k);
        st = k->c->sparse ? sparse_work(k) : dense_work(k);
        if (st != SCI_OK)
            return st;
        if (k->job->y)
            keep_y(k);
        if (k->job->squares)
            for (size_t r = 0; r < n; r++)
                *k->job->squares += k->squares[r];
    }
    return SCI_OK;
}

static sci_status
run(chunk *k)
{
    const centred_job *job = k->job;
    size_t padded = k->c->padded;
    sci_status st = chunk_begin(k);

    if (st != SCI_OK)
        return st;
    if (job->z)
        memset(job->z, 0, padded * job->width * sizeof *job->z);
    if (job->gram)
        memset(job->gram, 0, padded * padded * sizeof *job->gram);
    if (job->stripe)
        memset(job->stripe, 0, padded * job->width * sizeof *job->stripe);
    if (job->squares)
        *job->squares = 0.0;
    for (size_t i = 0; i < job->n_groupings; i++)
        memset(job->groupings[i].sums, 0,
               job->groupings[i].levels * padded * sizeof *job->groupings[i].sums);
    if (job->n_groupings > 0) {
        memset(job->column_squares, 0, padded * sizeof *job->column_squares);
        memset(job->column_floor, 0, padded * sizeof *job->column_floor);
    }
    st = sci_matrix_each(k->c->matrix, &k->c->opt, visit, k);
    if (st == SCI_OK && k->c->sparse)
        st = sparse_finish(k);
    else if (st == SCI_OK)
        dense_finish(k);
    return st;
}

sci_status
centred_pass(centred *c, const centred_job *job)
{
    chunk k = { .c = c, .job = job };
    sci_status st = run(&k);

    chunk_clear(&k);
    return st;
}

/* ---- the means ---- */

/* Of the stored values there is one sum, of the background the sum of a for each label. */
static void
add_background(centred *c, const double *weights, double *sums)
{
    size_t q = c->vectors - 1;

    for (size_t l = 0; l + 1 < c->labels; l++) {
        const double *a = weights + l * c->vectors;
        const double *shift = c->map->shift + l * c->source_columns;

        for (size_t g = 0; g < c->columns; g++)
            sums[g] += a[0] * shift[centred_at(c, g)];
        for (size_t v = 0; v < q; v++) {
            const double *slope = c->map->slope + (l * q + v) * c->source_columns;

            for (size_t g = 0; g < c->columns; g++)
                sums[g] += a[1 + v] * slope[centred_at(c, g)];
        }
    }
}

static sci_status
find_means(centred *c)
{
    static const centred_job nothing;
    chunk k = { .c = c, .job = &nothing };
    sci_status st = sci_alloc_zero(&k.sums, c->padded, 1, sizeof *k.sums);

    if (st == SCI_OK)
        st = sci_alloc_zero(&k.weights, c->labels, c->vectors, sizeof *k.weights);
    if (st == SCI_OK)
        st = run(&k);
    if (st != SCI_OK)
        goto out;
    if (c->sparse)
        add_background(c, k.weights, k.sums);
    for (size_t g = 0; g < c->columns; g++) {
        c->mean[g] = k.sums[g] / (double)c->rows;
        if (!isfinite(c->mean[g])) {
            st = sci_fail(SCI_ERR_NONFINITE, "'%s': the mean of column %zu is not finite%s",
                          sci_matrix_name(c->matrix), centred_at(c, g),
                          c->map ? " after the correction" : "");
            break;
        }
    }
out:
    sci_free(k.sums);
    sci_free(k.weights);
    chunk_clear(&k);
    return st;
}

/* ---- creation ---- */

static sci_status
check_input(const pca_input *in)
{
    uint64_t rows = sci_matrix_rows(in->matrix), columns = sci_matrix_columns(in->matrix);
    const sci_column_map *map = in->map;

    if (rows == 0 || columns == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "'%s' has no %s", sci_matrix_name(in->matrix),
                        rows == 0 ? "rows" : "columns");
    if (rows > SIZE_MAX / 2 || columns > INT32_MAX - TILE_WIDTH)
        return sci_fail(SCI_ERR_SHAPE, "'%s': %" PRIu64 " × %" PRIu64 " is too large",
                        sci_matrix_name(in->matrix), rows, columns);
    if (!map)
        return SCI_OK;
    if (!in->model || in->model->rows != rows || map->columns != columns
        || in->model->levels > map->levels || in->model->covariates != map->covariates)
        return sci_fail(SCI_ERR_SHAPE, "'%s': the correction is of another matrix",
                        sci_matrix_name(in->matrix));
    if (in->model->label)
        for (uint64_t r = 0; r < rows; r++)
            if (in->model->label[r] < -1
                || (in->model->label[r] >= 0 && (uint64_t)in->model->label[r] >= map->levels))
                return sci_fail(SCI_ERR_ARGUMENT, "row %" PRIu64 " has label %d of %" PRIu64, r,
                                (int)in->model->label[r], map->levels);
    return SCI_OK;
}

static bool
is_sparse(const pca_input *in)
{
    sci_matrix *matrix = in->matrix;

    if (sci_matrix_get_layout(matrix) == SCI_MATRIX_DENSE)
        return false;
    if (in->map && (in->map->clip || in->map->inverse))
        return false;
    return sci_matrix_stored(matrix) / DENSE_SHARE
           <= sci_matrix_rows(matrix) * sci_matrix_columns(matrix) / DENSE_SHARE / DENSE_SHARE;
}

static sci_status
choose_columns(centred *c, const unsigned char *selected)
{
    size_t n = (size_t)sci_matrix_columns(c->matrix);
    sci_status st;

    c->source_columns = c->columns = n;
    c->padded = tile_width(n);
    if (!selected)
        return SCI_OK;
    st = sci_alloc(&c->source, n, 1, sizeof *c->source);
    if (st == SCI_OK)
        st = sci_alloc(&c->place, n, 1, sizeof *c->place);
    if (st != SCI_OK)
        return st;
    c->columns = 0;
    for (size_t g = 0; g < n; g++) {
        c->place[g] = selected[g] ? (int32_t)c->columns : -1;
        if (selected[g])
            c->source[c->columns++] = (uint32_t)g;
    }
    c->padded = tile_width(c->columns);
    if (c->columns == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "'%s': no column takes part",
                        sci_matrix_name(c->matrix));
    return SCI_OK;
}

sci_status
centred_create(centred **out, const pca_input *in, const sci_options *opt)
{
    sci_status st = check_input(in);
    centred *c = NULL;

    if (st != SCI_OK)
        return st;
    st = sci_alloc_zero(&c, 1, 1, sizeof *c);
    if (st != SCI_OK)
        return st;
    c->matrix = in->matrix;
    c->map = in->map;
    c->model = in->map ? in->model : NULL;
    if (opt)
        c->opt = *opt;
    c->rows = (size_t)sci_matrix_rows(in->matrix);
    c->sparse = is_sparse(in);
    c->labels = (in->map ? (size_t)in->map->levels : 0) + 1;
    c->vectors = (in->map ? (size_t)in->map->covariates : 0) + 1;
    st = choose_columns(c, in->selected);
    if (st == SCI_OK)
        st = sci_pool_create(&c->pool, c->opt.threads);
    if (st == SCI_OK)
        st = sci_alloc_zero(&c->mean, c->padded, 1, sizeof *c->mean);
    if (st == SCI_OK)
        st = find_means(c);
    if (st != SCI_OK)
        goto out;
    *out = c;
    c = NULL;
out:
    centred_free(c);
    return st;
}

void
centred_free(centred *c)
{
    if (!c)
        return;
    sci_pool_free(c->pool);
    sci_free(c->mean);
    sci_free(c->source);
    sci_free(c->place);
    sci_free(c);
}
