/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cholesky decomposition in the order of the columns. */
#include <float.h>
#include <math.h>

#include "gram.h"

#define NORM_TOLERANCE 1e-14 /* the square of the tolerance of R's qr */

/* A sum of k products and the entries of the gram carry about this much of the diagonal. */
static double
rounding(size_t k, double diagonal)
{
    return 64.0 * (double)(k + 1) * DBL_EPSILON * diagonal;
}

static double
entry(const double *lower, size_t n, const double *gram, size_t row, size_t column)
{
    double sum = gram[row * n + column];

    for (size_t j = 0; j < column; j++)
        sum -= lower[row * n + j] * lower[column * n + j];
    return sum;
}

size_t
gram_factor(double *lower, size_t n, const double *gram, const double *norm, bool *left_out)
{
    size_t count = 0;

    for (size_t k = 0; k < n; k++) {
        double rest, least;

        for (size_t j = 0; j < k; j++)
            lower[k * n + j] =
                left_out[j] || left_out[k] ? 0.0 : entry(lower, n, gram, k, j) / lower[j * n + j];
        rest = left_out[k] ? 0.0 : entry(lower, n, gram, k, k);
        least = fmax(NORM_TOLERANCE * norm[k], rounding(k, gram[k * n + k]));
        left_out[k] = !(rest > least);
        if (left_out[k]) {
            for (size_t j = 0; j < k; j++)
                lower[k * n + j] = 0.0;
            rest = 1.0;
            count++;
        }
        lower[k * n + k] = sqrt(rest);
        for (size_t j = k + 1; j < n; j++)
            lower[k * n + j] = 0.0;
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
