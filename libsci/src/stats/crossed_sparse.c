/* SPDX-License-Identifier: BSD-3-Clause */
/* Stored values of a segment are put in order of label and column by counting; then each group is a
 * run for the kernels of kernels.h, and its zeros enter as one merge. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "crossed_kernels.h"
#include "moments_priv.h"

#define CROSS_TILE 8 /* covariates at once */
#define CACHE_LINE 64

/* ---- one group ---- */

static void
add_zeros(sci_moments *m, uint64_t n)
{
    sci_moments zeros = { .count = n, .weight = (double)n };

    if (n > 0)
        sci_moments_merge(m, &zeros);
}

/* Σ u·y of members that are all numbers, for a few covariates at once. */
static void
cross_of(const sci_group *g, const double *y, const uint32_t *rows, size_t n, uint64_t first,
         size_t width, double *sums)
{
    for (size_t i = 0; i < n; i++) {
        const double *c = g->covariate + (size_t)rows[i] * g->covariates + first;

        for (size_t k = 0; k < width; k++)
            sums[k] += (c[k] - g->mean[first + k]) * y[i];
    }
}

static void
fit_cross(const sci_group *g, double *cross, size_t stride, bool all_numbers)
{
    size_t size = sci_type_size(g->type);
    double y[SCI_BLOCK / 8];

    for (uint64_t first = 0; first < g->covariates; first += CROSS_TILE) {
        size_t width = g->covariates - first < CROSS_TILE ? g->covariates - first : CROSS_TILE;
        double sums[CROSS_TILE] = { 0 };

        for (size_t at = 0; at < g->n; at += SCI_BLOCK / 8) {
            size_t n = g->n - at < SCI_BLOCK / 8 ? g->n - at : SCI_BLOCK / 8;

            sci_widen(y, g->type, (const unsigned char *)g->members + at * size, n);
            for (size_t i = 0; !all_numbers && i < n; i++)
                y[i] = isfinite(y[i]) ? y[i] : 0.0; /* adds nothing */
            cross_of(g, y, g->rows + at, n, first, width, sums);
        }
        for (size_t k = 0; k < width; k++)
            cross[(first + k) * stride] = sums[k];
    }
}

uint64_t
sci_group_fit(const sci_group *g, sci_moments *moments, double *cross, size_t stride)
{
    const sci_kernels *kernels = sci_kernels_of(g->type);
    size_t size = sci_type_size(g->type);
    sci_tally tally;

    if (g->n == 0) {
        *moments = (sci_moments){ .count = g->n_rows, .weight = (double)g->n_rows };
        if (g->n_rows == 0)
            *moments = sci_moments_empty();
        for (uint64_t k = 0; k < g->covariates; k++)
            cross[k * stride] = 0.0;
        return 0;
    }
    sci_tally_begin(&tally);
    for (size_t at = 0; at < g->n; at += SCI_BLOCK)
        kernels->block(&tally, (const unsigned char *)g->members + at * size,
                       g->n - at < SCI_BLOCK ? g->n - at : SCI_BLOCK, SCI_NAN_IGNORE);
    sci_tally_finish(&tally);
    *moments = tally.moments;
    add_zeros(moments, g->n_rows - g->n);
    if (g->covariates > 0)
        fit_cross(g, cross, stride, tally.nonfinite == 0);
    return tally.nonfinite;
}

void
sci_group_missing(const sci_group *g, double *missing, size_t stride)
{
    size_t size = sci_type_size(g->type);
    uint64_t q = g->covariates;

    for (size_t i = 0; i < g->n; i++) {
        const double *c = g->covariate + (size_t)g->rows[i] * q;
        uint64_t pair = q;
        double y;

        sci_widen(&y, g->type, (const unsigned char *)g->members + i * size, 1);
        if (!isnan(y))
            continue;
        for (uint64_t k = 0; k < q; k++) {
            double u = c[k] - g->mean[k];

            missing[k * stride] += u;
            for (uint64_t l = k; l < q; l++, pair++)
                missing[pair * stride] += u * (c[l] - g->mean[l]);
        }
    }
}

/* ---- a segment ---- */

void
sci_segment_work_clear(sci_segment_work *work)
{
    sci_free(work->label_ends);
    sci_free(work->order);
    sci_free(work->column_ends);
    sci_free(work->members);
    sci_free(work->rows);
    sci_free(work->tallies);
    sci_free(work->addresses);
    sci_free(work->tile);
    *work = (sci_segment_work){ 0 };
}

uint64_t
sci_segment_work_bytes(const sci_segment_model *model, sci_type type, bool sparse, uint64_t rows,
                       uint64_t stored)
{
    uint64_t bytes = (model->rows->levels + 1) * sizeof(uint64_t) + rows * sizeof(uint32_t);

    if (sparse)
        return bytes + (model->columns + 1) * sizeof(uint32_t)
               + stored * (sci_type_size(type) + sizeof(uint32_t));
    return bytes + model->columns * sizeof(sci_tally) + rows * sizeof(void *);
}

static int32_t
label_of(const sci_row_model *model, uint64_t row)
{
    return model->label ? model->label[row] : 0;
}

/* Rows of the segment by label, each label's in order: label l has order[ends[l]…ends[l + 1]). */
static sci_status
order_rows(sci_segment_work *w, const sci_row_model *model, uint64_t first_row, uint64_t n)
{
    sci_status st = SCI_OK;
    uint64_t *ends, sum = 0;

    if (!w->label_ends)
        st = sci_alloc(&w->label_ends, model->levels + 2, 1, sizeof *w->label_ends);
    if (st == SCI_OK && w->order_room < n) {
        sci_free(w->order);
        w->order_room = 0;
        st = sci_alloc(&w->order, n, 1, sizeof *w->order);
        w->order_room = st == SCI_OK ? n : 0;
    }
    if (st != SCI_OK)
        return st;
    ends = w->label_ends;
    memset(ends, 0, (model->levels + 2) * sizeof *ends);
    for (uint64_t r = 0; r < n; r++)
        if (label_of(model, first_row + r) >= 0)
            ends[label_of(model, first_row + r) + 2]++;
    for (uint64_t l = 0; l < model->levels; l++)
        ends[l + 2] = sum += ends[l + 2];
    for (uint64_t r = 0; r < n; r++)
        if (label_of(model, first_row + r) >= 0)
            w->order[ends[label_of(model, first_row + r) + 1]++] = (uint32_t)r;
    return SCI_OK;
}

static sci_status
make_member_room(sci_segment_work *w, uint64_t n, size_t size, bool rows)
{
    sci_status st = SCI_OK;

    if (w->members && w->member_room >= n)
        return SCI_OK;
    sci_free(w->members);
    sci_free(w->rows);
    w->members = NULL;
    w->rows = NULL;
    w->member_room = 0;
    n += n / 4; /* the next label may be a little larger */
    st = sci_alloc(&w->members, n, 1, size);
    if (st == SCI_OK && rows)
        st = sci_alloc(&w->rows, n, 1, sizeof *w->rows);
    if (st == SCI_OK)
        w->member_room = n;
    return st;
}

/* Stored values of one row to the places of their columns. */
#define DEFINE_PLACE(name, T)                                                                    \
    static void place_##name(void *members, uint32_t *rows, uint32_t *next,                      \
                             const int32_t *columns, const void *values, size_t n, uint32_t row) \
    {                                                                                            \
        const T *from = values;                                                                  \
        T *to = members;                                                                         \
                                                                                                 \
        for (size_t i = 0; i < n; i++) {                                                         \
            uint32_t at = next[columns[i]]++;                                                    \
                                                                                                 \
            to[at] = from[i];                                                                    \
            if (rows)                                                                            \
                rows[at] = row;                                                                  \
        }                                                                                        \
    }

DEFINE_PLACE(1, uint8_t)
DEFINE_PLACE(2, uint16_t)
DEFINE_PLACE(4, uint32_t)
DEFINE_PLACE(8, uint64_t)

static void
place(sci_segment_work *w, size_t size, const int32_t *columns, const void *values, size_t n,
      uint32_t row)
{
    uint32_t *next = w->column_ends;

    if (size == 4)
        place_4(w->members, w->rows, next, columns, values, n, row);
    else if (size == 8)
        place_8(w->members, w->rows, next, columns, values, n, row);
    else if (size == 2)
        place_2(w->members, w->rows, next, columns, values, n, row);
    else
        place_1(w->members, w->rows, next, columns, values, n, row);
}

/* Rows of a label lie apart, where no processor foresees them. */
static void
prefetch_row(const sci_matrix_block *block, uint64_t row, bool values)
{
    size_t size = sci_type_size(block->type);
    uint64_t from = (uint64_t)block->indptr[row], to = (uint64_t)block->indptr[row + 1];

    for (uint64_t j = from; j < to; j += CACHE_LINE / sizeof *block->columns)
        __builtin_prefetch(block->columns + j);
    if (values)
        for (uint64_t at = from * size; at < to * size; at += CACHE_LINE)
            __builtin_prefetch((const unsigned char *)block->values + at);
}

static void
count_columns(uint32_t *counts, const int32_t *columns, size_t n)
{
    for (size_t i = 0; i < n; i++)
        counts[columns[i]]++;
}

/* The members of a label by column: column c has those from ends[c - 1] (0) to ends[c]. */
static sci_status
sort_label(sci_segment_work *w, const sci_segment_model *model, const sci_matrix_block *block,
           uint64_t first, const uint32_t *order, uint64_t n)
{
    size_t size = sci_type_size(block->type);
    uint64_t total = 0;
    uint32_t sum = 0;
    sci_status st;

    for (uint64_t i = 0; i < n; i++)
        total += (uint64_t)(block->indptr[first + order[i] + 1] - block->indptr[first + order[i]]);
    if (total > UINT32_MAX)
        return sci_fail(SCI_ERR_SHAPE, "a segment of rows has too many values");
    st = make_member_room(w, total, size, model->rows->covariates > 0);
    if (st == SCI_OK && !w->column_ends)
        st = sci_alloc(&w->column_ends, model->columns + 1, 1, sizeof *w->column_ends);
    if (st != SCI_OK)
        return st;
    memset(w->column_ends, 0, (model->columns + 1) * sizeof *w->column_ends);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t row = first + order[i];

        if (i + 1 < n)
            prefetch_row(block, first + order[i + 1], false);
        count_columns(w->column_ends + 1, block->columns + block->indptr[row],
                      (size_t)(block->indptr[row + 1] - block->indptr[row]));
    }
    for (uint64_t c = 0; c <= model->columns; c++)
        w->column_ends[c] = sum += w->column_ends[c];
    for (uint64_t i = 0; i < n; i++) {
        int64_t from = block->indptr[first + order[i]], to = block->indptr[first + order[i] + 1];

        if (i + 1 < n)
            prefetch_row(block, first + order[i + 1], true);
        place(w, size, block->columns + from,
              (const unsigned char *)block->values + (size_t)from * size, (size_t)(to - from),
              order[i]);
    }
    return SCI_OK;
}

static sci_status
fit_label(sci_segment_work *w, const sci_segment_model *model, const sci_matrix_block *block,
          uint64_t first, uint64_t n, uint64_t level, sci_crossed_store *store,
          sci_crossed_rows *rows, uint64_t *nonfinite)
{
    uint64_t q = model->rows->covariates;
    size_t size = sci_type_size(block->type), g = model->columns;
    uint32_t at = 0;
    sci_group group = {
        .type = block->type, .n_rows = n, .mean = model->mean + level * q, .covariates = q
    };
    sci_status st = SCI_OK;

    if (q > 0)
        group.covariate = model->rows->covariate + (block->first + first) * q;
    for (size_t c = 0; c < g && st == SCI_OK; c++) {
        uint64_t found;

        group.members = (const unsigned char *)w->members + at * size;
        group.rows = w->rows ? w->rows + at : NULL;
        group.n = w->column_ends[c] - at;
        at = w->column_ends[c];
        found = sci_group_fit(&group, &rows->moments[c], rows->cross + c, g);
        *nonfinite += found;
        if (found > 0 && q > 0) {
            st = sci_crossed_rows_need_missing(store, rows);
            if (st == SCI_OK)
                sci_group_missing(&group, rows->missing + c, g);
        }
    }
    return st;
}

sci_status
sci_crossed_segment_fit(sci_segment_work *work, const sci_segment_model *model,
                        const sci_matrix_block *block, uint64_t first, uint64_t n,
                        sci_crossed_store *store, sci_crossed_rows **part, uint64_t *nonfinite)
{
    sci_status st = order_rows(work, model->rows, block->first + first, n);

    *nonfinite = 0;
    for (uint64_t l = 0; st == SCI_OK && l < model->rows->levels; l++) {
        const uint32_t *order = work->order + work->label_ends[l];
        uint64_t rows = work->label_ends[l + 1] - work->label_ends[l];

        if (rows == 0)
            continue;
        st = sci_crossed_store_take(store, &part[l]);
        if (st == SCI_OK && !block->sparse) {
            st = sci_segment_dense(work, model, block, first, order, rows, l, store, part[l],
                                   nonfinite);
            continue;
        }
        if (st == SCI_OK)
            st = sort_label(work, model, block, first, order, rows);
        if (st == SCI_OK)
            st = fit_label(work, model, block, first, rows, l, store, part[l], nonfinite);
    }
    return st;
}
