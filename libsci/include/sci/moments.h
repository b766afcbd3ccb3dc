/* SPDX-License-Identifier: BSD-3-Clause */
/* Count, weight, mean and spread of a set of numbers, mergeable. */
#ifndef SCI_MOMENTS_H
#define SCI_MOMENTS_H

#include <sci/types.h>

/* A plain value. The mean is the unevaluated sum (mean_hi + mean_lo)·2^exponent, the sum of squared
 * deviations m2·2^(2·exponent); exponent is 0 unless squares leave the range of double. min and max
 * are not scaled. weight is the sum of weights, equal to count where there are none. An empty set
 * has count 0, weight 0, zeros, min +inf and max -inf. */
typedef struct sci_moments {
    uint64_t count;
    double weight, mean_hi, mean_lo, m2, min, max;
    int32_t exponent;
    int32_t reserved; /* 0 */
} sci_moments;

typedef enum sci_nan_policy {
    SCI_NAN_REFUSE,   /* a NaN or infinity fails the call after the pass, with count and first place
                       */
    SCI_NAN_IGNORE,   /* NaN and infinities are left out */
    SCI_NAN_PROPAGATE /* as IEEE arithmetic: the group's mean and spread become NaN or infinite */
} sci_nan_policy;

SCI_API sci_moments sci_moments_empty(void);

/* into := the moments of the union of two disjoint sets. The empty set is an identity bit for bit.
 * Chan, Golub, LeVeque 1979, with the mean as a pair. */
SCI_API void sci_moments_merge(sci_moments *into, const sci_moments *from);

/* The moments of n native elements (no SCI_FLOAT16), in blocks as the engine makes them.
 * SCI_NAN_REFUSE fails with SCI_ERR_NONFINITE. */
SCI_API sci_status sci_moments_of(sci_moments *out, sci_type type, const void *x, uint64_t n,
                                  sci_nan_policy nan) SCI_MUST_CHECK;

/* Of `rows` rows of n elements one after the other: out[rows], each with the bits that sci_moments_of gives. Short rows
 * are computed several at a time. */
SCI_API sci_status sci_moments_of_rows(sci_moments *out, sci_type type, const void *x,
                                       uint64_t rows, uint64_t n,
                                       sci_nan_policy nan) SCI_MUST_CHECK;
/* mean rounded once; NaN if empty. */
SCI_API double sci_moments_mean(const sci_moments *m);

/* m2 / (weight - ddof), ddof 0 or 1; NaN if empty or if weight <= ddof. May overflow to infinity or
 * underflow to 0 where the standard deviation does not. */
SCI_API double sci_moments_variance(const sci_moments *m, int ddof);

/* The square root of the variance, computed without leaving double on the way. */
SCI_API double sci_moments_sd(const sci_moments *m, int ddof);

/* True if all members are equal (an empty set is not). */
SCI_API bool sci_moments_is_constant(const sci_moments *m);

#endif
