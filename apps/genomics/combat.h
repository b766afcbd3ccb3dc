/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch-effect models from a table of moments and cross-products: ComBat (Johnson, Li, Rabinovic 2007,
 * as sva 3.46 computes it), limma's removeBatchEffect (3.54), per-batch z-scores and centring. No data
 * is touched: the result is a map that the engine applies. Pure memory. */
#ifndef GENOMICS_COMBAT_H
#define GENOMICS_COMBAT_H

#include <sci/crossed.h>

typedef enum combat_stop { COMBAT_STOP_SVA, COMBAT_STOP_FIXED_POINT } combat_stop;
typedef enum combat_zero {
    COMBAT_ZERO_KEEP,
    COMBAT_ZERO_MEAN_ONLY,
    COMBAT_ZERO_ADJUST
} combat_zero;

typedef struct combat_options {
    bool nonparametric, mean_only, no_eb;
    int64_t reference; /* batch; -1: none */
    combat_stop stop;
    combat_zero zero_variance; /* genes constant inside a batch of more than one cell */
} combat_options;

/* Why a gene is as it was (bits). */
enum {
    COMBAT_CONSTANT_IN_BATCH = 1, /* zero variance inside some batch */
    COMBAT_CONSTANT = 2,          /* zero variance over all cells */
    COMBAT_TOO_FEW = 4            /* fewer than two values in some batch (missing values) */
};

typedef struct combat_model {
    uint64_t levels, columns, covariates; /* B, G, q */
    bool mean_only;                       /* asked for, or because a batch has one cell */
    double *grand, *pooled;          /* [G] grand mean and pooled variance (NaN: not adjusted) */
    double *beta;                    /* [q][G] */
    double *gamma_hat, *delta_hat;   /* [B][G] */
    double *gamma_star, *delta_star; /* [B][G] */
    double *gamma_bar, *t2, *a, *b;  /* [B] priors */
    uint64_t *iterations;            /* [B] of the parametric method */
    unsigned char *unadjusted;       /* [G] bits; 0: adjusted */
} combat_model;

/* The covariates of the table are the columns of ComBat's `mod` without intercept; they must not be
 * aliased (design.h). SCI_ERR_DEGENERATE if no gene can be adjusted. */
sci_status combat_fit(combat_model **out, const sci_crossed *table,
                      const combat_options *opt) SCI_MUST_CHECK;
void combat_model_free(combat_model *model); /* accepts NULL */
sci_status combat_map(sci_column_map **out, const combat_model *model) SCI_MUST_CHECK;

/* A new batch against a frozen model: its gamma and delta from `table` (one level, the same genes and
 * covariates) with the stored grand means, variances and coefficients and its own priors. *out has one
 * level. */
sci_status combat_fit_frozen(combat_model **out, const combat_model *frozen,
                             const sci_crossed *table, const combat_options *opt) SCI_MUST_CHECK;

/* limma: least squares on batch (sum-to-zero contrasts over the table's levels), `removed[k]`
 * covariates (batch2 contrasts, numeric nuisance; uncentred) and the others, which stay. Aliased
 * coefficients, the later ones, are left out as limma does (drop) or refused by the caller before.
 * y = x - (batch and removed parts). */
sci_status limma_map(sci_column_map **out, const sci_crossed *table, const bool *removed,
                     const bool *aliased) SCI_MUST_CHECK;

/* (x - mean)/sd of each (batch, gene), ddof 0, zero variance gives 0 with eps 0; or x - mean + the
 * mean over all cells (centring keeps the level of the gene). */
sci_status zscore_map(sci_column_map **out, const sci_crossed *table) SCI_MUST_CHECK;
sci_status center_map(sci_column_map **out, const sci_crossed *table) SCI_MUST_CHECK;

#endif
