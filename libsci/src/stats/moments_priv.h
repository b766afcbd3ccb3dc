/* SPDX-License-Identifier: BSD-3-Clause */
/* Helpers shared by the files that make and merge moments. */
#ifndef SCI_STATS_MOMENTS_PRIV_H
#define SCI_STATS_MOMENTS_PRIV_H

#include <math.h>

#include <sci/moments.h>

/* The canonical quiet NaN: payloads and signs would differ between compilers. */
#define SCI_NAN ((double)NAN)
#define SCI_INF ((double)INFINITY)

/* Scaling by 2^±1000 keeps every double, its square and the sums of squares in range. */
#define SCI_EXPONENT_MOST 1000

/* (hi, lo) := hi + lo + shift, renormalised: Knuth's two-sum keeps what the rounded sum drops. */
static inline void
sci_mean_add(double *hi, double *lo, double shift)
{
    double sum = *hi + shift;
    double part = sum - *hi;
    double rest = ((*hi - (sum - part)) + (shift - part)) + *lo;

    *hi = sum + rest;
    *lo = rest - (*hi - sum);
}

/* The exponent that brings the largest magnitude of [min, max] near 1, within ±SCI_EXPONENT_MOST.
 */
int sci_exponent_of(double min, double max);

#endif
