/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of an image one after the other, as numbers, for methods that are no table of the
 * engine. */
#ifndef IMAGING_VALUES_H
#define IMAGING_VALUES_H

#include "groups.h"

/* Called for every member of kept group `group`, in C order. */
typedef void (*imaging_see)(void *context, uint64_t group, double value);

/* SCI_ERR_REFUSED where kept groups or mask lie otherwise than in equal stretches. A mask costs a bit a
 * voxel of memory. */
sci_status imaging_values_visit(const imaging_groups *groups, const imaging_members *members,
                                const imaging_context *c, const imaging_volume *volume,
                                sci_source *source, imaging_see see, void *context) SCI_MUST_CHECK;

#endif
