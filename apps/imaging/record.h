/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output keeps about how it was made: in HDF5 the group /sci_imaging/<dataset> with the
 * table of its groups, in NIfTI a JSON file beside it. Both have the same content, so that invert
 * finds it. */
#ifndef IMAGING_RECORD_H
#define IMAGING_RECORD_H

#include "cli/json.h"

#include "normal.h"

#define IMAGING_RECORD "/sci_imaging"
#define IMAGING_RECORD_VERSION 1

/* "volume-weighted, 'mask' 27288 of 109350 voxels"… as one JSON object. */
void imaging_record_json(cli_json *json, const imaging_normal *job);

/* Centre and scale of a row as the engine applied them. */
double imaging_row_centre(const sci_moments *row);
double imaging_row_scale(const sci_moments *row, double eps, int ddof);

/* How a mask in a file is read: "weights" or "above 0.5" (a binary one is above 0); "" without. */
void imaging_mask_reading(const imaging_normal *job, char text[48]);

/* Text of a method, "zscore". */
void imaging_method_text(int method, char text[24]);

#endif
