/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes a series stationary and free of its unit: FRED-MD's codes 1 to 7 (McCracken and Ng 2016). */
#ifndef ECON_TRANSFORM_H
#define ECON_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "panel.h"

/* out[t] of x[0…n-1] times sign. NaN where x or what it is compared with is missing, the logarithm of a
 * value that is not positive, or a change relative to 0. */
void econ_transform_apply(econ_transform transform, int sign, const double *x, size_t n,
                          double *out);

#endif
