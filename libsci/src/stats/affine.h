/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of sci_affine, and its application to elements in memory. */
#ifndef SCI_STATS_AFFINE_H
#define SCI_STATS_AFFINE_H

#include <sci/affine.h>

#include "segment.h"

struct sci_affine {
    const sci_grouping *g; /* statistics */
    const sci_grouping *h; /* gamma and beta; NULL if there is no second step */
    double eps;
    int ddof;
    double *gamma, *beta; /* of the groups of h; 1 and 0 where not given */
    sci_outside outside;
    double outside_value; /* of ZERO, NAN and VALUE */
    bool inverse;
};

/* The first step for groups [first_group, first_group + n), columns apart so that a row of groups
 * is a row of numbers. */
typedef struct sci_coefficients {
    uint64_t first_group, n;
    double *hi, *lo, *scale;
    int32_t *exponent;
    bool any_special; /* some group is not a plain (x - mean)·scale */
} sci_coefficients;

/* Marks in `exponent`. */
#define SCI_IDENTITY INT32_MIN       /* an empty group: elements are only converted */
#define SCI_CONSTANT (INT32_MIN + 1) /* inverse with scale 0: the mean */

sci_status sci_coefficients_create(sci_coefficients *c, uint64_t most) SCI_MUST_CHECK;
void sci_coefficients_clear(sci_coefficients *c);
/* Fill from rows of a table. */
void sci_coefficients_set(sci_coefficients *c, const sci_affine *a, uint64_t first_group,
                          uint64_t n, const sci_moments *rows);

/* Elements outside get a.outside_value. */
static inline bool
sci_affine_fills(const sci_affine *a)
{
    return a->outside >= SCI_OUTSIDE_ZERO;
}

/* How elements are handed out. */
typedef struct sci_transform {
    const sci_affine *affine;
    const sci_coefficients *coefficients;
    sci_type out_type;
    sci_nan_policy nan;
    bool stream; /* store past the caches: the output is large and not read again soon */
} sci_transform;

/* Transform elements [first, end) of a stretch whose layout has the affine's groupings (g, and h if
 * there is one); out points at the place of element `first`. */
void sci_transform_apply(const sci_transform *t, const sci_stretch *s, uint64_t first, uint64_t end,
                         void *out);

#endif
