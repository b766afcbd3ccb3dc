/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include <sci/memory.h>

#include "picture_priv.h"

/* ---- colours ---- */

/* Polynomials for the colour map "viridis" of matplotlib (CC0), largest error 0.02; same lightness
 * steps everywhere, also for eyes that do not tell red from green. */
static const double viridis[7][3] = {
    { 0.2777273272234177, 0.005407344544966578, 0.3340998053353061 },
    { 0.1050930431085774, 1.404613529898575, 1.384590162594685 },
    { -0.3308618287255563, 0.214847559468213, 0.09509516302823659 },
    { -4.634230498983486, -5.799100973351585, -19.33244095627987 },
    { 6.228269936347081, 14.17993336680509, 56.69055260068105 },
    { 4.776384997670288, -13.74514537774601, -65.35303263337234 },
    { -5.435455855934631, 4.645852612178535, 26.3124352495832 },
};

static double
clamp(double t)
{
    return t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
}

void
picture_colour(cli_colours colours, double t, double rgb[3])
{
    for (int c = 0; c < 3; c++) {
        double sum = 0.0;

        for (int k = 6; k >= 0; k--)
            sum = sum * t + viridis[k][c];
        rgb[c] = colours == CLI_COLOURS_GREY ? t : clamp(sum);
    }
}

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
mean_of(const cli_panel *panel, size_t row, size_t row_end, size_t column, size_t column_end)
{
    double sum = 0.0;
    size_t n = 0;

    for (size_t r = row; r < row_end; r++) {
        for (size_t c = column; c < column_end; c++) {
            float value = panel->values[r * panel->columns + c];

            if (isfinite(value)) {
                sum += (double)value;
                n++;
            }
        }
    }
    return n > 0 ? sum / (double)n : (double)NAN;
}

sci_status
picture_image_make(picture_image *out, const cli_panel *panel, const picture_limits *limits,
                   cli_colours colours, int columns_most, int rows_most)
{
    size_t columns = panel->columns < (size_t)columns_most ? panel->columns : (size_t)columns_most;
    size_t rows = panel->rows < (size_t)rows_most ? panel->rows : (size_t)rows_most;
    sci_status st = sci_alloc(&out->pixels, rows, columns, sizeof *out->pixels);

    if (st != SCI_OK)
        return st;
    for (size_t r = 0; r < rows; r++) {
        size_t y = panel->y_up ? rows - 1 - r : r;

        for (size_t c = 0; c < columns; c++)
            out->pixels[r * columns + c] =
                pixel_of(mean_of(panel, y * panel->rows / rows, (y + 1) * panel->rows / rows,
                                 c * panel->columns / columns, (c + 1) * panel->columns / columns),
                         limits, colours);
    }
    out->columns = (int)columns;
    out->rows = (int)rows;
    return SCI_OK;
}
