/* SPDX-License-Identifier: BSD-3-Clause */
/* Merging whole tables, in memory or row by row. */
#ifndef SCI_STATS_MERGE_H
#define SCI_STATS_MERGE_H

#include "table.h"

typedef struct sci_merging sci_merging;

/* Prepare to merge n > 0 tables that are no shards; refused as sci_stats_merge_all says. rows[i]
 * are the rows of heads[i]; rows NULL: they are in the tables. Everything but names must outlive
 * the merging. */
sci_status sci_merging_create(sci_merging **out, size_t n, const sci_stats *const *heads,
                              const sci_rows_source *rows, const char *const *names) SCI_MUST_CHECK;
void sci_merging_free(sci_merging *m);

/* Everything of the result but its rows; the merging's. */
const sci_stats *sci_merging_head(const sci_merging *m);

/* Hand the rows of the result to `sink`, block by block in the order of its groups; `block` rows,
 * times ⌈log2 n⌉ + 1, are in memory at once. Neither the order of the tables nor the block changes
 * a bit. */
sci_status sci_merging_run(sci_merging *m, const sci_rows_sink *sink,
                           uint64_t block) SCI_MUST_CHECK;

#endif
