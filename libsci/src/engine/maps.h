/* SPDX-License-Identifier: BSD-3-Clause */
/* Labels, masks and weights while a pass runs: held in memory where they fit, else read beside the
 * data. */
#ifndef SCI_ENGINE_MAPS_H
#define SCI_ENGINE_MAPS_H

#include <sci/engine.h>

#include "../stats/segment.h"

/* A grouping as the kernels shall see it: weights that are all equal are gone, or masks where some
 * are 0. Shallow: shares everything with `g`. Negative, infinite and NaN weights are refused.
 * `weighted`: unequal weights are left; `equal_weight`: the product of those that are gone, 0 if
 * there were none. */
typedef struct sci_effective {
    sci_grouping grouping;
    bool weighted, masked;
    double equal_weight;
} sci_effective;

sci_status sci_effective_grouping(sci_effective *out, const sci_grouping *g,
                                  const sci_options *opt) SCI_MUST_CHECK;

typedef struct sci_maps sci_maps;

/* Maps of `layout` (which must outlive it); those that fit together into `budget` bytes are read
 * now and held. */
sci_status sci_maps_create(sci_maps **out, const sci_layout *layout,
                           uint64_t budget) SCI_MUST_CHECK;
void sci_maps_free(sci_maps *maps);

/* Bytes held, and bytes for each element of a slab that the others take. */
uint64_t sci_maps_bytes(const sci_maps *maps);
uint64_t sci_maps_bytes_per_element(const sci_maps *maps);

/* Views for the elements [first, end): `buffer` (bytes per element × elements, 64-byte aligned
 * parts) gets the values of the maps that are not held. Called on one thread, best in the order of
 * elements. */
sci_status sci_maps_view(sci_maps *maps, uint64_t first, uint64_t end, unsigned char *buffer,
                         sci_map_view *views) SCI_MUST_CHECK;

#endif
