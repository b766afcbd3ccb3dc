/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of MINC 2 ("MINC 2.0 File Format Reference"; what libminc does where that is silent). */
#ifndef IMAGING_H5_MINC_H
#define IMAGING_H5_MINC_H

#include "h5_formats.h"

#define MINC_IMAGE "/minc-2.0/image/0/image"
#define MINC_DIMENSIONS "/minc-2.0/dimensions"

/* Names, sizes and sampling of the axes, directions and origin. */
sci_status h5_minc_dimensions(const h5_reading *r) SCI_MUST_CHECK;

/* Wrap the stored integers so that the source gives real values: valid_range is stretched to
 * image-min … image-max, of the whole or of the stretches along the leading axes for which there
 * is one. Stored floating-point numbers are real already. */
sci_status h5_minc_values(const h5_reading *r) SCI_MUST_CHECK;

#endif
