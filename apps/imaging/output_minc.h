/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What MINC 2 keeps about the values of its image: valid_range, image-min and image-max. Programs
 * take voxels outside of valid_range for missing. */
#ifndef IMAGING_OUTPUT_MINC_H
#define IMAGING_OUTPUT_MINC_H

#include "output_formats.h"

/* Let the output's sink remember the ranges: of the whole, or of the stretches for which the input
 * has image-min and image-max. */
sci_status imaging_minc_begin(imaging_output *out) SCI_MUST_CHECK;
/* The values are there: write their ranges. */
sci_status imaging_minc_finish(imaging_output *out) SCI_MUST_CHECK;
void imaging_minc_free(imaging_output *out);

#endif
