/* SPDX-License-Identifier: BSD-3-Clause */
/* What the maps of a layout say of rows and elements: group and weight. */
#include <string.h>

#include "../core/clones.h"

#include "segment.h"

#define TILE 512

static uint64_t
position(const sci_stretch *s, const sci_row *row, int map)
{
    const sci_layout *layout = s->layout;
    int k = layout->n_groupings + map;

    if (s->views[map].expanded)
        return row->first - s->origin;
    return row->at[k] + row->column * layout->step[k][layout->n_axes - 1];
}

sci_place
sci_place_of_row(const sci_stretch *s, const sci_row *row)
{
    const sci_layout *layout = s->layout;
    sci_place place = { .weight = 1.0 };

    for (int g = 0; g < layout->n_groupings; g++)
        place.group[g] = (int64_t)(row->at[g] + row->column * layout->step[g][layout->n_axes - 1]);
    for (int m = 0; m < layout->n_maps; m++) {
        const sci_layout_map *map = &layout->maps[m];
        uint64_t at = position(s, row, m);

        if (map->map->kind == SCI_MAP_LABEL) {
            int32_t level = ((const int32_t *)s->views[m].values)[at];
            int64_t *group = &place.group[map->grouping];

            *group =
                level < 0 || *group < 0 ? -1 : *group + (int64_t)((uint64_t)level * map->stride);
        } else if (map->grouping == 0) {
            place.weight *= map->map->kind == SCI_MAP_MASK
                                ? (double)(((const uint8_t *)s->views[m].values)[at] != 0)
                                : ((const double *)s->views[m].values)[at];
        }
    }
    return place;
}

/* Step of a map's position from one element of the row to the next. */
static uint64_t
inner_step(const sci_stretch *s, int map)
{
    const sci_layout *layout = s->layout;

    return s->views[map].expanded ? 1 : layout->step[layout->n_groupings + map][layout->n_axes - 1];
}

/* A loop without steps is one that compilers turn into vectors. */
SCI_CLONES static void
add_levels(int32_t *groups, uint64_t n, const int32_t *levels, uint64_t step, int32_t stride)
{
    if (step == 1)
        for (uint64_t i = 0; i < n; i++)
            groups[i] = (levels[i] | groups[i]) < 0 ? -1 : groups[i] + levels[i] * stride;
    else
        for (uint64_t i = 0; i < n; i++)
            groups[i] = (levels[i * step] | groups[i]) < 0 ? -1
                                                           : groups[i] + levels[i * step] * stride;
}

SCI_CLONES static void
drop_masked(int32_t *groups, uint64_t n, const uint8_t *mask, uint64_t step)
{
    if (step == 1)
        for (uint64_t i = 0; i < n; i++)
            groups[i] = mask[i] ? groups[i] : -1;
    else
        for (uint64_t i = 0; i < n; i++)
            groups[i] = mask[i * step] ? groups[i] : -1;
}

void
sci_places_of_elements(const sci_stretch *s, const sci_row *row, int grouping, uint64_t first_group,
                       int32_t *groups)
{
    const sci_layout *layout = s->layout;
    uint64_t step = layout->step[grouping][layout->n_axes - 1];
    int32_t base = (int32_t)(row->at[grouping] + row->column * step - first_group);

    if (step == 0)
        for (uint64_t i = 0; i < row->count; i++)
            groups[i] = base;
    else
        for (uint64_t i = 0; i < row->count; i++)
            groups[i] = base + (int32_t)(i * step);
    for (int m = 0; m < layout->n_maps; m++) {
        const sci_layout_map *map = &layout->maps[m];

        if (map->grouping == grouping && map->map->kind == SCI_MAP_LABEL)
            add_levels(groups, row->count,
                       (const int32_t *)s->views[m].values + position(s, row, m), inner_step(s, m),
                       (int32_t)map->stride);
    }
}

/* Weight 0 for the values that are left out. Bounds that differ from group to group are looked up
 * for each run of one group. */
static void
drop_values(const sci_stretch *s, const sci_row *row, double *weights)
{
    size_t size = sci_type_size(s->tested_type);
    const unsigned char *x = s->tested + (row->first - s->origin) * size;
    int32_t groups[TILE];
    uint8_t flags[TILE];

    for (uint64_t at = 0; at < row->count; at += TILE) {
        sci_row part = sci_row_part(row, at, TILE);
        uint64_t n = part.count, end;

        if (s->layout->values->n > 1)
            sci_places_of_elements(s, &part, 0, part.at[0], groups);
        else
            memset(groups, 0, n * sizeof *groups);
        for (uint64_t i = 0; i < n; i = end) {
            for (end = i + 1; end < n && groups[end] == groups[i];)
                end++;
            if (groups[i] < 0)
                memset(flags + i, 0, end - i);
            else
                sci_values_flags(s->layout->values, s->tested_type, x + (at + i) * size, end - i,
                                 part.at[0] + (uint64_t)groups[i], flags + i);
        }
        for (uint64_t i = 0; i < n; i++)
            weights[at + i] = flags[i] ? weights[at + i] : 0.0;
    }
}

void
sci_weights_of_elements(const sci_stretch *s, const sci_row *row, double *weights)
{
    const sci_layout *layout = s->layout;

    for (uint64_t i = 0; i < row->count; i++)
        weights[i] = 1.0;
    for (int m = 0; m < layout->n_maps; m++) {
        const sci_layout_map *map = &layout->maps[m];
        uint64_t at = position(s, row, m), step = inner_step(s, m);

        if (map->grouping != 0)
            continue;
        if (map->map->kind == SCI_MAP_MASK) {
            const uint8_t *mask = (const uint8_t *)s->views[m].values + at;

            for (uint64_t i = 0; i < row->count; i++)
                weights[i] = mask[i * step] ? weights[i] : 0.0;
        } else if (map->map->kind == SCI_MAP_WEIGHT) {
            const double *w = (const double *)s->views[m].values + at;

            for (uint64_t i = 0; i < row->count; i++)
                weights[i] *= w[i * step];
        }
    }
    if (layout->values)
        drop_values(s, row, weights);
}

/* True if it takes more than masks to say who is a member. */
static bool
weighs(const sci_layout *layout)
{
    for (int m = 0; m < layout->n_maps; m++)
        if (layout->maps[m].grouping == 0 && layout->maps[m].map->kind == SCI_MAP_WEIGHT)
            return true;
    return layout->values != NULL;
}

void
sci_members_of_elements(const sci_stretch *s, const sci_row *row, uint64_t first_group,
                        int32_t *groups)
{
    const sci_layout *layout = s->layout;
    double weights[TILE];

    sci_places_of_elements(s, row, 0, first_group, groups);
    if (!weighs(layout)) {
        for (int m = 0; m < layout->n_maps; m++)
            if (layout->maps[m].grouping == 0 && layout->maps[m].map->kind == SCI_MAP_MASK)
                drop_masked(groups, row->count,
                            (const uint8_t *)s->views[m].values + position(s, row, m),
                            inner_step(s, m));
        return;
    }
    for (uint64_t at = 0; at < row->count; at += TILE) {
        sci_row part = sci_row_part(row, at, TILE);

        sci_weights_of_elements(s, &part, weights);
        for (uint64_t i = 0; i < part.count; i++)
            groups[at + i] = weights[i] > 0.0 ? groups[at + i] : -1;
    }
}

/* Elements are written whether they are members or not, and the next one over those that are not. */
#define KEEP(type)                                                       \
    for (size_t i = 0; i < n; i++) {                                     \
        memcpy(to + kept * sizeof(type), x + i * sizeof(type), sizeof(type)); \
        kept += groups[i] >= 0;                                          \
    }                                                                    \
    break

size_t
sci_members_compact(void *out, const void *elements, size_t size, const int32_t *groups, size_t n)
{
    const unsigned char *x = elements;
    unsigned char *to = out;
    size_t kept = 0;

    switch (size) {
    case 1:
        KEEP(uint8_t);
    case 2:
        KEEP(uint16_t);
    case 4:
        KEEP(uint32_t);
    default:
        KEEP(uint64_t);
    }
    return kept;
}
