/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text files line by line, compressed by gzip or not. */
#ifndef GENOMICS_LINES_H
#define GENOMICS_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>
#include <sci/texts.h>

typedef struct lines lines;

sci_status lines_open(lines **out, const char *path) SCI_MUST_CHECK;
void lines_close(lines *l); /* accepts NULL */
/* Back to the first line. */
sci_status lines_rewind(lines *l) SCI_MUST_CHECK;

/* The next line without its end (LF, CRLF), zero-terminated; the caller may write into it, and it
 * lives until the next call. *line NULL: there is none. SCI_ERR_FORMAT for a file that is cut off or
 * a line that holds a zero byte; SCI_ERR_UNSAFE for one of more than 1 GiB. */
sci_status lines_next(lines *l, char **line) SCI_MUST_CHECK;
/* Number of the line that was read last, from 1. */
uint64_t lines_number(const lines *l);
const char *lines_path(const lines *l);

/* sci_fail with "'FILE', line N: " in front. */
sci_status lines_fail(const lines *l, sci_status status, const char *format, ...) SCI_PRINTF(3, 4);

/* The next field of a line up to the separator; "…" around it are taken off. NULL at the end.
 * *rest moves on. */
char *lines_field(char **rest, char separator);

#endif
