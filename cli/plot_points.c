/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Points as strokes of no length with round or square ends: about 8 bytes each. Where there are
 * many, one is kept for each cell of a grid, the first, and stands for the others by its opacity.
 * They are drawn in turns, a part of every series at a time, so that the last series does not hide
 * the others. Which points and turns depends on the data alone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "plot_priv.h"

enum { ALL_DRAWN = 3000, LEVELS = 4, TURNS = 12 };

typedef struct dot {
    int32_t x, y; /* tenths of a pixel */
    uint32_t series, stands_for;
    uint32_t order; /* turn and level, then where it is */
} dot;

typedef struct dots {
    const plot_space *space;
    dot *kept;
    size_t n, room;
    double cell; /* pixels; 0: no grid */
    uint32_t columns, rows;
    uint32_t *slot; /* of each cell: the number of its dot + 1 */
    uint32_t most;  /* that one dot stands for */
} dots;

static bool
is_points(const cli_series *s)
{
    return s->mark == CLI_MARK_POINTS && s->n > 0;
}

/* Turns are spread over neighbours. */
static uint32_t
scatter(uint32_t value)
{
    value ^= value >> 16;
    value *= 0x7feb352dU;
    value ^= value >> 15;
    value *= 0x846ca68bU;
    return value ^ value >> 16;
}

/* ---- choosing ---- */

static plot_points_count
count_points(const plot_space *space)
{
    plot_points_count count = { 0 };

    for (size_t k = 0; k < space->plot->n_series; k++) {
        const cli_series *s = &space->plot->series[k];

        for (size_t i = 0; is_points(s) && i < s->n; i++) {
            count.all++;
            if (isnan(plot_scale_at(&space->x, s->x[i]))
                || isnan(plot_scale_at(&space->y, s->y[i])))
                count.missing++;
            else if (!plot_scale_holds(&space->x, s->x[i]) || !plot_scale_holds(&space->y, s->y[i]))
                count.outside++;
        }
    }
    return count;
}

static bool
place(const plot_space *space, const cli_series *s, size_t i, double *x, double *y)
{
    if (!plot_scale_holds(&space->x, s->x[i]) || !plot_scale_holds(&space->y, s->y[i]))
        return false;
    *x = plot_scale_at(&space->x, s->x[i]);
    *y = plot_scale_at(&space->y, s->y[i]);
    return !isnan(*x) && !isnan(*y);
}

static bool
keep(dots *d, uint32_t series, double x, double y)
{
    if (d->n == d->room)
        return false;
    d->kept[d->n++] = (dot){ (int32_t)lround(10.0 * x), (int32_t)lround(10.0 * y), series, 1, 0 };
    return true;
}

/* The points of one series; false: there are too many cells with points. */
static bool
take_series(dots *d, uint32_t series)
{
    const cli_series *s = &d->space->plot->series[series];
    double left = d->space->x.from, top = d->space->y.to, x, y;

    if (d->slot)
        memset(d->slot, 0, (size_t)d->columns * d->rows * sizeof *d->slot);
    for (size_t i = 0; i < s->n; i++) {
        uint32_t *slot;

        if (!place(d->space, s, i, &x, &y))
            continue;
        if (!d->slot) {
            if (!keep(d, series, x, y))
                return false;
            continue;
        }
        slot =
            &d->slot[(size_t)((y - top) / d->cell) * d->columns + (size_t)((x - left) / d->cell)];
        if (*slot == 0) {
            if (!keep(d, series, x, y))
                return false;
            *slot = (uint32_t)d->n;
        } else if (d->kept[*slot - 1].stands_for < UINT32_MAX) {
            d->kept[*slot - 1].stands_for++;
        }
    }
    return true;
}

static bool
take_all(dots *d)
{
    d->n = 0;
    for (size_t k = 0; k < d->space->plot->n_series; k++)
        if (is_points(&d->space->plot->series[k]) && !take_series(d, (uint32_t)k))
            return false;
    return true;
}

/* The finest grid that leaves few enough. */
static sci_status
choose(dots *d, size_t all)
{
    double width = d->space->x.to - d->space->x.from, height = d->space->y.from - d->space->y.to;

    if (all <= ALL_DRAWN)
        return take_all(d) ? SCI_OK : sci_fail(SCI_ERR_ARGUMENT, "too many points");
    for (d->cell = 1.0;; d->cell *= 1.25) {
        sci_status st;
        bool enough;

        d->columns = (uint32_t)(width / d->cell) + 1;
        d->rows = (uint32_t)(height / d->cell) + 1;
        st = sci_alloc(&d->slot, d->columns, d->rows, sizeof *d->slot);
        if (st != SCI_OK)
            return st;
        enough = take_all(d);
        sci_free(d->slot);
        d->slot = NULL;
        /* With very many series one cell each may be too much: then the later ones are left out. */
        if (enough || (d->columns <= 1 && d->rows <= 1))
            return SCI_OK;
    }
}

/* ---- order ---- */

static uint32_t
level_of(const dots *d, const dot *p)
{
    if (d->most <= 1 || d->space->plot->series[p->series].opacity > 0.0)
        return LEVELS - 1;
    return (uint32_t)(LEVELS * log(p->stands_for) / log(d->most + 1.0));
}

static int
compare_dots(const void *a, const void *b)
{
    const dot *p = a, *q = b;

    if (p->order != q->order)
        return p->order < q->order ? -1 : 1;
    if (p->y / 20 != q->y / 20) /* neighbours follow each other: short steps */
        return p->y < q->y ? -1 : 1;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

static void
put_in_order(dots *d)
{
    size_t groups = 0;

    for (size_t k = 0; k < d->n; k++) {
        d->most = d->kept[k].stands_for > d->most ? d->kept[k].stands_for : d->most;
        groups += k == 0 || d->kept[k].series != d->kept[k - 1].series;
    }
    for (size_t k = 0; k < d->n; k++) {
        dot *p = &d->kept[k];
        bool grey = d->space->plot->series[p->series].colour < 0; /* what matters less lies below */
        uint32_t turn = grey || groups <= 1 ? 0 : 1 + scatter((uint32_t)k) % TURNS;

        p->order =
            ((turn * (uint32_t)d->space->plot->n_series) + p->series) * LEVELS + level_of(d, p);
    }
    if (d->n > 0)
        qsort(d->kept, d->n, sizeof *d->kept, compare_dots);
}

/* ---- writing ---- */

static double
radius_of(size_t n)
{
    return n <= 60 ? 3.4 : n <= 400 ? 2.6 : n <= 3000 ? 1.9 : n <= 20000 ? 1.5 : 1.2;
}

/* Series of the second and third round through the palette have squares and triangles. */
static int
shape_of(const cli_series *s)
{
    return s->colour < 0 ? 0 : s->colour / PLOT_COLOURS % 3;
}

static void
begin_path(FILE *out, const cli_series *s, double radius, double opacity)
{
    int shape = shape_of(s);

    fprintf(out, "<path class=\"%s %s\"",
            shape == 2   ? "tri"
            : shape == 1 ? "sq"
                         : "pt",
            plot_colour_class(s->colour));
    if (opacity < 0.995)
        fprintf(out, " opacity=\"%.2g\"", opacity);
    if (shape < 2)
        fprintf(out, " stroke-width=\"%ld\"", lround(20.0 * radius * (shape == 1 ? 0.9 : 1.0)));
    fputs(" d=\"", out);
}

static void
put_dot(FILE *out, const cli_series *s, double radius, int32_t x, int32_t y, bool first)
{
    long r = lround(10.0 * radius);

    if (shape_of(s) == 2)
        y -= (int32_t)(1.2 * (double)r);
    fprintf(out, first ? "M%ld" : "m%ld", (long)x);
    fprintf(out, y < 0 ? "%ld" : " %ld", (long)y);
    if (shape_of(s) == 2)
        fprintf(out, "l%ld %ldh%ldz", -lround(1.2 * (double)r), 2 * r, 2 * lround(1.2 * (double)r));
    else
        fputs("h0", out);
}

static double
opacity_of(const dots *d, const dot *p)
{
    static const double by_level[LEVELS] = { 0.45, 0.62, 0.8, 0.95 };
    const cli_series *s = &d->space->plot->series[p->series];

    if (s->opacity > 0.0)
        return fmin(s->opacity, 1.0);
    if (d->most <= 1)
        return d->n > 300 ? 0.75 : 0.9;
    return by_level[p->order % LEVELS];
}

static void
write_dots(FILE *out, const dots *d, size_t points)
{
    double radius = radius_of(points);
    int32_t x = 0, y = 0;

    fputs("<g transform=\"scale(.1)\">", out);
    for (size_t k = 0; k < d->n; k++) {
        const dot *p = &d->kept[k];
        const cli_series *s = &d->space->plot->series[p->series];
        bool first = k == 0 || p->order != d->kept[k - 1].order;

        if (first) {
            if (k > 0)
                fputs("\"/>", out);
            begin_path(out, s, radius, opacity_of(d, p));
            x = y = 0;
        }
        put_dot(out, s, radius, p->x - x, p->y - y, first);
        x = p->x;
        y = p->y;
        if (shape_of(s) == 2) /* the pen returns to the tip of a triangle */
            y -= (int32_t)(1.2 * (double)lround(10.0 * radius));
    }
    fputs(d->n > 0 ? "\"/></g>" : "</g>", out);
}

sci_status
plot_points_write(FILE *out, const plot_space *space, plot_points_count *count)
{
    dots d = { .space = space, .room = PLOT_POINTS_MOST };
    sci_status st;

    *count = count_points(space);
    if (count->all == 0)
        return SCI_OK;
    st = sci_alloc(&d.kept, d.room, 1, sizeof *d.kept);
    if (st == SCI_OK)
        st = choose(&d, count->all);
    if (st == SCI_OK) {
        put_in_order(&d);
        write_dots(out, &d, count->all - count->missing - count->outside);
        count->drawn = d.n;
    }
    sci_free(d.kept);
    return st;
}

void
plot_point_sample(FILE *out, const cli_series *series, double x, double y)
{
    double radius = 4.2;

    fputs("<g transform=\"scale(.1)\">", out);
    begin_path(out, series, radius, 1.0);
    put_dot(out, series, radius, (int32_t)lround(10.0 * x), (int32_t)lround(10.0 * y), true);
    fputs("\"/></g>", out);
}
