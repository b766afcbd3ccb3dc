/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many cells of each label a batch has. */
#include <math.h>

#include <sci/memory.h>

#include "report_priv.h"

enum { COLUMNS_MOST = REPORT_GROUPS_MOST + 3 };

/* Cells of each pair of groups. */
static void
count_groups(uint64_t counts[REPORT_GROUPS_MOST + 1][REPORT_GROUPS_MOST + 1],
             const genomics_report *r, const report_groups *batches, const report_groups *labels)
{
    for (uint64_t i = 0; i < r->cells; i++) {
        size_t batch = report_group_of(batches, r->batch.codes[i]);
        size_t label = report_group_of(labels, r->label.codes[i]);

        counts[batch][label]++;
    }
}

static void
write_counts(cli_page *page, const genomics_report *r, const report_groups *batches,
             const report_groups *labels)
{
    uint64_t counts[REPORT_GROUPS_MOST + 1][REPORT_GROUPS_MOST + 1] = { { 0 } };
    char text[COLUMNS_MOST][REPORT_NUMBER], align[COLUMNS_MOST + 1] = "l";
    const char *cells[COLUMNS_MOST];
    size_t n = 1;

    count_groups(counts, r, batches, labels);
    cells[0] = r->batch.key;
    for (size_t k = 0; k < labels->n; k++)
        cells[n++] = labels->name[k];
    cells[n++] = "all";
    for (size_t k = 1; k < n; k++)
        align[k] = 'r';
    align[n] = '\0';
    cli_page_table(page, n, cells, align, "Cells of each batch and label");
    for (size_t b = 0; b < batches->n; b++) {
        cells[0] = batches->name[b];
        for (size_t k = 0; k < labels->n; k++)
            cells[k + 1] = report_count(text[k], counts[b][k]);
        cells[labels->n + 1] = report_count(text[labels->n], batches->cells[b]);
        cli_page_row(page, cells);
    }
    cells[0] = "all";
    for (size_t k = 0; k < labels->n; k++)
        cells[k + 1] = report_count(text[k], labels->cells[k]);
    cells[labels->n + 1] = report_count(text[labels->n], r->cells);
    cli_page_row(page, cells);
    cli_page_table_end(page);
}

static void
write_batches(cli_page *page, const genomics_report *r, const report_groups *batches)
{
    const char *heads[] = { r->batch.key, "cells" };
    char text[REPORT_NUMBER];

    cli_page_table(page, 2, heads, "lr", "Cells of each batch");
    for (size_t b = 0; b < batches->n; b++) {
        const char *cells[] = { batches->name[b], report_count(text, batches->cells[b]) };

        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
}

/* Each batch one stack of what it is made of. */
static void
draw(cli_page *page, const genomics_report *r, const report_groups *batches,
     const report_groups *labels)
{
    uint64_t counts[REPORT_GROUPS_MOST + 1][REPORT_GROUPS_MOST + 1] = { { 0 } };
    const char *names[REPORT_GROUPS_MOST + 1];
    double left[REPORT_GROUPS_MOST + 1], top[REPORT_GROUPS_MOST + 1][REPORT_GROUPS_MOST + 1];
    cli_series series[REPORT_GROUPS_MOST + 1];
    cli_plot plot = { .title = "What each batch is made of",
                      .y = { .label = "share of its cells", .low = 0.0, .high = 1.0 },
                      .x = { .n_names = batches->n, .names = names },
                      .n_series = labels->n,
                      .series = series,
                      .summary = "Stacked bars: share of each label in each batch",
                      .width = batches->n > 6 ? 560 : 460 };

    count_groups(counts, r, batches, labels);
    for (size_t b = 0; b < batches->n; b++) {
        uint64_t sum = 0;

        names[b] = batches->name[b];
        left[b] = (double)b - 0.4;
        for (size_t k = labels->n; k-- > 0;) {
            sum += counts[b][k];
            top[k][b] = batches->cells[b] > 0 ? (double)sum / (double)batches->cells[b] : 0.0;
        }
    }
    for (size_t k = 0; k < labels->n; k++)
        series[k] = (cli_series){ .name = labels->name[k],
                                  .mark = CLI_MARK_BARS,
                                  .n = batches->n,
                                  .x = left,
                                  .y = top[k],
                                  .width = 0.8,
                                  .colour = labels->colour[k],
                                  .opacity = labels->colour[k] < 8 ? 1.0 : 0.55 };
    cli_page_figures(page);
    cli_page_plot(page, &plot, NULL);
    cli_page_figures_end(page);
}

void
report_write_composition(cli_page *page, const genomics_report *r, const report_groups *batches,
                         const report_groups *labels, const report_composition *composition)
{
    char v[REPORT_NUMBER];

    cli_page_section(page, "Batches and labels");
    if (!r->label.key) {
        write_batches(page, r, batches);
        return;
    }
    cli_page_paragraph(page, "A batch effect can be told from biology only where the batches share "
                             "their kinds of cells.");
    if (!isnan(composition->association))
        cli_page_paragraph(
            page,
            "Association of batch and '%s': Cramér's V = %s (0: the same composition "
            "everywhere; 1: the batch tells the label).",
            r->label.key, report_real(v, composition->association, 2));
    draw(page, r, batches, labels);
    write_counts(page, r, batches, labels);
}
