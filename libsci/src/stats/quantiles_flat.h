/* SPDX-License-Identifier: BSD-3-Clause */
/* Quantiles as lists, in which bins that nothing fell on are left out: for files and other
 * processes. Everything is checked on the way back. */
#ifndef SCI_STATS_QUANTILES_FLAT_H
#define SCI_STATS_QUANTILES_FLAT_H

#include "quantiles.h"

/* Counts of cells: how many bins of each are filled, which, and with how many. */
typedef struct sci_flat_counts {
    uint64_t cells, entries;
    uint64_t *filled; /* [cells] */
    uint16_t *bins;   /* [entries], increasing inside a cell */
    uint64_t *counts; /* [entries], > 0 */
} sci_flat_counts;

typedef struct sci_quantiles_flat {
    uint64_t type, groups, n, round;
    uint64_t nan;       /* 1 + the policy; 0: nothing was counted */
    uint64_t deviation; /* 1 if there are centres */
    double *p;          /* [n] */
    double *centre;     /* [groups] */
    uint64_t *members;  /* [groups][2]: counted, missing; of the first round */
    sci_flat_counts first;
    uint64_t *targets;  /* [groups·2n][2]: key, rank; if round > 0 */
    uint64_t *seen;     /* as members, of the open round if it is a later one */
    sci_flat_counts open;
} sci_quantiles_flat;

/* SCI_ERR_ARGUMENT for what cannot be counted or merged any more: a failed count, a fit by parts. */
sci_status sci_quantiles_flatten(sci_quantiles_flat *flat, const sci_quantiles *q) SCI_MUST_CHECK;
void sci_quantiles_flat_clear(sci_quantiles_flat *flat);

/* Lengths of the lists from the numbers in front, before the lists are read. */
bool sci_quantiles_flat_is_open(const sci_quantiles_flat *flat);
/* SCI_ERR_FORMAT if the numbers are impossible. */
sci_status sci_quantiles_flat_numbers(const sci_quantiles_flat *flat) SCI_MUST_CHECK;

/* SCI_ERR_FORMAT says what contradicts what. */
sci_status sci_quantiles_restore(sci_quantiles **out, const sci_quantiles_flat *flat) SCI_MUST_CHECK;

/* XXH3-128 of all of it, as docs/stats-file.md spells it out. */
void sci_quantiles_flat_content(const sci_quantiles_flat *flat, uint8_t out[16]);

#endif
