/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Batch-effect models from a table of moments and cross-products: ComBat (Johnson, Li, Rabinovic 2007,
 * as sva 3.46 computes it), limma's removeBatchEffect (3.54), per-batch z-scores and centring. No data
 * is touched: the result is a map that the engine applies. Pure memory; docs/genomics-model.md has the
 * formulas. */
#ifndef GENOMICS_COMBAT_H
#define GENOMICS_COMBAT_H

#include <sci/crossed.h>

typedef enum combat_stop {
    COMBAT_STOP_SVA,        /* sva's rule: all genes of a batch go on while one moves by over 1e-4 of
                               itself, signed, so that negative shifts are never looked at */
    COMBAT_STOP_FIXED_POINT /* each gene until it moves by 1e-12 of itself at most */
} combat_stop;

/* What becomes of a gene that is constant inside a batch of more than one cell. */
typedef enum combat_zero {
    COMBAT_ZERO_KEEP,      /* left as it is, and out of the priors (sva) */
    COMBAT_ZERO_MEAN_ONLY, /* out of the priors, its location is adjusted as mean-only does */
    COMBAT_ZERO_ADJUST     /* as any other gene, its variance in that batch being 0 (scanpy) */
} combat_zero;

/* Valid when zeroed but for `reference`, which COMBAT_OPTIONS sets. */
typedef struct combat_options {
    bool nonparametric, mean_only, no_eb;
    int64_t reference; /* batch; -1: none */
    combat_stop stop;
    combat_zero zero_variance;
    int threads; /* of the nonparametric method, 0: one a processor; the same bytes for any number */
} combat_options;
#define COMBAT_OPTIONS ((combat_options){ .reference = -1 })

/* Why a gene is as it was (bits). */
enum {
    COMBAT_CONSTANT_IN_BATCH = 1, /* zero variance inside some batch of more than one cell, none of
                                     whose values is missing */
    COMBAT_CONSTANT = 2,          /* zero variance over all cells */
    COMBAT_TOO_FEW = 4,           /* missing values leave fewer than two in some batch (none, if only
                                     means are adjusted) */
    COMBAT_NO_RESIDUAL = 8,       /* batches and covariates explain it wholly: nothing to scale by */
    COMBAT_ALIASED = 16           /* missing values leave too few to tell the covariates apart */
};

typedef struct combat_model {
    uint64_t levels, columns, covariates; /* B, G, q */
    bool mean_only;                  /* asked for, or because a batch has one cell */
    int64_t reference;               /* batch that stays, or -1 */
    double *grand, *pooled;          /* [G] grand mean and pooled variance (NaN: not adjusted) */
    double *beta;                    /* [q][G] */
    double *gamma_hat, *delta_hat;   /* [B][G]; NaN: not adjusted, or a batch without cells */
    double *gamma_star, *delta_star; /* [B][G]; the same */
    double *gamma_bar, *t2, *a, *b;  /* [B] priors; NaN where there is none (a batch without cells);
                                        a and b infinite where all delta_hat are equal, t2, a and b
                                        NaN with a single gene */
    uint64_t *iterations;            /* [B] of the parametric method */
    unsigned char *unadjusted;       /* [G] bits; 0: adjusted */
    unsigned char *location_only;    /* [G] 1: only its location is adjusted (COMBAT_ZERO_MEAN_ONLY);
                                        `unadjusted` is 0 */
} combat_model;

/* All numbers NaN, no bits: to be filled, from a file too. */
sci_status combat_model_create(combat_model **out, uint64_t levels, uint64_t columns,
                               uint64_t covariates) SCI_MUST_CHECK;
void combat_model_free(combat_model *model); /* accepts NULL */

/* The covariates of the table are the columns of ComBat's `mod`, with or without intercept.
 * SCI_ERR_REFUSED if they are aliased (design.h), SCI_ERR_DEGENERATE if no gene can be adjusted, fewer
 * than two batches have cells, or the reference has one; SCI_ERR_ARGUMENT for a reference out of
 * range. A batch without cells takes no part. */
sci_status combat_fit(combat_model **out, const sci_crossed *table,
                      const combat_options *opt) SCI_MUST_CHECK;

/* A new batch against a frozen model: its gamma and delta from `table` (one level, the same genes and
 * covariates) with the stored grand means, variances and coefficients and its own priors. *out has one
 * level. Not equal to a fit of all batches together. SCI_ERR_SHAPE if genes or covariates differ. */
sci_status combat_fit_frozen(combat_model **out, const combat_model *frozen,
                             const sci_crossed *table, const combat_options *opt) SCI_MUST_CHECK;

/* y = (x - st - σγ*)/√(δ*) + st, st = grand + c·beta, as a map. Genes that are not adjusted, batches
 * without cells and the reference keep their bits. Every scale is finite and > 0. */
sci_status combat_map(sci_column_map **out, const combat_model *model) SCI_MUST_CHECK;

/* Turn a map round: map->inverse. SCI_ERR_REFUSED for a map that clips (what was raised is lost), for
 * a scale that is 0 or not finite; the maps of this header have none. */
sci_status combat_map_invert(sci_column_map *map) SCI_MUST_CHECK;

/* limma: least squares, over the values that are there, on an intercept, the covariates that stay, the
 * batches (sum-to-zero contrasts over the table's levels that have cells), and the covariates with
 * removed[k] (batch2 contrasts, numeric nuisance; uncentred). y = x - (batch and removed parts).
 * A coefficient that the columns before it determine is left out as limma does: 0. Where that holds
 * for the whole table (and not because a gene misses values) it is told in left_out[levels + q]:
 * first the contrast of each level, then the covariates; left_out may be NULL. removed NULL: none. */
sci_status limma_map(sci_column_map **out, const sci_crossed *table, const bool *removed,
                     bool *left_out) SCI_MUST_CHECK;

/* (x - mean)/sd of each (batch, gene), ddof 0. Where the batch is constant the result is 0, by scale 1
 * and a shift that cancels exactly, so that the map can be turned round. */
sci_status zscore_map(sci_column_map **out, const sci_crossed *table) SCI_MUST_CHECK;
/* x - mean + the mean over all cells (centring keeps the level of the gene). */
sci_status center_map(sci_column_map **out, const sci_crossed *table) SCI_MUST_CHECK;

#endif
