/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map of rows over time. Colours come in steps that double, so that a value of 95 leaves those of
 * 3 to be seen; cells of one step are one path, so that a map of thousands of cells is small. */
#include <math.h>
#include <stdlib.h>

#include "page_priv.h"
#include "plot_priv.h"

/* CSS pixels. */
enum {
    WIDTH = 760,     /* of the cells, at most */
    CELL_MOST = 22,  /* width of one */
    ROW = 20,        /* height of one */
    TOP = 20,        /* numbers of the marks */
    BELOW = 22,      /* ticks */
    NAME_MOST = 190, /* width of the names of rows */
    NAME_GAP = 8,
    COLUMNS_MOST = WIDTH
};

typedef struct heat_box {
    const cli_heat *heat;
    double left, width, cell; /* of all cells, and of one column that is drawn */
    size_t columns, each;     /* columns that are drawn; of the map in one of them */
} heat_box;

/* ---- steps ---- */

int
page_heat_step(double value)
{
    double size = fabs(value);
    int step = 0;

    for (double bound = 1.0; step < PAGE_HEAT_STEPS && size >= bound; bound *= 2.0)
        step++;
    return value < 0.0 ? -step : step;
}

/* The value of a column that is drawn: the largest of those that it stands for. */
static double
value_at(const heat_box *b, size_t row, size_t column)
{
    size_t n = b->heat->n_columns, end = (column + 1) * b->each;
    double found = NAN;

    for (size_t c = column * b->each; c < end && c < n; c++) {
        double v = b->heat->values[row * n + c];

        if (!isnan(v) && !(fabs(v) <= fabs(found)))
            found = v;
    }
    return found;
}

/* ---- cells ---- */

enum { MISSING = PAGE_HEAT_STEPS + 1 };

static int
step_at(const heat_box *b, size_t row, size_t column)
{
    double v = value_at(b, row, column);

    return isnan(v) ? MISSING : page_heat_step(v);
}

/* The runs of a step in a row; `begun`: its path is open. */
static bool
put_runs(FILE *out, const heat_box *b, int step, size_t row, bool begun)
{
    for (size_t c = 0; c < b->columns;) {
        size_t end = c;

        while (end < b->columns && step_at(b, row, end) == step)
            end++;
        if (end > c) {
            if (!begun)
                fprintf(out, "<path class=\"%c%d\" d=\"",
                        step == MISSING ? 'v'
                        : step < 0      ? 'b'
                                        : 'a',
                        abs(step));
            fprintf(out, "M%zu %zu.5h%zu", c, row, end - c);
            begun = true;
        }
        c = end > c ? end : c + 1;
    }
    return begun;
}

static void
put_cells(FILE *out, const heat_box *b)
{
    size_t rows = b->heat->n_rows;

    fprintf(out, "<g class=\"cells\" transform=\"translate(%.0f %d)scale(%.6g %d)\">", b->left, TOP,
            b->cell, ROW);
    fprintf(out, "<path class=\"ground\" d=\"");
    for (size_t r = 0; r < rows; r++)
        fprintf(out, "M0 %zu.5h%zu", r, b->columns);
    fputs("\"/>", out);
    for (int step = -PAGE_HEAT_STEPS; step <= MISSING; step++) {
        bool begun = false;

        for (size_t r = 0; r < rows && step != 0; r++)
            begun = put_runs(out, b, step, r, begun);
        if (begun)
            fputs("\"/>", out);
    }
    fputs("</g>", out);
}

/* ---- around them ---- */

static double
place_of(const heat_box *b, size_t column)
{
    return b->left + ((double)column + 0.5) / (double)b->each * b->cell;
}

/* `name`: all of the text, for the script; NULL. */
static void
put_text(FILE *out, const char *class, double x, double y, const char *text, double most,
         const char *name)
{
    fprintf(out, "<text class=\"%s\" x=\"", class);
    plot_coordinate(out, x);
    fputs("\" y=\"", out);
    plot_coordinate(out, y);
    if (name)
        page_put_element(out, "\" data-row=\"", name, "");
    fputs("\">", out);
    plot_text_write_short(out, text, PLOT_LABEL_SIZE, most);
    fputs("</text>", out);
}

static void
put_surroundings(FILE *out, const heat_box *b)
{
    const cli_heat *h = b->heat;
    double bottom = TOP + ROW * (double)h->n_rows;

    for (size_t r = 0; r < h->n_rows; r++)
        put_text(out, "label end", b->left - NAME_GAP, TOP + ROW * ((double)r + 0.5) + 4.5,
                 h->rows[r], NAME_MOST, h->rows[r]);
    for (size_t k = 0; k < h->n_ticks; k++) {
        double x = place_of(b, h->ticks[k].column) - 0.5 * b->cell / (double)b->each;

        fprintf(out, "<path class=\"axis\" d=\"M%.1f %.0fv4\"/>", x, bottom);
        put_text(out, "tick", x, bottom + 16.0, h->ticks[k].text, INFINITY, NULL);
    }
    for (size_t k = 0; k < h->n_marks; k++) {
        double x = place_of(b, h->marks[k].column);

        fprintf(out, "<path class=\"event\" d=\"M%.1f %dV%.0f\"/>", x, TOP - 4, bottom);
        put_text(out, "tick mid", x, TOP - 7.0, h->marks[k].text, INFINITY, NULL);
    }
}

/* ---- what the script reads ---- */

static void
put_columns(FILE *out, const heat_box *b)
{
    fputs(" data-columns=\"", out);
    for (size_t c = 0; c < b->heat->n_columns; c += b->each)
        page_put_element(out, c > 0 ? "|" : "", b->heat->columns[c], "");
    fputs("\"", out);
}

static void
put_values(FILE *out, const heat_box *b)
{
    fputs(" data-values=\"", out);
    for (size_t r = 0; r < b->heat->n_rows; r++) {
        if (r > 0)
            fputc(';', out);
        for (size_t c = 0; c < b->columns; c++) {
            double v = value_at(b, r, c);

            if (c > 0)
                fputc(',', out);
            if (!isnan(v))
                fprintf(out, "%.*f", fabs(v) < 9.95 ? 1 : 0, v);
        }
    }
    fputs("\"", out);
}

/* ---- the key ---- */

static void
put_key_step(FILE *out, int step, int place)
{
    fprintf(out, "<path class=\"%s%s\" d=\"M%d .5h1\"/>",
            step == 0  ? "ground"
            : step < 0 ? "b"
                       : "a",
            (const char *const[]){ "", "1", "2", "3", "4", "5", "6" }[abs(step)], place);
}

/* From far below over nothing to far above, with the bounds of the steps underneath. */
static void
put_key(FILE *out, const cli_heat *heat)
{
    enum { STEP = 28, HEIGHT = 12, STEPS = 2 * PAGE_HEAT_STEPS + 1 };

    page_put_element(out, "<p class=\"heat-key\"><span>\xe2\x97\x80 ", heat->below, "</span> ");
    fprintf(out,
            "<svg class=\"plot\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
            "aria-hidden=\"true\"><g class=\"cells\" transform=\"scale(%d %d)\">",
            STEP * STEPS, HEIGHT + 16, STEP * STEPS, HEIGHT + 16, STEP, HEIGHT);
    for (int k = 0; k < STEPS; k++)
        put_key_step(out, k - PAGE_HEAT_STEPS, k);
    fputs("</g>", out);
    for (int k = 1; k < STEPS; k++) {
        int step = k <= PAGE_HEAT_STEPS ? PAGE_HEAT_STEPS - k : k - PAGE_HEAT_STEPS - 1;

        fprintf(out, "<text class=\"tick mid\" x=\"%d\" y=\"%d\">%s%d</text>", STEP * k,
                HEIGHT + 13, k <= PAGE_HEAT_STEPS ? "\xe2\x88\x92" : "", 1 << step);
    }
    page_put_element(out, "</svg> <span>", heat->above, " \xe2\x96\xb6</span></p>\n");
}

/* ---- the whole ---- */

static void
lay_out(heat_box *b, const cli_heat *heat)
{
    double names = 0.0;

    *b = (heat_box){ .heat = heat, .each = heat->n_columns / COLUMNS_MOST + 1 };
    b->columns = (heat->n_columns + b->each - 1) / b->each;
    b->cell = fmin(b->columns > 0 ? WIDTH / (double)b->columns : 1.0, CELL_MOST);
    b->width = b->cell * (double)b->columns;
    for (size_t r = 0; r < heat->n_rows; r++)
        names = fmax(names, fmin(plot_text_width(heat->rows[r], PLOT_LABEL_SIZE), NAME_MOST));
    b->left = ceil(names) + NAME_GAP + 2.0;
}

void
cli_page_heat(cli_page *page, const cli_heat *heat, const char *caption)
{
    FILE *out = page->body.out;
    heat_box b;

    lay_out(&b, heat);
    page->looks = true;
    fputs("<figure class=\"heat\"><div class=\"scroll\" tabindex=\"0\" role=\"region\"", out);
    page_put_element(out, " aria-label=\"", heat->title, "\">");
    fprintf(out, "<svg class=\"plot\" role=\"img\" width=\"%.0f\" height=\"%zu\" ",
            b.left + b.width + 34.0, TOP + ROW * heat->n_rows + BELOW);
    fprintf(out, "viewBox=\"0 0 %.0f %zu\" data-box=\"%.0f,%d,%.6g,%d\"", b.left + b.width + 34.0,
            TOP + ROW * heat->n_rows + BELOW, b.left, TOP, b.cell, ROW);
    page_put_element(out, " data-name=\"", heat->value_name, "\"");
    put_columns(out, &b);
    put_values(out, &b);
    page_put_element(out, "><title>", heat->summary, "</title>");
    put_cells(out, &b);
    put_surroundings(out, &b);
    fputs("</svg></div>\n", out);
    put_key(out, heat);
    if (caption)
        page_put_element(out, "<figcaption>", caption, "</figcaption>");
    fputs("</figure>\n", out);
}
