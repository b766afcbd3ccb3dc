/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of sci_quantiles: counts of the open round, and where each wanted order statistic is
 * known to lie so far. */
#ifndef SCI_STATS_QUANTILES_H
#define SCI_STATS_QUANTILES_H

#include <sci/quantile.h>

#include "ordered.h"

#define SCI_QUANTILE_GROUPS_MOST (UINT64_C(1) << 31)
#define SCI_QUANTILES_MOST 65536

/* An order statistic: the bits of its key that closed rounds have found (as a number), and its
 * rank, from 0, among the members that begin with them. */
typedef struct sci_quantile_target {
    uint64_t key, rank;
} sci_quantile_target;

/* Members of a group in one round. */
typedef struct sci_quantile_tally {
    uint64_t members; /* counted */
    uint64_t missing; /* NaN under `propagate`: the group's quantiles are NaN */
} sci_quantile_tally;

struct sci_quantiles {
    sci_type type;
    uint64_t groups;
    size_t n;
    double *p;
    double *centre; /* NULL: quantiles of the elements */
    int nan;        /* sci_nan_policy; -1: nothing was counted yet */
    bool spoiled;   /* a count failed halfway */
    int bits, rounds, round;
    uint64_t bins;
    sci_quantile_tally *tallies; /* of the first round */
    uint64_t *first;             /* its counts, groups × bins; NULL before anything is counted */
    sci_quantile_target *targets; /* groups × 2n: below and above; NULL before the first is closed */
    /* The open round, if it is not the first. */
    sci_quantile_tally *seen;
    uint64_t *cell_start; /* groups + 1 */
    uint64_t *prefixes;
    uint64_t *wanted;     /* groups × SCI_ORDERED_WORDS */
    uint64_t *counts;     /* cells × bins; NULL before anything is counted */
    double *values;       /* groups × n: all that is kept of a fit by parts; else NULL */
};

/* Cells of the groups before `group`. */
uint64_t sci_quantiles_cell(const sci_quantiles *q, uint64_t group);
/* Bytes that the counts of the open round take, or will take. */
uint64_t sci_quantiles_bytes(const sci_quantiles *q);
/* Make sure that the counts of the open round are there. */
sci_status sci_quantiles_open(sci_quantiles *q) SCI_MUST_CHECK;
/* Counts and tallies of the open round. */
uint64_t *sci_quantiles_counts(sci_quantiles *q);
sci_quantile_tally *sci_quantiles_tallies(sci_quantiles *q);
/* The cells of one group, counts beginning with `counts` for the first of them. */
sci_count_cells sci_quantiles_cells(const sci_quantiles *q, uint64_t group, uint64_t *counts);

/* Cells from targets: prefixes, bitmaps and tallies of the round that is open now. */
sci_status sci_quantiles_begin_round(sci_quantiles *q) SCI_MUST_CHECK;
/* Targets as the first round says. */
sci_status sci_quantiles_first_targets(const sci_quantiles *q,
                                       sci_quantile_target **out) SCI_MUST_CHECK;

#endif
