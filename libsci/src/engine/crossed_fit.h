/* SPDX-License-Identifier: BSD-3-Clause */
/* What fits of crossed tables by rows and by columns share: segments of rows, nodes of the tree,
 * the row model's own sums. */
#ifndef SCI_ENGINE_CROSSED_FIT_H
#define SCI_ENGINE_CROSSED_FIT_H

#include "../core/digest.h"
#include "../stats/crossed_kernels.h"
#include "../stats/nodes.h"
#include "matrix_priv.h"

/* One node of the tree of segments that a fit is to make. */
typedef struct sci_fit_node {
    uint64_t level, index;
    uint64_t first, end; /* segments */
    sci_crossed *table;
} sci_fit_node;

typedef struct sci_crossed_fit_job {
    sci_matrix *matrix;
    const sci_options *opt;
    sci_segment_model model;
    uint64_t segment_rows, segments;     /* of the whole matrix */
    uint64_t first_segment, end_segment; /* of the shard */
    sci_fit_node *nodes;
    size_t n_nodes;
    sci_crossed *head; /* rows, mean and gram of the whole matrix, without columns */
    sci_report report;
} sci_crossed_fit_job;

/* Rows of a segment: set by the shape, the levels, and by being sparse or dense. */
uint64_t sci_crossed_segment_rows(uint64_t rows, uint64_t columns, uint64_t levels, bool sparse);

/* Fill the tables of the nodes, and what the report has of values. */
sci_status sci_fit_by_rows(sci_crossed_fit_job *job) SCI_MUST_CHECK;
sci_status sci_fit_by_columns(sci_crossed_fit_job *job) SCI_MUST_CHECK;

/* Find the NaN and infinities of labelled rows: an infinity is SCI_ERR_NONFINITE, NaN are
 * counted and the first one's place is kept. */
sci_status sci_fit_survey(const sci_crossed_fit_job *job, const sci_matrix_block *block,
                          uint64_t first, uint64_t n, uint64_t *count,
                          uint64_t *first_index) SCI_MUST_CHECK;

#endif
