/* SPDX-License-Identifier: BSD-3-Clause */
/* Dense rows of one label: moments by the kernel of columns, cross-products by tiles of columns
 * that stay in the first cache while the rows go by. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../core/clones.h"
#include "crossed_kernels.h"
#include "moments_priv.h"

#define TILE 512 /* columns */
#define FOUR 4   /* rows, and covariates, at once */

static sci_status
prepare(sci_segment_work *w, uint64_t columns, uint64_t rows)
{
    sci_status st = SCI_OK;

    if (!w->tallies)
        st = sci_alloc(&w->tallies, columns, 1, sizeof *w->tallies);
    if (st == SCI_OK && !w->tile)
        st = sci_alloc(&w->tile, FOUR + FOUR, TILE, sizeof *w->tile);
    if (st == SCI_OK && w->member_room < rows) {
        sci_free(w->addresses);
        w->member_room = 0;
        st = sci_alloc(&w->addresses, rows, 1, sizeof *w->addresses);
        w->member_room = st == SCI_OK ? rows : 0;
    }
    return st;
}

/* ---- cross-products ---- */

SCI_CLONES static void
add_four(double *restrict sums, const double *restrict x, const double *restrict u, size_t n)
{
    const double *restrict a = x, *restrict b = x + TILE, *restrict c = x + 2 * TILE,
                           *restrict d = x + 3 * TILE;

    for (size_t i = 0; i < n; i++)
        sums[i] += (u[0] * a[i] + u[1] * b[i]) + (u[2] * c[i] + u[3] * d[i]);
}

/* What is missing adds nothing. */
SCI_CLONES static void
zero_missing(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = fabs(x[i]) < SCI_INF ? x[i] : 0.0;
}

typedef struct crossing {
    const sci_segment_model *model;
    sci_type type;
    const void *const *rows;
    const uint32_t *order;
    const double *covariate, *mean; /* of the segment's first row, of the label */
    uint64_t n;
    bool missing;
    double *x, *sums; /* [FOUR][TILE] each */
} crossing;

/* One tile of columns and up to FOUR covariates. */
static void
cross_tile(const crossing *c, size_t column, size_t width, uint64_t first, size_t count)
{
    uint64_t q = c->model->rows->covariates;
    size_t size = sci_type_size(c->type);

    memset(c->sums, 0, count * TILE * sizeof *c->sums);
    for (uint64_t r = 0; r < c->n; r += FOUR) {
        size_t rows = c->n - r < FOUR ? (size_t)(c->n - r) : FOUR;
        double u[FOUR][FOUR] = { { 0 } };

        if (rows < FOUR)
            memset(c->x, 0, FOUR * TILE * sizeof *c->x);
        for (size_t i = 0; i < rows; i++) {
            const double *own = c->covariate + (size_t)c->order[r + i] * q + first;

            sci_widen(c->x + i * TILE, c->type,
                      (const unsigned char *)c->rows[r + i] + column * size, width);
            if (c->missing)
                zero_missing(c->x + i * TILE, width);
            for (size_t k = 0; k < count; k++)
                u[k][i] = own[k] - c->mean[first + k];
        }
        for (size_t k = 0; k < count; k++)
            add_four(c->sums + k * TILE, c->x, u[k], width);
    }
}

static void
fit_cross(const crossing *c, double *cross)
{
    uint64_t q = c->model->rows->covariates;
    size_t columns = c->model->columns;

    for (size_t column = 0; column < columns; column += TILE) {
        size_t width = columns - column < TILE ? columns - column : TILE;

        for (uint64_t first = 0; first < q; first += FOUR) {
            size_t count = q - first < FOUR ? (size_t)(q - first) : FOUR;

            cross_tile(c, column, width, first, count);
            for (size_t k = 0; k < count; k++)
                memcpy(cross + (first + k) * columns + column, c->sums + k * TILE,
                       width * sizeof *cross);
        }
    }
}

/* ---- missing values ---- */

/* One column as a group of the sparse kind, for its missing values. */
static void
column_missing(const crossing *c, size_t column, double *missing)
{
    size_t size = sci_type_size(c->type);

    for (uint64_t r = 0; r < c->n; r++) {
        const sci_group one = {
            .type = c->type,
            .members = (const unsigned char *)c->rows[r] + column * size,
            .rows = &c->order[r],
            .n = 1,
            .covariate = c->covariate,
            .mean = c->mean,
            .covariates = c->model->rows->covariates,
        };

        sci_group_missing(&one, missing + column, c->model->columns);
    }
}

/* ---- the label ---- */

static void
fit_moments(sci_segment_work *w, const sci_matrix_block *block, size_t columns, uint64_t n,
            sci_crossed_rows *rows, uint64_t *nonfinite)
{
    const sci_kernels *kernels = sci_kernels_of(block->type);

    for (size_t c = 0; c < columns; c++)
        sci_tally_begin(&w->tallies[c]);
    for (uint64_t at = 0; at < n; at += SCI_BLOCK)
        kernels->columns(w->tallies, w->addresses + at, n - at < SCI_BLOCK ? n - at : SCI_BLOCK,
                         columns, SCI_NAN_IGNORE);
    for (size_t c = 0; c < columns; c++) {
        sci_tally_finish(&w->tallies[c]);
        rows->moments[c] = w->tallies[c].moments;
        *nonfinite += w->tallies[c].nonfinite;
    }
}

sci_status
sci_segment_dense(sci_segment_work *w, const sci_segment_model *model,
                  const sci_matrix_block *block, uint64_t first, const uint32_t *order, uint64_t n,
                  uint64_t level, sci_crossed_store *store, sci_crossed_rows *rows,
                  uint64_t *nonfinite)
{
    size_t row_bytes = model->columns * sci_type_size(block->type);
    uint64_t q = model->rows->covariates, before = *nonfinite;
    crossing c = { .model = model, .type = block->type, .order = order, .n = n };
    sci_status st = prepare(w, model->columns, n);

    if (st != SCI_OK)
        return st;
    for (uint64_t r = 0; r < n; r++)
        w->addresses[r] = (const unsigned char *)block->elements + (first + order[r]) * row_bytes;
    fit_moments(w, block, model->columns, n, rows, nonfinite);
    if (q == 0)
        return SCI_OK;
    c.missing = *nonfinite > before;
    c.rows = w->addresses;
    c.covariate = model->rows->covariate + (block->first + first) * q;
    c.mean = model->mean + level * q;
    c.x = w->tile;
    c.sums = w->tile + FOUR * TILE;
    fit_cross(&c, rows->cross);
    if (c.missing)
        st = sci_crossed_rows_need_missing(store, rows);
    for (size_t column = 0; c.missing && st == SCI_OK && column < model->columns; column++)
        if (w->tallies[column].nonfinite > 0)
            column_missing(&c, column, rows->missing);
    return st;
}
