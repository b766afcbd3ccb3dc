/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Priors over the genes of a batch and the parametric shrinkage towards them (Johnson, Li, Rabinovic
 * 2007, sections 3.2 and supplement A): γ ~ N(γ̄, t²), δ ~ inverse gamma(a, b), by moments. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "combat_priv.h"

#define SVA_CONVERGED 1e-4
#define FIXED_CONVERGED 1e-12
enum { ITERATIONS_MOST = 100000 };

/* ---- priors ---- */

/* Mean and unbiased variance (NaN for one value). */
static double
mean_and_variance(const double *x, uint64_t n, double *variance)
{
    double mean = 0.0, rest = 0.0, squares = 0.0;

    for (uint64_t i = 0; i < n; i++)
        mean += x[i];
    mean /= (double)n;
    for (uint64_t i = 0; i < n; i++)
        rest += x[i] - mean;
    mean += rest / (double)n;
    for (uint64_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    *variance = n < 2 ? (double)NAN : squares / (double)(n - 1);
    return mean;
}

static void
find_priors(combat_batch *batch)
{
    double variance, mean;

    batch->gamma_bar = mean_and_variance(batch->gamma, batch->m, &batch->t2);
    mean = batch->delta_bar = mean_and_variance(batch->delta, batch->m, &variance);
    batch->a = batch->b = (double)NAN;
    if (batch->m < 2)
        return;
    batch->a = 2.0 + mean * mean / variance;
    batch->b = mean + mean * mean * mean / variance;
    if (!isfinite(batch->a) || !isfinite(batch->b))
        batch->a = batch->b = (double)INFINITY; /* all δ̂ are equal: nothing moves from their mean */
}

/* ---- the parametric posterior ---- */

double
combat_posterior_mean(double gamma, double gamma_bar, double n, double delta, double t2)
{
    double weight = t2 * n + delta;

    return weight > 0.0 ? (t2 * n * gamma + delta * gamma_bar) / weight : gamma_bar;
}

static double
posterior_variance(const combat_batch *batch, uint64_t i, double gamma)
{
    double apart = batch->gamma[i] - gamma;
    double squares = batch->ss[i] + batch->n[i] * (apart * apart);

    if (isinf(batch->a))
        return batch->delta_bar;
    return (0.5 * squares + batch->b) / (batch->n[i] / 2.0 + batch->a - 1.0);
}

/* One step of all genes; true while some gene moves too much for sva. Its denominators are signed: a
 * negative γ never counts. 0/0 does not count either. */
static bool
step_all(combat_batch *batch)
{
    bool moves = false;

    for (uint64_t i = 0; i < batch->m; i++) {
        double g_old = batch->gamma_star[i], d_old = batch->delta_star[i];
        double g =
            combat_posterior_mean(batch->gamma[i], batch->gamma_bar, batch->n[i], d_old, batch->t2);
        double d = posterior_variance(batch, i, g);

        moves |= fabs(g - g_old) / g_old > SVA_CONVERGED || fabs(d - d_old) / d_old > SVA_CONVERGED;
        batch->gamma_star[i] = g;
        batch->delta_star[i] = d;
    }
    return moves;
}

static void
iterate_as_sva(combat_batch *batch)
{
    do
        batch->iterations++;
    while (step_all(batch) && batch->iterations < ITERATIONS_MOST);
}

static bool
at_rest(double now, double before)
{
    return fabs(now - before) <= FIXED_CONVERGED * fabs(now);
}

static uint64_t
iterate_gene(combat_batch *batch, uint64_t i)
{
    uint64_t steps = 0;
    double g_old, d_old;

    do {
        g_old = batch->gamma_star[i];
        d_old = batch->delta_star[i];
        batch->gamma_star[i] =
            combat_posterior_mean(batch->gamma[i], batch->gamma_bar, batch->n[i], d_old, batch->t2);
        batch->delta_star[i] = posterior_variance(batch, i, batch->gamma_star[i]);
        steps++;
    } while (steps < ITERATIONS_MOST
             && !(at_rest(batch->gamma_star[i], g_old) && at_rest(batch->delta_star[i], d_old)));
    return steps;
}

void
combat_parametric(combat_batch *batch, combat_stop stop)
{
    memcpy(batch->gamma_star, batch->gamma, batch->m * sizeof *batch->gamma);
    memcpy(batch->delta_star, batch->delta, batch->m * sizeof *batch->delta);
    if (stop == COMBAT_STOP_SVA) {
        iterate_as_sva(batch);
        return;
    }
    for (uint64_t i = 0; i < batch->m; i++) {
        uint64_t steps = iterate_gene(batch, i);

        batch->iterations = steps > batch->iterations ? steps : batch->iterations;
    }
}

/* With n = 1, as sva has it, whatever the number of cells. */
static void
parametric_mean_only(combat_batch *batch)
{
    for (uint64_t i = 0; i < batch->m; i++) {
        batch->gamma_star[i] =
            combat_posterior_mean(batch->gamma[i], batch->gamma_bar, 1.0, 1.0, batch->t2);
        batch->delta_star[i] = 1.0;
    }
}

/* ---- batches ---- */

static sci_status
batch_make(combat_batch *batch, uint64_t most)
{
    double **parts[] = { &batch->gamma, &batch->delta,      &batch->ss,
                         &batch->n,     &batch->gamma_star, &batch->delta_star };
    sci_status st = SCI_OK;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && st == SCI_OK; i++)
        st = sci_alloc(parts[i], most, 1, sizeof **parts[i]);
    return st;
}

static void
batch_clear(combat_batch *batch)
{
    sci_free(batch->gamma);
    sci_free(batch->delta);
    sci_free(batch->ss);
    sci_free(batch->n);
    sci_free(batch->gamma_star);
    sci_free(batch->delta_star);
}

static void
gather(combat_batch *batch, const combat_fitting *fitting, uint64_t b)
{
    const combat_model *model = fitting->model;

    batch->m = 0;
    batch->iterations = 0;
    for (uint64_t g = 0; g < model->columns; g++) {
        uint64_t i = b * model->columns + g, m = batch->m;

        if (!combat_shares(model, g))
            continue;
        batch->gamma[m] = model->gamma_hat[i];
        batch->delta[m] = model->delta_hat[i];
        batch->ss[m] = fitting->rss[i];
        batch->n[m] = (double)fitting->table->moments[i].count;
        batch->m++;
    }
}

/* A variance of 0 has no inverse: such a gene is moved and not scaled. */
static double
usable_variance(double delta)
{
    return delta > 0.0 && isfinite(delta) ? delta : 1.0;
}

static double
location_alone(const combat_batch *batch, double gamma, bool no_eb)
{
    if (no_eb || isnan(batch->t2))
        return gamma;
    return combat_posterior_mean(gamma, batch->gamma_bar, 1.0, 1.0, batch->t2);
}

static void
scatter(const combat_batch *batch, combat_fitting *fitting, uint64_t b)
{
    combat_model *model = fitting->model;
    uint64_t m = 0;

    model->gamma_bar[b] = batch->gamma_bar;
    model->t2[b] = batch->t2;
    model->a[b] = batch->a;
    model->b[b] = batch->b;
    model->iterations[b] = batch->iterations;
    for (uint64_t g = 0; g < model->columns; g++) {
        uint64_t i = b * model->columns + g;

        if (combat_shares(model, g)) {
            model->gamma_star[i] =
                isfinite(batch->gamma_star[m]) ? batch->gamma_star[m] : model->gamma_hat[i];
            model->delta_star[i] = usable_variance(batch->delta_star[m]);
            m++;
        } else if (model->unadjusted[g] == 0) {
            model->gamma_star[i] = location_alone(batch, model->gamma_hat[i], fitting->opt->no_eb);
            model->delta_star[i] = 1.0;
        }
    }
}

/* The reference stays as it is, bit for bit. */
static void
keep_reference(combat_model *model, uint64_t b)
{
    for (uint64_t g = 0; g < model->columns; g++)
        if (model->unadjusted[g] == 0) {
            model->gamma_star[b * model->columns + g] = 0.0;
            model->delta_star[b * model->columns + g] = 1.0;
        }
    model->iterations[b] = 0;
}

static sci_status
shrink_batch(combat_batch *batch, const combat_model *model, const combat_options *opt,
             sci_pool *pool)
{
    find_priors(batch);
    if (opt->no_eb || batch->m < 2) { /* one gene has no others to borrow from */
        memcpy(batch->gamma_star, batch->gamma, batch->m * sizeof *batch->gamma);
        memcpy(batch->delta_star, batch->delta, batch->m * sizeof *batch->delta);
        return SCI_OK;
    }
    if (opt->nonparametric)
        return combat_nonparametric(batch, pool);
    if (model->mean_only)
        parametric_mean_only(batch);
    else
        combat_parametric(batch, opt->stop);
    return SCI_OK;
}

sci_status
combat_shrink(combat_fitting *fitting)
{
    combat_model *model = fitting->model;
    combat_batch batch = { 0 };
    sci_pool *pool = NULL;
    sci_status st = batch_make(&batch, model->columns);

    if (st == SCI_OK && fitting->opt->nonparametric && !fitting->opt->no_eb)
        st = sci_pool_create(&pool, fitting->opt->threads);
    for (uint64_t b = 0; b < model->levels && st == SCI_OK; b++) {
        if (fitting->table->rows[b] == 0)
            continue;
        gather(&batch, fitting, b);
        if ((int64_t)b == model->reference) {
            find_priors(&batch);
            scatter(&batch, fitting, b);
            keep_reference(model, b);
            continue;
        }
        st = shrink_batch(&batch, model, fitting->opt, pool);
        if (st == SCI_OK)
            scatter(&batch, fitting, b);
    }
    sci_pool_free(pool);
    batch_clear(&batch);
    return st;
}
