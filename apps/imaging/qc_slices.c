/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include <sci/memory.h>

#include "cli/page.h"
#include "qc.h"

/* CSS pixels of values: beside each other, and from top to bottom. */
#define ROW_PIXELS 700.0
#define HEIGHT_MOST 320.0
#define WIDTH_MOST 460.0

static double
length_of(const imaging_direction *d)
{
    if (d->centres)
        return fabs(d->centres[d->n - 1] - d->centres[0])
               + 0.5 * (d->widths[d->n - 1] + d->widths[0]);
    return fabs(d->drawn.step) * (double)d->n;
}

/* Pixels of one unit, the same for all slices; the height of the highest in pixels. */
static double
scale_of(const imaging_qc *qc, double *height)
{
    double wide = 0.0, widest = 0.0, highest = 0.0, scale;

    for (int k = 0; k < IMAGING_DIRECTIONS; k++) {
        double across = length_of(&qc->view.along[imaging_cut_columns(k)]);

        if (qc->before.cuts.values[k] == NULL)
            continue;
        wide += across;
        widest = fmax(widest, across);
        highest = fmax(highest, length_of(&qc->view.along[imaging_cut_rows(k)]));
    }
    scale = fmin(WIDTH_MOST / widest, HEIGHT_MOST / highest);
    scale = fmin(scale, ROW_PIXELS / wide);
    *height = scale * highest;
    return scale;
}

static cli_panel
panel_of(const imaging_qc *qc, const qc_side *side, int slice, const float *values,
         const char *title)
{
    const imaging_direction *across = &qc->view.along[imaging_cut_columns(slice)];
    const imaging_direction *up = &qc->view.along[imaging_cut_rows(slice)];
    cli_panel panel = { .values = values,
                        .rows = side->cuts.rows[slice],
                        .columns = side->cuts.columns[slice],
                        .title = title,
                        .x = across->drawn,
                        .y = up->drawn,
                        .y_up = true,
                        .value_label = side->value_label,
                        .low = side->low,
                        .high = side->high,
                        .outline = qc->mask[slice] };

    panel.x.label = across->label[0] ? across->label : NULL;
    panel.y.label = up->label[0] ? up->label : NULL;
    return panel;
}

static sci_status
as_floats(float **out, const qc_side *side, int slice)
{
    size_t n = side->cuts.rows[slice] * side->cuts.columns[slice];
    sci_status st = sci_alloc(out, n, 1, sizeof **out);

    for (size_t k = 0; st == SCI_OK && k < n; k++)
        (*out)[k] = (float)side->cuts.values[slice][k];
    return st;
}

static sci_status
write_slice(cli_page *page, const imaging_qc *qc, int slice, double pixels, double height)
{
    const imaging_direction *cut = &qc->view.along[slice];
    char caption[160] = "", number[QC_NUMBER], title[3][48], summary[96];
    float *before = NULL, *after = NULL;
    sci_status st = as_floats(&before, &qc->before, slice);

    if (st == SCI_OK)
        st = as_floats(&after, &qc->after, slice);
    if (st == SCI_OK) {
        /* Colours hide contrast: they have a panel of their own. */
        size_t n = qc->labels[slice] ? 3 : 2;
        cli_panel panels[3];

        snprintf(title[0], sizeof title[0], "Before, %s", imaging_cut_name(slice));
        snprintf(title[1], sizeof title[1], "After, %s", imaging_cut_name(slice));
        panels[0] = panel_of(qc, &qc->before, slice, before, title[0]);
        panels[1] = panel_of(qc, &qc->after, slice, after, title[1]);
        snprintf(title[2], sizeof title[2], "Labels, %s", imaging_cut_name(slice));
        panels[2] = panel_of(qc, &qc->before, slice, before, title[2]);
        panels[2].outline = NULL;
        panels[2].labels = qc->labels[slice];
        if (cut->size > 1)
            snprintf(caption, sizeof caption, "Cut at %c\xc2\xa0=\xc2\xa0%s%s%s.", "xyz"[slice],
                     qc_number(number, cut->cut_at, 100.0), cut -> unit[0] ? "\xc2\xa0" : "",
                     cut->unit);
        snprintf(summary, sizeof summary, "%s slice before and after", imaging_cut_name(slice));
        cli_page_panels(page, n, panels, CLI_COLOURS_GREY, pixels, height, summary,
                        caption[0] ? caption : NULL);
    }
    sci_free(before);
    sci_free(after);
    return st;
}

/* What is seen, and from where. */
static void
write_remarks(cli_page *page, const imaging_qc *qc)
{
    bool irregular = false, thinned = false;

    for (int d = 0; d < IMAGING_DIRECTIONS; d++) {
        irregular = irregular || qc->view.along[d].centres;
        thinned = thinned || qc->view.along[d].stride > 1;
    }
    cli_page_paragraph(
        page, "%s%s%s%s%s%s%s",
        qc->masked && qc->before.cuts.values[IMAGING_SUPERIOR]
            ? "The slices go through the middle of the mask. "
            : "The slices go through the middle of the image. ",
        qc->view.placed ? "The patient's left is on the left."
                        : "The file does not say where left and right are: coordinates rise to the "
                          "right and upwards.",
        irregular ? " Slices are drawn as thick as they are." : "",
        thinned ? " Of many voxels, every n-th is drawn." : "",
        qc->view.which[0] ? " Shown is " : "", qc->view.which, qc->view.which[0] ? "." : "");
}

/* The outline, and the colours of labels: all that are told apart, and how many more there are. */
static void
write_keys(cli_page *page, const imaging_qc *qc)
{
    enum { MOST = 24 };
    cli_key keys[MOST + 1];
    size_t n = 0, coloured = 0;

    if (qc->mask[IMAGING_SUPERIOR] || qc->mask[IMAGING_ANTERIOR] || qc->mask[IMAGING_RIGHT])
        keys[n++] = (cli_key){ "mask", CLI_OUTLINE_COLOUR, true };
    for (size_t k = 0; k < qc->n_groups; k++) {
        if (qc->groups[k].colour < 0)
            continue;
        coloured++;
        if (coloured <= MOST)
            keys[n++] =
                (cli_key){ qc->groups[k].name, cli_label_colour(qc->groups[k].colour), false };
    }
    cli_page_keys(page, n, keys);
    if (coloured > MOST)
        cli_page_paragraph(page, "These are the first %d of %zu labels; colours repeat after them.",
                           MOST, coloured);
}

sci_status
qc_write_slices(cli_page *page, const imaging_qc *qc)
{
    double height, pixels = scale_of(qc, &height);
    sci_status st = SCI_OK;

    cli_page_section(page, "Slices");
    write_remarks(page, qc);
    cli_page_figures(page);
    for (int k = IMAGING_DIRECTIONS - 1; st == SCI_OK && k >= 0; k--)
        if (qc->before.cuts.values[k])
            st = write_slice(page, qc, k, pixels, height);
    cli_page_figures_end(page);
    write_keys(page, qc);
    return st;
}
