/* SPDX-License-Identifier: BSD-3-Clause */
/* The space of merged tables, and where each table's groups are in it. */
#ifndef SCI_STATS_UNITE_H
#define SCI_STATS_UNITE_H

#include "table.h"

/* Levels [first, first + count) of the merged factor are levels [from, from + count) of the
 * table's. */
typedef struct sci_stretch {
    uint64_t first, count, from;
} sci_stretch;

/* Where the levels of one factor of a table are: stretches sorted by place, without overlap. */
typedef struct sci_level_map {
    uint64_t merged_levels, levels;
    size_t n;
    sci_stretch *stretches;
} sci_level_map;

typedef struct sci_space_map {
    int n_factors;
    sci_level_map *factors;
} sci_space_map;

/* Some consecutive groups of the merged space: groups [local, local + count) of the table, or
 * absent. */
typedef struct sci_run {
    uint64_t count, local;
    bool present;
} sci_run;

/* The longest run that the map gives at once from merged group `group` on; not beyond `end`. */
sci_run sci_space_map_run(const sci_space_map *map, uint64_t group, uint64_t end);
void sci_space_map_clear(sci_space_map *map);

/* The union of the spaces of n tables that match (match.h): labels by name, parts of the sample
 * axis by name and digest of their sources. *out and maps[0…n-1] are overwritten. A table without a
 * source brings no samples. */
sci_status sci_spaces_unite(sci_space *out, sci_space_map *maps, size_t n,
                            const sci_stats *const *tables) SCI_MUST_CHECK;

/* Its parts. Levels of one factor, and the maps of that factor: */
sci_status sci_labels_unite(sci_levels *all, sci_space_map *maps, int factor, size_t n,
                            const sci_stats *const *tables) SCI_MUST_CHECK;

/* The sources of the tables as those of `out`, sorted. SCI_ERR_REFUSED, by name, if one is there
 * twice: its members would count twice. */
sci_status sci_origins_unite(sci_stats *out, size_t n, const sci_stats *const *tables,
                             const char *const *names) SCI_MUST_CHECK;

#endif
