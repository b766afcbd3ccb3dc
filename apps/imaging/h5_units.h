/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units of length that attributes of an object state. */
#ifndef IMAGING_H5_UNITS_H
#define IMAGING_H5_UNITS_H

#include "h5_formats.h"

#define H5_UNIT_TEXT 64

typedef struct h5_units {
    char name[16];                              /* of the attribute; "" if none says anything */
    char text[IMAGING_AXES_MOST][H5_UNIT_TEXT]; /* of each axis of the image */
} h5_units;

/* What 'voxel_unit', 'units' and 'unit' of a dataset say: one unit for all axes, or one for each
 * axis (of space, or of the array). SCI_ERR_REFUSED where two of them are units of length and
 * differ, and for another number of units; with --units the first one is taken instead. 'units' or
 * 'unit' may be that of the values: where only the other one is a unit of length it is taken, with
 * a warning. */
sci_status h5_units_read(const h5_reading *r, const char *dataset, h5_units *out) SCI_MUST_CHECK;

/* True if one of them is a unit of length. */
bool h5_units_are_lengths(const h5_units *units);

/* The same of an object that lies along one axis (a dimension scale, its widths); "" without. */
sci_status h5_unit_read(const h5_reading *r, const char *object,
                        char out[H5_UNIT_TEXT]) SCI_MUST_CHECK;

#endif
