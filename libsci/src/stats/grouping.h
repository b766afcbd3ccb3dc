/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of labels and groupings, for the layout and the engine. */
#ifndef SCI_STATS_GROUPING_H
#define SCI_STATS_GROUPING_H

#include <sci/grouping.h>

#include "space.h"
#include "values.h"

struct sci_labels {
    uint64_t size;
    uint64_t blocks;           /* > 0: equal blocks of neighbours */
    int32_t *codes;            /* level of each position, -1 for none; NULL if streamed */
    struct sci_source *source; /* streamed labels; not owned */
    sci_levels levels;
};

/* One array over some axes: a label factor, a mask or a weight. */
typedef enum sci_map_kind { SCI_MAP_LABEL, SCI_MAP_MASK, SCI_MAP_WEIGHT } sci_map_kind;

typedef struct sci_map {
    sci_map_kind kind;
    int n_axes;
    int axes[SCI_MAX_RANK];
    const sci_labels *labels;  /* label */
    struct sci_source *source; /* mask and weight; label if streamed */
    int factor;                /* label: index among the factors of the space */
} sci_map;

#define SCI_MAPS_MOST 16

struct sci_grouping {
    sci_space space;
    int n_maps;
    sci_map maps[SCI_MAPS_MOST];
    int n_masks, n_weights;
    sci_values values; /* n 0: elements are not judged by their values */
};

/* Elements that a map covers. */
uint64_t sci_map_size(const sci_grouping *g, const sci_map *map);

/* The step of a factor in the mixed radix of group numbers. */
uint64_t sci_grouping_stride(const sci_grouping *g, int factor);

void sci_levels_clear(sci_levels *levels);
sci_status sci_levels_copy(sci_levels *out, const sci_levels *from) SCI_MUST_CHECK;

#endif
