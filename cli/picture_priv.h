/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a picture: scales (picture_scale.c), colours and pixels (picture_image.c), strokes
 * (picture.c). */
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

/* An image of at most columns_most × rows_most pixels, each the mean of the values it stands for;
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
