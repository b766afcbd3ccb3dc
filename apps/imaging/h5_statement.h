/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One place in a file that says how far voxels are apart, and the sum of several that agree. */
#ifndef IMAGING_H5_STATEMENT_H
#define IMAGING_H5_STATEMENT_H

#include "h5_formats.h"

typedef struct h5_statement {
    char from[160];
    double step[IMAGING_AXES_MOST];   /* above 0; NaN: not said */
    bool nan_said[IMAGING_AXES_MOST]; /* NaN was written there */
    bool falls[IMAGING_AXES_MOST];    /* coordinates get smaller along the axis */
    char unit[32];                    /* "": not said */
    double millimetres;               /* of its unit; 0: not known */
} h5_statement;

void h5_statement_start(h5_statement *s, const char *from);

/* SCI_ERR_REFUSED for steps that cannot be: 0, negative, infinite. */
sci_status h5_statement_step(const h5_reading *r, h5_statement *s, int axis,
                             double step) SCI_MUST_CHECK;
/* One value for every axis of space in the order of the array (reversed: in the opposite one), or
 * one for every axis. SCI_ERR_REFUSED for another number of values. */
sci_status h5_statement_list(const h5_reading *r, h5_statement *s, uint64_t n, const double *values,
                             bool reversed) SCI_MUST_CHECK;

/* Complete `sum` by `s`. SCI_ERR_REFUSED, with both numbers, where they disagree by more than
 * 0.1 %. Numbers without a unit agree with those of any usual unit and get it. */
sci_status h5_statement_add(const h5_reading *r, h5_statement *sum,
                            const h5_statement *s) SCI_MUST_CHECK;

/* Remember one more place that the sum was taken from. */
void h5_statement_name(h5_statement *sum, const char *from);

/* Add what dimension scales say (h5_scales.c). Axes that they show to be irregular are set in the
 * geometry, in the unit of `sum`. */
sci_status h5_scales_add(const h5_reading *r, const char *dataset,
                         h5_statement *sum) SCI_MUST_CHECK;

#endif
