/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cholesky decomposition in the order of the columns. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "gram.h"

#define NORM_TOLERANCE 1e-14 /* the square of the tolerance of R's qr */
#define ENTRY_ERROR (64.0 * DBL_EPSILON)

double
gram_norm_of_mean(double n, double mean)
{
    double least = ENTRY_ERROR * mean;

    return n * (least * least / NORM_TOLERANCE);
}

/* What is left of column k is v'·gram·v, v = e_k - Σ w_j·e_j with the columns j before it that stay. So
 * an error of u·√(s_i·s_j) in each entry moves it by up to u·(Σ|v_i|·√s_i)². w solves
 * L'w = row k of L; it is kept above the diagonal, in column k. */
static double
rounding(double *lower, size_t n, size_t k, const double *size)
{
    double sum = sqrt(size[k]);

    for (size_t i = k; i-- > 0;) {
        double w = lower[k * n + i];

        for (size_t j = i + 1; j < k; j++)
            w -= lower[j * n + i] * lower[j * n + k];
        lower[i * n + k] = w / lower[i * n + i];
        sum += fabs(lower[i * n + k]) * sqrt(size[i]);
    }
    return ENTRY_ERROR * sum * sum;
}

static double
entry(const double *lower, size_t n, const double *gram, size_t row, size_t column)
{
    double sum = gram[row * n + column];

    for (size_t j = 0; j < column; j++)
        sum -= lower[row * n + j] * lower[column * n + j];
    return sum;
}

/* Row k of L; false if the column is left out. */
static bool
factor_row(double *lower, size_t n, size_t k, const double *gram, const double *norm,
           const double *size, const bool *left_out)
{
    double rest;

    for (size_t j = 0; j < k; j++)
        lower[k * n + j] = left_out[j] ? 0.0 : entry(lower, n, gram, k, j) / lower[j * n + j];
    rest = entry(lower, n, gram, k, k);
    if (!(rest > NORM_TOLERANCE * norm[k]) || !(rest > rounding(lower, n, k, size)))
        return false;
    lower[k * n + k] = sqrt(rest);
    return true;
}

size_t
gram_factor(double *lower, size_t n, const double *gram, const double *norm, const double *size,
            bool *left_out)
{
    size_t count = 0;

    for (size_t k = 0; k < n; k++) {
        left_out[k] = left_out[k] || !factor_row(lower, n, k, gram, norm, size, left_out);
        if (left_out[k]) {
            memset(lower + k * n, 0, k * sizeof *lower);
            lower[k * n + k] = 1.0;
            count++;
        }
    }
    return count;
}

static void
subtract(double *to, const double *from, double factor, size_t m)
{
    if (factor == 0.0)
        return;
    for (size_t i = 0; i < m; i++)
        to[i] -= factor * from[i];
}

static void
scale(double *x, double factor, size_t m)
{
    for (size_t i = 0; i < m; i++)
        x[i] = factor == 0.0 ? 0.0 : x[i] * factor;
}

void
gram_solve(const double *lower, size_t n, const bool *left_out, double *x, size_t m, size_t stride)
{
    for (size_t k = 0; k < n; k++) {
        for (size_t j = 0; j < k; j++)
            subtract(x + k * stride, x + j * stride, lower[k * n + j], m);
        scale(x + k * stride, left_out[k] ? 0.0 : 1.0 / lower[k * n + k], m);
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            subtract(x + k * stride, x + j * stride, lower[j * n + k], m);
        scale(x + k * stride, left_out[k] ? 0.0 : 1.0 / lower[k * n + k], m);
    }
}
