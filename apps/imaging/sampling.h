/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From coordinates of samples to an axis that is evenly spaced or not. */
#ifndef IMAGING_SAMPLING_H
#define IMAGING_SAMPLING_H

#include "geometry.h"

/* Relative difference of numbers that say the same: 0.1 %. */
#define IMAGING_AGREE 1e-3
bool imaging_agree(double a, double b);

/* Of the distance of two slices: by no more do the widths of contiguous ones miss it. */
#define IMAGING_CONTIGUOUS 0.01

/* Why centres (and widths, or NULL) of n samples cannot be: not finite, not in order, widths not
 * above 0. NULL if they can. */
const char *imaging_samples_fault(uint64_t n, const double *centres, const double *widths);

/* Give the axis these centres and widths (NULL: not known), which are copied. Where all distances
 * agree, and all widths, with each other and with the distance, it is regular with their mean distance
 * as its step (of a single sample, its width). SCI_ERR_REFUSED with `from` ("'x.h5': dimension scale 'z'") if they cannot be. */
sci_status imaging_axis_set_samples(imaging_axis *axis, const double *centres, const double *widths,
                                    const char *from) SCI_MUST_CHECK;

/* The signed distance of samples that are evenly spaced, also where their widths leave gaps; else
 * NaN. */
double imaging_axis_pitch(const imaging_axis *axis);

/* Give it a regular step instead of what it had. */
void imaging_axis_set_step(imaging_axis *axis, double step);

#endif
