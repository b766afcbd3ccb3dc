/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps of a ComBat fit. */
#ifndef GENOMICS_COMBAT_PRIV_H
#define GENOMICS_COMBAT_PRIV_H

#include <sci/parallel.h>

#include "combat.h"

/* What a fit carries from step to step besides the model. */
typedef struct combat_fitting {
    const sci_crossed *table;
    const combat_options *opt;
    combat_model *model;
    double *rss;    /* [B][G] squared residuals, then the same divided by the pooled variance */
    double *center; /* [q] mean of the covariates over all rows */
} combat_fitting;

/* The genes of one batch that share its priors, one after the other. */
typedef struct combat_batch {
    uint64_t m;
    double *gamma, *delta, *ss, *n; /* [m] γ̂, δ̂, Σ(s - mean)² of the standardized values, values */
    double *gamma_star, *delta_star; /* [m] */
    double gamma_bar, t2, a, b;      /* priors, as in combat_model */
    double delta_bar;                /* mean of delta */
    uint64_t iterations;
} combat_batch;

/* Σ(y - mean)² of a cell. */
double combat_squares(const sci_moments *moments);
/* True if some value of the gene is missing. */
bool combat_has_missing(const sci_crossed *table, uint64_t gene);
/* True if the gene shares in the priors. */
bool combat_shares(const combat_model *model, uint64_t gene);

/* combat_regression.c: beta, the batch means less center·beta into model->gamma_hat, rss; genes that
 * cannot be solved get COMBAT_ALIASED. With `frozen` beta is given. */
sci_status combat_regress(combat_fitting *fitting, bool frozen) SCI_MUST_CHECK;

/* combat_standardize.c: gamma_hat becomes relative to the grand mean, which is found (combat_pool, with
 * the pooled variance; genes without residual get COMBAT_NO_RESIDUAL) or given; then gamma_hat,
 * delta_hat and rss are divided by what is pooled. */
void combat_pool(combat_fitting *fitting);
void combat_pool_given(combat_fitting *fitting);
void combat_standardize(combat_fitting *fitting);

/* combat_priors.c: priors and stars of every batch. */
sci_status combat_shrink(combat_fitting *fitting) SCI_MUST_CHECK;
void combat_parametric(combat_batch *batch, combat_stop stop);
/* (t2·n·γ̂ + δ·γ̄)/(t2·n + δ), γ̄ where both weights are 0. */
double combat_posterior_mean(double gamma, double gamma_bar, double n, double delta, double t2);

/* combat_nonparametric.c */
sci_status combat_nonparametric(combat_batch *batch, sci_pool *pool) SCI_MUST_CHECK;

#endif
