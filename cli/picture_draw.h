/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the strokes of a picture share: panels and their lines (picture.c), text, axes and colour bars
 * (picture_axes.c). */
#ifndef CLI_PICTURE_DRAW_H
#define CLI_PICTURE_DRAW_H

#include "picture_cairo.h"
#include "picture_priv.h"

typedef struct box { /* in units of a picture 1200 wide, as all lengths */
    double x, y, width, height;
} box;

typedef struct canvas {
    cairo_t *cairo;
    cli_colours colours;
} canvas;

typedef enum picture_style {
    PICTURE_TITLE,
    PICTURE_PANEL,
    PICTURE_LABEL,
    PICTURE_TICK,
    PICTURE_FOOTNOTE
} picture_style;

/* Draw text so that the point (x, y) is at the fraction (across, down) of its box; `turned` reads
 * upwards. Nothing for NULL. */
void picture_text(const canvas *c, picture_style style, const char *text, double x, double y,
                  double across, double down, bool turned);

/* A thin line around the box. */
void picture_frame(const canvas *c, const box *b);

/* Ticks, numbers and names around the values of a panel. */
void picture_x_axis(const canvas *c, const box *b, const cli_panel *panel);
void picture_y_axis(const canvas *c, const box *b, const cli_panel *panel);

/* The colours with their values, in `b`. */
void picture_bar(const canvas *c, const box *b, const picture_limits *limits, const char *label);

#endif
