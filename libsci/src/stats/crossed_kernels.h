/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of one segment to its partial table. */
#ifndef SCI_STATS_CROSSED_KERNELS_H
#define SCI_STATS_CROSSED_KERNELS_H

#include <sci/crossed.h>

#include "crossed_part.h"
#include "kernels.h"

/* ---- what a (segment, label, column) becomes ---- */

typedef struct sci_group {
    sci_type type;
    const void *members;  /* stored values, those of equal label and column one after the other */
    const uint32_t *rows; /* of each, counted from `covariate`; NULL without covariates */
    size_t n;
    uint64_t n_rows;         /* with the label: the rest are zeros */
    const double *covariate; /* [rows][q] */
    const double *mean;      /* [q] of the label */
    uint64_t covariates;
} sci_group;

/* Sets *moments, and cross[k·stride] for each covariate. Returns how many members are NaN or
 * infinite: they are in neither. */
uint64_t sci_group_fit(const sci_group *group, sci_moments *moments, double *cross, size_t stride);
/* Adds the members that are NaN: missing[k·stride] and so on, sums first, then products. */
void sci_group_missing(const sci_group *group, double *missing, size_t stride);

/* ---- segments ---- */

/* What does not change in a pass. */
typedef struct sci_segment_model {
    const sci_row_model *rows;
    const double *mean; /* [levels][q] of the covariates */
    uint64_t columns;
} sci_segment_model;

/* A worker's own. Zeroed at first. */
typedef struct sci_segment_work {
    uint64_t *label_ends; /* [levels + 1] */
    uint32_t *order;      /* rows of the segment by label */
    uint64_t order_room;
    uint32_t *column_ends; /* [columns + 1]; sparse */
    void *members;
    uint32_t *rows;
    uint64_t member_room;
    sci_tally *tallies; /* [columns]; dense */
    const void **addresses;
    double *tile;
} sci_segment_work;
void sci_segment_work_clear(sci_segment_work *work);

/* Rows [first, first + n) of the block (counted from the block's first) to part[level], NULL at
 * first; *nonfinite of their labelled values are NaN or infinite. */
sci_status sci_crossed_segment_fit(sci_segment_work *work, const sci_segment_model *model,
                                   const sci_matrix_block *block, uint64_t first, uint64_t n,
                                   sci_crossed_store *store, sci_crossed_rows **part,
                                   uint64_t *nonfinite) SCI_MUST_CHECK;

/* Bytes of a worker for segments of so many rows and stored values (sparse). */
uint64_t sci_segment_work_bytes(const sci_segment_model *model, sci_type type, bool sparse,
                                uint64_t rows, uint64_t stored);

/* The dense part of sci_crossed_segment_fit: n rows of a level, at these numbers of the segment. */
sci_status sci_segment_dense(sci_segment_work *work, const sci_segment_model *model,
                             const sci_matrix_block *block, uint64_t first, const uint32_t *order,
                             uint64_t n, uint64_t level, sci_crossed_store *store,
                             sci_crossed_rows *rows, uint64_t *nonfinite) SCI_MUST_CHECK;

#endif
