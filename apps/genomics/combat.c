/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ComBat: which genes can be adjusted, and the order of the steps. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "combat_priv.h"

/* ---- the model ---- */

static sci_status
alloc_nan(double **out, uint64_t rows, uint64_t columns)
{
    sci_status st = sci_alloc(out, rows, columns, sizeof **out);

    if (st == SCI_OK)
        for (uint64_t i = 0; i < rows * columns; i++)
            (*out)[i] = (double)NAN;
    return st;
}

sci_status
combat_model_create(combat_model **out, uint64_t levels, uint64_t columns, uint64_t covariates)
{
    combat_model *m = NULL;
    sci_status st = sci_alloc_zero(&m, 1, 1, sizeof *m);

    if (st != SCI_OK)
        return st;
    m->levels = levels;
    m->columns = columns;
    m->covariates = covariates;
    m->reference = -1;
    {
        double **by_gene[] = { &m->grand, &m->pooled };
        double **by_cell[] = { &m->gamma_hat, &m->delta_hat, &m->gamma_star, &m->delta_star };
        double **by_batch[] = { &m->gamma_bar, &m->t2, &m->a, &m->b };

        for (int i = 0; i < 2 && st == SCI_OK; i++)
            st = alloc_nan(by_gene[i], 1, columns);
        for (int i = 0; i < 4 && st == SCI_OK; i++)
            st = alloc_nan(by_cell[i], levels, columns);
        for (int i = 0; i < 4 && st == SCI_OK; i++)
            st = alloc_nan(by_batch[i], 1, levels);
    }
    if (st == SCI_OK)
        st = alloc_nan(&m->beta, covariates, columns);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m->iterations, levels, 1, sizeof *m->iterations);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m->unadjusted, columns, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m->location_only, columns, 1, 1);
    if (st == SCI_OK)
        *out = m;
    else
        combat_model_free(m);
    return st;
}

void
combat_model_free(combat_model *m)
{
    if (m == NULL)
        return;
    sci_free(m->grand);
    sci_free(m->pooled);
    sci_free(m->beta);
    sci_free(m->gamma_hat);
    sci_free(m->delta_hat);
    sci_free(m->gamma_star);
    sci_free(m->delta_star);
    sci_free(m->gamma_bar);
    sci_free(m->t2);
    sci_free(m->a);
    sci_free(m->b);
    sci_free(m->iterations);
    sci_free(m->unadjusted);
    sci_free(m->location_only);
    sci_free(m);
}

/* ---- genes ---- */

double
combat_squares(const sci_moments *moments)
{
    return moments->exponent == 0 ? moments->m2 : ldexp(moments->m2, 2 * moments->exponent);
}

bool
combat_has_missing(const sci_crossed *table, uint64_t gene)
{
    for (uint64_t b = 0; b < table->levels; b++)
        if (table->moments[b * table->columns + gene].count < table->rows[b])
            return true;
    return false;
}

bool
combat_shares(const combat_model *model, uint64_t gene)
{
    return model->unadjusted[gene] == 0 && model->location_only[gene] == 0;
}

/* What the values of one gene say against adjusting it. sva does not look for zero variance where a
 * value of the batch is missing, so neither do we. */
static unsigned char
screen_gene(const sci_crossed *table, uint64_t gene, bool mean_only, bool frozen)
{
    unsigned char bits = 0;
    double min = (double)INFINITY, max = -(double)INFINITY;

    for (uint64_t b = 0; b < table->levels; b++) {
        const sci_moments *m = &table->moments[b * table->columns + gene];

        if (table->rows[b] == 0)
            continue;
        if (m->count < (mean_only ? 1 : 2))
            bits |= COMBAT_TOO_FEW;
        if (table->rows[b] > 1 && m->count == table->rows[b] && sci_moments_is_constant(m))
            bits |= COMBAT_CONSTANT_IN_BATCH;
        min = fmin(min, m->min);
        max = fmax(max, m->max);
    }
    if (min == max && !frozen) /* the variance of a frozen model is known */
        bits |= COMBAT_CONSTANT;
    return bits;
}

static void
screen(combat_fitting *fitting, bool frozen)
{
    combat_model *model = fitting->model;

    for (uint64_t g = 0; g < model->columns; g++) {
        unsigned char bits = screen_gene(fitting->table, g, model->mean_only, frozen);

        if (bits == COMBAT_CONSTANT_IN_BATCH && fitting->opt->zero_variance != COMBAT_ZERO_KEEP) {
            bits = 0;
            if (fitting->opt->zero_variance == COMBAT_ZERO_MEAN_ONLY)
                model->location_only[g] = 1;
        }
        model->unadjusted[g] |= bits;
    }
}

static sci_status
some_gene_left(const combat_model *model)
{
    uint64_t count[5] = { 0 };

    for (uint64_t g = 0; g < model->columns; g++) {
        if (combat_shares(model, g))
            return SCI_OK;
        for (int bit = 0; bit < 5; bit++)
            count[bit] += (uint64_t)(model->unadjusted[g] >> bit & 1);
    }
    return sci_fail(
        SCI_ERR_DEGENERATE,
        "no gene can be adjusted: of %llu, %llu are constant inside a batch (%llu of them "
        "everywhere), %llu have too few values in a batch, %llu leave no residual, in %llu "
        "missing values confound the covariates",
        (unsigned long long)model->columns, (unsigned long long)count[0],
        (unsigned long long)count[1], (unsigned long long)count[2], (unsigned long long)count[3],
        (unsigned long long)count[4]);
}

/* Numbers of genes that turned out not to be adjusted say so. */
static void
blank_unadjusted(combat_model *model)
{
    for (uint64_t g = 0; g < model->columns; g++) {
        if (model->unadjusted[g] == 0)
            continue;
        model->location_only[g] = 0;
        model->grand[g] = model->pooled[g] = (double)NAN;
        for (uint64_t k = 0; k < model->covariates; k++)
            model->beta[k * model->columns + g] = (double)NAN;
        for (uint64_t b = 0; b < model->levels; b++)
            model->gamma_hat[b * model->columns + g] = model->delta_hat[b * model->columns + g] =
                (double)NAN;
    }
}

/* ---- fits ---- */

static sci_status
check_options(const sci_crossed *table, const combat_options *opt, bool *mean_only)
{
    uint64_t batches = 0;

    *mean_only = opt->mean_only;
    for (uint64_t b = 0; b < table->levels; b++) {
        batches += table->rows[b] > 0 ? 1 : 0;
        *mean_only = *mean_only || table->rows[b] == 1;
    }
    if (opt->reference < -1 || opt->reference >= (int64_t)table->levels)
        return sci_fail(SCI_ERR_ARGUMENT, "reference batch %lld of %llu", (long long)opt->reference,
                        (unsigned long long)table->levels);
    if (opt->reference >= 0 && table->rows[opt->reference] < 2)
        return sci_fail(SCI_ERR_DEGENERATE,
                        "the reference batch has %llu cells: at least two are needed to scale by",
                        (unsigned long long)table->rows[opt->reference]);
    if (batches < 2)
        return sci_fail(SCI_ERR_DEGENERATE, "cells of at least two batches are needed, there is %s",
                        batches == 0 ? "none" : "one");
    return SCI_OK;
}

static void
fitting_clear(combat_fitting *fitting)
{
    combat_model_free(fitting->model);
    sci_free(fitting->rss);
    sci_free(fitting->center);
}

static sci_status
fitting_make(combat_fitting *fitting)
{
    const sci_crossed *table = fitting->table;
    sci_status st =
        combat_model_create(&fitting->model, table->levels, table->columns, table->covariates);

    if (st == SCI_OK)
        st = sci_alloc_zero(&fitting->rss, table->levels, table->columns, sizeof *fitting->rss);
    if (st == SCI_OK)
        st = sci_alloc_zero(&fitting->center, table->covariates, 1, sizeof *fitting->center);
    return st;
}

/* What both kinds of fit do once gamma_hat and rss are there. */
static sci_status
finish(combat_fitting *fitting)
{
    sci_status st = some_gene_left(fitting->model);

    if (st != SCI_OK)
        return st;
    combat_standardize(fitting);
    st = combat_shrink(fitting);
    if (st == SCI_OK)
        blank_unadjusted(fitting->model);
    return st;
}

sci_status
combat_fit(combat_model **out, const sci_crossed *table, const combat_options *opt)
{
    combat_fitting fitting = { .table = table, .opt = opt };
    bool mean_only;
    sci_status st = check_options(table, opt, &mean_only);

    if (st == SCI_OK)
        st = fitting_make(&fitting);
    if (st != SCI_OK)
        goto out;
    fitting.model->mean_only = mean_only;
    fitting.model->reference = opt->reference;
    screen(&fitting, false);
    st = combat_regress(&fitting, false);
    if (st != SCI_OK)
        goto out;
    combat_pool(&fitting);
    st = finish(&fitting);
    if (st != SCI_OK)
        goto out;
    *out = fitting.model;
    fitting.model = NULL;
out:
    fitting_clear(&fitting);
    return st;
}

static void
take_frozen(combat_model *model, const combat_model *frozen)
{
    memcpy(model->grand, frozen->grand, frozen->columns * sizeof *model->grand);
    memcpy(model->pooled, frozen->pooled, frozen->columns * sizeof *model->pooled);
    memcpy(model->beta, frozen->beta, frozen->covariates * frozen->columns * sizeof *model->beta);
    memcpy(model->unadjusted, frozen->unadjusted, frozen->columns);
    memcpy(model->location_only, frozen->location_only, frozen->columns);
}

sci_status
combat_fit_frozen(combat_model **out, const combat_model *frozen, const sci_crossed *table,
                  const combat_options *opt)
{
    combat_fitting fitting = { .table = table, .opt = opt };
    sci_status st;

    if (table->levels != 1 || table->columns != frozen->columns
        || table->covariates != frozen->covariates)
        return sci_fail(SCI_ERR_SHAPE,
                        "one batch of %llu genes and %llu covariates is needed, there are %llu "
                        "batches of %llu and %llu",
                        (unsigned long long)frozen->columns, (unsigned long long)frozen->covariates,
                        (unsigned long long)table->levels, (unsigned long long)table->columns,
                        (unsigned long long)table->covariates);
    if (table->rows[0] == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "the new batch has no cells");
    st = fitting_make(&fitting);
    if (st != SCI_OK)
        goto out;
    fitting.model->mean_only = frozen->mean_only || opt->mean_only || table->rows[0] == 1;
    take_frozen(fitting.model, frozen);
    screen(&fitting, true);
    st = combat_regress(&fitting, true);
    if (st != SCI_OK)
        goto out;
    combat_pool_given(&fitting);
    st = finish(&fitting);
    if (st != SCI_OK)
        goto out;
    *out = fitting.model;
    fitting.model = NULL;
out:
    fitting_clear(&fitting);
    return st;
}
