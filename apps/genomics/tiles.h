/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of tall matrices, tile by tile. Every element of a result is one sum in the order of its
 * terms, so the bytes depend neither on how the work is cut nor on the instruction set. (Debian's
 * serial OpenBLAS has no lock around its buffers: two threads that call it at once get wrong
 * results. So it is called by one thread, and what runs on several is here.) */
#ifndef GENOMICS_TILES_H
#define GENOMICS_TILES_H

#include <stddef.h>
#include <stdint.h>

enum { TILE_ROWS = 4, TILE_WIDTH = 32 };

/* n rounded up to a multiple of TILE_WIDTH or TILE_ROWS. */
size_t tile_width(size_t n);
size_t tile_rows(size_t n);

/* Rows in panels: panel p has columns [32p, 32p + 32) of all rows, row after row. */
typedef struct panels {
    size_t rows;  /* a multiple of TILE_ROWS; what is beyond the data is 0 */
    size_t count; /* panels */
    const double *elements;
} panels;

/* y[rows][width] += x·omega for rows [first, first + TILE_ROWS); omega has 32·count rows. */
void panels_times(const panels *x, size_t first, const double *omega, size_t width, double *y);
/* z[32·count][width] += xᵀ·y for the columns of one panel. */
void panels_transposed(const panels *x, size_t panel, const double *y, size_t width, double *z);
/* gram[32·count][32·count] += xᵀ·y for the columns of one panel of x and the panels of y from the same one
 * on: the upper triangle, by panels. */
void panels_gram(const panels *x, const panels *y, size_t panel, double *gram);

/* ---- sparse rows: n values at increasing columns ---- */

/* y[width] += Σ_i value[i]·omega[column[i]][width] */
void sparse_times(size_t n, const int32_t *column, const double *value, const double *omega,
                  size_t width, double *y);
enum { SPARSE_SLICE = 16 };
/* z[column[i]][slice] += value[i]·y[slice]; y and z begin with the slice. */
void sparse_transposed(size_t n, const int32_t *column, const double *value, const double *y,
                       size_t width, double *z);

#endif
