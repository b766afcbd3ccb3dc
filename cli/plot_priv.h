/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a plot: scales and ticks (plot_scale.c), text (plot_text.c), colours
 * (plot_colours.c), points (plot_points.c), lines, bars and areas (plot_marks.c), layout
 * (plot_layout.c), all of it (plot.c). */
#ifndef CLI_PLOT_PRIV_H
#define CLI_PLOT_PRIV_H

#include "plot.h"

/* ---- colours ---- */

#define PLOT_COLOURS 8 /* then they repeat, with another shape of the points */

/* "#rrggbb" on the two themes. */
typedef struct plot_colour {
    const char *light, *dark;
} plot_colour;

extern const plot_colour plot_palette[PLOT_COLOURS];
extern const plot_colour plot_grey, plot_background;

/* Class of a series' colour: "c3", "cn" of the grey. */
const char *plot_colour_class(int colour);

/* ---- scales ---- */

#define PLOT_TICKS_MOST 24

/* From values to pixels. */
typedef struct plot_scale {
    double low, high; /* finite; low < high; positive where logarithmic */
    double from, to;  /* pixels of low and high */
    bool logarithmic;
} plot_scale;

/* NaN where the value has no place: NaN, infinite, not positive on a logarithmic axis. Values
 * beyond the ends have places beyond the ends, not more than a few lengths of the axis away. */
double plot_scale_at(const plot_scale *scale, double value);
bool plot_scale_holds(const plot_scale *scale, double value); /* between low and high */

/* The ends of an axis: those it names, or what its series need and a little air. */
void plot_range(plot_scale *out, const cli_plot *plot, bool vertical);

/* Round values between the ends, about `wanted`, at most PLOT_TICKS_MOST. */
typedef struct plot_ticks {
    int n;
    double at[PLOT_TICKS_MOST];
    char text[PLOT_TICKS_MOST][40];
} plot_ticks;

void plot_ticks_make(plot_ticks *out, const plot_scale *scale, int wanted);

/* ---- text ---- */

/* Pixels that the text takes in a usual sans-serif font, rather too many than too few. */
double plot_text_width(const char *text, double size);
/* Escaped for HTML and XML. Bytes that are not UTF-8, control characters and those that change the
 * direction of writing become U+FFFD. */
void plot_text_write(FILE *out, const char *text);
/* The same, cut with "…" where it is wider than `most` pixels. */
void plot_text_write_short(FILE *out, const char *text, double size, double most);
/* A coordinate: one decimal at most, "12.5", "3", "-0.1". */
void plot_coordinate(FILE *out, double value);

/* ---- marks ---- */

/* Where the marks go: the plot, and the two scales into pixels of the <svg>. */
typedef struct plot_space {
    const cli_plot *plot;
    plot_scale x, y;
} plot_space;

void plot_bars_write(FILE *out, const plot_space *space, const cli_series *series);
void plot_area_write(FILE *out, const plot_space *space, const cli_series *series);
void plot_line_write(FILE *out, const plot_space *space, const cli_series *series);
const char *plot_line_dashes(const cli_series *series); /* as an attribute; "" for a solid line */

#define PLOT_POINTS_MOST 24000 /* points drawn in one plot */

typedef struct plot_points_count {
    size_t all, missing, outside, drawn;
} plot_points_count;

/* The points of all series together: in turns, so that no series covers the others. */
sci_status plot_points_write(FILE *out, const plot_space *space,
                             plot_points_count *count) SCI_MUST_CHECK;
/* A point for the legend. */
void plot_point_sample(FILE *out, const cli_series *series, double x, double y);

/* ---- layout ---- */

/* Pixels. */
enum { PLOT_WIDTH = 460, PLOT_HEIGHT = 340 };
enum {
    PLOT_TOP = 8,
    PLOT_TITLE = 26,
    PLOT_LEGEND_ROW = 19,
    PLOT_SWATCH = 20,
    PLOT_NAME_MOST = 150
};
enum { PLOT_BELOW_TICKS = 22, PLOT_AXIS_LABEL = 20 };
#define PLOT_TITLE_SIZE 14.0 /* of the font */
#define PLOT_LABEL_SIZE 12.5
#define PLOT_TICK_SIZE 11.5
#define PLOT_LEGEND_SIZE 12.0

typedef struct plot_layout {
    plot_space space;
    plot_ticks x_ticks, y_ticks;
    double width, height;            /* of the <svg> */
    double left, right, top, bottom; /* of where the marks go */
    int legend_rows;
    double name_width; /* of the names below the plot */
    bool slanted;
    size_t every_x, every_y; /* of names that are written */
} plot_layout;

void plot_lay_out(plot_layout *out, const cli_plot *plot);
/* Go over the entries of the legend; `visit` may be NULL. Returns the rows. */
int plot_walk_legend(const cli_plot *plot, double width,
                     void (*visit)(FILE *, const cli_series *, double x, int row), FILE *out);

#endif
