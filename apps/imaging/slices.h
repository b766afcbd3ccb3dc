/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three orthogonal slices of an image, picked out of one pass over it: memory is that of a
 * piece and of slices of at most IMAGING_DRAWN_MOST samples a side. */
#ifndef IMAGING_SLICES_H
#define IMAGING_SLICES_H

#include <sci/io.h>

#include "view.h"

/* Slice k is cut across direction k: sagittal, coronal, axial. Rows and columns are the drawn
 * samples of the two other directions, row 0 the lowest, column 0 the leftmost. */
typedef struct imaging_cuts {
    size_t rows[IMAGING_DIRECTIONS], columns[IMAGING_DIRECTIONS];
    double *values[IMAGING_DIRECTIONS]; /* NULL where there is no slice but a line, or a point */
} imaging_cuts;

/* Which directions are the columns and rows of slice k. */
int imaging_cut_columns(int slice);
int imaging_cut_rows(int slice);
const char *imaging_cut_name(int slice); /* "axial" */

/* The source has the axes of the view's image, or those of its directions alone (a mask). An image
 * without two axes has its single line as slice. */
sci_status imaging_cuts_read(imaging_cuts *out, const imaging_view *view,
                             sci_source *source) SCI_MUST_CHECK;
void imaging_cuts_clear(imaging_cuts *cuts);

/* The sample of each direction nearest to the centre of mass of what is > 0 in `mask`, in one pass
 * over it; the middle if nothing is. */
sci_status imaging_mask_centre(const imaging_view *view, sci_source *mask,
                               uint64_t cut[IMAGING_DIRECTIONS]) SCI_MUST_CHECK;

#endif
