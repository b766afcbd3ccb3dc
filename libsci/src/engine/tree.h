/* SPDX-License-Identifier: BSD-3-Clause */
/* Partial tables and digests of consecutive segments, put together on the fixed binary tree of segment numbers
 * (ENGINE rule 2): node (level, index) covers segments [index·2^level, min((index + 1)·2^level, total)). */
#ifndef SCI_ENGINE_TREE_H
#define SCI_ENGINE_TREE_H

#include "../core/digest.h"
#include "../stats/table.h"

#define SCI_TREE_LEVELS 65

/* Level of the root over `total` segments. */
uint64_t sci_tree_root_level(uint64_t total);

/* ---- tables ---- */

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

/* ---- digests ---- */

typedef struct sci_digest_tree {
    uint64_t total;
    sci_digest_kind kind;
    int depth;
    sci_digest_node stack[SCI_TREE_LEVELS + 1];
} sci_digest_tree;

void sci_digest_tree_begin(sci_digest_tree *tree, uint64_t total, sci_digest_kind kind);
sci_status sci_digest_tree_push(sci_digest_tree *tree, uint64_t index, const sci_digest *leaf) SCI_MUST_CHECK;

#endif
