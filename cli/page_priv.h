/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a page: its contents (page.c), tables (page_table.c), images (page_image.c), panels
 * (page_panels.c), maps over time (page_heat.c), series in cells (page_spark.c), the file (page_write.c), its style (page_style.c) and script (page_script.c). */
#ifndef CLI_PAGE_PRIV_H
#define CLI_PAGE_PRIV_H

#include <stdint.h>

#include "page.h"

/* The contents are kept in memory: the table of contents comes before them. */
typedef struct page_stretch {
    FILE *out;
    char *bytes;
    size_t n;
} page_stretch;

struct cli_page {
    char *path, *title, *program, *version;
    FILE *file;
    page_stretch lead, body, contents;
    size_t sections;
    size_t columns; /* of the table that is open; 0: none */
    char *align;
    bool sorts, looks; /* sorts tables; filters them or has maps */
    sci_status status; /* of the first failure, and its message */
    char *message;
};

/* Only the first failure counts. */
void page_note_status(cli_page *page, sci_status st);

/* begin, text escaped, end */
void page_put_element(FILE *out, const char *begin, const char *text, const char *end);

/* Write all of it and close the file. */
sci_status page_write_file(cli_page *page) SCI_MUST_CHECK;

/* The text of the <style> element, by sci_free. */
sci_status page_style_make(char **style) SCI_MUST_CHECK;

/* The text of the <script> element, by sci_free: what sorts tables and, where the page `looks`, what
 * filters them and names the cells of maps. NULL for a page without. */
sci_status page_script_make(char **script, const cli_page *page) SCI_MUST_CHECK;

/* Steps of a map's colours on either side of 0. */
enum { PAGE_HEAT_STEPS = 6 };
int page_heat_step(double value); /* negative below 0; 0 between -1 and 1 */

/* One <svg>. */
void page_spark_write(FILE *out, const cli_spark *spark);

/* "sha256-…" of text, as a content-security policy has it. */
#define PAGE_HASH 64
void page_hash(char hash[PAGE_HASH], const char *text);

/* n bytes in base64, closed by 0: 4·⌈n/3⌉ + 1 characters. Returns their number without the last. */
size_t page_base64(char *text, const unsigned char *bytes, size_t n);

/* Write <img> with the file inside. */
sci_status page_image_write(FILE *out, const char *path, const char *alternative) SCI_MUST_CHECK;

#endif
