/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells in the first two principal components. */
#include <math.h>

#include <sci/memory.h>

#include "report_priv.h"

/* Where the cells of each group are in one array of coordinates. */
typedef struct cell_groups {
    double *x, *y; /* [cells] */
    uint64_t begin[REPORT_GROUPS_MOST + 2];
} cell_groups;

static void
gather(cell_groups *c, const report_groups *groups, const report_factor *factor,
       const report_stage *stage, uint64_t cells)
{
    uint64_t next[REPORT_GROUPS_MOST + 1];

    c->begin[0] = 0;
    for (size_t k = 0; k < groups->n; k++) {
        next[k] = c->begin[k];
        c->begin[k + 1] = c->begin[k] + groups->cells[k];
    }
    for (uint64_t i = 0; i < cells; i++) {
        uint64_t at = next[report_group_of(groups, factor->codes[i])]++;

        c->x[at] = stage->scores[i * stage->components];
        c->y[at] = stage->scores[i * stage->components + 1];
    }
}

static void
axis_name(char *text, size_t size, const report_stage *stage, int component)
{
    char share[REPORT_NUMBER];

    if (stage->variance_ratio)
        snprintf(text, size, "PC %d (%s of the variance)", component + 1,
                 report_percent(share, stage->variance_ratio[component]));
    else
        snprintf(text, size, "PC %d", component + 1);
}

static sci_status
draw(cli_page *page, const genomics_report *r, const report_stage *stage, const char *when,
     const report_factor *factor, const report_groups *groups)
{
    char title[256], summary[400], x[96], y[96], number[REPORT_NUMBER];
    cli_series series[REPORT_GROUPS_MOST + 1];
    cli_plot plot = { .title = title,
                      .x.label = x,
                      .y.label = y,
                      .n_series = groups->n,
                      .series = series,
                      .equal = true,
                      .summary = summary };
    cell_groups c = { 0 };
    sci_status st = sci_alloc(&c.x, (size_t)r->cells, 1, sizeof *c.x);

    if (st == SCI_OK)
        st = sci_alloc(&c.y, (size_t)r->cells, 1, sizeof *c.y);
    if (st == SCI_OK) {
        gather(&c, groups, factor, stage, r->cells);
        for (size_t k = 0; k < groups->n; k++)
            series[k] = (cli_series){ .name = groups->name[k],
                                      .n = (size_t)groups->cells[k],
                                      .x = c.x + c.begin[k],
                                      .y = c.y + c.begin[k],
                                      .colour = groups->colour[k] };
        snprintf(title, sizeof title, "%s, by %.200s", when, factor->key);
        snprintf(
            summary, sizeof summary,
            "Scatter plot of %s cells in the first two principal components, coloured by %.200s",
            report_count(number, r->cells), factor->key);
        axis_name(x, sizeof x, stage, 0);
        axis_name(y, sizeof y, stage, 1);
        cli_page_plot(page, &plot, NULL);
    }
    sci_free(c.x);
    sci_free(c.y);
    return st;
}

sci_status
report_write_cells(cli_page *page, const genomics_report *r, const report_groups *batches,
                   const report_groups *labels)
{
    const report_stage *stages[] = { &r->before, &r->after };
    bool both = r->before.scores && r->after.scores;
    const char *names[] = { both ? "Before" : "Cells", "After" };
    sci_status st = SCI_OK;

    if (!r->before.scores && !r->after.scores)
        return SCI_OK;
    cli_page_section(page, both ? "Cells before and after" : "Cells");
    cli_page_paragraph(
        page,
        "Each point is a cell, in the two directions in which the cells differ most. "
        "Colours that lie apart in a plot by batch are a batch effect, unless the "
        "batches have different cells%s.",
        r->label.key ? "; groups that lie apart in a plot by label are what must stay" : "");
    if (both)
        cli_page_paragraph(page, "The directions are found anew after the correction: compare how "
                                 "the colours mix, not where they are.");
    cli_page_figures(page);
    for (int s = 0; s < 2 && st == SCI_OK; s++)
        if (stages[s]->scores && stages[s]->components >= 2)
            st = draw(page, r, stages[s], names[s], &r->batch, batches);
    for (int s = 0; s < 2 && st == SCI_OK && r->label.key; s++)
        if (stages[s]->scores && stages[s]->components >= 2)
            st = draw(page, r, stages[s], names[s], &r->label, labels);
    cli_page_figures_end(page);
    return st;
}
