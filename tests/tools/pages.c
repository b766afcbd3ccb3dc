/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page with every kind of plot, table and text that the programs can make: pages FILE [PNG]; or one
 * with a table that can be sorted: pages FILE --sorts; or one with series over time: pages FILE --time */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <cli/page.h>

static uint64_t seed = 20240229;

/* Uniform in (0, 1). */
static double
uniform(void)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return ((double)(seed >> 11) + 0.5) / 9007199254740992.0;
}

static double
normal(void)
{
    return sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static double *
numbers(size_t n)
{
    double *values = malloc(n * sizeof *values);

    if (!values)
        abort();
    return values;
}

/* Clouds of n points each. */
static void
clouds(cli_page *page, size_t n_series, size_t n, const char *title, const char *caption)
{
    enum { MOST = 20 };
    static char names[MOST][24];
    cli_series series[MOST] = { 0 };
    cli_plot plot = { .title = title, .n_series = n_series, .series = series, .equal = true };

    for (size_t k = 0; k < n_series; k++) {
        double *x = numbers(n), *y = numbers(n);
        double cx = 3.0 * cos((double)k * 1.3), cy = 2.0 * sin((double)k * 2.1);

        for (size_t i = 0; i < n; i++) {
            x[i] = cx + normal();
            y[i] = cy + 0.7 * normal();
        }
        snprintf(names[k], sizeof names[k], "batch %zu", k + 1);
        series[k] = (cli_series){ .name = names[k], .n = n, .x = x, .y = y, .colour = (int)k };
    }
    plot.x.label = "PC 1 (23.1 %)";
    plot.y.label = "PC 2 (11.8 %)";
    plot.summary = "clouds of points, one a batch";
    cli_page_plot(page, &plot, caption);
    for (size_t k = 0; k < n_series; k++) {
        free((void *)(uintptr_t)series[k].x);
        free((void *)(uintptr_t)series[k].y);
    }
}

static void
histograms(cli_page *page)
{
    enum { BINS = 40 };
    static double left[BINS], before[BINS], after[BINS], at[201], density[201];
    cli_series series[] = {
        { .name = "before",
          .mark = CLI_MARK_BARS,
          .n = BINS,
          .x = left,
          .y = before,
          .width = 0.025,
          .colour = 0 },
        { .name = "after",
          .mark = CLI_MARK_BARS,
          .n = BINS,
          .x = left,
          .y = after,
          .width = 0.025,
          .colour = 1 },
        { .name = "prior",
          .mark = CLI_MARK_LINE,
          .n = 201,
          .x = at,
          .y = density,
          .colour = -1,
          .dashed = true },
    };
    cli_plot plot = { .title = "Bars of two kinds and a line",
                      .x = { .label = "share of variance explained by batch" },
                      .y = { .label = "genes" },
                      .n_series = 3,
                      .series = series,
                      .summary = "two histograms" };

    for (int k = 0; k < BINS; k++)
        left[k] = k * 0.025;
    for (int k = 0; k < 2000; k++) {
        before[(int)(fmin(fabs(0.3 + 0.15 * normal()), 0.99) * BINS)] += 1.0;
        after[(int)(fmin(fabs(0.04 * normal()), 0.99) * BINS)] += 1.0;
    }
    for (int k = 0; k <= 200; k++) {
        at[k] = k / 200.0;
        density[k] = 133.0 * exp(-0.5 * pow((at[k] - 0.3) / 0.15, 2.0));
    }
    cli_page_plot(page, &plot, "Each gene counts once in each histogram.");
}

static void
lines(cli_page *page)
{
    enum { N = 100000 };
    static double x[N], y[N], z[N];
    cli_series series[] = {
        { .name = "noise, 100 000 values", .mark = CLI_MARK_LINE, .n = N, .x = x, .y = y },
        { .name = "with gaps", .mark = CLI_MARK_LINE, .n = N, .x = x, .y = z, .colour = 1 },
    };
    cli_plot plot = { .title = "Lines",
                      .x = { .label = "time (s)" },
                      .y = { .label = "value" },
                      .n_series = 2,
                      .series = series };

    for (int k = 0; k < N; k++) {
        x[k] = k * 1e-3;
        y[k] = sin(k * 2e-4) + 0.2 * normal();
        z[k] = k / 10000 % 3 == 1 ? (double)NAN : 2.0 + 0.3 * cos(k * 3e-4);
    }
    cli_page_plot(page, &plot, NULL);
}

static void
areas_on_log(cli_page *page)
{
    static double x[300], y[300], z[300];
    cli_series series[] = {
        { .name = "observed", .mark = CLI_MARK_AREA, .n = 300, .x = x, .y = y, .colour = 2 },
        { .name = "prior", .mark = CLI_MARK_LINE, .n = 300, .x = x, .y = z, .colour = 6 },
    };
    cli_plot plot = { .title = "An area, logarithmic axes",
                      .x = { .label = "variance", .logarithmic = true },
                      .y = { .label = "density", .logarithmic = true },
                      .n_series = 2,
                      .series = series };

    for (int k = 0; k < 300; k++) {
        x[k] = pow(10.0, -3.0 + k / 40.0);
        y[k] = exp(-0.5 * pow(log(x[k]) / 2.0, 2.0)) * (1.0 + 0.1 * normal());
        z[k] = exp(-0.5 * pow(log(x[k]) / 2.0, 2.0));
    }
    cli_page_plot(page, &plot, NULL);
}

static void
names(cli_page *page)
{
    static const char *const labels[] = { "B cells",
                                          "CD4 T cells",
                                          "CD8 T cells",
                                          "NK cells",
                                          "Monocytes, classical <CD14+ & CD16->",
                                          "Dendritic cells",
                                          "Megakaryocytes",
                                          "Plasma cells" };
    static const double x[] = { -0.4, 0.6, 1.6, 2.6, 3.6, 4.6, 5.6, 6.6 },
                        y[] = { 120, 310, 205, 88, -40, 12, 3, 64 },
                        at[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    cli_series bars = { .mark = CLI_MARK_BARS, .n = 8, .x = x, .y = y, .width = 0.8 };
    cli_series points = { .n = 8, .x = y, .y = at, .colour = 1 };
    cli_plot plot = { .title = "Names below",
                      .x = { .n_names = 8, .names = labels },
                      .y = { .label = "cells" },
                      .n_series = 1,
                      .series = &bars };
    cli_plot turned = { .title = "Names on the left",
                        .y = { .n_names = 8, .names = labels },
                        .x = { .label = "score" },
                        .n_series = 1,
                        .series = &points };

    cli_page_plot(page, &plot, NULL);
    cli_page_plot(page, &turned, NULL);
}

static void
odd(cli_page *page)
{
    static const double one[] = { 3.0 }, nothing[] = { NAN }, large[] = { -2.5e7, 0.0, 3.5e7 },
                        small[] = { 1e-6, 2e-6, 5e-6 };
    cli_series single = { .name = "alone", .n = 1, .x = one, .y = one, .colour = 4 };
    cli_series missing = { .name = "missing", .n = 1, .x = nothing, .y = nothing };
    cli_series wide = { .n = 3, .x = large, .y = small, .mark = CLI_MARK_LINE, .colour = 7 };
    cli_plot plots[] = { { .title = "One point", .n_series = 1, .series = &single },
                         { .title = "Nothing but NaN", .n_series = 1, .series = &missing },
                         { .title = "No series", .x = { .label = "x" }, .y = { .label = "y" } },
                         { .title = "Large and small", .n_series = 1, .series = &wide } };

    for (size_t k = 0; k < 4; k++)
        cli_page_plot(page, &plots[k], NULL);
}

static void
table(cli_page *page)
{
    static const char *const heads[] = { "measure", "before", "after", "what it means" };
    static const char *const rows[][4] = {
        { "variance explained by batch", "11.3 %", "0.05 %",
          "share of the variance of all genes that lies between batches; lower is better" },
        { "silhouette of labels", "0.250", "0.285",
          "how far apart the labels are; higher is better" },
        { "<script>alert(1)</script>", "\xff\xfe",
          "\xe2\x88\x92"
          "1",
          "\"quotes\" & 'apostrophes' stay text" },
    };

    cli_page_table(page, 4, heads, "lrrl", "Measures before and after");
    for (size_t k = 0; k < 3; k++)
        cli_page_row(page, rows[k]);
    cli_page_table_end(page);
}

static void
many_names(cli_page *page)
{
    static char text[400][16];
    static const char *names_of[400];

    for (int k = 0; k < 400; k++) {
        snprintf(text[k], sizeof text[k], "GENE%d", k * 37 % 1000);
        names_of[k] = text[k];
    }
    cli_page_details(page, "400 genes were left as they are");
    cli_page_names(page, 400, names_of);
    cli_page_details_end(page);
}

/* A ball with an outline and labels, in slices that become thicker. */
static void
panels(cli_page *page)
{
    enum { ROWS = 12, COLUMNS = 40 };
    static float values[ROWS * COLUMNS];
    static uint8_t inside[ROWS * COLUMNS];
    static int32_t labels[ROWS * COLUMNS];
    static double centres[ROWS], widths[ROWS];
    cli_panel two[2] = { { .values = values,
                           .rows = ROWS,
                           .columns = COLUMNS,
                           .title = "Before",
                           .x = { "L \xe2\x86\x90 x (mm) \xe2\x86\x92 R", -80.0, 4.0, NULL, NULL },
                           .y = { "z (mm)", 0.0, 0.0, centres, widths },
                           .y_up = true,
                           .value_label = "intensity",
                           .outline = inside } };
    cli_key keys[] = { { "mask", CLI_OUTLINE_COLOUR, true },
                       { "left", cli_label_colour(0), false },
                       { "right", cli_label_colour(1), false } };

    for (int r = 0; r < ROWS; r++) {
        widths[r] = r < 6 ? 8.0 : 16.0;
        centres[r] = (r < 6 ? 8.0 * r : 16.0 * r - 44.0) + (r > 8 ? 8.0 : 0.0) - 50.0;
        for (int c = 0; c < COLUMNS; c++) {
            double x = -80.0 + 4.0 * c, d = hypot(x, centres[r]);
            int k = r * COLUMNS + c;

            values[k] = (float)(120.0 - d + 5.0 * normal());
            inside[k] = d < 55.0;
            labels[k] = d < 55.0 ? x > 0.0 : -1;
        }
    }
    two[1] = two[0];
    two[1].labels = labels;
    two[1].title = "After";
    cli_page_figures(page);
    cli_page_panels(page, 2, two, CLI_COLOURS_GREY, 1.4, 0.0, "two sections",
                    "Slices that thicken.");
    cli_page_figures_end(page);
    cli_page_keys(page, 3, keys);
}

/* Rows over 130 months with a shock, a gap and an event; the same as series in a table. */
static void
over_time(cli_page *page)
{
    enum { ROWS = 4, COLUMNS = 130 };
    static const char *const rows[ROWS] = { "goods \"& <b>services</b>\"", "finance",
                                            "a sector with a name that is much too long for it",
                                            "government\\" };
    static const char *const heads[] = { "series", "score", "over time" };
    static char text[COLUMNS][16];
    static const char *columns[COLUMNS];
    static double values[ROWS * COLUMNS], levels[ROWS * COLUMNS];
    static const cli_heat_mark ticks[] = { { 0, "2010" }, { 60, "2015" }, { 120, "2020" } };
    static const cli_heat_mark marks[] = { { 123, "1" } };
    cli_heat heat = { "A map", ROWS,    COLUMNS, rows,  columns, values, "level",
                      "below", "above", 3,       ticks, 1,       marks,  "four rows over time" };

    for (int c = 0; c < COLUMNS; c++) {
        snprintf(text[c], sizeof text[c], "%d-%02d", 2010 + c / 12, c % 12 + 1);
        columns[c] = text[c];
        for (int r = 0; r < ROWS; r++) {
            int k = r * COLUMNS + c;

            values[k] = normal() * 1.5 * (c > 121 && c < 126 ? 3.0 * pow(3.0, r) : 1.0);
            levels[k] = (c > 0 ? levels[k - 1] : 1000.0) * (1.0 + 0.002 * values[k]);
            if (r == 1 && c < 10)
                values[k] = levels[k] = NAN;
            if (r == 1 && c == 9)
                levels[k] = 1000.0;
        }
    }
    cli_page_sorts(page);
    cli_page_section(page, "Over time");
    cli_page_heat(page, &heat, "Colours in steps that double.");
    cli_page_filter(page, "Filter");
    cli_page_table(page, 3, heads, "lrl", "Series");
    for (int r = 0; r < ROWS; r++) {
        cli_spark spark = { COLUMNS, levels + r * COLUMNS, values + r * COLUMNS, 3.5, rows[r] };
        cli_page_cell cells[] = { { .text = rows[r] }, { .text = "1.5" }, { .spark = &spark } };

        cli_page_cells(page, cells);
    }
    cli_page_table_end(page);
}

static void
sorted_table(cli_page *page)
{
    static const char *const heads[] = { "image", "mean", "note" };
    static const cli_page_cell rows[][3] = {
        { { .text = "b10" },
          { .text = "\xe2\x88\x92"
                    "5.5" },
          { .text = "x" } },
        { { .text = "b9" }, { .text = "\xe2\x80\x93" }, { .text = "" } },
        { { .text = "a", .link = "a.html" },
          { .text = "12\xe2\x80\xaf"
                    "000",
            .remark = "far off" },
          { .text = "y" } },
        { { .text = "c" }, { .text = "<700 *", .detail = "1" }, { .text = "10" } },
    };

    cli_page_sorts(page);
    cli_page_table(page, 3, heads, "lrl", "Images");
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        cli_page_cells(page, rows[k]);
    cli_page_table_end(page);
}

static void
write_page(cli_page *page, const char *png)
{
    cli_page_lead(page,
                  "Batch explained %.1f %% of the variance before and %.1f %% after; the cell "
                  "types are as separable as before.",
                  11.3, 0.1);
    cli_page_tiles(page);
    cli_page_tile(page, "Variance explained by batch", "11.3 % → 0.1 %", "lower is better");
    cli_page_tile(page, "Overall score", "0.42 → 0.61", "0.4 batch + 0.6 biology");
    cli_page_tile(page, "Cells", "20 000", "in 5 batches");
    cli_page_tile(page, "Genes left as they are", "12", NULL);
    cli_page_tiles_end(page);
    cli_page_section(page, "Clouds of points");
    cli_page_paragraph(page,
                       "A paragraph with <b>markup</b> that stays text, an ampersand & such.");
    cli_page_figures(page);
    clouds(page, 3, 60, "Few points", "Three batches.");
    clouds(page, 5, 1000, "Five thousand points", NULL);
    clouds(page, 12, 500, "Twelve series", "Squares from the ninth on.");
    clouds(page, 5, 100000, "Half a million points", "Thinned to what can be seen.");
    cli_page_figures_end(page);
    cli_page_section(page, "Other plots");
    cli_page_figures(page);
    histograms(page);
    lines(page);
    areas_on_log(page);
    names(page);
    odd(page);
    cli_page_figures_end(page);
    cli_page_section(page, "Tables and lists");
    cli_page_note(page, "This is a warning: the values look like counts.");
    cli_page_badges(page, 2, (const char *const[]){ "no unit is stated", "weights cancel" });
    table(page);
    cli_page_subsection(page, "Genes");
    many_names(page);
    cli_page_paragraph(
        page, "Averylongwordwithoutanyplacetobreakit%s",
        "averylongwordwithoutanyplacetobreakitaverylongwordwithoutanyplacetobreakit");
    cli_page_section(page, "Panels");
    panels(page);
    if (png) {
        cli_page_section(page, "A picture");
        cli_page_figures(page);
        cli_page_image(page, png, "a picture", "Embedded.");
        cli_page_figures_end(page);
    }
}

int
main(int argc, char **argv)
{
    cli_page *page = NULL;
    sci_status st;

    if (argc < 2)
        return 2;
    st = cli_page_create(&page, argv[1], "Everything <a page> can show", "sci-test", "1.2.3");
    if (st == SCI_OK) {
        if (argc > 2 && strcmp(argv[2], "--sorts") == 0)
            sorted_table(page);
        else if (argc > 2 && strcmp(argv[2], "--time") == 0)
            over_time(page);
        else
            write_page(page, argc > 2 ? argv[2] : NULL);
        st = cli_page_finish(page);
    }
    if (st != SCI_OK)
        fprintf(stderr, "%s\n", sci_message());
    return st != SCI_OK;
}
