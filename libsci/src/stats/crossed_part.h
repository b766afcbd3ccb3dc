/* SPDX-License-Identifier: BSD-3-Clause */
/* Partial tables of row segments, and the fixed tree on which they are put together (nodes.h). A
 * part has rows only for the levels that it has seen: where cells are sorted by batch that is
 * one or two. */
#ifndef SCI_STATS_CROSSED_PART_H
#define SCI_STATS_CROSSED_PART_H

#include <pthread.h>

#include <sci/crossed.h>

#include "../core/parallel.h"

/* One level of a part: G columns. */
typedef struct sci_crossed_rows {
    sci_moments *moments; /* [G] */
    double *cross;        /* [q][G] */
    double *missing;      /* [q + q·(q+1)/2][G] sums, then products; NULL if nothing is missing */
    struct sci_crossed_rows *next;
} sci_crossed_rows;

/* Rows for reuse, shared by all workers. */
typedef struct sci_crossed_store {
    pthread_mutex_t lock;
    uint64_t columns, covariates;
    sci_crossed_rows *spare;
} sci_crossed_store;

void sci_crossed_store_begin(sci_crossed_store *store, uint64_t columns, uint64_t covariates);
void sci_crossed_store_clear(sci_crossed_store *store);
/* Rows that are not initialised, without missing. */
sci_status sci_crossed_store_take(sci_crossed_store *store, sci_crossed_rows **out) SCI_MUST_CHECK;
void sci_crossed_store_give(sci_crossed_store *store, sci_crossed_rows *rows); /* accepts NULL */
/* Allocate `missing`, zeroed, if it is not there. */
sci_status sci_crossed_rows_need_missing(const sci_crossed_store *store,
                                         sci_crossed_rows *rows) SCI_MUST_CHECK;
/* Bytes of one level, without missing values. */
uint64_t sci_crossed_rows_bytes(uint64_t columns, uint64_t covariates);

#define SCI_CROSSED_TREE_DEPTH 66

typedef struct sci_crossed_tree {
    sci_crossed_store *store;
    sci_pool *pool;
    uint64_t levels, total; /* segments */
    int depth;
    struct {
        uint64_t level, index;
        sci_crossed_rows **part; /* [levels] NULL: not seen */
    } stack[SCI_CROSSED_TREE_DEPTH];
} sci_crossed_tree;

void sci_crossed_tree_begin(sci_crossed_tree *tree, sci_crossed_store *store, sci_pool *pool,
                            uint64_t levels, uint64_t total);
/* Push the part of segment `index`, one after the other; its rows are taken over and set to
 * NULL. */
sci_status sci_crossed_tree_push(sci_crossed_tree *tree, uint64_t index,
                                 sci_crossed_rows **part) SCI_MUST_CHECK;
/* Move the root into moments, cross and missing_* of a fresh table, and empty the tree. */
sci_status sci_crossed_tree_finish(sci_crossed_tree *tree, sci_crossed *table) SCI_MUST_CHECK;
void sci_crossed_tree_clear(sci_crossed_tree *tree);

/* sums[i] += more[i] */
void sci_add_doubles(double *sums, const double *more, size_t n);

#endif
