/* SPDX-License-Identifier: BSD-3-Clause */
/* A partition of an N-d array: an ordered list of factors on its axes, and who is a member.
 *
 * A factor *keeps* an axis (every index its own group) or *labels* one or more axes with integers.
 * An axis never mentioned is *pooled*. The group number is the mixed radix of the factors' levels,
 * the factors ordered by their first axis, the last one fastest. An element whose label is left out
 * belongs to no group. A mask, a weight of 0 or a test of the elements' own values takes elements out
 * of the statistics. */
#ifndef SCI_GROUPING_H
#define SCI_GROUPING_H

#include <sci/types.h>

struct sci_source;

typedef struct sci_grouping sci_grouping;
typedef struct sci_labels sci_labels;

/* ---- labels: which level each index (or each element of several axes) has ---- */

/* One integer a position; levels are the distinct values in numeric order. values are copied. */
SCI_API sci_status sci_labels_create(sci_labels **out, uint64_t n,
                                     const int64_t *values) SCI_MUST_CHECK;

/* One text a position. Levels sort numerically when all are integers, else bytewise (strcmp). */
SCI_API sci_status sci_labels_from_text(sci_labels **out, uint64_t n,
                                        const char *const *texts) SCI_MUST_CHECK;

/* Positions 0…n-1 cut into `blocks` equal blocks of neighbours, levels 0…blocks-1. SCI_ERR_SHAPE if
 * blocks does not divide n. */
SCI_API sci_status sci_labels_blocks(sci_labels **out, uint64_t n, uint64_t blocks) SCI_MUST_CHECK;

/* Labels streamed from an integer source (not owned; it must outlive the labels), with these sorted
 * distinct levels (copied; see sci_map_scan in engine.h). Values not among the levels have no
 * label. */
SCI_API sci_status sci_labels_from_source(sci_labels **out, struct sci_source *source,
                                          uint64_t n_levels, const int64_t *levels) SCI_MUST_CHECK;

/* Leave one level out, by its text ("0", "background"). SCI_ERR_NOTFOUND if no position has it;
 * that is not always a mistake. */
SCI_API sci_status sci_labels_ignore(sci_labels *labels, const char *level) SCI_MUST_CHECK;

/* Positions, or elements of the source. */
SCI_API uint64_t sci_labels_size(const sci_labels *labels);
SCI_API uint64_t sci_labels_levels(const sci_labels *labels);

/* The name of a level; false if `level` is out of range. At most size-1 bytes are written. */
SCI_API bool sci_labels_level_name(const sci_labels *labels, uint64_t level, char *text,
                                   size_t size);

SCI_API void sci_labels_free(sci_labels *labels);

/* ---- the grouping ---- */

/* Everything pooled: one group. */
SCI_API sci_status sci_grouping_create(sci_grouping **out, int rank,
                                       const uint64_t *shape) SCI_MUST_CHECK;

/* Names for the axes ("N", "C", "H", "W"; copied). Without them they are "axis0", …. */
SCI_API sci_status sci_grouping_axis_names(sci_grouping *g,
                                           const char *const *names) SCI_MUST_CHECK;

/* SCI_ERR_ARGUMENT if the axis is out of range or already has a factor. */
SCI_API sci_status sci_grouping_keep(sci_grouping *g, int axis) SCI_MUST_CHECK;

/* Label the product of `axes` (increasing). labels must have as many positions as the product
 * (SCI_ERR_SHAPE); they are not copied and must outlive the grouping. */
SCI_API sci_status sci_grouping_label(sci_grouping *g, int n_axes, const int *axes,
                                      const sci_labels *labels) SCI_MUST_CHECK;

/* Members are the elements whose mask is not 0, over the product of `axes` (increasing). The source
 * is an integer, or an array in memory; it must outlive the grouping. At most 4 masks. */
SCI_API sci_status sci_grouping_mask(sci_grouping *g, int n_axes, const int *axes,
                                     struct sci_source *mask) SCI_MUST_CHECK;

/* Weights over the product of `axes`; at most 4 factors, which multiply. Negative or NaN weights
 * fail the fit with SCI_ERR_REFUSED. Where all weights > 0 are equal they only act as a mask. */
SCI_API sci_status sci_grouping_weights(sci_grouping *g, int n_axes, const int *axes,
                                        struct sci_source *weights) SCI_MUST_CHECK;

/* Members are only the elements x with low < x < high and, where `nonzero` is set, x != 0: judged by
 * each pass on the elements that it has in hand, so that nothing is read twice. `n` bounds (copied),
 * 1 for all groups alike or one for each group of the finished grouping; low or high NULL, or
 * infinite: no bound. A NaN bound: the group has no members. A NaN element passes all other tests
 * and is left to the NaN policy. Compared exactly, also with 64-bit integers. A second call replaces
 * the first. */
SCI_API sci_status sci_grouping_values(sci_grouping *g, bool nonzero, uint64_t n, const double *low,
                                       const double *high) SCI_MUST_CHECK;

/* Groups in all (the product of the factors' levels; 1 if there is none). */
SCI_API uint64_t sci_grouping_groups(const sci_grouping *g);

SCI_API void sci_grouping_free(sci_grouping *g);

#endif
