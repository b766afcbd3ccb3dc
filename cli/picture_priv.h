/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a picture: scales (picture_scale.c), cells along an axis (picture_cells.c), colours
 * (picture_colours.c), pixels (picture_image.c), outlines (picture_outline.c), strokes (picture.c). */
#ifndef CLI_PICTURE_PRIV_H
#define CLI_PICTURE_PRIV_H

#include <stdint.h>

#include "picture.h"

/* ---- scales ---- */

#define PICTURE_TICKS_MOST 16

/* Round values from low to high (low < high), about `wanted` of them. */
typedef struct picture_ticks {
    int n;
    double at[PICTURE_TICKS_MOST];
    char text[PICTURE_TICKS_MOST][24]; /* as many digits as tell them apart */
} picture_ticks;

void picture_ticks_make(picture_ticks *out, double low, double high, int wanted);

/* ---- cells ---- */

/* The outer edges of the first and the last of n cells. */
void picture_axis_ends(const cli_axis *axis, size_t n, double *first, double *last);
/* The edges of cell k of n, in the direction of the axis. */
void picture_axis_cell(const cli_axis *axis, size_t n, size_t k, double *near, double *far);

/* How far a coordinate is from where the panel begins, which is `length` long; `up`: the axis ends
 * there. */
double picture_axis_place(const cli_axis *axis, size_t n, bool up, double length, double value);

/* Pixels that show n cells on at most `most` of them. */
size_t picture_axis_pixels(const cli_axis *axis, size_t n, size_t most);

/* Cells [from, to) that are shown by pixel k of so many; none where from == to. */
typedef struct picture_run {
    size_t from, to;
} picture_run;
picture_run picture_axis_run(const cli_axis *axis, size_t n, size_t pixels, size_t k);

/* ---- outlines ---- */

/* A straight line along the sides of cells from…to-1 of row `at` (horizontal) or column `at`: the
 * side at which the row or column begins, or the far one. */
typedef struct picture_edge {
    bool horizontal, far;
    size_t at, from, to;
} picture_edge;

/* Every line of the outline of what is not 0, once. What reaches the border is closed there. */
void picture_outline_walk(const uint8_t *inside, size_t rows, size_t columns,
                          void (*visit)(void *context, const picture_edge *edge), void *context);

/* x and y of both ends of a line in a panel so wide and high, from its upper left corner. */
void picture_edge_ends(const cli_panel *panel, const picture_edge *edge, double width,
                       double height, double ends[2][2]);

/* ---- colours ---- */

/* The colour of t in [0, 1]: red, green, blue in [0, 1]. */
void picture_colour(cli_colours colours, double t, double rgb[3]);

/* Which values the colours span, and whether some lie outside. */
typedef struct picture_limits {
    double low, high; /* low < high */
    bool below, above;
} picture_limits;

/* Those of the panel, or from the 1st to the 99th percentile of its finite values. */
sci_status picture_limits_of(picture_limits *out, const cli_panel *panel) SCI_MUST_CHECK;

/* ---- pixels ---- */

/* An image of at most columns_most × rows_most pixels, each the mean of the values it stands for,
 * under the colour of its label;
 * 0xAARRGGBB in rows of `columns`, row 0 at the top of the picture; transparent where there is no
 * finite value. */
typedef struct picture_image {
    int columns, rows;
    uint32_t *pixels; /* released by sci_free */
} picture_image;

sci_status picture_image_make(picture_image *out, const cli_panel *panel,
                              const picture_limits *limits, cli_colours colours, int columns_most,
                              int rows_most) SCI_MUST_CHECK;

#endif
