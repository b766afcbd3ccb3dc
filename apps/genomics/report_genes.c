/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What batch and label explain of each gene; genes that were left as they were. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "report_priv.h"

enum { BINS = 40, TOP = 12 };
#define CONSIDERABLE 0.1 /* share of a gene's variance */

/* ---- histograms ---- */

/* On a logarithmic axis, in percent: what is below its start counts in the first bin. Outlines of
 * steps, two points a bin. */
typedef struct steps {
    double x[2 * BINS + 2], y[2 * BINS + 2];
    double highest;
} steps;

#define LEAST 0.01 /* percent */
#define MOST 100.0

static void
make_steps(steps *s, const double *values, uint64_t n)
{
    double counts[BINS] = { 0.0 }, ratio = log(MOST / LEAST) / BINS;

    for (uint64_t i = 0; i < n; i++)
        if (!isnan(values[i])) {
            double bin = floor(log(fmax(100.0 * values[i], LEAST) / LEAST) / ratio);

            counts[(int)fmin(bin, BINS - 1)] += 1.0;
        }
    s->highest = 0.0;
    s->x[0] = LEAST;
    s->y[0] = 0.0;
    for (int k = 0; k < BINS; k++) {
        s->x[2 * k + 1] = LEAST * exp(ratio * k);
        s->x[2 * k + 2] = LEAST * exp(ratio * (k + 1));
        s->y[2 * k + 1] = s->y[2 * k + 2] = counts[k];
        s->highest = fmax(s->highest, counts[k]);
    }
    s->x[2 * BINS + 1] = MOST;
    s->y[2 * BINS + 1] = 0.0;
}

static size_t
add_steps(cli_series *series, const steps *s, const char *name, int colour)
{
    series[0] = (cli_series){ .name = name,
                              .mark = CLI_MARK_AREA,
                              .n = 2 * BINS + 2,
                              .x = s->x,
                              .y = s->y,
                              .colour = colour };
    series[1] = (cli_series){
        .mark = CLI_MARK_LINE, .n = 2 * BINS + 2, .x = s->x, .y = s->y, .colour = colour
    };
    return 2;
}

static void
draw(cli_page *page, const double *before, const double *after, const genomics_report *r,
     const report_factor *factor, const char *caption)
{
    char title[256], summary[300];
    double chance = 100.0 * ((double)factor->levels - 1.0) / ((double)r->cells - 1.0);
    double x[] = { chance, chance }, y[] = { 0.0, 0.0 };
    steps was, is;
    cli_series series[5];
    cli_plot plot = { .title = title,
                      .x = { .label = "% of the gene's variance",
                             .low = LEAST,
                             .high = MOST,
                             .logarithmic = true },
                      .y.label = "genes",
                      .series = series,
                      .summary = summary };

    make_steps(&was, before, r->genes);
    plot.n_series = add_steps(series, &was, after ? "before" : "genes", 0);
    y[1] = was.highest;
    if (after) {
        make_steps(&is, after, r->genes);
        plot.n_series += add_steps(series + plot.n_series, &is, "after", 1);
        y[1] = fmax(y[1], is.highest);
    }
    if (chance > LEAST && chance < MOST)
        series[plot.n_series++] = (cli_series){ .name = "by chance",
                                                .mark = CLI_MARK_LINE,
                                                .n = 2,
                                                .x = x,
                                                .y = y,
                                                .colour = -1,
                                                .dashed = true };
    snprintf(title, sizeof title, "Explained by %.200s", factor->key);
    snprintf(summary, sizeof summary, "Histogram over the genes of the share explained by %.200s",
             factor->key);
    cli_page_plot(page, &plot, caption);
}

/* ---- summaries ---- */

static int
compare_reals(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;

    return (p > q) - (p < q);
}

/* Median of the genes that have a share, and how many have a considerable one. */
static sci_status
summarize(const double *values, uint64_t genes, double *median, uint64_t *considerable)
{
    double *sorted = NULL;
    uint64_t n = 0;
    sci_status st = sci_alloc(&sorted, (size_t)genes, 1, sizeof *sorted);

    *median = (double)NAN;
    *considerable = 0;
    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < genes; i++)
        if (!isnan(values[i])) {
            sorted[n++] = values[i];
            *considerable += values[i] > CONSIDERABLE;
        }
    if (n > 0) {
        qsort(sorted, (size_t)n, sizeof *sorted, compare_reals);
        *median = 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]);
    }
    sci_free(sorted);
    return SCI_OK;
}

static sci_status
write_summary(cli_page *page, const genomics_report *r)
{
    const double *before = r->before.r2_batch, *after = r->after.r2_batch;
    char a[REPORT_NUMBER], b[REPORT_NUMBER], c[REPORT_NUMBER], d[REPORT_NUMBER];
    double median[2];
    uint64_t many[2];
    sci_status st = summarize(before, r->genes, &median[0], &many[0]);

    if (st == SCI_OK && after)
        st = summarize(after, r->genes, &median[1], &many[1]);
    if (st != SCI_OK)
        return st;
    report_percent(a, median[0]);
    report_count(b, many[0]);
    if (after)
        cli_page_paragraph(
            page,
            "Of the typical (median) gene, batch explained %s before and %s after. It "
            "explained more than a tenth of the variance of %s genes before, and of %s "
            "after.",
            a, report_percent(c, median[1]), b, report_count(d, many[1]));
    else
        cli_page_paragraph(
            page,
            "Of the typical (median) gene, batch explains %s. It explains more than a "
            "tenth of the variance of %s genes.",
            a, b);
    return SCI_OK;
}

/* ---- the genes that depended most on batch ---- */

typedef struct ranked {
    double share;
    uint64_t gene;
} ranked;

static int
compare_ranked(const void *a, const void *b)
{
    const ranked *p = a, *q = b;

    if (p->share != q->share)
        return p->share > q->share ? -1 : 1;
    return (p->gene > q->gene) - (p->gene < q->gene);
}

static void
write_ranked(cli_page *page, const genomics_report *r, const ranked *top, size_t n)
{
    static const char *const heads[] = { "gene", "before", "after" };
    size_t columns = r->after.r2_batch ? 3 : 2;

    cli_page_details(page, "The genes that depended most on batch");
    cli_page_table(page, columns, heads, columns == 3 ? "lrr" : "lr",
                   "Share of the gene's variance explained by batch");
    for (size_t k = 0; k < n; k++) {
        char before[REPORT_NUMBER], after[REPORT_NUMBER] = "";
        const char *cells[] = { r->gene_names[top[k].gene], before, after };

        report_percent(before, top[k].share);
        if (columns == 3)
            report_percent(after, r->after.r2_batch[top[k].gene]);
        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
    cli_page_details_end(page);
}

static sci_status
write_top(cli_page *page, const genomics_report *r)
{
    ranked *all = NULL;
    size_t n = 0;
    sci_status st = sci_alloc(&all, (size_t)r->genes, 1, sizeof *all);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < r->genes; i++)
        if (!isnan(r->before.r2_batch[i]))
            all[n++] = (ranked){ r->before.r2_batch[i], i };
    if (n > 0) {
        qsort(all, n, sizeof *all, compare_ranked);
        write_ranked(page, r, all, n < TOP ? n : TOP);
    }
    sci_free(all);
    return SCI_OK;
}

sci_status
report_write_genes(cli_page *page, const genomics_report *r)
{
    sci_status st;

    if (!r->before.r2_batch)
        return SCI_OK;
    cli_page_section(page, "Variance explained, gene by gene");
    st = write_summary(page, r);
    cli_page_figures(page);
    draw(page, r->before.r2_batch, r->after.r2_batch, r, &r->batch,
         "Further left is better: where the share is about as large as by chance, or smaller, "
         "nothing "
         "of the gene depends on the batch. Where batches have unlike cells, a part of it is "
         "biology.");
    if (r->before.r2_label)
        draw(page, r->before.r2_label, r->after.r2_label, r, &r->label,
             r->after.r2_label ? "The two should lie over each other, or the later one further to "
                                 "the right: what tells the groups apart is kept."
                               : NULL);
    cli_page_figures_end(page);
    if (st == SCI_OK && r->gene_names)
        st = write_top(page, r);
    return st;
}

/* ---- genes that were left as they were ---- */

static int
compare_reasons(const void *a, const void *b)
{
    const report_gene *p = *(const report_gene *const *)a, *q = *(const report_gene *const *)b;
    int order = strcmp(p->reason, q->reason);

    return order != 0 ? order : (p > q) - (p < q);
}

static void
write_reason(cli_page *page, const report_gene *const *genes, size_t n, const char **names)
{
    char summary[400], count[REPORT_NUMBER];

    for (size_t k = 0; k < n; k++)
        names[k] = genes[k]->name;
    snprintf(summary, sizeof summary, "%s: %s %s", genes[0]->reason, report_count(count, n),
             n == 1 ? "gene" : "genes");
    cli_page_details(page, summary);
    cli_page_names(page, n, names);
    cli_page_details_end(page);
}

sci_status
report_write_unadjusted(cli_page *page, const genomics_report *r)
{
    const report_gene **genes = NULL;
    const char **names = NULL;
    sci_status st;

    if (r->n_unadjusted == 0)
        return SCI_OK;
    st = sci_alloc(&genes, r->n_unadjusted, 1, sizeof(void *));
    if (st == SCI_OK)
        st = sci_alloc(&names, r->n_unadjusted, 1, sizeof(void *));
    if (st == SCI_OK) {
        cli_page_section(page, "Genes left as they were");
        cli_page_paragraph(page, "Their values are those of the input, and they had no part in the "
                                 "estimates for the others.");
        for (size_t k = 0; k < r->n_unadjusted; k++)
            genes[k] = &r->unadjusted[k];
        qsort((void *)(uintptr_t)genes, r->n_unadjusted, sizeof *genes, compare_reasons);
        for (size_t begin = 0, end; begin < r->n_unadjusted; begin = end) {
            for (end = begin + 1;
                 end < r->n_unadjusted && strcmp(genes[end]->reason, genes[begin]->reason) == 0;)
                end++;
            write_reason(page, genes + begin, end - begin, names);
        }
    }
    sci_free((void *)(uintptr_t)names);
    sci_free((void *)(uintptr_t)genes);
    return st;
}
