/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The yardstick of the moments: a plain sum in double, 16 lanes wide, in the same clones. */
#include "plain_sum.h"

#include "libsci/src/core/clones.h"

#define LANES 16

static double
fold(const double lanes[LANES])
{
    double sum = 0.0;

    for (int l = 0; l < LANES; l++)
        sum += lanes[l];
    return sum;
}

SCI_CLONES double
plain_sum_f32(const float *x, size_t n)
{
    double lanes[LANES] = { 0.0 };
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lanes[l] += (double)x[i + l];
    for (; i < n; i++)
        lanes[0] += (double)x[i];
    return fold(lanes);
}

SCI_CLONES double
plain_sum_f64(const double *x, size_t n)
{
    double lanes[LANES] = { 0.0 };
    size_t i = 0;

    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++)
            lanes[l] += x[i + l];
    for (; i < n; i++)
        lanes[0] += x[i];
    return fold(lanes);
}
