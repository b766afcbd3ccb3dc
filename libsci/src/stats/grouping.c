/* SPDX-License-Identifier: BSD-3-Clause */
/* Groupings: factors on axes, masks and weights. */
#include <inttypes.h>
#include <string.h>

#include <sci/io.h>
#include <sci/memory.h>

#include "grouping.h"
#include "moments_priv.h"
#include "table.h"

#define MASKS_MOST 4
#define WEIGHTS_MOST 4

sci_status
sci_grouping_create(sci_grouping **out, int rank, const uint64_t *shape)
{
    sci_array array = { .rank = rank, .type = SCI_FLOAT64 };
    sci_grouping *g = NULL;
    uint64_t count;
    sci_status st;

    if (rank < 0 || rank > SCI_MAX_RANK)
        return sci_fail(SCI_ERR_SHAPE, "rank %d is not between 0 and %d", rank, SCI_MAX_RANK);
    if (rank > 0)
        memcpy(array.shape, shape, (size_t)rank * sizeof *shape);
    st = sci_array_count(&array, &count);
    if (st == SCI_OK)
        st = sci_alloc_zero(&g, 1, 1, sizeof *g);
    if (st != SCI_OK)
        return st;
    g->space.rank = rank;
    memcpy(g->space.shape, array.shape, sizeof array.shape);
    for (int a = 0; a < rank; a++) {
        st = sci_format(&g->space.axis_names[a], "axis%d", a);
        if (st != SCI_OK) {
            sci_grouping_free(g);
            return st;
        }
    }
    *out = g;
    return SCI_OK;
}

sci_status
sci_grouping_axis_names(sci_grouping *g, const char *const *names)
{
    for (int a = 0; a < g->space.rank; a++) {
        char *copy = NULL;
        sci_status st = sci_strdup(&copy, names[a]);

        if (st != SCI_OK)
            return st;
        sci_free(g->space.axis_names[a]);
        g->space.axis_names[a] = copy;
    }
    return SCI_OK;
}

/* Axes exist and increase. */
static sci_status
check_axes(const sci_grouping *g, int n_axes, const int *axes)
{
    if (n_axes < 1 || n_axes > g->space.rank)
        return sci_fail(SCI_ERR_ARGUMENT, "%d axes named for an array of rank %d", n_axes,
                        g->space.rank);
    for (int i = 0; i < n_axes; i++) {
        if (axes[i] < 0 || axes[i] >= g->space.rank)
            return sci_fail(SCI_ERR_ARGUMENT, "axis %d is not among the %d axes", axes[i],
                            g->space.rank);
        if (i > 0 && axes[i] <= axes[i - 1])
            return sci_fail(SCI_ERR_ARGUMENT, "axes are not named in increasing order");
    }
    return SCI_OK;
}

static sci_status
check_free_axes(const sci_grouping *g, int n_axes, const int *axes)
{
    for (int f = 0; f < g->space.n_factors; f++)
        for (int i = 0; i < g->space.factors[f].n_axes; i++)
            for (int k = 0; k < n_axes; k++)
                if (g->space.factors[f].axes[i] == axes[k])
                    return sci_fail(SCI_ERR_ARGUMENT, "axis '%s' is kept or labelled already",
                                    g->space.axis_names[axes[k]]);
    return SCI_OK;
}

/* Insert a factor in the order of first axes; maps keep pointing at theirs. */
static sci_status
add_factor(sci_grouping *g, const sci_factor *factor, int *index)
{
    sci_space *space = &g->space;
    sci_factor *factors = NULL;
    int at = 0;
    sci_status st = sci_alloc(&factors, (size_t)space->n_factors + 1, 1, sizeof *factors);

    if (st != SCI_OK)
        return st;
    while (at < space->n_factors && space->factors[at].axes[0] < factor->axes[0])
        at++;
    if (at > 0)
        memcpy(factors, space->factors, (size_t)at * sizeof *factors);
    factors[at] = *factor;
    if (at < space->n_factors)
        memcpy(factors + at + 1, space->factors + at,
               (size_t)(space->n_factors - at) * sizeof *factors);
    for (int m = 0; m < g->n_maps; m++)
        if (g->maps[m].kind == SCI_MAP_LABEL && g->maps[m].factor >= at)
            g->maps[m].factor++;
    sci_free(space->factors);
    space->factors = factors;
    space->n_factors++;
    *index = at;
    return SCI_OK;
}

static void
remove_factor(sci_grouping *g, int at)
{
    sci_space *space = &g->space;

    memmove(space->factors + at, space->factors + at + 1,
            (size_t)(space->n_factors - at - 1) * sizeof *space->factors);
    space->n_factors--;
    for (int m = 0; m < g->n_maps; m++)
        if (g->maps[m].kind == SCI_MAP_LABEL && g->maps[m].factor >= at)
            g->maps[m].factor--;
}

sci_status
sci_grouping_keep(sci_grouping *g, int axis)
{
    sci_factor factor = { .keep = true, .n_axes = 1, .axes = { axis } };
    uint64_t groups;
    int index;
    sci_status st = check_axes(g, 1, &axis);

    if (st == SCI_OK)
        st = check_free_axes(g, 1, &axis);
    if (st == SCI_OK)
        st = add_factor(g, &factor, &index);
    if (st != SCI_OK)
        return st;
    st = sci_space_groups(&g->space, &groups);
    if (st != SCI_OK)
        remove_factor(g, index);
    return st;
}

uint64_t
sci_map_size(const sci_grouping *g, const sci_map *map)
{
    uint64_t size = 1;

    for (int i = 0; i < map->n_axes; i++)
        size *= g->space.shape[map->axes[i]];
    return size;
}

static sci_status
new_map(sci_grouping *g, sci_map_kind kind, int n_axes, const int *axes, sci_map **out)
{
    sci_map *map;
    sci_status st = check_axes(g, n_axes, axes);

    if (st != SCI_OK)
        return st;
    if (g->n_maps == SCI_MAPS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "more than %d labels, masks and weights", SCI_MAPS_MOST);
    map = &g->maps[g->n_maps];
    *map = (sci_map){ .kind = kind, .n_axes = n_axes, .factor = -1 };
    memcpy(map->axes, axes, (size_t)n_axes * sizeof *axes);
    *out = map;
    return SCI_OK;
}

sci_status
sci_grouping_label(sci_grouping *g, int n_axes, const int *axes, const sci_labels *labels)
{
    sci_factor factor = { .n_axes = n_axes };
    sci_map *map = NULL;
    uint64_t groups;
    sci_status st = new_map(g, SCI_MAP_LABEL, n_axes, axes, &map);

    if (st == SCI_OK)
        st = check_free_axes(g, n_axes, axes);
    if (st != SCI_OK)
        return st;
    if (labels->size != sci_map_size(g, map))
        return sci_fail(SCI_ERR_SHAPE, "%" PRIu64 " labels for %" PRIu64 " positions of axis '%s'",
                        labels->size, sci_map_size(g, map), g->space.axis_names[axes[0]]);
    if (labels->levels.count == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "no label is left on axis '%s'",
                        g->space.axis_names[axes[0]]);
    memcpy(factor.axes, axes, (size_t)n_axes * sizeof *axes);
    st = sci_levels_copy(&factor.levels, &labels->levels);
    if (st != SCI_OK)
        return st;
    st = add_factor(g, &factor, &map->factor);
    if (st != SCI_OK) {
        sci_levels_clear(&factor.levels);
        return st;
    }
    st = sci_space_groups(&g->space, &groups);
    if (st != SCI_OK) {
        remove_factor(g, map->factor);
        sci_levels_clear(&factor.levels);
        return st;
    }
    map->labels = labels;
    map->source = labels->source;
    g->n_maps++;
    return SCI_OK;
}

static sci_status
add_source_map(sci_grouping *g, sci_map_kind kind, int n_axes, const int *axes,
               struct sci_source *source)
{
    sci_map *map = NULL;
    uint64_t size;
    sci_status st = new_map(g, kind, n_axes, axes, &map);

    if (st == SCI_OK)
        st = sci_array_count(&source->array, &size);
    if (st != SCI_OK)
        return st;
    if (size != sci_map_size(g, map))
        return sci_fail(SCI_ERR_SHAPE, "'%s' has %" PRIu64 " elements, its axes have %" PRIu64,
                        source->name, size, sci_map_size(g, map));
    map->source = source;
    g->n_maps++;
    return SCI_OK;
}

sci_status
sci_grouping_mask(sci_grouping *g, int n_axes, const int *axes, struct sci_source *mask)
{
    sci_status st;

    if (!sci_type_is_integer(mask->array.type))
        return sci_fail(SCI_ERR_TYPE, "'%s': a mask holds integers, this is %s", mask->name,
                        sci_type_name(mask->array.type));
    if (g->n_masks == MASKS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "more than %d masks", MASKS_MOST);
    st = add_source_map(g, SCI_MAP_MASK, n_axes, axes, mask);
    g->n_masks += st == SCI_OK;
    return st;
}

sci_status
sci_grouping_weights(sci_grouping *g, int n_axes, const int *axes, struct sci_source *weights)
{
    sci_status st;

    if (g->n_weights == WEIGHTS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "more than %d weights", WEIGHTS_MOST);
    st = add_source_map(g, SCI_MAP_WEIGHT, n_axes, axes, weights);
    g->n_weights += st == SCI_OK;
    return st;
}

/* n bounds, `absent` where there are none. */
static sci_status
copy_bounds(double **out, const double *bounds, uint64_t n, double absent)
{
    sci_status st = sci_alloc(out, n, 1, sizeof **out);

    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        (*out)[i] = bounds ? bounds[i] : absent;
    return st;
}

static void
clear_values(sci_values *values)
{
    sci_free(values->low);
    sci_free(values->high);
    *values = (sci_values){ 0 };
}

sci_status
sci_grouping_values(sci_grouping *g, bool nonzero, uint64_t n, const double *low,
                    const double *high)
{
    sci_values values = { .nonzero = nonzero, .n = n };
    sci_status st;

    if (n == 0 || (n != 1 && n != sci_grouping_groups(g)))
        return sci_fail(SCI_ERR_SHAPE, "%" PRIu64 " bounds of values for %" PRIu64 " groups", n,
                        sci_grouping_groups(g));
    st = copy_bounds(&values.low, low, n, -SCI_INF);
    if (st == SCI_OK)
        st = copy_bounds(&values.high, high, n, SCI_INF);
    if (st != SCI_OK) {
        clear_values(&values);
        return st;
    }
    clear_values(&g->values);
    g->values = values;
    return SCI_OK;
}

uint64_t
sci_grouping_groups(const sci_grouping *g)
{
    uint64_t groups = 1;

    for (int f = 0; f < g->space.n_factors; f++)
        groups *= sci_space_levels(&g->space, f);
    return groups;
}

uint64_t
sci_grouping_stride(const sci_grouping *g, int factor)
{
    uint64_t stride = 1;

    for (int f = g->space.n_factors - 1; f > factor; f--)
        stride *= sci_space_levels(&g->space, f);
    return stride;
}

const sci_space *
sci_grouping_space(const sci_grouping *g)
{
    return &g->space;
}

void
sci_grouping_free(sci_grouping *g)
{
    if (!g)
        return;
    sci_space_clear(&g->space);
    clear_values(&g->values);
    sci_free(g);
}
