/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The grouping of an input: its axes and a recipe made into factors, labels, masks and weights. */
#ifndef ARRAY_GROUPS_H
#define ARRAY_GROUPS_H

#include <sci/grouping.h>

#include "axes.h"
#include "context.h"
#include "recipe.h"

/* What stands behind a map. */
typedef struct array_map_data {
    int n_axes;
    int axes[SCI_MAX_RANK];
    sci_source *source; /* of a map over several axes, a mask or weights */
    sci_labels *labels;
    void *values; /* that a source in memory reads */
} array_map_data;

typedef struct array_groups {
    array_axes axes;
    sci_grouping *g;
    array_map_data maps[ARRAY_MAPS_MOST]; /* as in the recipe */
    sci_labels *blocks;                   /* of group:G */
} array_groups;

/* How strictly the recipe holds. */
typedef enum array_trust {
    ARRAY_NEW,   /* from the command line: digests of maps are noted in the recipe */
    ARRAY_ALIKE, /* statistics of other data: the maps may be others */
    ARRAY_SAME   /* statistics of these data: maps must have the digests that the recipe knows */
} array_trust;

/* Axes and lines of the recipe are filled in. Notes go to stderr. */
sci_status array_groups_make(array_groups *out, const array_context *c, array_recipe *recipe,
                             const sci_source *input, array_trust trust) SCI_MUST_CHECK;
void array_groups_clear(array_groups *groups);

#endif
