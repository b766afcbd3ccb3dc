/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines, bars and areas: one path a series. */
#include <math.h>

#include "plot_priv.h"

/* Where bars and areas stand. */
static double
ground_of(const plot_space *space)
{
    const plot_scale *y = &space->y;

    if (y->logarithmic || y->low > 0.0)
        return y->from;
    return y->high < 0.0 ? y->to : plot_scale_at(y, 0.0);
}

static void
put_pair(FILE *out, const char *command, double x, double y)
{
    fputs(command, out);
    plot_coordinate(out, x);
    fputc(' ', out);
    plot_coordinate(out, y);
}

static void
begin_path(FILE *out, const cli_series *s, const char *mark, double opacity, const char *more)
{
    fprintf(out, "<path class=\"%s %s\"", mark, plot_colour_class(s->colour));
    if (s->opacity > 0.0)
        opacity = fmin(s->opacity, 1.0);
    if (opacity < 0.995)
        fprintf(out, " opacity=\"%.2g\"", opacity);
    fprintf(out, "%s d=\"", more);
}

/* Lines of one colour are told apart by their strokes where the palette starts again. */
const char *
plot_line_dashes(const cli_series *s)
{
    if (s->dashed)
        return " stroke-dasharray=\"5 4\"";
    return s->colour >= PLOT_COLOURS ? " stroke-dasharray=\"1.5 3\"" : "";
}

/* ---- bars ---- */

static size_t
marks_of(const plot_space *space, cli_mark mark)
{
    size_t n = 0;

    for (size_t k = 0; k < space->plot->n_series; k++)
        n += space->plot->series[k].mark == mark;
    return n;
}

void
plot_bars_write(FILE *out, const plot_space *space, const cli_series *s)
{
    double ground = ground_of(space), width = s->width > 0.0 ? s->width : 1.0;
    /* Bars that may lie over others are outlined and let them through, unless the caller knows. */
    bool over = s->opacity <= 0.0 && marks_of(space, CLI_MARK_BARS) > 1;

    begin_path(out, s, over ? "bar over" : "bar", 1.0, "");
    for (size_t k = 0; k < s->n; k++) {
        double left = plot_scale_at(&space->x, s->x[k]);
        double right = plot_scale_at(&space->x, s->x[k] + width);
        double top = plot_scale_at(&space->y, s->y[k]);

        if (isnan(left) || isnan(right) || isnan(top) || s->y[k] == 0.0)
            continue;
        put_pair(out, "M", left, ground);
        fputc('V', out);
        plot_coordinate(out, top);
        fputc('H', out);
        plot_coordinate(out, right);
        fputc('V', out);
        plot_coordinate(out, ground);
        fputc('z', out);
    }
    fputs("\"/>", out);
}

/* ---- lines ---- */

/* Where there are more values than columns of pixels, the values of one column become its first,
 * lowest, highest and last: the same picture. */
typedef struct pen {
    FILE *out;
    bool down;
    bool pending; /* a column is being collected */
    double column, first, low, high, last;
    double ground; /* of an area; NaN: a line */
    double last_x;
    bool alone; /* one value between two gaps: a dot */
} pen;

static void
pen_put(pen *p, double x, double y)
{
    if (!p->down && !isnan(p->ground)) {
        put_pair(p->out, "M", x, p->ground);
        put_pair(p->out, "L", x, y);
    } else {
        put_pair(p->out, p->down ? "L" : "M", x, y);
    }
    p->alone = !p->down;
    p->down = true;
    p->last_x = x;
}

static void
pen_flush(pen *p)
{
    if (!p->pending)
        return;
    pen_put(p, p->column, p->first);
    if (p->low != p->first && p->low != p->last)
        pen_put(p, p->column, p->low);
    if (p->high != p->first && p->high != p->last)
        pen_put(p, p->column, p->high);
    if (p->last != p->first)
        pen_put(p, p->column, p->last);
    p->pending = false;
}

static void
pen_lift(pen *p)
{
    pen_flush(p);
    if (p->down && !isnan(p->ground)) {
        put_pair(p->out, "L", p->last_x, p->ground);
        fputc('z', p->out);
    } else if (p->down && p->alone) {
        fputs("h0", p->out);
    }
    p->down = false;
}

static void
pen_collect(pen *p, double x, double y)
{
    double column = 0.5 * floor(2.0 * x);

    if (p->pending && column == p->column) {
        p->low = fmin(p->low, y);
        p->high = fmax(p->high, y);
        p->last = y;
        return;
    }
    pen_flush(p);
    p->pending = true;
    p->column = column;
    p->first = p->low = p->high = p->last = y;
}

static void
draw_line(pen *p, const plot_space *space, const cli_series *s)
{
    bool dense = (double)s->n > 4.0 * (space->x.to - space->x.from);

    for (size_t k = 0; k < s->n; k++) {
        double x = plot_scale_at(&space->x, s->x[k]), y = plot_scale_at(&space->y, s->y[k]);

        if (isnan(x) || isnan(y))
            pen_lift(p);
        else if (dense)
            pen_collect(p, x, y);
        else
            pen_put(p, x, y);
    }
    pen_lift(p);
}

void
plot_line_write(FILE *out, const plot_space *space, const cli_series *s)
{
    pen p = { .out = out, .ground = NAN };

    begin_path(out, s, "line", 1.0, plot_line_dashes(s));
    draw_line(&p, space, s);
    fputs("\"/>", out);
}

void
plot_area_write(FILE *out, const plot_space *space, const cli_series *s)
{
    pen p = { .out = out, .ground = ground_of(space) };

    begin_path(out, s, "area", 0.35, "");
    draw_line(&p, space, s);
    fputs("\"/>", out);
}
