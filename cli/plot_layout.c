/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much room everything takes and where it goes. */
#include <math.h>

#include "plot_priv.h"

enum { RIGHT = 14, LEGEND_GAP = 7 };              /* pixels */
static const double slant = 0.643, reach = 0.766; /* sine and cosine of 40° */

static double
legend_entry_width(const cli_series *s)
{
    return PLOT_SWATCH + fmin(plot_text_width(s->name, PLOT_LEGEND_SIZE), 0.5 * PLOT_WIDTH) + 16.0;
}

int
plot_walk_legend(const cli_plot *plot, double width,
                 void (*visit)(FILE *, const cli_series *, double x, int row), FILE *out)
{
    double x = 0.0;
    int row = 0;
    bool any = false;

    for (size_t k = 0; k < plot->n_series; k++) {
        const cli_series *s = &plot->series[k];

        if (!s->name)
            continue;
        if (x > 0.0 && x + legend_entry_width(s) > width) {
            x = 0.0;
            row++;
        }
        if (visit)
            visit(out, s, x, row);
        x += legend_entry_width(s);
        any = true;
    }
    return any ? row + 1 : 0;
}

static double
widest_name(const cli_plot_axis *axis)
{
    double widest = 0.0;

    for (size_t k = 0; k < axis->n_names; k++)
        widest = fmax(widest, plot_text_width(axis->names[k], PLOT_TICK_SIZE));
    return fmin(widest, PLOT_NAME_MOST);
}

static double
widest_tick(const plot_ticks *ticks)
{
    double widest = 0.0;

    for (int k = 0; k < ticks->n; k++)
        widest = fmax(widest, plot_text_width(ticks->text[k], PLOT_TICK_SIZE));
    return widest;
}

/* As many as have room beside each other. */
static void
make_x_ticks(plot_layout *l)
{
    double width = l->right - l->left;

    for (int wanted = (int)(width / 55.0) + 1; wanted >= 2; wanted--) {
        plot_ticks_make(&l->x_ticks, &l->space.x, wanted);
        if ((widest_tick(&l->x_ticks) + 14.0) * l->x_ticks.n <= width || l->x_ticks.n <= 2)
            return;
    }
}

static void
set_sides(plot_layout *l)
{
    const cli_plot *plot = l->space.plot;
    double names = plot->y.n_names > 0 ? widest_name(&plot->y) : widest_tick(&l->y_ticks);

    l->left = fmax(names + 10.0 + (plot->y.label ? PLOT_AXIS_LABEL : 0.0), 22.0);
    if (l->slanted) /* the first name reaches to the left */
        l->left = fmax(l->left, reach * l->name_width - 4.0);
    l->right = l->width - RIGHT;
    l->space.x.from = l->left;
    l->space.x.to = l->right;
    l->space.y.from = l->bottom;
    l->space.y.to = l->top;
}

/* Widen the axis that has room to spare. */
static void
equalize(plot_scale *x, plot_scale *y)
{
    double x_unit = (x->high - x->low) / (x->to - x->from);
    double y_unit = (y->high - y->low) / (y->from - y->to);
    plot_scale *narrow = x_unit < y_unit ? x : y;
    double part = x_unit < y_unit ? y_unit / x_unit : x_unit / y_unit;
    double more = 0.5 * (part - 1.0) * (narrow->high - narrow->low);

    if (x->logarithmic || y->logarithmic || part > 1e6)
        return;
    narrow->low -= more;
    narrow->high += more;
}

static size_t
every_name(const cli_plot_axis *axis, double length, double room)
{
    double step = length / (double)(axis->n_names > 0 ? axis->n_names : 1);

    return step >= room ? 1 : (size_t)ceil(room / step);
}

void
plot_lay_out(plot_layout *l, const cli_plot *plot)
{
    double width = plot->width > 0 ? fmax(plot->width, 160) : PLOT_WIDTH;
    double height = plot->height > 0 ? fmax(plot->height, 120) : PLOT_HEIGHT;
    double names = 0.0;

    *l = (plot_layout){ .space.plot = plot, .width = width };
    l->legend_rows = plot_walk_legend(plot, width - 16.0, NULL, NULL);
    l->top = PLOT_TOP + (plot->title ? PLOT_TITLE : 0)
             + (l->legend_rows > 0 ? l->legend_rows * PLOT_LEGEND_ROW + LEGEND_GAP : 0);
    l->bottom = l->top + height - PLOT_TOP - (plot->title ? PLOT_TITLE : 0) - PLOT_BELOW_TICKS
                - (plot->x.label ? PLOT_AXIS_LABEL : 0);
    l->name_width = widest_name(&plot->x);
    l->slanted =
        plot->x.n_names > 0 && l->name_width + 8.0 > (width - 70.0) / (double)plot->x.n_names;
    if (l->slanted)
        names = fmax(slant * l->name_width - 4.0, 0.0);
    l->height = l->bottom + names + PLOT_BELOW_TICKS + (plot->x.label ? PLOT_AXIS_LABEL : 0);
    plot_range(&l->space.x, plot, false);
    plot_range(&l->space.y, plot, true);
    /* The numbers on the left decide the width, which may change the range. */
    for (int pass = 0; pass < 2; pass++) {
        plot_ticks_make(&l->y_ticks, &l->space.y, (int)((l->bottom - l->top) / 45.0));
        set_sides(l);
        if (plot->equal)
            equalize(&l->space.x, &l->space.y);
    }
    plot_ticks_make(&l->y_ticks, &l->space.y, (int)((l->bottom - l->top) / 45.0));
    make_x_ticks(l);
    l->every_x = every_name(&plot->x, l->right - l->left, l->slanted ? 13.0 : 1.0);
    l->every_y = every_name(&plot->y, l->bottom - l->top, 13.0);
}
