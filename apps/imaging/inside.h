/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mask and labels of an image as bits in memory, for what goes through it element by element. */
#ifndef IMAGING_INSIDE_H
#define IMAGING_INSIDE_H

#include "mapped.h"
#include "members.h"

/* The mask of a file, or that of values once they are held (chosen.h): a bit each. SCI_ERR_REFUSED
 * where its axes do not lie together in the image. */
sci_status imaging_bits_of_mask(imaging_bits *out, const imaging_members *members,
                                const imaging_volume *volume) SCI_MUST_CHECK;

/* The voxels inside mask and labels, of an image whose values are as they were when the members were
 * found. `members` must outlive it. */
sci_status imaging_only_members(imaging_only *out, const imaging_members *members,
                                const imaging_context *c,
                                const imaging_volume *volume) SCI_MUST_CHECK;
void imaging_only_clear(imaging_only *only);

#endif
