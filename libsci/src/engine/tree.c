/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <sci/memory.h>

#include "tree.h"

uint64_t
sci_tree_root_level(uint64_t total)
{
    uint64_t level = 0;

    while (level < 63 && (UINT64_C(1) << level) < total)
        level++;
    return level;
}

/* What climbing does with the top of the stack. */
typedef enum climb { STAY, PROMOTE, MERGE } climb;

static climb
next_climb(uint64_t total, uint64_t level, uint64_t index, bool below, uint64_t below_level, uint64_t below_index)
{
    if (level >= sci_tree_root_level(total))
        return STAY;
    if (index % 2 == 1)
        return below && below_level == level && below_index + 1 == index ? MERGE : STAY;
    /* A node whose right sibling would begin at or beyond the end is its parent, unchanged. */
    return (index + 1) << level >= total ? PROMOTE : STAY;
}

/* ---- tables ---- */

void
sci_tree_begin(sci_tree *tree, uint64_t total, uint64_t groups)
{
    memset(tree, 0, sizeof *tree);
    tree->total = total;
    tree->groups = groups;
}

static void
pop(sci_tree *tree)
{
    tree->depth--;
    tree->spare[tree->spares++] = tree->stack[tree->depth].rows;
}

sci_status
sci_tree_push(sci_tree *tree, uint64_t index, const sci_moments *rows)
{
    sci_tree_entry *top = &tree->stack[tree->depth];

    *top = (sci_tree_entry){.index = index};
    if (tree->spares > 0) {
        top->rows = tree->spare[--tree->spares];
    } else {
        sci_status st = sci_alloc(&top->rows, tree->groups, 1, sizeof *rows);

        if (st != SCI_OK)
            return st;
    }
    memcpy(top->rows, rows, tree->groups * sizeof *rows);
    tree->depth++;
    for (;;) {
        sci_tree_entry *below = tree->depth > 1 ? top - 1 : NULL;

        switch (next_climb(tree->total, top->level, top->index, below != NULL, below ? below->level : 0,
                           below ? below->index : 0)) {
        case STAY:
            return SCI_OK;
        case MERGE:
            sci_moments_merge_rows(below->rows, top->rows, tree->groups);
            pop(tree);
            top = below;
            /* fall through */
        case PROMOTE:
            top->level++;
            top->index /= 2;
            break;
        }
    }
}

const sci_moments *
sci_tree_root(const sci_tree *tree)
{
    if (tree->depth != 1 || tree->stack[0].index != 0
        || tree->stack[0].level != sci_tree_root_level(tree->total))
        return NULL;
    return tree->stack[0].rows;
}

void
sci_tree_reset(sci_tree *tree)
{
    while (tree->depth > 0)
        pop(tree);
}

void
sci_tree_clear(sci_tree *tree)
{
    sci_tree_reset(tree);
    while (tree->spares > 0)
        sci_free(tree->spare[--tree->spares]);
}

/* ---- digests ---- */

void
sci_digest_tree_begin(sci_digest_tree *tree, uint64_t total, sci_digest_kind kind)
{
    memset(tree, 0, sizeof *tree);
    tree->total = total;
    tree->kind = kind;
}

sci_status
sci_digest_tree_push(sci_digest_tree *tree, uint64_t index, const sci_digest *leaf)
{
    sci_digest_node *top = &tree->stack[tree->depth++];

    *top = (sci_digest_node){.index = index, .digest = *leaf};
    for (;;) {
        sci_digest_node *below = tree->depth > 1 ? top - 1 : NULL;
        sci_status st;

        switch (next_climb(tree->total, top->level, top->index, below != NULL, below ? below->level : 0,
                           below ? below->index : 0)) {
        case STAY:
            return SCI_OK;
        case MERGE:
            st = sci_digest_join(tree->kind, &below->digest, &top->digest, &below->digest);
            if (st != SCI_OK)
                return st;
            tree->depth--;
            top = below;
            /* fall through */
        case PROMOTE:
            top->level++;
            top->index /= 2;
            break;
        }
    }
}
