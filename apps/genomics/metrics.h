/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the batches and of the biology is left: the measures of Büttner 2019, Korsunsky 2019
 * and Luecken 2022. Pure memory. */
#ifndef GENOMICS_METRICS_H
#define GENOMICS_METRICS_H

#include <sci/crossed.h>

/* Cells in principal components, with batch and label of each. */
typedef struct metrics_input {
    uint64_t cells, components;
    const double *scores;   /* [cells][components] */
    const double *variance; /* [components] */
    uint64_t batches, labels;
    const int32_t *batch, *label; /* -1: left out; label NULL: there is none */
    uint64_t sample_most;         /* pairwise measures use so many cells at most; 0: 20000 */
    uint64_t seed;
    int threads;
    const volatile int *stop;
} metrics_input;

/* NaN: not defined here (no labels, one batch, too few cells). */
typedef struct metrics {
    double r2_batch, r2_label;                 /* share of the variance of all genes */
    double pcr_batch, pcr_label;               /* the same over principal components */
    double silhouette_batch, silhouette_label; /* scaled to 0…1, higher is better */
    double ilisi, clisi;                       /* scaled to 0…1, higher is better */
    double lisi_batch, lisi_label;             /* medians, unscaled */
    double kbet;                               /* acceptance rate */
    double batch_score, label_score, overall;  /* means of the parts; 0.4 and 0.6 of them */
    uint64_t sampled;                          /* cells that the pairwise measures used */
} metrics;

/* All but r2. */
sci_status metrics_of_cells(metrics *out, const metrics_input *in) SCI_MUST_CHECK;

/* r2 of a table whose levels are batches or labels: Σ between / Σ total over the genes; per_gene[G]
 * (may be NULL) gets each gene's own share, NaN where it has no variance. */
double metrics_r2(const sci_crossed *table, double *per_gene);

/* batch_score, label_score and overall from the parts. */
void metrics_overall(metrics *m);

#endif
