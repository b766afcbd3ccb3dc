/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the model estimated of each batch against its priors, as sva's prior.plots shows it, and how
 * far the estimates were pulled towards them. */
#include <math.h>
#include <stdlib.h>

#include <sci/memory.h>

#include "report_priv.h"

enum { BINS = 36, CURVE = 161, OPEN_BATCHES = 3 };

/* One estimate of all genes in a batch, sorted, and its histogram as a density. */
typedef struct estimates {
    uint64_t n;
    double *sorted; /* room for all genes */
    double low, high;
    double left[BINS], density[BINS];
    double x[CURVE], prior[CURVE];
} estimates;

static int
compare_reals(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;

    return (p > q) - (p < q);
}

static void
take(estimates *e, const double *values, uint64_t genes)
{
    e->n = 0;
    for (uint64_t g = 0; g < genes; g++)
        if (isfinite(values[g]))
            e->sorted[e->n++] = values[g];
    if (e->n > 0)
        qsort(e->sorted, (size_t)e->n, sizeof *e->sorted, compare_reals);
}

static double
quantile(const estimates *e, double part)
{
    return e->sorted[(uint64_t)(part * (double)(e->n - 1))];
}

static void
make_histogram(estimates *e, double low, double high)
{
    double width = (high - low) / BINS;

    e->low = low;
    e->high = high;
    for (int k = 0; k < BINS; k++) {
        e->left[k] = low + k * width;
        e->density[k] = 0.0;
    }
    for (uint64_t i = 0; i < e->n; i++)
        if (e->sorted[i] >= low && e->sorted[i] <= high)
            e->density[(int)fmin((e->sorted[i] - low) / width, BINS - 1)] +=
                1.0 / ((double)e->n * width);
    for (int k = 0; k < CURVE; k++)
        e->x[k] = low + (high - low) * k / (CURVE - 1);
}

/* ---- the two priors ---- */

static void
make_normal(estimates *e, double mean, double variance)
{
    for (int k = 0; k < CURVE; k++) {
        double d = e->x[k] - mean;

        e->prior[k] = exp(-0.5 * d * d / variance) / sqrt(6.283185307179586 * variance);
    }
}

/* bᵃ/Γ(a)·x⁻ᵃ⁻¹·exp(-b/x) */
static void
make_inverse_gamma(estimates *e, double a, double b)
{
    for (int k = 0; k < CURVE; k++)
        e->prior[k] = e->x[k] > 0.0
                          ? exp(a * log(b) - lgamma(a) - (a + 1.0) * log(e->x[k]) - b / e->x[k])
                          : 0.0;
}

static void
draw(cli_page *page, const estimates *e, const char *title, const char *label, const char *prior,
     bool has_prior)
{
    cli_series series[] = {
        { .name = "genes",
          .mark = CLI_MARK_BARS,
          .n = BINS,
          .x = e->left,
          .y = e->density,
          .width = (e->high - e->low) / BINS,
          .colour = 0,
          .opacity = 0.75 },
        { .name = prior, .mark = CLI_MARK_LINE, .n = CURVE, .x = e->x, .y = e->prior, .colour = 1 },
    };
    cli_plot plot = { .title = title,
                      .x = { .label = label, .low = e->low, .high = e->high },
                      .y.label = "density",
                      .n_series = has_prior ? 2 : 1,
                      .series = series,
                      .summary = "Histogram of the estimates of all genes with the prior" };

    cli_page_plot(page, &plot, NULL);
}

static void
draw_location(cli_page *page, const combat_model *m, uint64_t batch, const char *name, estimates *e)
{
    double mean = m->gamma_bar[batch], sd = sqrt(m->t2[batch]), low, high;
    bool prior = isfinite(mean) && sd > 0.0 && isfinite(sd);
    char title[256];

    take(e, m->gamma_hat + batch * m->columns, m->columns);
    if (e->n < 2)
        return;
    low = quantile(e, 0.002);
    high = quantile(e, 0.998);
    if (prior) {
        low = fmin(low, mean - 2.5 * sd);
        high = fmax(high, mean + 2.5 * sd);
    }
    if (!(low < high))
        return;
    make_histogram(e, low, high);
    if (prior)
        make_normal(e, mean, sd * sd);
    snprintf(title, sizeof title, "%.200s: shift", name);
    draw(page, e, title, "γ̂, in pooled standard deviations", "normal prior", prior);
}

static void
draw_scale(cli_page *page, const combat_model *m, uint64_t batch, const char *name, estimates *e)
{
    double a = m->a[batch], b = m->b[batch], high;
    bool prior = isfinite(a) && isfinite(b) && a > 0.0 && b > 0.0;
    char title[256];

    take(e, m->delta_hat + batch * m->columns, m->columns);
    if (e->n < 2 || m->mean_only)
        return;
    high = 1.1 * quantile(e, 0.99);
    if (!(high > 0.0))
        return;
    make_histogram(e, 0.0, high);
    if (prior)
        make_inverse_gamma(e, a, b);
    snprintf(title, sizeof title, "%.200s: variance", name);
    draw(page, e, title, "δ̂, times the pooled variance", "inverse-gamma prior", prior);
}

static void
draw_batch(cli_page *page, const combat_model *m, uint64_t batch, const char *name, estimates *e)
{
    cli_page_figures(page);
    draw_location(page, m, batch, name, e);
    draw_scale(page, m, batch, name, e);
    cli_page_figures_end(page);
}

static sci_status
write_priors(cli_page *page, const combat_model *m, const report_groups *batches)
{
    estimates *e = NULL;
    size_t shown = 0, folded = 0;
    sci_status st = sci_alloc_zero(&e, 1, 1, sizeof *e);

    if (st == SCI_OK)
        st = sci_alloc(&e->sorted, (size_t)m->columns, 1, sizeof *e->sorted);
    for (size_t k = 0; k < batches->n && st == SCI_OK; k++) {
        if (batches->level[k] >= m->levels)
            continue;
        if (shown++ == OPEN_BATCHES) {
            cli_page_details(page, "The other batches");
            folded++;
        }
        draw_batch(page, m, batches->level[k], batches->name[k], e);
    }
    if (folded > 0)
        cli_page_details_end(page);
    if (e)
        sci_free(e->sorted);
    sci_free(e);
    return st;
}

/* ---- shrinkage ---- */

static void
draw_shrinkage(cli_page *page, const combat_model *m, const report_groups *batches,
               const double *before, const double *after, const char *title, const char *x,
               const char *y)
{
    cli_series series[REPORT_GROUPS_MOST + 2];
    double low = INFINITY, high = -INFINITY, ends[2];
    size_t n = 0;
    cli_plot plot = { .title = title,
                      .x.label = x,
                      .y.label = y,
                      .series = series,
                      .summary = "Estimates of every gene before and after shrinkage, by batch" };

    for (size_t k = 0; k < batches->n; k++)
        if (batches->level[k] < m->levels)
            series[n++] = (cli_series){ .name = batches->name[k],
                                        .n = (size_t)m->columns,
                                        .x = before + batches->level[k] * m->columns,
                                        .y = after + batches->level[k] * m->columns,
                                        .colour = batches->colour[k] };
    for (uint64_t i = 0; i < m->levels * m->columns; i++)
        if (isfinite(before[i]) && isfinite(after[i])) {
            low = fmin(low, after[i]);
            high = fmax(high, after[i]);
        }
    if (n == 0 || !(low < high))
        return;
    ends[0] = low;
    ends[1] = high;
    series[n++] = (cli_series){ .name = "no change",
                                .mark = CLI_MARK_LINE,
                                .n = 2,
                                .x = ends,
                                .y = ends,
                                .colour = -1,
                                .dashed = true };
    plot.n_series = n;
    cli_page_plot(page, &plot, NULL);
}

sci_status
report_write_model(cli_page *page, const genomics_report *r, const report_groups *batches)
{
    const combat_model *m = r->model;
    sci_status st;

    if (!m || !m->gamma_hat || !m->delta_hat)
        return SCI_OK;
    cli_page_section(page, "The model and its priors");
    cli_page_paragraph(
        page, "For each batch and gene the model estimates a shift and a variance. Genes lend "
              "each other strength: estimates are pulled towards what is usual in their "
              "batch, the prior, the more so the fewer cells there are. Where the histogram "
              "and the curve have nothing to do with each other, the nonparametric variant "
              "(--nonparametric) is the safer choice.");
    st = write_priors(page, m, batches);
    if (st != SCI_OK || !m->gamma_star || !m->delta_star)
        return st;
    cli_page_subsection(page, "How far the estimates were pulled");
    cli_page_figures(page);
    draw_shrinkage(page, m, batches, m->gamma_hat, m->gamma_star, "Shift", "estimated, γ̂",
                   "used, γ*");
    if (!m->mean_only)
        draw_shrinkage(page, m, batches, m->delta_hat, m->delta_star, "Variance", "estimated, δ̂",
                       "used, δ*");
    cli_page_figures_end(page);
    return st;
}
