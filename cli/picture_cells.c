/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns and rows of a picture as stretches of a coordinate. */
#include "picture_priv.h"

/* +1 where the coordinate rises with the index, else -1. */
static double
direction_of(const cli_axis *axis, size_t n)
{
    if (axis->centres)
        return n > 1 && axis->centres[n - 1] < axis->centres[0] ? -1.0 : 1.0;
    return axis->step < 0.0 ? -1.0 : 1.0;
}

void
picture_axis_cell(const cli_axis *axis, size_t n, size_t k, double *near, double *far)
{
    double step = axis->step != 0.0 ? axis->step : 1.0, centre = axis->start + (double)k * step;

    if (axis->centres) {
        centre = axis->centres[k];
        step = direction_of(axis, n) * axis->widths[k];
    }
    *near = centre - 0.5 * step;
    *far = centre + 0.5 * step;
}

void
picture_axis_ends(const cli_axis *axis, size_t n, double *first, double *last)
{
    double inner;

    picture_axis_cell(axis, n, 0, first, &inner);
    picture_axis_cell(axis, n, n - 1, &inner, last);
}

double
picture_axis_place(const cli_axis *axis, size_t n, bool up, double length, double value)
{
    double first, last, part;

    picture_axis_ends(axis, n, &first, &last);
    part = (value - first) / (last - first);
    return length * (up ? 1.0 - part : part);
}

/* A cell of a regular axis is at least a pixel; thin cells of others may need many. */
size_t
picture_axis_pixels(const cli_axis *axis, size_t n, size_t most)
{
    return axis->centres || n > most ? most : n;
}

/* The first cell whose centre lies at or beyond `value`, in the direction of the axis. */
static size_t
first_beyond(const cli_axis *axis, size_t n, double value)
{
    double direction = direction_of(axis, n);
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (direction * axis->centres[middle] < direction * value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool
covers(const cli_axis *axis, size_t n, size_t k, double value)
{
    double near, far;

    picture_axis_cell(axis, n, k, &near, &far);
    return (value - near) * (value - far) <= 0.0;
}

picture_run
picture_axis_run(const cli_axis *axis, size_t n, size_t pixels, size_t k)
{
    double first, last, size, middle;
    picture_run run = { k * n / pixels, (k + 1) * n / pixels };

    if (!axis->centres)
        return run;
    picture_axis_ends(axis, n, &first, &last);
    size = (last - first) / (double)pixels;
    middle = first + ((double)k + 0.5) * size;
    run.from = first_beyond(axis, n, middle - 0.5 * size);
    run.to = first_beyond(axis, n, middle + 0.5 * size);
    if (run.from < run.to)
        return run; /* cells as thin as a pixel: none is left out */
    if (run.from < n && covers(axis, n, run.from, middle))
        run.to = run.from + 1;
    else if (run.from > 0 && covers(axis, n, run.from - 1, middle))
        run.from--;
    return run;
}
