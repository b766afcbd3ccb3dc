/* SPDX-License-Identifier: BSD-3-Clause */
/* The moments of one segment, from elements in memory. */
#ifndef SCI_STATS_SEGMENT_H
#define SCI_STATS_SEGMENT_H

#include "kernels.h"
#include "layout.h"

/* Values of a map: int32_t levels (-1: none), uint8_t mask or double weights. Either the whole map,
 * or one value for each element of the stretch in memory. */
typedef struct sci_map_view {
    const void *values;
    bool expanded;
} sci_map_view;

/* A stretch of the array in memory, in a native type. */
typedef struct sci_stretch {
    const sci_layout *layout;
    const sci_map_view *views; /* one for each map of the layout */
    sci_type type;
    const unsigned char *elements;
    uint64_t origin; /* index of elements[0] */
    /* What a test of values looks at, from the same origin: the elements of x, also where those
     * above are its gradient. */
    const unsigned char *tested;
    sci_type tested_type;
} sci_stretch;

/* What the maps say of one row whose maps do not vary along it, or of one element. */
typedef struct sci_place {
    int64_t group[SCI_LAYOUT_GROUPINGS]; /* -1: no label */
    double weight;                       /* 0: masked out or weight 0 (of the first grouping) */
} sci_place;

sci_place sci_place_of_row(const sci_stretch *s, const sci_row *row);

/* Groups (relative to `first_group`; -1 for none) of a grouping for each element of a row. */
void sci_places_of_elements(const sci_stretch *s, const sci_row *row, int grouping,
                            uint64_t first_group, int32_t *groups);
/* Weight of each element of a row: 0 outside the mask, and for values that are left out. */
void sci_weights_of_elements(const sci_stretch *s, const sci_row *row, double *weights);

/* Groups of the first grouping for each element of a row; -1 also for what is no member: masked
 * out, of weight 0, or left out for its value. */
void sci_members_of_elements(const sci_stretch *s, const sci_row *row, uint64_t first_group,
                             int32_t *groups);
/* Those of n elements of `size` bytes (1, 2, 4 or 8) whose group is not -1, in order; how many they
 * are. `out` has room for n. */
size_t sci_members_compact(void *out, const void *elements, size_t size, const int32_t *groups,
                           size_t n);

typedef struct sci_segment_fitter sci_segment_fitter;

/* Scratch for one worker; `bytes_of` says what it takes. */
sci_status sci_segment_fitter_create(sci_segment_fitter **out, const sci_layout *layout,
                                     const sci_segmentation *cut, sci_type type) SCI_MUST_CHECK;
uint64_t sci_segment_fitter_bytes(const sci_layout *layout, const sci_segmentation *cut,
                                  sci_type type);
void sci_segment_fitter_free(sci_segment_fitter *fitter);

/* Non-finite members of a segment. */
typedef struct sci_nonfinite {
    uint64_t count, first; /* first: index in the array */
} sci_nonfinite;

/* True if one of the n elements from `first` on is NaN or infinite, member or not. */
bool sci_stretch_any_nonfinite(const sci_stretch *s, uint64_t first, uint64_t n);

/* Those among the members of [first, end). */
sci_nonfinite sci_stretch_nonfinite(const sci_stretch *s, uint64_t first, uint64_t end);

/* rows[0 … segment->groups) are set. */
void sci_segment_fit(sci_segment_fitter *fitter, const sci_stretch *s, const sci_segment *segment,
                     sci_nan_policy nan, sci_moments *rows, sci_nonfinite *nonfinite);

#endif
