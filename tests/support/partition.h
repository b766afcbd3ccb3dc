/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A description of groups from which both a sci_grouping and, by plain index arithmetic, the
 * group and weight of every element are made. */
#ifndef TESTS_SUPPORT_PARTITION_H
#define TESTS_SUPPORT_PARTITION_H

#include <sci.h>

enum { PARTITION_PARTS = 4 };

typedef enum factor_kind {
    FACTOR_KEEP,
    FACTOR_VALUES,  /* sci_labels_create */
    FACTOR_TEXTS,   /* sci_labels_from_text */
    FACTOR_BLOCKS,  /* sci_labels_blocks: `blocks` of them */
    FACTOR_STREAMED /* sci_labels_from_source over an array of int16 */
} factor_kind;

typedef struct partition_factor {
    factor_kind kind;
    int n_axes;
    int axes[4];
    const int64_t *values; /* one a position (not FACTOR_KEEP, not FACTOR_BLOCKS); not owned */
    uint64_t blocks;
    bool ignoring;
    int64_t ignored; /* this value belongs to no group */
} partition_factor;

/* A mask (0 or not) or weights over some axes. */
typedef struct partition_layer {
    int n_axes;
    int axes[8];
    const double *values; /* one a position; not owned */
} partition_layer;

typedef struct partition {
    int rank;
    uint64_t shape[SCI_MAX_RANK];
    int n_factors, n_masks, n_weights;
    partition_factor factors[PARTITION_PARTS];
    partition_layer masks[PARTITION_PARTS], weights[PARTITION_PARTS];
} partition;

uint64_t partition_elements(const partition *p);
uint64_t partition_groups(const partition *p);
/* Group of every element (-1: none) and its weight (0: no member). Equal weights come out as 1, as
 * libsci drops them. Either may be NULL; freed by free(). */
void partition_assign(const partition *p, int64_t **group, double **weight);

/* libsci's objects of a partition. */
typedef struct partition_built {
    sci_grouping *grouping;
    sci_labels *labels[PARTITION_PARTS];
    sci_source *sources[3 * PARTITION_PARTS];
    void *memory[4 * PARTITION_PARTS];
    int n_sources, n_memory;
} partition_built;

/* Make the grouping, or give the first failure; partition_clear is needed in both cases. The
 * sources of maps deliver their elements piece by piece if `streamed`, else lie in memory. */
sci_status partition_build(const partition *p, bool streamed, partition_built *out) SCI_MUST_CHECK;
void partition_clear(partition_built *built);

#endif
