/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arithmetic of a mapped source, on stretches of doubles. */
#ifndef IMAGING_MAPPED_PRIV_H
#define IMAGING_MAPPED_PRIV_H

#include "mapped.h"

#define MAPPED_STRETCH 1024 /* elements of mapped_apply at most: two buffers stay in the L1 cache */

/* A step with tables of its own. */
typedef struct mapped_step {
    imaging_step_kind kind;
    uint64_t blocks, last;
    uint64_t block_elements; /* of a step without `last` */
    double *a, *b;           /* with `last`, repeated so that a stretch never wraps around */
    size_t n_points;
    double *x, *y, *slope;
    const imaging_only *only;
    int divisor; /* which of the inputs, 0 being the mapped source itself */
} mapped_step;

/* Checks the request against an array of `count` elements. */
sci_status mapped_step_create(mapped_step *out, const imaging_step *from, const sci_array *array,
                              uint64_t count) SCI_MUST_CHECK;
void mapped_step_clear(mapped_step *step);

/* values[i], i < n <= MAPPED_STRETCH, are those at element first + i; `divisor` (NULL but for
 * STEP_DIVIDE) is as long. */
void mapped_step_apply(const mapped_step *step, uint64_t first, size_t n, double *values,
                       const double *divisor);

#endif
