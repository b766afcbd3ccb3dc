/* SPDX-License-Identifier: BSD-3-Clause */
/* Merging axes, choosing the kernel, cutting segments. */
#include <inttypes.h>
#include <string.h>

#include "layout.h"

#define SEGMENT_ELEMENTS (UINT64_C(1) << 20)
#define PERIODS_ELEMENTS \
    (UINT64_C(1)         \
     << 18) /* of a segment that is whole periods: nothing is merged, so it may be small */
#define SEGMENT_MEMBERS 32 /* elements of a segment for each group, at least */
#define SEGMENT_UNIT 64    /* segments of a cut period are multiples of this */
#define ROW_LEAST 16       /* shorter rows are compacted */

/* ---- axes ---- */

static int
index_functions(const sci_layout *layout)
{
    return layout->n_groupings + layout->n_maps;
}

/* Steps of every index function along the original axes, and where an axis is split into equal
 * blocks. */
typedef struct raw_axes {
    uint64_t step[SCI_LAYOUT_INDICES][SCI_MAX_RANK];
    uint64_t blocks[SCI_MAX_RANK]; /* 0: not split */
    uint64_t block_step[SCI_LAYOUT_GROUPINGS]
                       [SCI_MAX_RANK]; /* step in the group number of a block */
} raw_axes;

static void
add_map(sci_layout *layout, raw_axes *raw, const sci_grouping *g, int which, const sci_map *map)
{
    sci_layout_map *m = &layout->maps[layout->n_maps];
    uint64_t step = 1;

    *m = (sci_layout_map){ .map = map, .grouping = which, .size = sci_map_size(g, map) };
    if (map->kind == SCI_MAP_LABEL)
        m->stride = sci_grouping_stride(g, map->factor);
    for (int i = map->n_axes - 1; i >= 0; i--) {
        raw->step[layout->n_groupings + layout->n_maps][map->axes[i]] = step;
        step *= g->space.shape[map->axes[i]];
    }
    layout->n_maps++;
}

/* Equal blocks of neighbours are a kept axis in disguise. An axis is split once. */
static bool
split_axis(raw_axes *raw, const sci_grouping *g, int which, const sci_map *map)
{
    int axis = map->axes[0];

    if (map->kind != SCI_MAP_LABEL || map->n_axes != 1 || map->labels->blocks == 0)
        return false;
    if (raw->blocks[axis] != 0 && raw->blocks[axis] != map->labels->blocks)
        return false;
    raw->blocks[axis] = map->labels->blocks;
    raw->block_step[which][axis] = sci_grouping_stride(g, map->factor);
    return true;
}

static void
collect_grouping(sci_layout *layout, raw_axes *raw, const sci_grouping *g, int which)
{
    for (int f = 0; f < g->space.n_factors; f++)
        if (g->space.factors[f].keep)
            raw->step[which][g->space.factors[f].axes[0]] = sci_grouping_stride(g, f);
    for (int m = 0; m < g->n_maps; m++)
        if (!split_axis(raw, g, which, &g->maps[m]))
            add_map(layout, raw, g, which, &g->maps[m]);
}

/* Append an axis, or merge it with the one before if every index function allows it. */
static void
append_axis(sci_layout *layout, uint64_t size, const uint64_t *step)
{
    int functions = index_functions(layout), last = layout->n_axes - 1;
    bool merge = last >= 0;

    if (size == 1)
        return;
    for (int k = 0; k < functions && merge; k++)
        merge = layout->step[k][last] == step[k] * size;
    if (!merge) {
        last = layout->n_axes++;
        layout->size[last] = 1;
    }
    layout->size[last] *= size;
    for (int k = 0; k < functions; k++)
        layout->step[k][last] = step[k];
}

static void
append_original(sci_layout *layout, const raw_axes *raw, int axis, uint64_t size)
{
    uint64_t step[SCI_LAYOUT_INDICES], within = raw->blocks[axis] ? size / raw->blocks[axis] : size;

    for (int k = 0; k < index_functions(layout); k++)
        step[k] = raw->step[k][axis];
    if (raw->blocks[axis]) {
        uint64_t outer[SCI_LAYOUT_INDICES];

        for (int k = 0; k < index_functions(layout); k++)
            outer[k] = step[k] * within + (k < layout->n_groupings ? raw->block_step[k][axis] : 0);
        append_axis(layout, raw->blocks[axis], outer);
    }
    append_axis(layout, within, step);
}

void
sci_layout_create(sci_layout *layout, int n_groupings, const sci_grouping *const *groupings)
{
    const sci_space *space = &groupings[0]->space;
    raw_axes raw;

    memset(layout, 0, sizeof *layout);
    memset(&raw, 0, sizeof raw);
    layout->n_groupings = n_groupings;
    layout->values = groupings[0]->values.n > 0 ? &groupings[0]->values : NULL;
    layout->count = 1;
    for (int k = 0; k < n_groupings; k++)
        collect_grouping(layout, &raw, groupings[k], k);
    for (int a = 0; a < space->rank; a++) {
        layout->count *= space->shape[a];
        append_original(layout, &raw, a, space->shape[a]);
    }
    if (layout->n_axes == 0) {
        layout->n_axes = 1;
        layout->size[0] = 1;
    }
    layout->inner = layout->size[layout->n_axes - 1];
    for (int m = 0; m < layout->n_maps; m++)
        layout->maps[m].inner = layout->step[n_groupings + m][layout->n_axes - 1] != 0;
}

/* ---- kernel and segments ---- */

sci_kernel
sci_layout_kernel(const sci_layout *layout)
{
    uint64_t step = layout->step[0][layout->n_axes - 1];

    if (layout->inner < ROW_LEAST && layout->n_axes > 1)
        return SCI_KERNEL_COMPACT;
    for (int m = 0; m < layout->n_maps; m++)
        if (layout->maps[m].inner)
            return SCI_KERNEL_COMPACT;
    return step == 0                      ? SCI_KERNEL_RUN
           : step == 1 && !layout->values ? SCI_KERNEL_COLUMNS
                                          : SCI_KERNEL_COMPACT;
}

static uint64_t
round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* Groups of a period as they set the length of a segment: a streamed map counts as one. */
static uint64_t
counted_groups(const sci_layout *layout, uint64_t period_groups)
{
    for (int m = 0; m < layout->n_maps; m++) {
        const sci_labels *labels = layout->maps[m].map->labels;

        if (labels && labels->source)
            period_groups /= labels->levels.count;
    }
    return period_groups > 0 ? period_groups : 1;
}

sci_status
sci_layout_segments(const sci_layout *layout, uint64_t groups, sci_segmentation *out)
{
    sci_segmentation s = { .periods = 1, .period_length = layout->count, .period_groups = groups };
    uint64_t target, most;

    if (layout->count == 0) {
        s.periods_per_segment = s.segments_per_period = 1;
        *out = s;
        return SCI_OK;
    }
    /* The last axis stays inside a period, so that a period is made of whole rows. */
    for (int a = 0; a < layout->n_axes - 1 && layout->step[0][a] != 0; a++) {
        s.periods *= layout->size[a];
        s.period_length /= layout->size[a];
        s.period_groups /= layout->size[a];
    }
    most = counted_groups(layout, s.period_groups);
    target = most > SEGMENT_ELEMENTS / SEGMENT_MEMBERS ? SEGMENT_MEMBERS * most : SEGMENT_ELEMENTS;
    if (s.period_length <= target) {
        s.periods_per_segment =
            PERIODS_ELEMENTS > s.period_length ? PERIODS_ELEMENTS / s.period_length : 1;
        if (s.periods_per_segment > s.periods)
            s.periods_per_segment = s.periods;
        s.segment_length = s.periods_per_segment * s.period_length;
        s.segments_per_period = 1;
        s.segments = (s.periods + s.periods_per_segment - 1) / s.periods_per_segment;
    } else {
        uint64_t parts = (s.period_length + target - 1) / target;
        uint64_t unit =
            sci_layout_kernel(layout) == SCI_KERNEL_COLUMNS ? layout->inner : SEGMENT_UNIT;

        s.segment_length = round_up((s.period_length + parts - 1) / parts, unit);
        s.segments_per_period = (s.period_length + s.segment_length - 1) / s.segment_length;
        s.segments = s.periods * s.segments_per_period;
    }
    if (s.segment_length > UINT32_MAX || s.period_groups * (s.periods_per_segment + 1) > INT32_MAX)
        return sci_fail(SCI_ERR_BUDGET,
                        "a stretch of %" PRIu64 " elements in %" PRIu64
                        " groups is too large to sort",
                        s.segment_length, s.period_groups);
    *out = s;
    return SCI_OK;
}

sci_segment
sci_segment_at(const sci_segmentation *s, uint64_t count, uint64_t number)
{
    sci_segment segment;

    if (s->periods_per_segment > 0) {
        uint64_t period = number * s->periods_per_segment, left = s->periods - period;

        segment.first = number * s->segment_length;
        segment.end =
            segment.first + s->segment_length < count ? segment.first + s->segment_length : count;
        segment.first_group = period * s->period_groups;
        segment.groups =
            (left < s->periods_per_segment ? left : s->periods_per_segment) * s->period_groups;
    } else {
        uint64_t period = number / s->segments_per_period, part = number % s->segments_per_period;
        uint64_t end = (part + 1) * s->segment_length;

        segment.first = period * s->period_length + part * s->segment_length;
        segment.end = period * s->period_length + (end < s->period_length ? end : s->period_length);
        segment.first_group = period * s->period_groups;
        segment.groups = s->period_groups;
    }
    return segment;
}

/* ---- rows ---- */

void
sci_cursor_begin(sci_cursor *cursor, const sci_layout *layout, uint64_t first, uint64_t end)
{
    uint64_t row = first / layout->inner;
    int functions = index_functions(layout);

    cursor->layout = layout;
    cursor->functions = functions;
    cursor->in_line = 0;
    cursor->next = first;
    cursor->end = end;
    cursor->begun = false;
    memset(cursor->row.at, 0, (size_t)functions * sizeof *cursor->row.at);
    for (int a = layout->n_axes - 2; a >= 0; a--) {
        cursor->index[a] = row % layout->size[a];
        row /= layout->size[a];
        for (int k = 0; k < functions; k++)
            cursor->row.at[k] += cursor->index[a] * layout->step[k][a];
    }
}

static void
step_row(sci_cursor *cursor)
{
    const sci_layout *layout = cursor->layout;
    int functions = cursor->functions;

    for (int a = layout->n_axes - 2; a >= 0; a--) {
        for (int k = 0; k < functions; k++)
            cursor->row.at[k] += layout->step[k][a];
        if (++cursor->index[a] < layout->size[a])
            return;
        for (int k = 0; k < functions; k++)
            cursor->row.at[k] -= layout->size[a] * layout->step[k][a];
        cursor->index[a] = 0;
    }
}

bool
sci_cursor_turn(sci_cursor *cursor)
{
    const sci_layout *layout = cursor->layout;
    int axis = layout->n_axes - 2;
    uint64_t left;

    if (cursor->next >= cursor->end)
        return false;
    if (cursor->begun)
        step_row(cursor);
    cursor->row.column = cursor->begun ? 0 : cursor->next % layout->inner;
    cursor->begun = true;
    cursor->row.first = cursor->next;
    left = layout->inner - cursor->row.column;
    cursor->row.count = cursor->end - cursor->next < left ? cursor->end - cursor->next : left;
    cursor->next += cursor->row.count;
    if (axis >= 0) {
        uint64_t whole = (cursor->end - cursor->next) / layout->inner;

        left = layout->size[axis] - 1 - cursor->index[axis];
        cursor->in_line = whole < left ? whole : left;
    }
    return true;
}

sci_row
sci_row_part(const sci_row *row, uint64_t at, uint64_t most)
{
    sci_row part = *row;

    part.first += at;
    part.column += at;
    part.count = row->count - at < most ? row->count - at : most;
    return part;
}
