/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call for each pass of the engine: makes sources, groupings, affine and sinks, runs, frees
 * all of them whatever happens. */
#ifndef TESTS_SUPPORT_PASSES_H
#define TESTS_SUPPORT_PASSES_H

#include "partition.h"

/* Arguments of sci_grouping_values. */
typedef struct pass_values {
    bool nonzero;
    uint64_t n;
    const double *low, *high;
} pass_values;

typedef struct pass {
    const partition *groups;
    const partition *second; /* of gamma and beta; NULL: no second step */
    const double *gamma, *beta;
    sci_type type; /* of x */
    bool swapped;
    const void *x;
    sci_type output; /* of y or dx */
    double eps;
    sci_outside outside;
    double outside_value;      /* of SCI_OUTSIDE_VALUE */
    const pass_values *values; /* NULL: elements are not judged by their values */
    bool single_dy; /* dy is f4, else f8 */
    bool streamed; /* sources and sinks deliver pieces instead of showing their memory */
    sci_options options; /* ddof and NaN policy too */
} pass;

/* fit; the table is the caller's. */
sci_status pass_fit(const pass *p, sci_stats **stats, sci_report *report) SCI_MUST_CHECK;

/* fit + apply at once; rows (may be NULL) gets the moments of every group, report may be NULL. */
sci_status pass_normalize(const pass *p, void *y, sci_moments *rows,
                          sci_report *report) SCI_MUST_CHECK;

/* Transform (or undo) with a given table; range may be NULL. */
sci_status pass_apply(const pass *p, const sci_stats *stats, bool invert, const sci_range *range,
                      void *y, sci_report *report) SCI_MUST_CHECK;

/* dx, and dgamma and dbeta (may be NULL). */
sci_status pass_gradient(const pass *p, const void *dy, void *dx, double *dgamma, double *dbeta,
                         sci_report *report) SCI_MUST_CHECK;

#endif
