/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units of length. */
#ifndef IMAGING_UNITS_H
#define IMAGING_UNITS_H

#include "geometry.h"

#define IMAGING_UNITS "mm, um, nm, cm, m or inch"

/* Millimetres of one "mm", "um" (also µm, micron), "nm", "cm", "m", "inch" or their full names; 0
 * for anything else. Blanks around it and upper case do not matter. */
double imaging_unit_millimetres(const char *text);

/* True for words that say that nothing was measured: "", "pixel", "px", "voxel". */
bool imaging_unit_says_nothing(const char *text);

/* Make it the geometry's unit; unknown ones are kept as text and have no length. */
void imaging_geometry_set_unit(imaging_geometry *geometry, const char *text);

/* Units one of which a number without a unit may have been meant in; ended by 0. In mm. */
extern const double imaging_units_usual[];

#endif
