/* SPDX-License-Identifier: BSD-3-Clause */
/* A grouping (or two) compiled for one array: few merged axes, and index functions that are linear
 * in them. */
#ifndef SCI_STATS_LAYOUT_H
#define SCI_STATS_LAYOUT_H

#include "grouping.h"
#include "table.h"

#define SCI_LAYOUT_AXES (2 * SCI_MAX_RANK)
#define SCI_LAYOUT_GROUPINGS 2
#define SCI_LAYOUT_MAPS (SCI_LAYOUT_GROUPINGS * SCI_MAPS_MOST)
#define SCI_LAYOUT_INDICES (SCI_LAYOUT_GROUPINGS + SCI_LAYOUT_MAPS)

/* A label, mask or weight that has to be looked up. Labels in equal blocks are none: they split
 * their axis. */
typedef struct sci_layout_map {
    const sci_map *map;
    int grouping;    /* which of the two */
    uint64_t stride; /* label: step in the group number */
    uint64_t size;
    bool inner; /* varies along the innermost axis */
} sci_layout_map;

/* Index function k of an element is the sum over axes of its index times step[k][axis]: first the
 * part of the group number that kept axes give, one for each grouping, then the position in each
 * map. Neighbouring axes are merged where that holds for the product of both, and axes of size 1
 * are dropped; one axis is left at least. */
typedef struct sci_layout {
    uint64_t count; /* elements */
    int n_axes;
    uint64_t size[SCI_LAYOUT_AXES];
    int n_groupings, n_maps;
    sci_layout_map maps[SCI_LAYOUT_MAPS];
    uint64_t step[SCI_LAYOUT_INDICES][SCI_LAYOUT_AXES];
    uint64_t inner; /* size of the last axis: a row */
    const sci_values *values; /* test of the first grouping; NULL if there is none */
} sci_layout;

/* Both groupings have the shape of the array. The layout points into them. */
void sci_layout_create(sci_layout *layout, int n_groupings, const sci_grouping *const *groupings);

/* How members are found (ENGINE rule 4). Set by shape and grouping alone. */
typedef enum sci_kernel {
    SCI_KERNEL_RUN,     /* a row belongs to one group, of which values may be left out */
    SCI_KERNEL_COLUMNS, /* every column of a row is its own group */
    SCI_KERNEL_COMPACT  /* anything else: members are compacted, then as RUN */
} sci_kernel;

/* For a layout of one grouping. */
sci_kernel sci_layout_kernel(const sci_layout *layout);
sci_status sci_layout_segments(const sci_layout *layout, uint64_t groups,
                               sci_segmentation *out) SCI_MUST_CHECK;

/* Elements and groups of one segment. */
typedef struct sci_segment {
    uint64_t first, end;
    uint64_t first_group, groups;
} sci_segment;

sci_segment sci_segment_at(const sci_segmentation *s, uint64_t count, uint64_t number);

/* Walks the rows of [first, end); the first and the last may be partial. */
typedef struct sci_row {
    uint64_t first, count;           /* elements */
    uint64_t column;                 /* of the first element */
    uint64_t at[SCI_LAYOUT_INDICES]; /* index functions at column 0 of this row */
} sci_row;

typedef struct sci_cursor {
    const sci_layout *layout;
    uint64_t next, end;
    uint64_t index[SCI_LAYOUT_AXES];
    sci_row row;
    int functions;
    uint64_t in_line; /* whole rows that follow along the last axis but one */
    bool begun;
} sci_cursor;

void sci_cursor_begin(sci_cursor *cursor, const sci_layout *layout, uint64_t first, uint64_t end);
/* What sci_cursor_next does where it is not just a step along a line. */
bool sci_cursor_turn(sci_cursor *cursor);

/* The next row in cursor->row; false at the end. */
static inline bool
sci_cursor_next(sci_cursor *cursor)
{
    const sci_layout *layout = cursor->layout;
    int axis = layout->n_axes - 2;

    if (cursor->in_line == 0)
        return sci_cursor_turn(cursor);
    cursor->in_line--;
    cursor->index[axis]++;
    for (int k = 0; k < cursor->functions; k++)
        cursor->row.at[k] += layout->step[k][axis];
    cursor->row.first = cursor->next;
    cursor->row.count = layout->inner;
    cursor->row.column = 0;
    cursor->next += layout->inner;
    return true;
}

/* At most `most` elements of a row, from its element `at` on. */
sci_row sci_row_part(const sci_row *row, uint64_t at, uint64_t most);

#endif
