/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sci/parallel.h>

#include "tiles.h"

size_t
tile_width(size_t n)
{
    return (n + TILE_WIDTH - 1) / TILE_WIDTH * TILE_WIDTH;
}

size_t
tile_rows(size_t n)
{
    return (n + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS;
}

/* Kernels are static: gcc makes no clones of a function that was declared before without them. */

/* z[i][j] += Σ_k a_i(k)·b[k][j] for i < TILE_ROWS, j < TILE_WIDTH, k < n, where a_i(k) is
 * a[i·a_row + k·a_step]; rows of z and b are z_row and b_row apart. The sums are kept in registers
 * where there are enough; a row of the tile has a name of its own because compilers keep an array of
 * arrays in memory. */
SCI_CLONES static void
tile_add(double *z, size_t z_row, const double *a, size_t a_row, size_t a_step, const double *b,
         size_t b_row, size_t n)
{
    double s0[TILE_WIDTH], s1[TILE_WIDTH], s2[TILE_WIDTH], s3[TILE_WIDTH];

    for (int j = 0; j < TILE_WIDTH; j++) {
        s0[j] = z[j];
        s1[j] = z[z_row + (size_t)j];
        s2[j] = z[2 * z_row + (size_t)j];
        s3[j] = z[3 * z_row + (size_t)j];
    }
    for (size_t k = 0; k < n; k++) {
        const double *x = a + k * a_step, *y = b + k * b_row;
        double x0 = x[0], x1 = x[a_row], x2 = x[2 * a_row], x3 = x[3 * a_row];

        for (int j = 0; j < TILE_WIDTH; j++)
            s0[j] += x0 * y[j];
        for (int j = 0; j < TILE_WIDTH; j++)
            s1[j] += x1 * y[j];
        for (int j = 0; j < TILE_WIDTH; j++)
            s2[j] += x2 * y[j];
        for (int j = 0; j < TILE_WIDTH; j++)
            s3[j] += x3 * y[j];
    }
    for (int j = 0; j < TILE_WIDTH; j++) {
        z[j] = s0[j];
        z[z_row + (size_t)j] = s1[j];
        z[2 * z_row + (size_t)j] = s2[j];
        z[3 * z_row + (size_t)j] = s3[j];
    }
}

void
panels_times(const panels *x, size_t first, const double *omega, size_t width, double *y)
{
    for (size_t p = 0; p < x->count; p++) {
        const double *a = x->elements + (p * x->rows + first) * TILE_WIDTH;
        const double *b = omega + p * TILE_WIDTH * width;

        for (size_t j = 0; j < width; j += TILE_WIDTH)
            tile_add(y + first * width + j, width, a, TILE_WIDTH, 1, b + j, width, TILE_WIDTH);
    }
}

void
panels_transposed(const panels *x, size_t panel, const double *y, size_t width, double *z)
{
    const double *a = x->elements + panel * x->rows * TILE_WIDTH;

    z += panel * TILE_WIDTH * width;
    for (size_t i = 0; i < TILE_WIDTH; i += TILE_ROWS)
        for (size_t j = 0; j < width; j += TILE_WIDTH)
            tile_add(z + i * width + j, width, a + i, 1, TILE_WIDTH, y + j, width, x->rows);
}

void
panels_gram(const panels *x, const panels *y, size_t panel, double *gram)
{
    const double *a = x->elements + panel * x->rows * TILE_WIDTH;
    size_t width = x->count * TILE_WIDTH;

    for (size_t p = panel; p < y->count; p++) {
        const double *b = y->elements + p * y->rows * TILE_WIDTH;
        double *z = gram + panel * TILE_WIDTH * width + p * TILE_WIDTH;

        for (size_t i = 0; i < TILE_WIDTH; i += TILE_ROWS)
            tile_add(z + i * width, width, a + i, 1, TILE_WIDTH, b, TILE_WIDTH, x->rows);
    }
}

SCI_CLONES static void
add_sparse_times(size_t n, const int32_t *column, const double *value, const double *omega,
                 size_t width, double *y)
{
    for (size_t first = 0; first < width; first += TILE_WIDTH) {
        double sum[TILE_WIDTH];

        for (int j = 0; j < TILE_WIDTH; j++)
            sum[j] = y[first + (size_t)j];
        for (size_t i = 0; i < n; i++) {
            const double *row = omega + (size_t)column[i] * width + first;
            double v = value[i];

            for (int j = 0; j < TILE_WIDTH; j++)
                sum[j] += v * row[j];
        }
        for (int j = 0; j < TILE_WIDTH; j++)
            y[first + (size_t)j] = sum[j];
    }
}

SCI_CLONES static void
add_sparse_transposed(size_t n, const int32_t *column, const double *value, const double *y,
                      size_t width, double *z)
{
    double slice[SPARSE_SLICE];

    for (int j = 0; j < SPARSE_SLICE; j++)
        slice[j] = y[j];
    for (size_t i = 0; i < n; i++) {
        double *row = z + (size_t)column[i] * width, v = value[i];

        for (int j = 0; j < SPARSE_SLICE; j++)
            row[j] += v * slice[j];
    }
}

void
sparse_times(size_t n, const int32_t *column, const double *value, const double *omega,
             size_t width, double *y)
{
    add_sparse_times(n, column, value, omega, width, y);
}

void
sparse_transposed(size_t n, const int32_t *column, const double *value, const double *y,
                  size_t width, double *z)
{
    add_sparse_transposed(n, column, value, y, width, z);
}
