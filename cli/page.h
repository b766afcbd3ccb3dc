/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report page: one HTML file that opens offline. Everything is inside it; a content-security
 * policy forbids all else: no scripts, no network, no style but its own. Light and dark themes,
 * readable on paper and on a telephone. All text is escaped; bytes that are not UTF-8 become
 * U+FFFD. Equal calls give equal bytes. */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include <stddef.h>
#include <stdio.h>

#include <sci/status.h>

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
void cli_page_figures_end(cli_page *page);

/* A table; cells are texts (NULL: empty), numbers right-aligned where `align[column]` is 'r'. Long
 * ones scroll. The first column names the row where it is left-aligned. */
void cli_page_table(cli_page *page, size_t columns, const char *const *heads, const char *align,
                    const char *caption);
void cli_page_row(cli_page *page, const char *const *cells);
void cli_page_table_end(cli_page *page);

/* Names in running text, many of them. */
void cli_page_names(cli_page *page, size_t n, const char *const *names);

/* A part that is folded away until asked for. */
void cli_page_details(cli_page *page, const char *summary);
void cli_page_details_end(cli_page *page);

#endif
