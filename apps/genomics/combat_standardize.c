/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grand means and pooled variances, and what is left of each batch in units of them. */
#include <float.h>
#include <math.h>

#include "combat_priv.h"

static double
count_of(const sci_crossed *table, uint64_t b, uint64_t gene)
{
    return (double)table->moments[b * table->columns + gene].count;
}

/* Rows of the batches that the variance is pooled over: the reference alone if there is one. */
static bool
pools(const combat_model *model, const sci_crossed *table, uint64_t b)
{
    return table->rows[b] > 0 && (model->reference < 0 || (uint64_t)model->reference == b);
}

/* Weighted by rows, missing or not, as sva does. */
static double
grand_mean(const combat_fitting *fitting, uint64_t gene)
{
    const sci_crossed *table = fitting->table;
    const combat_model *model = fitting->model;
    double rows = 0.0, mean = 0.0;

    if (model->reference >= 0)
        return model->gamma_hat[(uint64_t)model->reference * model->columns + gene];
    for (uint64_t b = 0; b < model->levels; b++) {
        if (table->rows[b] == 0)
            continue;
        rows += (double)table->rows[b];
        mean +=
            (model->gamma_hat[b * model->columns + gene] - mean) * ((double)table->rows[b] / rows);
    }
    return mean;
}

/* The squared residuals are sums of differences: below this share of the squares they are rounding. */
static double
rounding(uint64_t covariates)
{
    return 64.0 * (double)(covariates + 1) * DBL_EPSILON;
}

/* Residual variance: over N, or over the values less one where any gene misses any (sva's switch). */
static double
pooled_variance(const combat_fitting *fitting, uint64_t gene, bool missing)
{
    const sci_crossed *table = fitting->table;
    double n = 0.0, rss = 0.0, squares = 0.0;

    for (uint64_t b = 0; b < table->levels; b++) {
        if (!pools(fitting->model, table, b))
            continue;
        n += count_of(table, b, gene);
        rss += fitting->rss[b * table->columns + gene];
        squares += combat_squares(&table->moments[b * table->columns + gene]);
    }
    n -= missing ? 1.0 : 0.0;
    return n > 0.0 && rss > rounding(table->covariates) * squares ? rss / n : 0.0;
}

static void
make_relative(combat_fitting *fitting, uint64_t gene, double grand)
{
    for (uint64_t b = 0; b < fitting->model->levels; b++)
        fitting->model->gamma_hat[b * fitting->model->columns + gene] -= grand;
}

void
combat_pool(combat_fitting *fitting)
{
    combat_model *model = fitting->model;
    bool missing = false;

    for (uint64_t g = 0; g < model->columns && !missing; g++)
        missing = combat_shares(model, g) && combat_has_missing(fitting->table, g);
    for (uint64_t g = 0; g < model->columns; g++) {
        double grand;

        if (model->unadjusted[g] != 0)
            continue;
        grand = grand_mean(fitting, g);
        make_relative(fitting, g, grand);
        for (uint64_t k = 0; k < model->covariates; k++)
            grand -= fitting->center[k] * model->beta[k * model->columns + g];
        model->grand[g] = grand;
        model->pooled[g] = pooled_variance(fitting, g, missing);
        if (!(model->pooled[g] > 0.0) || !isfinite(model->pooled[g]))
            model->unadjusted[g] |= COMBAT_NO_RESIDUAL;
    }
}

void
combat_pool_given(combat_fitting *fitting)
{
    for (uint64_t g = 0; g < fitting->model->columns; g++)
        if (fitting->model->unadjusted[g] == 0)
            make_relative(fitting, g, fitting->model->grand[g]);
}

void
combat_standardize(combat_fitting *fitting)
{
    combat_model *model = fitting->model;

    for (uint64_t b = 0; b < model->levels; b++)
        for (uint64_t g = 0; g < model->columns; g++) {
            uint64_t i = b * model->columns + g;

            if (model->unadjusted[g] != 0 || fitting->table->rows[b] == 0)
                continue;
            model->gamma_hat[i] /= sqrt(model->pooled[g]);
            fitting->rss[i] /= model->pooled[g];
            model->delta_hat[i] =
                model->mean_only ? 1.0 : fitting->rss[i] / (count_of(fitting->table, b, g) - 1.0);
        }
}
