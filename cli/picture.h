/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PNG with one or two panels of a 2-D array ("before | after"), with axes, colour bars and units.
 */
#ifndef CLI_PICTURE_H
#define CLI_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

typedef enum cli_colours { CLI_COLOURS_GREY, CLI_COLOURS_PERCEPTUAL } cli_colours;

/* A place on an axis and what stands there. */
typedef struct cli_tick {
    double at;
    const char *text;
} cli_tick;

/* A coordinate along one side: `start` is the centre of the first column or row, `step` the
 * distance of two. */
typedef struct cli_axis {
    const char *label;  /* "x (mm)", "time (s)" */
    double start, step; /* step 0: 1 */
    /* Columns or rows of different sizes: centre and width of each, centres in rising or falling
     * order; then start and step mean nothing. What they leave between them stays empty. NULL:
     * regular. */
    const double *centres, *widths;
    const cli_tick *ticks; /* at most 16; NULL: at round coordinates */
    size_t n_ticks;
} cli_axis;

typedef struct cli_panel {
    const float *values; /* rows × columns, row 0 first; NaN is drawn as background */
    size_t rows, columns;
    const char *title;
    cli_axis x, y;
    bool y_up;               /* row 0 at the bottom (spectrograms) instead of the top */
    bool stretch;            /* fill the panel; otherwise one unit of x is as long as one of y */
    const char *value_label; /* of the colour bar: "intensity", "z-score" */
    double low, high;        /* limits of the colours; both 0: the 1st and 99th percentile */
    /* rows × columns, NULL for none: a line around what is not 0 in `outline`, and transparent
     * colours over the values, by number (cli_label_colour); negative: none. */
    const uint8_t *outline;
    const int32_t *labels;
    const double
        *lines; /* coordinates on y of thin lines across the values; those outside are left out */
    size_t n_lines;
} cli_panel;

typedef struct cli_picture {
    const char *title;    /* above everything; NULL for none */
    const char *footnote; /* small, below; NULL for none */
    const cli_panel *panels;
    size_t n_panels; /* 1 or 2 */
    cli_colours colours;
    int width; /* pixels; 0: 1200 */
} cli_picture;

/* The colour of a label, 0xRRGGBB, as it is drawn over the values and in legends: the plots' palette
 * in three shades, then they repeat. */
uint32_t cli_label_colour(int32_t label);

/* 0xRRGGBB, far from every grey for everybody. */
#define CLI_OUTLINE_COLOUR 0xff9500

/* Draw it into the file `path` (replaced if it exists; a worker's temporary). */
sci_status cli_picture_write(const char *path, const cli_picture *picture) SCI_MUST_CHECK;

#endif
