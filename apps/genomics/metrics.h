/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the batches and of the biology is left: the measures of Büttner 2019 (kBET), Korsunsky
 * 2019 (LISI) and Luecken 2022 (silhouettes, principal-component regression, the score). Pure memory. */
#ifndef GENOMICS_METRICS_H
#define GENOMICS_METRICS_H

#include <sci/crossed.h>

/* Cells in principal components, with batch and label of each. A cell without a batch or, where there
 * are labels, without a label is left out of everything. */
typedef struct metrics_input {
    uint64_t cells, components;
    const double *scores;   /* [cells][components], finite */
    const double *variance; /* [components] */
    uint64_t batches, labels;
    const int32_t *batch, *label; /* -1: left out; label NULL: there is none */
    /* Pairwise measures are means over so many cells at most (compared with all others): 0: 20000; and
     * fewer where there are more than 200000 cells, down to 1000. */
    uint64_t sample_most;
    uint64_t seed;
    int threads;              /* 0: one a processor; the bytes do not depend on it */
    const volatile int *stop; /* becomes nonzero to give up with SCI_ERR_INTERRUPTED; may be NULL */
} metrics_input;

/* NaN: not defined here. Levels are those that some cell has.
 *   silhouette  Rousseeuw 1987, Euclidean, 0 for a cell that is alone in its group; (s + 1)/2. Of the
 *               batches 1 - |s| inside each label, the mean over the labels that have more than one
 *               batch and more cells than batches (all cells are one label where there is none).
 *   LISI        of the 90 nearest others, weights by perplexity 30; of fewer cells all others and a
 *               third of their number, NaN below 3. iLISI is (median - 1)/(batches - 1), cLISI
 *               (labels - median)/(labels - 1).
 *   kBET        share of cells in whose 50 nearest others (or all) the batches are as frequent as over
 *               all cells: chi-squared with batches - 1 degrees of freedom, p >= 0.05.
 *   PCR         Σ R²·variance/Σ variance over the components, R² of the one-hot levels.
 * One batch: no batch measures; one label: no label measures. */
typedef struct metrics {
    double r2_batch, r2_label; /* share of the variance of all genes */
    double r2_beyond; /* that batch explains beyond the labels: R² of batch × label less r2_label */
    double pcr_batch, pcr_label;               /* the same over principal components */
    double silhouette_batch, silhouette_label; /* scaled to 0…1, higher is better */
    double ilisi, clisi;                       /* scaled to 0…1, higher is better */
    double lisi_batch, lisi_label;             /* medians, unscaled */
    double kbet;                               /* acceptance rate */
    double batch_score, label_score, overall;
    uint64_t cells;   /* that took part */
    uint64_t sampled; /* of these, those over which the pairwise measures are means */
    uint64_t neighbours, kbet_neighbours; /* of each: at most all others */
} metrics;

/* Nothing is known yet: all NaN. */
metrics metrics_unknown(void);

/* All but r2, which is NaN. SCI_ERR_NONFINITE if a score is not finite. */
sci_status metrics_of_cells(metrics *out, const metrics_input *in) SCI_MUST_CHECK;

/* r2 of a table whose levels are batches or labels: Σ between / Σ total over the genes, NaN if fewer
 * than two levels have rows; per_gene[G] (may be NULL) gets each gene's own share, NaN where it has no
 * variance. */
double metrics_r2(const sci_crossed *table, double *per_gene);

/* batch_score: the mean of silhouette_batch, ilisi, kbet and 1 - pcr_batch; label_score: of
 * silhouette_label and clisi (parts that are NaN are left out); overall: 0.4 and 0.6 of them, NaN if one
 * of them is. */
void metrics_overall(metrics *m);

/* What each measure says, one row a field above: for tables, JSON and pages. */
typedef struct metrics_row {
    const char *key, *name;
    double (*get)(const metrics *m);
    int better;          /* 1: higher, -1: lower, 0: neither */
    const char *meaning; /* one sentence */
} metrics_row;
extern const metrics_row metrics_rows[];
extern const size_t metrics_n_rows;

#endif
