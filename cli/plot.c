/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot_priv.h"

/* ---- frame ---- */

static void
put_attribute(FILE *out, const char *name, double value)
{
    fprintf(out, " %s=\"", name);
    plot_coordinate(out, value);
    fputc('"', out);
}

/* Text at a place; `most` pixels of it. */
static void
put_text(FILE *out, const char *class, double size, double x, double y, const char *text,
         double most)
{
    fprintf(out, "<text class=\"%s\"", class);
    put_attribute(out, "x", x);
    put_attribute(out, "y", y);
    fputc('>', out);
    plot_text_write_short(out, text, size, most);
    fputs("</text>", out);
}

static void
put_turned(FILE *out, const char *class, double size, double x, double y, int degrees,
           const char *text, double most)
{
    fprintf(out, "<text class=\"%s\" transform=\"translate(", class);
    plot_coordinate(out, x);
    fputc(' ', out);
    plot_coordinate(out, y);
    fprintf(out, ")rotate(%d)\">", degrees);
    plot_text_write_short(out, text, size, most);
    fputs("</text>", out);
}

static void
put_rule(FILE *out, double x, double y, char direction, double to)
{
    fputc('M', out);
    plot_coordinate(out, x);
    fputc(' ', out);
    plot_coordinate(out, y);
    fputc(direction, out);
    plot_coordinate(out, to);
}

static bool
has_mark(const cli_plot *plot, cli_mark mark)
{
    for (size_t k = 0; k < plot->n_series; k++)
        if (plot->series[k].mark == mark && plot->series[k].n > 0)
            return true;
    return false;
}

static bool
zero_inside(const plot_scale *s)
{
    return !s->logarithmic && s->low < 0.0 && s->high > 0.0;
}

static void
write_grid(FILE *out, const plot_layout *l)
{
    const cli_plot *plot = l->space.plot;
    const plot_scale *x = &l->space.x, *y = &l->space.y;

    fputs("<path class=\"grid\" d=\"", out);
    for (int k = 0; k < l->y_ticks.n && plot->y.n_names == 0; k++)
        put_rule(out, l->left, plot_scale_at(y, l->y_ticks.at[k]), 'H', l->right);
    for (int k = 0; k < l->x_ticks.n && plot->x.n_names == 0 && !has_mark(plot, CLI_MARK_BARS); k++)
        put_rule(out, plot_scale_at(x, l->x_ticks.at[k]), l->top, 'V', l->bottom);
    fputs("\"/><path class=\"axis\" d=\"", out);
    put_rule(out, l->left, l->bottom, 'H', l->right);
    fputs("\"/><path class=\"zero\" d=\"", out);
    if (zero_inside(y) && plot->y.n_names == 0)
        put_rule(out, l->left, plot_scale_at(y, 0.0), 'H', l->right);
    if (zero_inside(x) && plot->x.n_names == 0)
        put_rule(out, plot_scale_at(x, 0.0), l->top, 'V', l->bottom);
    fputs("\"/>", out);
}

static void
write_x_numbers(FILE *out, const plot_layout *l)
{
    for (int k = 0; k < l->x_ticks.n; k++) {
        const char *text = l->x_ticks.text[k];
        double half = 0.5 * plot_text_width(text, PLOT_TICK_SIZE);
        double x = plot_scale_at(&l->space.x, l->x_ticks.at[k]);

        put_text(out, "tick mid", PLOT_TICK_SIZE, fmin(x, l->width - half - 1.0), l->bottom + 16.0,
                 text, INFINITY);
    }
}

static void
write_x_names(FILE *out, const plot_layout *l)
{
    const cli_plot_axis *axis = &l->space.plot->x;

    for (size_t k = 0; k < axis->n_names; k += l->every_x) {
        double x = plot_scale_at(&l->space.x, (double)k);

        if (!plot_scale_holds(&l->space.x, (double)k))
            continue;
        if (l->slanted)
            put_turned(out, "tick end", PLOT_TICK_SIZE, x + 4.0, l->bottom + 13.0, -40,
                       axis->names[k], PLOT_NAME_MOST);
        else
            put_text(out, "tick mid", PLOT_TICK_SIZE, x, l->bottom + 16.0, axis->names[k],
                     PLOT_NAME_MOST);
    }
}

static void
write_y_texts(FILE *out, const plot_layout *l)
{
    const cli_plot_axis *axis = &l->space.plot->y;

    for (int k = 0; k < l->y_ticks.n && axis->n_names == 0; k++)
        put_text(out, "tick end", PLOT_TICK_SIZE, l->left - 7.0,
                 plot_scale_at(&l->space.y, l->y_ticks.at[k]) + 4.0, l->y_ticks.text[k], INFINITY);
    for (size_t k = 0; k < axis->n_names; k += l->every_y)
        if (plot_scale_holds(&l->space.y, (double)k))
            put_text(out, "tick end", PLOT_TICK_SIZE, l->left - 7.0,
                     plot_scale_at(&l->space.y, (double)k) + 4.0, axis->names[k], PLOT_NAME_MOST);
}

static void
write_labels(FILE *out, const plot_layout *l)
{
    const cli_plot *plot = l->space.plot;

    if (plot->title)
        put_text(out, "head", PLOT_TITLE_SIZE, 2.0, PLOT_TOP + 11.0, plot->title, l->width - 4.0);
    if (plot->x.label)
        put_text(out, "label mid", PLOT_LABEL_SIZE, 0.5 * (l->left + l->right), l->height - 7.0,
                 plot->x.label, l->right - l->left);
    if (plot->y.label)
        put_turned(out, "label mid", PLOT_LABEL_SIZE, 13.0, 0.5 * (l->top + l->bottom), -90,
                   plot->y.label, l->bottom - l->top);
}

/* ---- legend ---- */

static void
write_swatch(FILE *out, const cli_series *s, double x, double y)
{
    const char *colour = plot_colour_class(s->colour);

    if (s->mark == CLI_MARK_POINTS) {
        plot_point_sample(out, s, x + 8.0, y);
        return;
    }
    if (s->mark == CLI_MARK_LINE) {
        fprintf(out, "<path class=\"line %s\"%s d=\"", colour, plot_line_dashes(s));
        put_rule(out, x, y, 'h', 16.0);
    } else {
        fprintf(out, "<path class=\"%s %s\"", s->mark == CLI_MARK_BARS ? "bar" : "area", colour);
        if (s->opacity > 0.0 && s->opacity < 0.995)
            fprintf(out, " opacity=\"%.2g\"", s->opacity);
        fputs(" d=\"", out);
        put_rule(out, x + 2.0, y - 5.0, 'h', 12.0);
        fputs("v10h-12z", out);
    }
    fputs("\"/>", out);
}

static void
write_entry(FILE *out, const cli_series *s, double x, int row)
{
    double y = row * PLOT_LEGEND_ROW;

    write_swatch(out, s, x, y);
    put_text(out, "key", PLOT_LEGEND_SIZE, x + PLOT_SWATCH, y + 4.0, s->name, 0.5 * PLOT_WIDTH);
}

static void
write_legend(FILE *out, const plot_layout *l)
{
    if (l->legend_rows == 0)
        return;
    fprintf(out, "<g transform=\"translate(2 %d)\">",
            PLOT_TOP + 9 + (l->space.plot->title ? PLOT_TITLE : 0));
    plot_walk_legend(l->space.plot, l->width - 16.0, write_entry, out);
    fputs("</g>", out);
}

/* ---- marks ---- */

/* What reaches beyond the axes is cut off: an <svg> inside another one clips. */
static void
begin_clip(FILE *out, const plot_layout *l)
{
    fputs("<svg", out);
    put_attribute(out, "x", l->left);
    put_attribute(out, "y", l->top);
    put_attribute(out, "width", l->right - l->left);
    put_attribute(out, "height", l->bottom - l->top);
    fputs(" viewBox=\"", out);
    plot_coordinate(out, l->left);
    fputc(' ', out);
    plot_coordinate(out, l->top);
    fputc(' ', out);
    plot_coordinate(out, l->right - l->left);
    fputc(' ', out);
    plot_coordinate(out, l->bottom - l->top);
    fputs("\">", out);
}

static void
write_kind(FILE *out, const plot_layout *l, cli_mark mark,
           void (*write)(FILE *, const plot_space *, const cli_series *))
{
    if (!has_mark(l->space.plot, mark))
        return;
    begin_clip(out, l);
    for (size_t k = 0; k < l->space.plot->n_series; k++)
        if (l->space.plot->series[k].mark == mark && l->space.plot->series[k].n > 0)
            write(out, &l->space, &l->space.plot->series[k]);
    fputs("</svg>", out);
}

static bool
has_value(const plot_space *space)
{
    for (size_t k = 0; k < space->plot->n_series; k++) {
        const cli_series *s = &space->plot->series[k];

        for (size_t i = 0; i < s->n; i++)
            if (!isnan(plot_scale_at(&space->x, s->x[i]))
                && !isnan(plot_scale_at(&space->y, s->y[i])))
                return true;
    }
    return false;
}

static void
write_notes(FILE *out, const plot_layout *l, const plot_points_count *count)
{
    char text[96], number[CLI_PLOT_NUMBER];

    if (count->outside > 0) {
        cli_plot_number(number, sizeof number, (double)count->outside, 0);
        snprintf(text, sizeof text, "%s outside", number);
        put_text(out, "tick end", PLOT_TICK_SIZE, l->right, l->top + 12.0, text, INFINITY);
    }
    if (has_value(&l->space))
        return;
    put_text(out, "label mid", PLOT_LABEL_SIZE, 0.5 * (l->left + l->right),
             0.5 * (l->top + l->bottom), "no values", INFINITY);
}

static void
write_head(FILE *out, const plot_layout *l)
{
    const cli_plot *plot = l->space.plot;

    fputs("<svg class=\"plot\" role=\"img\"", out);
    put_attribute(out, "width", l->width);
    put_attribute(out, "height", l->height);
    fputs(" viewBox=\"0 0 ", out);
    plot_coordinate(out, l->width);
    fputc(' ', out);
    plot_coordinate(out, l->height);
    fputs("\"><title>", out);
    plot_text_write(out, plot->title ? plot->title : plot->y.label ? plot->y.label : "plot");
    fputs("</title>", out);
    if (plot->summary) {
        fputs("<desc>", out);
        plot_text_write(out, plot->summary);
        fputs("</desc>", out);
    }
}

sci_status
cli_plot_write(FILE *out, const cli_plot *plot)
{
    plot_points_count count;
    sci_status st;
    plot_layout l;

    plot_lay_out(&l, plot);
    write_head(out, &l);
    write_grid(out, &l);
    write_kind(out, &l, CLI_MARK_AREA, plot_area_write);
    write_kind(out, &l, CLI_MARK_BARS, plot_bars_write);
    st = plot_points_write(out, &l.space, &count);
    if (st != SCI_OK)
        return st;
    write_kind(out, &l, CLI_MARK_LINE, plot_line_write);
    if (plot->x.n_names > 0)
        write_x_names(out, &l);
    else
        write_x_numbers(out, &l);
    write_y_texts(out, &l);
    write_labels(out, &l);
    write_legend(out, &l);
    write_notes(out, &l, &count);
    fputs("</svg>\n", out);
    return ferror(out) ? sci_fail(SCI_ERR_IO, "a plot could not be written") : SCI_OK;
}
