/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements of a row that plain coefficients do not serve. */
#ifndef SCI_TRANSFORM_PRIV_H
#define SCI_TRANSFORM_PRIV_H

#include "affine.h"

/* Each element by its own group; `out` is where the row begins. */
void sci_transform_elements(const sci_transform *t, const sci_stretch *s, const sci_row *row,
                            unsigned char *out);
/* A row of which no element is a member. */
void sci_transform_outside(const sci_transform *t, const sci_stretch *s, const sci_row *row,
                           unsigned char *out);

#endif
