/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masks and label maps in files: opened, compared with the image, made ready for the engine. */
#ifndef IMAGING_MAPS_H
#define IMAGING_MAPS_H

#include "members.h"

/* "1, 2, 3": the index of an element. */
#define IMAGING_PLACE (24 * SCI_MAX_RANK)
void imaging_place_text(const sci_array *array, uint64_t element, char place[IMAGING_PLACE]);

/* members->rule says which file. */
sci_status imaging_mask_open(imaging_members *members, const imaging_context *c,
                             const imaging_volume *volume) SCI_MUST_CHECK;
sci_status imaging_labels_open(imaging_members *members, const imaging_context *c,
                               const imaging_volume *volume, const char *operand) SCI_MUST_CHECK;

/* Open a map of an image: one with its spatial axes in the same order, alone or with all others
 * too. `axes` are those of the image that it lies over. */
sci_status imaging_map_open(imaging_volume **out, const imaging_context *c,
                            const imaging_volume *volume, const char *operand, int *n_axes,
                            int axes[IMAGING_AXES_MOST]) SCI_MUST_CHECK;

#endif
