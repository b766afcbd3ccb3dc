/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each measure for one cell, given its neighbours or its distances to the groups; and over all cells. */
#ifndef GENOMICS_METRICS_PRIV_H
#define GENOMICS_METRICS_PRIV_H

#include "metrics.h"
#include "nearby.h"

enum { LISI_NEIGHBOURS = 90, LISI_PERPLEXITY = 30, KBET_NEIGHBOURS = 50 };

/* Weights p[k] of neighbours at ascending distances, of which Σ is 1, such that the entropy is the
 * logarithm of the perplexity: p = exp(-β·distance), β by bisection (van der Maaten, Hinton 2008). */
void lisi_weights(size_t k, const double *distance, double perplexity, double *p);
/* The inverse Simpson index of the levels under these weights; `share`[levels] is for the work. */
double lisi_index(size_t k, const double *p, const uint32_t *neighbour, const int32_t *level,
                  size_t levels, double *share);

/* Of a cell in group `own`, given the sum of its distances to the members of each of the groups and
 * their numbers. NaN if there is no other group with members. */
double silhouette(size_t groups, size_t own, const double *sums, const uint64_t *members);

/* Whether the levels of k neighbours are as frequent as expected[levels] (shares, > 0); `count`
 * [levels] is for the work. */
bool kbet_accepts(size_t k, const uint32_t *neighbour, const int32_t *level, size_t levels,
                  const double *expected, uint64_t *count);

/* The cells that take part, with levels numbered without gaps; one label where there is none. */
typedef struct study {
    const metrics_input *in;
    size_t cells, components, batches, labels;
    const double *scores;
    double *copy;                    /* of the scores, where some cells are left out */
    int32_t *batch, *label, *group;  /* [cells]; group: label·batches + batch */
    uint64_t *members;               /* [labels][batches] */
    uint64_t *of_label, *batches_of; /* [labels] cells and batches that have cells */
    double *frequency;               /* [batches] */
    size_t k;                        /* neighbours that are looked for */
    size_t queries;
    uint32_t *query;
    double *lisi_batch, *lisi_label, *silhouette_batch, *silhouette_label; /* [queries] */
    unsigned char *accepted;
    double *work; /* of each worker */
    size_t work_size;
} study;

/* Levels and scores of the cells that take part; study_clear also after a failure. */
sci_status study_begin(study *s) SCI_MUST_CHECK;
void study_clear(study *s);
/* Σ R²·variance/Σ variance of the levels; NaN if there are fewer than two. */
sci_status study_regression(const study *s, const int32_t *level, size_t levels,
                            double *out) SCI_MUST_CHECK;
/* Everything that compares cells with cells, of at least two cells. */
sci_status study_pairwise(study *s, metrics *out) SCI_MUST_CHECK;

#endif
