/* SPDX-License-Identifier: BSD-3-Clause */
/* One round of quantiles over some of the periods of a run. */
#ifndef SCI_ENGINE_COUNTING_H
#define SCI_ENGINE_COUNTING_H

#include <sci/quantile.h>

#include "run.h"
#include "tree.h"

/* Digests of the segments that passed by, over several passes. */
typedef struct sci_count_digests {
    size_t n;
    sci_digest_node nodes[SCI_TREE_NODES_MOST];
} sci_count_digests;

/* Count the elements of `range`, whole periods, whose groups first_group and on are those of q.
 * Adds to elements, members and non-finite ones of the report. digests may be NULL. */
sci_status sci_count_pass(sci_run *run, sci_quantiles *q, uint64_t first_group,
                          const sci_range *range, sci_count_digests *digests,
                          sci_report *report) SCI_MUST_CHECK;

#endif
