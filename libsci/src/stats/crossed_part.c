/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <sci/memory.h>

#include "../core/clones.h"
#include "crossed.h"
#include "crossed_part.h"
#include "nodes.h"

/* ---- rows ---- */

void
sci_crossed_store_begin(sci_crossed_store *store, uint64_t columns, uint64_t covariates)
{
    *store = (sci_crossed_store){ .columns = columns, .covariates = covariates };
    pthread_mutex_init(&store->lock, NULL);
}

static void
rows_free(sci_crossed_rows *rows)
{
    sci_free(rows->moments);
    sci_free(rows->cross);
    sci_free(rows->missing);
    sci_free(rows);
}

void
sci_crossed_store_clear(sci_crossed_store *store)
{
    while (store->spare) {
        sci_crossed_rows *rows = store->spare;

        store->spare = rows->next;
        rows_free(rows);
    }
    pthread_mutex_destroy(&store->lock);
}

sci_status
sci_crossed_store_take(sci_crossed_store *store, sci_crossed_rows **out)
{
    sci_crossed_rows *rows;
    sci_status st;

    pthread_mutex_lock(&store->lock);
    rows = store->spare;
    if (rows)
        store->spare = rows->next;
    pthread_mutex_unlock(&store->lock);
    if (rows) {
        *out = rows;
        return SCI_OK;
    }
    st = sci_alloc_zero(&rows, 1, 1, sizeof *rows);
    if (st == SCI_OK)
        st = sci_alloc(&rows->moments, store->columns, 1, sizeof *rows->moments);
    if (st == SCI_OK)
        st = sci_alloc(&rows->cross, store->covariates, store->columns, sizeof *rows->cross);
    if (st != SCI_OK) {
        if (rows)
            rows_free(rows);
        return st;
    }
    *out = rows;
    return SCI_OK;
}

void
sci_crossed_store_give(sci_crossed_store *store, sci_crossed_rows *rows)
{
    if (!rows)
        return;
    sci_free(rows->missing);
    rows->missing = NULL;
    pthread_mutex_lock(&store->lock);
    rows->next = store->spare;
    store->spare = rows;
    pthread_mutex_unlock(&store->lock);
}

static uint64_t
missing_doubles(uint64_t columns, uint64_t q)
{
    return (q + q * (q + 1) / 2) * columns;
}

sci_status
sci_crossed_rows_need_missing(const sci_crossed_store *store, sci_crossed_rows *rows)
{
    return rows->missing
               ? SCI_OK
               : sci_alloc_zero(&rows->missing, missing_doubles(store->columns, store->covariates),
                                1, sizeof *rows->missing);
}

uint64_t
sci_crossed_rows_bytes(uint64_t columns, uint64_t covariates)
{
    return columns * (sizeof(sci_moments) + covariates * sizeof(double));
}

/* ---- the tree ---- */

void
sci_crossed_tree_begin(sci_crossed_tree *tree, sci_crossed_store *store, sci_pool *pool,
                       uint64_t levels, uint64_t total)
{
    *tree = (sci_crossed_tree){ .store = store, .pool = pool, .levels = levels, .total = total };
}

static void
pop(sci_crossed_tree *tree)
{
    sci_crossed_rows **part = tree->stack[--tree->depth].part;

    for (uint64_t l = 0; l < tree->levels; l++)
        sci_crossed_store_give(tree->store, part[l]);
    sci_free(part);
}

void
sci_crossed_tree_clear(sci_crossed_tree *tree)
{
    while (tree->depth > 0)
        pop(tree);
}

SCI_CLONES static void
add_doubles(double *restrict sums, const double *restrict more, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sums[i] += more[i];
}

/* Clones of a function that is not static would be exported. */
void
sci_add_doubles(double *restrict sums, const double *restrict more, size_t n)
{
    add_doubles(sums, more, n);
}

typedef struct joining {
    sci_crossed_tree *tree;
    sci_crossed_rows **left, **right;
} joining;

/* A level that one side has not seen is the other's, unchanged. */
static sci_status
join_task(void *context, size_t level, int worker)
{
    const joining *j = context;
    const sci_crossed_store *store = j->tree->store;
    sci_crossed_rows *into = j->left[level], *from = j->right[level];
    uint64_t g = store->columns, q = store->covariates;

    (void)worker;
    if (!from)
        return SCI_OK;
    if (!into) {
        j->left[level] = from;
        j->right[level] = NULL;
        return SCI_OK;
    }
    sci_moments_merge_rows(into->moments, from->moments, g);
    sci_add_doubles(into->cross, from->cross, q * g);
    if (from->missing && into->missing) {
        sci_add_doubles(into->missing, from->missing, missing_doubles(g, q));
    } else if (from->missing) {
        into->missing = from->missing;
        from->missing = NULL;
    }
    return SCI_OK;
}

sci_status
sci_crossed_tree_push(sci_crossed_tree *tree, uint64_t index, sci_crossed_rows **part)
{
    sci_crossed_rows **own = NULL;
    int top = tree->depth;
    sci_status st = sci_alloc(&own, tree->levels, 1, sizeof *own);

    if (st != SCI_OK)
        return st;
    memcpy(own, part, tree->levels * sizeof *own);
    memset(part, 0, tree->levels * sizeof *part);
    tree->stack[top].level = 0;
    tree->stack[top].index = index;
    tree->stack[top].part = own;
    tree->depth++;
    while (tree->stack[top].level < sci_tree_height(tree->total)) {
        uint64_t level = tree->stack[top].level, at = tree->stack[top].index;

        if (at % 2 == 1) {
            joining j = { tree, tree->stack[top - 1].part, tree->stack[top].part };

            st = sci_parallel_for(tree->pool, tree->levels, join_task, &j);
            if (st != SCI_OK)
                return st;
            pop(tree);
            top--;
        } else if ((at + 1) << level < tree->total) {
            break; /* its right sibling is still to come */
        }
        tree->stack[top].level = level + 1;
        tree->stack[top].index = at / 2;
    }
    return SCI_OK;
}

static void
move_level(const sci_crossed_store *store, sci_crossed *table, uint64_t level,
           const sci_crossed_rows *rows)
{
    uint64_t g = store->columns, q = store->covariates;
    uint64_t pairs = q * (q + 1) / 2;

    memcpy(table->moments + level * g, rows->moments, g * sizeof *rows->moments);
    memcpy(table->cross + level * q * g, rows->cross, q * g * sizeof *rows->cross);
    if (!rows->missing)
        return;
    memcpy(table->missing_sum + level * q * g, rows->missing, q * g * sizeof *rows->missing);
    memcpy(table->missing_gram + level * pairs * g, rows->missing + q * g,
           pairs * g * sizeof *rows->missing);
}

sci_status
sci_crossed_tree_finish(sci_crossed_tree *tree, sci_crossed *table)
{
    sci_crossed_rows **part = tree->depth > 0 ? tree->stack[0].part : NULL;
    sci_status st = SCI_OK;

    for (uint64_t l = 0; part && st == SCI_OK && l < tree->levels; l++) {
        if (part[l] && part[l]->missing)
            st = sci_crossed_need_missing(table);
        if (part[l] && st == SCI_OK)
            move_level(tree->store, table, l, part[l]);
        if (st == SCI_OK) { /* so that memory is not held twice */
            sci_crossed_store_give(tree->store, part[l]);
            part[l] = NULL;
        }
    }
    sci_crossed_tree_clear(tree);
    return st;
}
