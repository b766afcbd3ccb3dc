/* SPDX-License-Identifier: BSD-3-Clause */
/* Gradients of the forward map on elements in memory. */
#ifndef SCI_STATS_BACKWARD_H
#define SCI_STATS_BACKWARD_H

#include "affine.h"

/* A sum that keeps its rounding errors. */
typedef struct sci_sum {
    double hi, lo;
} sci_sum;

void sci_sum_add(sci_sum *into, double value);
void sci_sum_merge(sci_sum *into, const sci_sum *from);

/* Of one group: Σa and Σ(a·z), z = (x - mean)·scale. a is dy·gamma for groups of g, dy for those of
 * h. */
typedef struct sci_pair_sums {
    sci_sum a, az;
} sci_pair_sums;

typedef struct sci_backward {
    const sci_affine *affine;
    const sci_coefficients *coefficients; /* of the groups that the stretch has */
    sci_type dy_type, out_type;
    const unsigned char *dy; /* beside the elements of the stretch */
    sci_nan_policy nan;      /* ignore: members whose x or dy is no finite number are untouched */
    int ddof;
} sci_backward;

/* Add the sums of the normalized elements of [first, end) to g_sums[group -
 * coefficients->first_group] and, if there is a second step, to h_sums[group of h] (else to
 * h_sums[0]). */
void sci_backward_sums(const sci_backward *b, const sci_stretch *s, uint64_t first, uint64_t end,
                       sci_pair_sums *g_sums, sci_pair_sums *h_sums);

/* dx of [first, end); g_sums and weights (of the table's rows) are those of all members of each
 * group, from coefficients->first_group on. out points at the place of element `first`. */
void sci_backward_apply(const sci_backward *b, const sci_stretch *s, uint64_t first, uint64_t end,
                        const sci_pair_sums *g_sums, const sci_moments *rows, void *out);

#endif
