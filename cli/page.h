/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report page: one HTML file that opens offline. Everything is inside it; a content-security
 * policy forbids all else: no network, no style but its own, no script but the one that sorts and
 * filters tables and names the cells of maps where a page asks for it. Light and dark themes,
 * readable on paper and on a telephone. All text is escaped; bytes that are not UTF-8 become
 * U+FFFD. Equal calls give equal bytes. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <sci/status.h>

#include "picture.h"
#include "plot.h"

typedef struct cli_page cli_page;

/* `path` is replaced (a worker's temporary). `program` goes into the foot with its version. */
sci_status cli_page_create(cli_page **out, const char *path, const char *title, const char *program,
                           const char *version) SCI_MUST_CHECK;
/* Write it all and check. Frees the page also on failure; the first failure of any call is the one
 * that is returned (a full disk is SCI_ERR_NOSPACE). */
sci_status cli_page_finish(cli_page *page) SCI_MUST_CHECK;
void cli_page_free(cli_page *page); /* give up; accepts NULL */

/* Failures are kept until cli_page_finish. */
void cli_page_lead(cli_page *page, const char *format, ...)
    SCI_PRINTF(2, 3);                                          /* the first sentence */
void cli_page_section(cli_page *page, const char *heading);    /* also in the table of contents */
void cli_page_subsection(cli_page *page, const char *heading); /* inside a section */
void cli_page_paragraph(cli_page *page, const char *format, ...) SCI_PRINTF(2, 3);
void cli_page_note(cli_page *page, const char *format, ...)
    SCI_PRINTF(2, 3); /* set off: a warning */

/* Tiles with a large number each. `remark` may be NULL. */
void cli_page_tiles(cli_page *page);
void cli_page_tile(cli_page *page, const char *name, const char *value, const char *remark);
void cli_page_tiles_end(cli_page *page);

/* Plots beside each other as the width allows. `caption` may be NULL. */
void cli_page_figures(cli_page *page);
void cli_page_plot(cli_page *page, const cli_plot *plot, const char *caption);
/* A PNG file, embedded. SCI_ERR_FORMAT if it is none. */
void cli_page_image(cli_page *page, const char *path, const char *alternative, const char *caption);
/* Panels of a picture below each other, each with axes and a colour bar below it; `pixels` is the
 * length of one unit of their axes. Panels of figures beside each other stand in rows where all get
 * the same `height`, at least so many pixels for the values of each; 0: as they need. */
void cli_page_panels(cli_page *page, size_t n, const cli_panel *panels, cli_colours colours,
                     double pixels, double height, const char *summary, const char *caption);
void cli_page_figures_end(cli_page *page);

/* What the colours of panels mean: names with 0xRRGGBB. `line`: of outlines instead of labels. */
typedef struct cli_key {
    const char *name;
    uint32_t colour;
    bool line;
} cli_key;
void cli_page_keys(cli_page *page, size_t n, const cli_key *keys);

/* Short remarks beside each other, each set off. Nothing for none. */
void cli_page_badges(cli_page *page, size_t n, const char *const *texts);

/* A table; cells are texts (NULL: empty), which keep their line breaks, numbers right-aligned where
 * `align[column]` is 'r', short texts that are not broken where it is 'n', else 'l'. Long
 * ones scroll. The first column names the row where it is left-aligned. */
void cli_page_table(cli_page *page, size_t columns, const char *const *heads, const char *align,
                    const char *caption);
void cli_page_row(cli_page *page, const char *const *cells);
/* A series drawn in a cell: its values, and below them how unusual each was, in standard deviations
 * or the like, on a scale that becomes logarithmic. Scores outside the band have a dot. */
typedef struct cli_spark {
    size_t n;
    const double *values, *scores; /* [n]; NaN: a gap */
    double band;                   /* from -band to band */
    const char *summary;           /* for screen readers */
} cli_spark;

/* A row with links, with cells that are pointed out, or with drawings. */
typedef struct cli_page_cell {
    const char *text;       /* NULL: empty */
    const char *link;       /* a file, relative to the page; NULL: none */
    const char *remark;     /* why it is pointed out; NULL: it is not */
    const cli_spark *spark; /* NULL: none */
    const char *detail;     /* below the text, in small; not sorted by. NULL: none */
} cli_page_cell;
void cli_page_cells(cli_page *page, const cli_page_cell *cells);
void cli_page_table_end(cli_page *page);

/* Tables that begin from now on are sorted by clicking a head: numbers ("−1 234.5", "<0.1 *", "+3 %")
 * by value where a column has no other cells, else texts; empty cells last. Without scripts the tables are as they
 * were written. */
void cli_page_sorts(cli_page *page);

/* A box that leaves of all tables of this section that are sorted the rows with these words. Not
 * there without scripts. */
void cli_page_filter(cli_page *page, const char *label);

/* Rows over time, in colours. Values are in standard deviations or the like: less than 1 is no
 * colour, then the steps double, below 0 and above it each. The pointer is told row, column and
 * value; a click puts the name of the row into the first box that filters. */
typedef struct cli_heat_mark {
    size_t column;
    const char *text;
} cli_heat_mark;

typedef struct cli_heat {
    const char *title;
    size_t n_rows, n_columns; /* of more than 760 columns one is drawn for several: the largest */
    const char *const *rows, *const *columns; /* names, rows from above; of columns without '|' */
    const double *values;                     /* [row][column]; NaN: missing */
    const char *value_name;                   /* for the pointer: "level" */
    const char *below, *above;                /* what negative and positive values mean */
    size_t n_ticks;
    const cli_heat_mark *ticks; /* under the map, at the left edge of the column */
    size_t n_marks;
    const cli_heat_mark *marks; /* lines through the map */
    const char *summary;
} cli_heat;

void cli_page_heat(cli_page *page, const cli_heat *heat, const char *caption);

/* Names in running text, many of them. */
void cli_page_names(cli_page *page, size_t n, const char *const *names);

/* A part that is folded away until asked for. */
void cli_page_details(cli_page *page, const char *summary);
void cli_page_details_end(cli_page *page);

#endif
