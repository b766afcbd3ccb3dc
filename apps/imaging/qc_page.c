/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include <sci/memory.h>

#include "cli/page.h"
#include "qc.h"

static double
mean_of(const sci_moments *m)
{
    return sci_moments_mean(m);
}

/* ---- what is large ---- */

/* "−0.012 → 0.000" */
static void
change_tile(cli_page *page, const imaging_qc *qc, const char *name, double before, double after)
{
    double scale_b = sci_moments_sd(&qc->before.inside, qc->ddof);
    double scale_a = sci_moments_sd(&qc->after.inside, qc->ddof);
    char from[QC_NUMBER], to[QC_NUMBER], remark[QC_NUMBER + 16];

    snprintf(remark, sizeof remark, "before: %s", qc_number(from, before, scale_b));
    cli_page_tile(page, name, qc_number(to, after, scale_a), remark);
}

static void
write_tiles(cli_page *page, const imaging_qc *qc)
{
    const sci_moments *b = &qc->before.inside, *a = &qc->after.inside;
    char count[QC_NUMBER], volume[QC_NUMBER];

    cli_page_tiles(page);
    cli_page_tile(page, "Voxels compared", qc_count(count, (double)a->count),
                  isfinite(qc->mm3) ? qc_volume(volume, qc->mm3, qc->plane) : NULL);
    change_tile(page, qc, "Mean", mean_of(b), mean_of(a));
    change_tile(page, qc, "Standard deviation", sci_moments_sd(b, qc->ddof),
                sci_moments_sd(a, qc->ddof));
    change_tile(page, qc, "Median", qc->before.landmarks[QC_MEDIAN],
                qc->after.landmarks[QC_MEDIAN]);
    cli_page_tiles_end(page);
}

/* ---- groups ---- */

static void
write_group(cli_page *page, const imaging_qc *qc, const qc_group *g)
{
    char count[QC_NUMBER], volume[QC_NUMBER], mean_b[QC_NUMBER], sd_b[QC_NUMBER], mean_a[QC_NUMBER],
        sd_a[QC_NUMBER];
    double scale_b = sci_moments_sd(&qc->before.inside, qc->ddof);
    double scale_a = sci_moments_sd(&qc->after.inside, qc->ddof);
    const char *cells[] = { g->name,
                            qc_count(count, (double)g->before.count),
                            volume,
                            qc_number(mean_b, mean_of(&g->before), scale_b),
                            qc_number(sd_b, sci_moments_sd(&g->before, qc->ddof), scale_b),
                            qc_number(mean_a, mean_of(&g->after), scale_a),
                            qc_number(sd_a, sci_moments_sd(&g->after, qc->ddof), scale_a) };

    cli_plot_number(volume, sizeof volume, g->mm3, g->mm3 < 100.0 ? 3 : 0);
    cli_page_row(page, cells);
}

static void
write_groups(cli_page *page, const imaging_qc *qc)
{
    const char *heads[] = {
        "group",       "voxels",    qc->plane ? "area (mm\xc2\xb2)" : "volume (mm\xc2\xb3)",
        "mean before", "sd before", "mean after",
        "sd after"
    };

    if (qc->n_groups == 0)
        return;
    cli_page_section(page, "Groups");
    cli_page_table(page, 7, heads, "lrrrrrr",
                   qc->weighted ? "Means and standard deviations are weighted by volume." : NULL);
    for (size_t k = 0; k < qc->n_groups; k++)
        write_group(page, qc, &qc->groups[k]);
    cli_page_table_end(page);
}

/* ---- the record ---- */

static void
write_landmarks(cli_page *page, const imaging_qc *qc)
{
    const char *heads[QC_LANDMARKS + 1] = { "percentile" }, *cells[QC_LANDMARKS + 1];
    char names[QC_LANDMARKS][16], numbers[QC_LANDMARKS][QC_NUMBER];

    for (int k = 0; k < QC_LANDMARKS; k++) {
        snprintf(names[k], sizeof names[k], "%g", 100.0 * qc_landmark_p[k]);
        heads[k + 1] = names[k];
    }
    cli_page_table(page, QC_LANDMARKS + 1, heads, "lrrrrrrr", "Percentiles of the voxels compared");
    for (int s = 0; s < 2; s++) {
        const qc_side *side = s ? &qc->after : &qc->before;

        cells[0] = s ? "after" : "before";
        for (int k = 0; k < QC_LANDMARKS; k++)
            cells[k + 1] =
                qc_number(numbers[k], side->landmarks[k], sci_moments_sd(&side->inside, qc->ddof));
        cli_page_row(page, cells);
    }
    cli_page_table_end(page);
}

static void
write_facts(cli_page *page, const imaging_qc *qc)
{
    static const char *const heads[] = { "what", "value" };

    cli_page_section(page, "How this was made");
    cli_page_table(page, 2, heads, "ll", NULL);
    cli_page_row(page, (const char *const[]){ "before", qc->before.file });
    cli_page_row(page, (const char *const[]){ "after", qc->after.file });
    for (size_t k = 0; k < qc->n_facts; k++)
        cli_page_row(page, (const char *const[]){ qc->facts[k].name, qc->facts[k].value });
    cli_page_table_end(page);
}

/* ---- the whole ---- */

static sci_status
write_sections(cli_page *page, const imaging_qc *qc)
{
    char *lead = NULL;
    sci_status st = qc_lead(&lead, qc);

    if (st != SCI_OK)
        return st;
    cli_page_lead(page, "%s", lead);
    sci_free(lead);
    cli_page_badges(page, qc->n_warnings, (const char *const *)qc->warnings);
    write_tiles(page, qc);
    st = qc_write_slices(page, qc);
    if (st != SCI_OK)
        return st;
    qc_write_histograms(page, qc);
    write_landmarks(page, qc);
    write_groups(page, qc);
    write_facts(page, qc);
    return SCI_OK;
}

sci_status
imaging_qc_page(const imaging_qc *qc, const char *path)
{
    cli_page *page = NULL;
    char title[300];
    sci_status st;

    snprintf(title, sizeof title, "%.250s, before and after", qc_base_name(qc->before.file));
    st = cli_page_create(&page, path, title, "sci-imaging", qc->version);
    if (st == SCI_OK)
        st = write_sections(page, qc);
    if (st == SCI_OK) {
        st = cli_page_finish(page);
        page = NULL;
    }
    cli_page_free(page);
    return st;
}
