/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plots as SVG elements for a page (page.h): points, lines, bars, with axes, ticks, legend and a
 * title. Colours are told apart by people with any colour vision and follow the page's theme. */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <sci/status.h>

typedef enum cli_mark {
    CLI_MARK_POINTS,
    CLI_MARK_LINE,
    CLI_MARK_BARS, /* x is the left edge, `width` the width, y the height */
    CLI_MARK_AREA  /* between y and 0 */
} cli_mark;

typedef struct cli_series {
    const char *name; /* in the legend; NULL: not there */
    cli_mark mark;
    size_t n;
    const double *x, *y; /* NaN: a gap. On a logarithmic axis what is not positive is one too */
    double width;        /* of bars, in units of x; 0: 1 */
    /* Number in the palette; negative: the neutral grey. After the eighth the colours repeat,
     * points then are squares and triangles and lines dotted. */
    int colour;
    /* 0: as suits the number of points; bars of several series let each other through */
    double opacity;
    bool dashed;
} cli_series;

typedef struct cli_plot_axis {
    const char *label;
    double low, high; /* both 0: as the data need */
    bool logarithmic;
    size_t n_names; /* names instead of numbers at 0, 1, 2, …, from the left or from below */
    const char *const *names;
} cli_plot_axis;

typedef struct cli_plot {
    const char *title;
    cli_plot_axis x, y;
    size_t n_series;
    const cli_series *series;
    bool equal; /* one unit of x is as long as one of y */
    /* CSS pixels without the rows of the legend and slanted names; 0: 460 × 340 */
    int width, height;
    const char *summary; /* for screen readers */
} cli_plot;

/* One <svg> element, self-contained apart from the classes that page.h styles. Areas and bars lie
 * below points, points below lines. Many points (over some thousands) are thinned to those that can
 * be seen, always the same ones, so that no plot is larger than about 300 kB; the points of several
 * series are drawn in turns, so that none hides the others. How many points lie beyond the ends of
 * an axis is written under the plot. */
sci_status cli_plot_write(FILE *out, const cli_plot *plot) SCI_MUST_CHECK;

/* "−1 234.50": a true minus, narrow spaces between thousands from 10 000 on, "1.23×10²⁰" from 10^15 on, "–" for NaN. */
#define CLI_PLOT_NUMBER 64
void cli_plot_number(char *text, size_t size, double value, int decimals);

#endif
