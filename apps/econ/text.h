/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of a text file as UTF-8, block by block. */
#ifndef ECON_TEXT_H
#define ECON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

typedef enum econ_encoding {
    ECON_ENCODING_AUTO, /* by its first bytes; UTF-8 without a mark */
    ECON_UTF8,
    ECON_UTF16LE,
    ECON_UTF16BE,
    ECON_WINDOWS_1252
} econ_encoding;
const char *econ_encoding_name(econ_encoding encoding); /* "utf-8", … */

typedef struct econ_text econ_text;

/* "-" is standard input, which is copied to an unnamed file first, since it may be read more than once. */
sci_status econ_text_open(econ_text **out, const char *path,
                          const volatile int *stop) SCI_MUST_CHECK;
void econ_text_close(econ_text *t);

/* From the beginning, in this encoding. A byte order mark is skipped. */
sci_status econ_text_start(econ_text *t, econ_encoding encoding) SCI_MUST_CHECK;

/* Up to `room` (at least 8) bytes of UTF-8; *n is 0 at the end. SCI_ERR_FORMAT where the bytes are not of
 * the encoding; econ_text_wrong is then true. */
sci_status econ_text_read(econ_text *t, char *out, size_t room, size_t *n) SCI_MUST_CHECK;
bool econ_text_wrong(const econ_text *t);

econ_encoding econ_text_encoding(const econ_text *t); /* never AUTO once started */
const char *econ_text_name(const econ_text *t);

/* "xxh3:…" of the file's bytes, once all have been read. */
void econ_text_digest(econ_text *t, char digest[80]);

#endif
