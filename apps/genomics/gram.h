/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normal equations by a Cholesky decomposition that keeps the order of the columns and leaves out
 * those that the columns before them determine, as R's lm does. */
#ifndef GENOMICS_GRAM_H
#define GENOMICS_GRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a squared norm about the mean of n numbers needs besides: numbers that are equal but for their last
 * bits (1.4e-14 of their mean) are then taken for equal. */
double gram_norm_of_mean(double n, double mean);

/* The lower triangle of lower[n][n] := L with L·L' = gram[n][n] (symmetric, row by row) on the columns that stay. Column k
 * is left out if what remains of its squared norm is at most 1e-14·norm[k] (R's tolerance of 1e-7 on
 * norms), or no more than rounding: entries are taken to be wrong by some ulps of √(size[i]·size[j]),
 * where size[k] is the squared norm of what was added up (larger than gram[k][k] where gram is a
 * difference). Columns with left_out[k] set on entry are left out as well. Number of columns left out
 * in all. */
size_t gram_factor(double *lower, size_t n, const double *gram, const double *norm,
                   const double *size, bool *left_out);

/* x[n][m] := the solutions of gram·x = x for m right sides at once, `stride` apart; rows left out
 * become 0. */
void gram_solve(const double *lower, size_t n, const bool *left_out, double *x, size_t m,
                size_t stride);

#endif
