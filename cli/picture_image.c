/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include <sci/memory.h>

#include "picture_priv.h"

/* ---- limits ---- */

static int
compare_floats(const void *left, const void *right)
{
    float a = *(const float *)left, b = *(const float *)right;

    return (a > b) - (a < b);
}

/* At most 2^18 finite values, evenly spread. */
static sci_status
sample(const cli_panel *panel, float **out, size_t *n)
{
    size_t total = panel->rows * panel->columns, stride = (total >> 18) + 1;
    sci_status st = sci_alloc(out, total / stride + 1, 1, sizeof **out);

    *n = 0;
    for (size_t k = 0; st == SCI_OK && k < total; k += stride)
        if (isfinite(panel->values[k]))
            (*out)[(*n)++] = panel->values[k];
    return st;
}

sci_status
picture_limits_of(picture_limits *out, const cli_panel *panel)
{
    float *values = NULL;
    size_t n;
    sci_status st = sample(panel, &values, &n);

    if (st != SCI_OK)
        return st;
    qsort(values, n, sizeof *values, compare_floats);
    out->low = panel->low;
    out->high = panel->high;
    if (panel->low == 0.0 && panel->high == 0.0 && n > 0) {
        out->low = (double)values[(size_t)(0.01 * (double)(n - 1))];
        out->high = (double)values[(size_t)ceil(0.99 * (double)(n - 1))];
    }
    if (!(out->low < out->high)) { /* a constant is in the middle of the colours */
        double half = fmax(0.5, 1e-6 * fabs(out->low));

        out->low -= half;
        out->high += half;
    }
    out->below = n > 0 && (double)values[0] < out->low;
    out->above = n > 0 && (double)values[n - 1] > out->high;
    sci_free(values);
    return SCI_OK;
}

/* ---- pixels ---- */

enum { LABEL_PERCENT = 45 }; /* of the label's colour, the rest is the value's */

static double
clamp(double t)
{
    return t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
}

static uint32_t
under_label(uint32_t pixel, int32_t label)
{
    uint32_t colour = cli_label_colour(label), out = 0xff;

    for (int shift = 16; shift >= 0; shift -= 8)
        out = out << 8
              | ((pixel >> shift & 0xff) * (100 - LABEL_PERCENT)
                 + (colour >> shift & 0xff) * LABEL_PERCENT + 50)
                    / 100;
    return out;
}

static uint32_t
pixel_of(double value, const picture_limits *limits, cli_colours colours)
{
    double rgb[3];
    uint32_t pixel = 0xff;

    if (isnan(value))
        return 0;
    picture_colour(colours, clamp((value - limits->low) / (limits->high - limits->low)), rgb);
    for (int c = 0; c < 3; c++)
        pixel = pixel << 8 | (uint32_t)(rgb[c] * 255.0 + 0.5);
    return pixel;
}

/* NaN if no value is finite. */
static double
mean_of(const cli_panel *panel, picture_run rows, picture_run columns)
{
    double sum = 0.0;
    size_t n = 0;

    for (size_t r = rows.from; r < rows.to; r++) {
        for (size_t c = columns.from; c < columns.to; c++) {
            float value = panel->values[r * panel->columns + c];

            if (isfinite(value)) {
                sum += (double)value;
                n++;
            }
        }
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

static uint32_t
pixel_at(const cli_panel *panel, const picture_limits *limits, cli_colours colours,
         picture_run rows, picture_run columns)
{
    uint32_t pixel = pixel_of(mean_of(panel, rows, columns), limits, colours);
    size_t middle = (rows.from + rows.to) / 2 * panel->columns + (columns.from + columns.to) / 2;

    return pixel == 0 || panel->labels == NULL || panel->labels[middle] < 0
               ? pixel
               : under_label(pixel, panel->labels[middle]);
}

sci_status
picture_image_make(picture_image *out, const cli_panel *panel, const picture_limits *limits,
                   cli_colours colours, int columns_most, int rows_most)
{
    size_t columns = picture_axis_pixels(&panel->x, panel->columns, (size_t)columns_most);
    size_t rows = picture_axis_pixels(&panel->y, panel->rows, (size_t)rows_most);
    sci_status st = sci_alloc(&out->pixels, rows, columns, sizeof *out->pixels);

    if (st != SCI_OK)
        return st;
    for (size_t r = 0; r < rows; r++) {
        picture_run down =
            picture_axis_run(&panel->y, panel->rows, rows, panel->y_up ? rows - 1 - r : r);

        for (size_t c = 0; c < columns; c++)
            out->pixels[r * columns + c] =
                pixel_at(panel, limits, colours, down,
                         picture_axis_run(&panel->x, panel->columns, columns, c));
    }
    out->columns = (int)columns;
    out->rows = (int)rows;
    return SCI_OK;
}
