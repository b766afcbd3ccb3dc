/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bias field: a factor above 0 for every voxel, by which an image is divided. */
#ifndef IMAGING_FIELD_H
#define IMAGING_FIELD_H

#include "members.h"

/* Look at all of a field: SCI_ERR_NONFINITE with the first voxel and their number where it is no factor
 * above 0 inside mask and labels (a mask by values is one of the divided image, so that with one all
 * voxels count). *outside: how many there are elsewhere. */
sci_status imaging_field_check(const imaging_volume *field, const imaging_members *members,
                               const imaging_context *c, const imaging_volume *volume,
                               uint64_t *outside) SCI_MUST_CHECK;

#endif
