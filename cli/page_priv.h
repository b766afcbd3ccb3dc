/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a page: its contents (page.c), its style and head (page_style.c), images
 * (page_image.c). */
#ifndef CLI_PAGE_PRIV_H
#define CLI_PAGE_PRIV_H

#include "page.h"

/* The text of the <style> element, by sci_free. */
sci_status page_style_make(char **style) SCI_MUST_CHECK;

/* "sha256-…" of text, as a content-security policy has it. */
#define PAGE_HASH 64
sci_status page_hash(char hash[PAGE_HASH], const char *text) SCI_MUST_CHECK;

/* Write <img> with the file inside. */
sci_status page_image_write(FILE *out, const char *path, const char *alternative) SCI_MUST_CHECK;

#endif
