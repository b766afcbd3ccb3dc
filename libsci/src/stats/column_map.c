/* SPDX-License-Identifier: BSD-3-Clause */
/* Affine maps of columns by row label: one expression, whether a row is dense or sparse. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../core/clones.h"
#include "column_map.h"
#include "kernels.h"
#include "moments_priv.h"

sci_status
sci_column_map_create(sci_column_map **out, uint64_t levels, uint64_t columns, uint64_t covariates)
{
    sci_column_map *map = NULL;
    uint64_t groups, slopes;
    sci_status st;

    if (levels == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "a column map has at least one level");
    if (__builtin_mul_overflow(levels, columns, &groups)
        || __builtin_mul_overflow(groups, covariates, &slopes))
        return sci_fail(SCI_ERR_NOMEM,
                        "a map of %" PRIu64 " levels and %" PRIu64 " columns is too large", levels,
                        columns);
    st = sci_alloc_zero(&map, 1, 1, sizeof *map);
    if (st != SCI_OK)
        return st;
    *map = (sci_column_map){ .levels = levels, .columns = columns, .covariates = covariates };
    st = sci_alloc(&map->scale, groups, 1, sizeof *map->scale);
    if (st == SCI_OK)
        st = sci_alloc(&map->shift, groups, 1, sizeof *map->shift);
    if (st == SCI_OK && covariates > 0)
        st = sci_alloc_zero(&map->slope, slopes, 1, sizeof *map->slope);
    if (st != SCI_OK) {
        sci_column_map_free(map);
        return st;
    }
    for (uint64_t i = 0; i < groups; i++) {
        map->scale[i] = 1.0;
        map->shift[i] = -0.0;
    }
    *out = map;
    return SCI_OK;
}

void
sci_column_map_free(sci_column_map *map)
{
    if (!map)
        return;
    sci_free(map->scale);
    sci_free(map->shift);
    sci_free(map->slope);
    sci_free(map);
}

/* ---- the expression ---- */

/* t = shift + Σ c_k·slope_k. A slope of 0 adds nothing, not even the sign of a zero. Backwards a t
 * of -0.0 would turn -0.0 to 0.0, so it is 0.0. */
SCI_CLONES static void
add_slope(double *restrict t, const double *restrict slope, double c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t[i] += slope[i] != 0.0 ? c * slope[i] : -0.0;
}

SCI_CLONES static void
plain_zeros(double *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t[i] = t[i] == 0.0 ? 0.0 : t[i];
}

void
sci_column_map_background(const sci_column_map *map, uint64_t level, const double *covariate,
                          double *t)
{
    size_t n = map->columns, q = map->covariates;

    memcpy(t, map->shift + level * n, n * sizeof *t);
    for (size_t k = 0; k < q; k++)
        add_slope(t, map->slope + (level * q + k) * n, covariate[k], n);
    if (map->inverse)
        plain_zeros(t, n);
}

/* ---- tiles of doubles ---- */

SCI_CLONES static void
map_forward(double *restrict y, const double *restrict x, const double *restrict scale,
            const double *restrict t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = sci_column_value(x[i], scale[i], t[i], false);
}

SCI_CLONES static void
map_backward(double *restrict y, const double *restrict x, const double *restrict scale,
             const double *restrict t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = sci_column_value(x[i], scale[i], t[i], true);
}

SCI_CLONES static uint64_t
clip_tile(double *y, double least, size_t n)
{
    uint64_t clipped = 0;

    for (size_t i = 0; i < n; i++) {
        clipped += y[i] < least;
        y[i] = y[i] < least ? least : y[i];
    }
    return clipped;
}

SCI_CLONES static void
store_floats(float *restrict out, const double *restrict y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = y[i] == y[i] ? (float)y[i] : NAN;
}

SCI_CLONES static void
store_doubles(double *restrict out, const double *restrict y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = y[i] == y[i] ? y[i] : SCI_NAN;
}

void
sci_column_store(sci_type type, void *out, size_t first, const double *y, size_t n)
{
    if (type == SCI_FLOAT32)
        store_floats((float *)out + first, y, n);
    else
        store_doubles((double *)out + first, y, n);
}

/* Results that are not finite as they are stored, out of finite values. */
SCI_CLONES static uint64_t
count_new(const double *restrict x, const double *restrict y, double most, size_t n)
{
    uint64_t found = 0;

    for (size_t i = 0; i < n; i++)
        found += !(fabs(y[i]) <= most) & (fabs(x[i]) < SCI_INF);
    return found;
}

/* The largest double that does not become infinite in this type. */
double
sci_column_largest(sci_type type)
{
    return type == SCI_FLOAT32 ? 0x1.fffffefffffffp127 : 0x1.fffffffffffffp1023;
}

/* One tile of a row that has a label: y becomes what is stored. */
void
sci_column_tile(const sci_column_map *map, uint64_t level, size_t first, size_t n, const double *x,
                const double *t, double *y, double most, sci_map_report *report)
{
    const double *scale = map->scale + level * map->columns + first;

    if (map->inverse)
        map_backward(y, x, scale, t, n);
    else
        map_forward(y, x, scale, t, n);
    if (map->clip)
        report->clipped += clip_tile(y, map->least, n);
    report->new_nonfinite += count_new(x, y, most, n);
}

/* ---- rows ---- */

/* A row without label: converted, nothing else. */
void
sci_column_plain_row(const sci_matrix_block *block, uint64_t row, size_t columns, sci_type type,
                     void *out)
{
    size_t size = sci_type_size(block->type);
    double x[SCI_COLUMN_TILE];

    if (!block->sparse) {
        for (size_t first = 0; first < columns; first += SCI_COLUMN_TILE) {
            size_t n = columns - first < SCI_COLUMN_TILE ? columns - first : SCI_COLUMN_TILE;

            sci_widen(x, block->type,
                      (const unsigned char *)block->elements + (row * columns + first) * size, n);
            sci_column_store(type, out, first, x, n);
        }
        return;
    }
    memset(out, 0, columns * sci_type_size(type));
    for (int64_t j = block->indptr[row]; j < block->indptr[row + 1]; j++) {
        sci_widen(x, block->type, (const unsigned char *)block->values + (uint64_t)j * size, 1);
        sci_column_store(type, out, (size_t)block->columns[j], x, 1);
    }
}

/* Columns of a sparse row from t to results: where no value is stored it is 0. */
static void
finish_zeros(const sci_column_map *map, const double *scale, double *out, size_t first, size_t end)
{
    for (size_t c = first; c < end; c++)
        out[c] = sci_column_value(0.0, scale[c], out[c], map->inverse);
}

static void
block_sparse_row(const sci_column_map *map, const sci_matrix_block *block, uint64_t row,
                 const double *scale, double *out)
{
    size_t size = sci_type_size(block->type), at = 0;

    for (int64_t j = block->indptr[row]; j < block->indptr[row + 1]; j++) {
        size_t c = (size_t)block->columns[j];
        double x;

        sci_widen(&x, block->type, (const unsigned char *)block->values + (uint64_t)j * size, 1);
        finish_zeros(map, scale, out, at, c);
        out[c] = sci_column_value(x, scale[c], out[c], map->inverse);
        at = c + 1;
    }
    finish_zeros(map, scale, out, at, map->columns);
}

static void
block_dense_row(const sci_column_map *map, const sci_matrix_block *block, uint64_t row,
                const double *scale, double *out)
{
    size_t size = sci_type_size(block->type), columns = map->columns;
    double x[SCI_COLUMN_TILE], t[SCI_COLUMN_TILE];

    for (size_t first = 0; first < columns; first += SCI_COLUMN_TILE) {
        size_t n = columns - first < SCI_COLUMN_TILE ? columns - first : SCI_COLUMN_TILE;

        sci_widen(x, block->type,
                  (const unsigned char *)block->elements + (row * columns + first) * size, n);
        memcpy(t, out + first, n * sizeof *t);
        if (map->inverse)
            map_backward(out + first, x, scale + first, t, n);
        else
            map_forward(out + first, x, scale + first, t, n);
    }
}

void
sci_column_map_block(const sci_column_map *map, const sci_matrix_block *block, const int32_t *label,
                     const double *covariate, double *out)
{
    for (uint64_t r = 0; r < block->n; r++, out += map->columns) {
        int32_t level = label ? label[r] : 0;

        if (level < 0) {
            sci_column_plain_row(block, r, map->columns, SCI_FLOAT64, out);
            continue;
        }
        sci_column_map_background(map, (uint64_t)level,
                                  covariate ? covariate + r * map->covariates : NULL, out);
        if (block->sparse)
            block_sparse_row(map, block, r, map->scale + (uint64_t)level * map->columns, out);
        else
            block_dense_row(map, block, r, map->scale + (uint64_t)level * map->columns, out);
        if (map->clip)
            (void)clip_tile(out, map->least, map->columns);
    }
}
