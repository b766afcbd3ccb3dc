/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One text for every index of an axis: labels, or weights and masks as numbers. */
#ifndef ARRAY_LINES_H
#define ARRAY_LINES_H

#include <sci/io.h>

typedef struct array_lines {
    uint64_t n;
    char **items; /* "" where there is none */
} array_lines;

/* From a text file for an axis of `n` indices (sci/csv.h): labels, or numbers. SCI_ERR_REFUSED
 * for a number that is not finite. */
sci_status array_lines_read(array_lines *out, const char *path, uint64_t n,
                            bool numbers) SCI_MUST_CHECK;

/* From and to one string, a line each, as records keep them. */
sci_status array_lines_split(array_lines *out, const char *text) SCI_MUST_CHECK;
sci_status array_lines_join(const array_lines *lines, char **text) SCI_MUST_CHECK;

/* From integers. */
sci_status array_lines_of_integers(array_lines *out, uint64_t n,
                                   const int64_t *values) SCI_MUST_CHECK;
sci_status array_lines_of_reals(array_lines *out, uint64_t n, const double *values) SCI_MUST_CHECK;

void array_lines_clear(array_lines *lines);

#endif
