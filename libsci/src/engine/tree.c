/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <sci/memory.h>

#include "tree.h"

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

    *top = (sci_tree_entry){ .index = index };
    if (tree->spares > 0) {
        top->rows = tree->spare[--tree->spares];
    } else {
        sci_status st = sci_alloc(&top->rows, tree->groups, 1, sizeof *rows);

        if (st != SCI_OK)
            return st;
    }
    memcpy(top->rows, rows, tree->groups * sizeof *rows);
    tree->depth++;
    while (top->level < sci_tree_height(tree->total)) {
        sci_tree_entry *below = tree->depth > 1 ? top - 1 : NULL;

        if (top->index % 2 == 1) {
            if (!below || below->level != top->level || below->index + 1 != top->index)
                break;
            sci_moments_merge_rows(below->rows, top->rows, tree->groups);
            pop(tree);
            top = below;
        } else if ((top->index + 1) << top->level < tree->total) {
            break; /* its right sibling is still to come */
        }
        top->level++;
        top->index /= 2;
    }
    return SCI_OK;
}

const sci_moments *
sci_tree_root(const sci_tree *tree)
{
    if (tree->depth != 1 || tree->stack[0].index != 0
        || tree->stack[0].level != sci_tree_height(tree->total))
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
