/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8, one code point at a time. */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed code point at `text` (not at its end); 0 if there is none (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF). */
size_t cli_utf8_next(const char *text, uint32_t *code);

/* Columns that `text` takes in a table, one a code point. */
size_t cli_utf8_width(const char *text);

#endif
