/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of measures, and the scores as a picture. */
#include <math.h>

#include "report_priv.h"

typedef enum kind { SHARE, SCORE, NEIGHBOURS } kind;

typedef struct measure {
    size_t offset; /* in metrics */
    const char *name, *better, *meaning;
    kind kind;
    bool in_plot;
} measure;

#define AT(member) offsetof(metrics, member)

static const measure of_batches[] = {
    { AT(r2_batch), "variance explained by batch", "lower",
      "share of the variance of all genes that lies between the means of the batches", SHARE,
      false },
    { AT(r2_beyond), "batch beyond label", "lower",
      "the same among cells of one label: a batch effect even where batches have unlike cells",
      SHARE, false },
    { AT(pcr_batch), "batch in principal components", "lower",
      "share of the variance of the cells' principal components that batch predicts (principal-"
      "component regression)",
      SHARE, false },
    { AT(silhouette_batch), "silhouette of batches", "higher",
      "whether a cell is as close to the cells of other batches with its label as to those of its "
      "own",
      SCORE, true },
    { AT(ilisi), "iLISI", "higher",
      "how many batches the neighbourhood of a cell has: 0 only its own, 1 all in equal parts",
      SCORE, true },
    { AT(lisi_batch), "batches in a neighbourhood", "higher",
      "the same, as the effective number of batches of the typical cell", NEIGHBOURS, false },
    { AT(kbet), "kBET acceptance", "higher",
      "share of the neighbourhoods whose mixture of batches could come from the whole data by "
      "chance",
      SCORE, true },
    { AT(batch_score), "batch score", "higher", "mean of the scores above", SCORE, true },
};

static const measure of_labels[] = {
    { AT(r2_label), "variance explained by label", "not lower",
      "share of the variance of all genes that lies between the means of the labels", SHARE,
      false },
    { AT(pcr_label), "label in principal components", "not lower",
      "share of the variance of the principal components that the label predicts", SHARE, false },
    { AT(silhouette_label), "silhouette of labels", "higher",
      "whether a cell is closer to cells of its own label than to others: 0.5 no difference, 1 far "
      "apart",
      SCORE, true },
    { AT(clisi), "cLISI", "higher",
      "whether the neighbourhood of a cell has its own label: 1 only that, 0 all in equal parts",
      SCORE, true },
    { AT(lisi_label), "labels in a neighbourhood", "lower",
      "the same, as the effective number of labels of the typical cell", NEIGHBOURS, false },
    { AT(label_score), "label score", "higher", "mean of the scores above", SCORE, true },
};

static const measure in_all[] = {
    { AT(overall), "overall score", "higher",
      "0.4 times the batch score and 0.6 times the label score", SCORE, true },
};

static double
value_of(const metrics *m, const measure *k)
{
    return *(const double *)(const void *)((const char *)m + k->offset);
}

static const char *
print_value(char text[REPORT_NUMBER], const measure *k, double value)
{
    if (k->kind == SHARE)
        return report_percent(text, value);
    return report_real(text, value, k->kind == SCORE ? 3 : 2);
}

/* ---- the table ---- */

static void
write_rows(cli_page *page, const genomics_report *r, const measure *measures, size_t n)
{
    bool both = r->before.given && r->after.given;

    for (size_t k = 0; k < n; k++) {
        double was = value_of(&r->before.metrics, &measures[k]);
        double is = value_of(&r->after.metrics, &measures[k]);
        char before[REPORT_NUMBER], after[REPORT_NUMBER];
        const char *pair[] = { measures[k].name, before, after, measures[k].better,
                               measures[k].meaning };
        const char *alone[] = { measures[k].name, before, measures[k].better, measures[k].meaning };

        if (isnan(was) && (!both || isnan(is)))
            continue;
        print_value(before, &measures[k], was);
        print_value(after, &measures[k], is);
        cli_page_row(page, both ? pair : alone);
    }
}

static void
write_table(cli_page *page, const genomics_report *r)
{
    static const char *const pair[] = { "measure", "before", "after", "better", "what it says" };
    static const char *const alone[] = { "measure", "value", "better", "what it says" };
    bool both = r->before.given && r->after.given;

    cli_page_table(page, both ? 5 : 4, both ? pair : alone, both ? "lrrll" : "lrll",
                   "Batches are to mix, labels are to stay apart");
    write_rows(page, r, of_batches, sizeof of_batches / sizeof *of_batches);
    if (r->label.key) {
        write_rows(page, r, of_labels, sizeof of_labels / sizeof *of_labels);
        write_rows(page, r, in_all, 1);
    }
    cli_page_table_end(page);
}

/* ---- the picture ---- */

typedef struct picture {
    size_t n;
    const char *names[16];
    double at[16], before[16], after[16];
    double x[48], y[48]; /* from before to after */
} picture;

static void
add_scores(picture *p, const genomics_report *r, const measure *measures, size_t n)
{
    for (size_t k = n; k-- > 0;) { /* names go upwards */
        double was = value_of(&r->before.metrics, &measures[k]);
        double is = r->after.given ? value_of(&r->after.metrics, &measures[k]) : (double)NAN;

        if (!measures[k].in_plot || (isnan(was) && isnan(is)))
            continue;
        p->names[p->n] = measures[k].name;
        p->at[p->n] = (double)p->n;
        p->before[p->n] = p->x[3 * p->n] = was;
        p->after[p->n] = p->x[3 * p->n + 1] = is;
        p->x[3 * p->n + 2] = (double)NAN; /* a gap */
        p->y[3 * p->n] = p->y[3 * p->n + 1] = p->y[3 * p->n + 2] = (double)p->n;
        p->n++;
    }
}

static void
draw(cli_page *page, const genomics_report *r)
{
    picture p = { 0 };
    cli_series series[3];
    cli_plot plot = { .title = "Scores",
                      .x = { .label = "0 worst, 1 best", .low = -0.03, .high = 1.03 },
                      .n_series = r->after.given ? 3 : 1,
                      .series = series,
                      .summary = "The scores of the table below, from 0 to 1" };

    if (r->label.key) {
        add_scores(&p, r, in_all, 1);
        add_scores(&p, r, of_labels, sizeof of_labels / sizeof *of_labels);
    }
    add_scores(&p, r, of_batches, sizeof of_batches / sizeof *of_batches);
    if (p.n == 0)
        return;
    series[0] = (cli_series){ .name = r->after.given ? "before" : NULL,
                              .n = p.n,
                              .x = p.before,
                              .y = p.at,
                              .colour = 0,
                              .opacity = 1.0 };
    series[1] = (cli_series){
        .name = "after", .n = p.n, .x = p.after, .y = p.at, .colour = 1, .opacity = 1.0
    };
    series[2] = (cli_series){
        .mark = CLI_MARK_LINE, .n = 3 * p.n, .x = p.x, .y = p.y, .colour = -1, .opacity = 0.6
    };
    plot.y.n_names = p.n;
    plot.y.names = p.names;
    plot.height = 110 + 24 * (int)p.n;
    cli_page_figures(page);
    cli_page_plot(page, &plot, NULL);
    cli_page_figures_end(page);
}

void
report_write_measures(cli_page *page, const genomics_report *r)
{
    char some[REPORT_NUMBER], all[REPORT_NUMBER];
    uint64_t sampled = r->before.metrics.sampled;

    if (!r->before.given)
        return;
    cli_page_section(page, "Measures");
    draw(page, r);
    write_table(page, r);
    if (sampled > 0 && sampled < r->cells)
        cli_page_paragraph(
            page,
            "Measures that compare cells with each other (silhouette, LISI, kBET) were "
            "taken from %s of the %s cells, drawn at random.",
            report_count(some, sampled), report_count(all, r->cells));
    cli_page_paragraph(page, "No single number decides: a score of the batches is easily bought by "
                             "mixing everything, and a score of the labels by doing nothing.");
}
