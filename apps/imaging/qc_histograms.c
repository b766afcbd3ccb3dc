/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/page.h"
#include "qc.h"

/* A line around bins: the middle of each. */
typedef struct curve {
    double x[QC_BINS], y[QC_BINS], highest, second;
} curve;

static void
curve_make(curve *c, const qc_histogram *h)
{
    double width = (h->high - h->low) / QC_BINS;

    c->highest = c->second = 0.0;
    for (int k = 0; k < QC_BINS; k++) {
        c->x[k] = h->low + (k + 0.5) * width;
        c->y[k] = (double)h->counts[k];
        if (c->y[k] > c->highest) {
            c->second = c->highest;
            c->highest = c->y[k];
        } else {
            c->second = fmax(c->second, c->y[k]);
        }
    }
}

/* Where the counts end: a peak of background may be many times as high as everything else. */
static double
ceiling_of(const curve *whole, const curve *members, bool masked)
{
    double high = masked ? members->highest : whole->highest;

    if (!masked && whole->highest > 3.0 * whole->second && whole->second > 0.0)
        high = whole->second;
    if (high < whole->highest && 1.6 * high > whole->highest)
        high = whole->highest;
    return 1.12 * high;
}

static void
write_side(cli_page *page, const imaging_qc *qc, const qc_side *side, const char *title)
{
    curve whole, members;
    char caption[320] = "", cut[QC_NUMBER];
    cli_series series[3] = { { .name = qc->masked ? "whole image" : NULL,
                               .mark = CLI_MARK_AREA,
                               .n = QC_BINS,
                               .x = whole.x,
                               .y = whole.y,
                               .colour = qc->masked ? -1 : 0,
                               .opacity = qc->masked ? 0.4 : 0.7 },
                             { .name = qc->labelled ? "in the groups" : "in the mask",
                               .mark = CLI_MARK_AREA,
                               .n = QC_BINS,
                               .x = members.x,
                               .y = members.y,
                               .colour = 0,
                               .opacity = 0.7 } };
    cli_plot plot = { .title = title,
                      .x = { .label = side->value_label,
                             .low = side->whole_image.low,
                             .high = side->whole_image.high },
                      .y = { .label = "voxels" },
                      .n_series = qc->masked ? 2 : 1,
                      .series = series,
                      .summary = "a histogram of the image's values" };

    curve_make(&whole, &side->whole_image);
    curve_make(&members, &side->members);
    plot.y.high = ceiling_of(&whole, &members, qc->masked);
    if (plot.y.high < whole.highest)
        snprintf(caption, sizeof caption,
                 "One peak is cut off: a bin of the whole image has %s voxels.",
                 qc_count(cut, whole.highest));
    cli_page_plot(page, &plot, caption[0] ? caption : NULL);
}

void
qc_write_histograms(cli_page *page, const imaging_qc *qc)
{
    if (!(qc->before.whole_image.high > qc->before.whole_image.low)
        && !(qc->after.whole_image.high > qc->after.whole_image.low))
        return;
    cli_page_section(page, "Histograms");
    cli_page_figures(page);
    write_side(page, qc, &qc->before, "Before");
    write_side(page, qc, &qc->after, "After");
    cli_page_figures_end(page);
}
