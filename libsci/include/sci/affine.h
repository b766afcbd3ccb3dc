/* SPDX-License-Identifier: BSD-3-Clause */
/* What is done to each element: y = ((x - hi[g]) - lo[g])·(scale[g]·gamma[h]) + beta[h], the two
 * steps each with its own grouping, in double, rounded once. */
#ifndef SCI_AFFINE_H
#define SCI_AFFINE_H

#include <sci/grouping.h>
#include <sci/stats.h>

/* Elements that are labelled but not members (masked out, weight 0) under APPLY are normalized with
 * their group; elements without a label are kept under APPLY. */
typedef enum sci_outside {
    SCI_OUTSIDE_KEEP, /* converted to the output type, no arithmetic */
    SCI_OUTSIDE_APPLY,
    SCI_OUTSIDE_ZERO,
    SCI_OUTSIDE_NAN,
    SCI_OUTSIDE_VALUE /* see sci_affine_outside_value */
} sci_outside;

typedef struct sci_affine sci_affine;

/* scale = 1/sqrt(variance + eps) of each group of `g` (not owned). eps >= 0 is added to the
 * variance. A group of zero variance has scale 1/sqrt(eps), or 0 if eps is 0; an empty group is the
 * identity. */
SCI_API sci_status sci_affine_create(sci_affine **out, const sci_grouping *g, double eps,
                                     int ddof) SCI_MUST_CHECK;

/* gamma and beta (each may be NULL: 1, 0) for the groups of `h` (not owned; its shape is that of
 * g). Both arrays are copied. SCI_ERR_NONFINITE if one is not finite. Elements without a label in h
 * get gamma 1 and beta 0. */
SCI_API sci_status sci_affine_scale_shift(sci_affine *a, const sci_grouping *h, const double *gamma,
                                          const double *beta) SCI_MUST_CHECK;

/* VALUE is that of 0 until sci_affine_outside_value says another. */
SCI_API void sci_affine_outside(sci_affine *a, sci_outside outside);

/* Elements outside become this number, NaN too. Their gradient is 0. */
SCI_API void sci_affine_outside_value(sci_affine *a, double value);

/* Undo instead of do. SCI_ERR_REFUSED if a gamma is 0. Where members were chosen by their values
 * and the others not transformed sci_apply refuses: the output does not say which they were. A group of zero variance gives its mean. */
SCI_API sci_status sci_affine_invert(sci_affine *a) SCI_MUST_CHECK;

SCI_API void sci_affine_free(sci_affine *a);

/* The scale of one group, as sci_affine uses it: 1/sqrt(variance + eps) (2^-exponent taken out, so
 * that it multiplies (x - mean)·2^-exponent). */
SCI_API double sci_affine_scale_of(const sci_moments *m, double eps, int ddof);

#endif
