/* SPDX-License-Identifier: BSD-3-Clause */
/* Segments as leaves of a binary tree (ENGINE rules 2, 3 and 20): which nodes a range consists of,
 * and how nodes are put together again, in any order. */
#ifndef SCI_STATS_NODES_H
#define SCI_STATS_NODES_H

#include "table.h"

/* Node (level, index) of a tree of `leaves` leaves covers [index·2^level, (index + 1)·2^level), cut
 * off at `leaves`; where the right child begins beyond them, a node is its left child unchanged. */

/* ceil(log2(leaves)), the level of the root. */
unsigned sci_tree_height(uint64_t leaves);
/* Leaves of a node: [*first, *end). False if there is no such node. */
bool sci_tree_span(uint64_t leaves, uint64_t level, uint64_t index, uint64_t *first, uint64_t *end);
/* Level of the largest node that begins at leaf `first` and lies inside [first, end). */
unsigned sci_tree_largest(uint64_t leaves, uint64_t first, uint64_t end);

/* A contiguous range of leaves consists of at most this many maximal nodes. */
#define SCI_TREE_NODES_MOST 128

/* Put a node into a set of maximal nodes sorted by place, climbing while the sibling is present.
 * `nodes` has room for one more; SCI_TREE_NODES_MOST are enough where leaves come in order.
 * SCI_ERR_REFUSED if it covers what is there already. */
sci_status sci_digest_nodes_insert(sci_digest_node *nodes, size_t *n, uint64_t leaves,
                                   sci_digest_kind kind,
                                   const sci_digest_node *node) SCI_MUST_CHECK;

/* ---- nodes of a table ---- */

/* SCI_ERR_FORMAT unless the numbers of a segmentation agree with each other and with `groups`. */
sci_status sci_segmentation_check(const sci_segmentation *s, uint64_t groups) SCI_MUST_CHECK;

/* The maximal nodes of segments [first, end), in the form of a table's: runs of complete periods
 * and nodes of single periods, with their rows one after the other. *nodes is released by sci_free.
 * Empty ranges are legal. */
sci_status sci_nodes_of_range(const sci_segmentation *s, uint64_t first, uint64_t end,
                              sci_stats_node **nodes, size_t *n, uint64_t *n_rows) SCI_MUST_CHECK;
/* The same on the tree of all segments, digests zeroed. */
sci_status sci_digest_nodes_of_range(uint64_t segments, uint64_t first, uint64_t end,
                                     sci_digest_node **nodes, size_t *n) SCI_MUST_CHECK;
/* Segments of a node: [*first, *end). SCI_ERR_FORMAT if the array has no such node. */
sci_status sci_node_span(const sci_segmentation *s, const sci_stats_node *node, uint64_t *first,
                         uint64_t *end) SCI_MUST_CHECK;

/* Shards of one source put together: again a shard, or, if nothing is missing, the table that an
 * unsharded fit makes. Refused by name (of tables[i]; names may be NULL): other sources, repeated
 * or nested nodes. */
sci_status sci_shards_merge(sci_stats **out, size_t n, const sci_stats *const *tables,
                            const char *const *names) SCI_MUST_CHECK;
/* A shard that lacks nothing becomes the table that an unsharded fit makes, another stays. */
sci_status sci_shard_complete(sci_stats *shard) SCI_MUST_CHECK;

#endif
