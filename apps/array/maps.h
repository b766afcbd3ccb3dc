/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Labels, masks and weights from files: along one axis into memory, over several axes as
 * streams. */
#ifndef ARRAY_MAPS_H
#define ARRAY_MAPS_H

#include "groups.h"

/* Axes, labels and source of one map; lines, name and digest of `map` are brought up to date. */
sci_status array_map_load(array_map_data *out, const array_context *c, const array_axes *axes,
                          const array_recipe *recipe, array_map *map, const sci_source *input,
                          array_trust trust) SCI_MUST_CHECK;
void array_map_clear(array_map_data *data);

#endif
