/* SPDX-License-Identifier: BSD-3-Clause */
/* Partial tables of consecutive segments, put together on the fixed binary tree of segment numbers
 * (../stats/nodes.h). */
#ifndef SCI_ENGINE_TREE_H
#define SCI_ENGINE_TREE_H

#include "../stats/nodes.h"

#define SCI_TREE_LEVELS 65

typedef struct sci_tree_entry {
    uint64_t level, index;
    sci_moments *rows;
} sci_tree_entry;

typedef struct sci_tree {
    uint64_t total, groups;
    int depth;
    sci_tree_entry stack[SCI_TREE_LEVELS + 1];
    sci_moments *spare[SCI_TREE_LEVELS + 1]; /* row buffers for reuse */
    int spares;
} sci_tree;

void sci_tree_begin(sci_tree *tree, uint64_t total, uint64_t groups);
/* Push the rows of segment `index` (copied), one after the other, and climb. */
sci_status sci_tree_push(sci_tree *tree, uint64_t index, const sci_moments *rows) SCI_MUST_CHECK;
/* The rows of the root if all segments have been pushed, else NULL. */
const sci_moments *sci_tree_root(const sci_tree *tree);
/* Empty it for the next period; buffers stay. */
void sci_tree_reset(sci_tree *tree);
void sci_tree_clear(sci_tree *tree);

#endif
