/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as they are written in cells, correctly rounded. */
#ifndef ECON_NUMBER_H
#define ECON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which characters part a number. */
typedef struct econ_number_style {
    char decimal;   /* '.' or ',' */
    char thousands; /* ',', '.', ' ' (also no-break and thin blanks), '\'' or 0 */
} econ_number_style;

typedef enum econ_cell_kind {
    ECON_CELL_NUMBER,
    ECON_CELL_MISSING,  /* empty, NA, n/a, NaN, ., .., -, :, #N/A, … */
    ECON_CELL_OVERFLOW, /* a number too large for a double, or infinite */
    ECON_CELL_BAD
} econ_cell_kind;

typedef struct econ_cell {
    double value; /* NaN where it is no number */
    char mark[4]; /* "%", "USD", …: what the cell says of its unit; "" */
    char flag[8]; /* a status behind the number: "p", "b"; "" */
} econ_cell;

/* The n bytes of a cell. Blanks around the number, a sign, brackets for a negative number, a currency, % and
 * a status are understood. */
econ_cell_kind econ_cell_read(econ_cell *out, const char *text, size_t n, econ_number_style style);

/* Digits with at most one `decimal`, a sign before them, nothing else; at most 19 digits. Most cells are such,
 * and this is quick. False: not such a number, ask econ_cell_read. */
bool econ_number_quick(double *out, const char *text, size_t n, char decimal);

/* ---- which style a column has ---- */

/* What cells show of their style, as bits. */
enum {
    ECON_SEEN_POINT = 1,        /* . is the decimal separator */
    ECON_SEEN_COMMA = 2,        /* , is */
    ECON_SEEN_POINT_GROUPS = 4, /* . parts thousands */
    ECON_SEEN_COMMA_GROUPS = 8, /* , does */
    ECON_SEEN_BLANK_GROUPS = 16,
    ECON_SEEN_QUOTE_GROUPS = 32, /* ' does */
    ECON_SEEN_POINT_EITHER = 64, /* 1.234 */
    ECON_SEEN_COMMA_EITHER = 128 /* 1,234 */
};
unsigned econ_cell_evidence(const char *text, size_t n);

typedef enum econ_style_verdict {
    ECON_STYLE_KNOWN,
    ECON_STYLE_GUESSED,   /* 1.234 only: read with decimal point; 1,234 only, quoted: thousands */
    ECON_STYLE_AMBIGUOUS, /* 1,234 only */
    ECON_STYLE_CONFLICT   /* cells contradict each other */
} econ_style_verdict;
econ_style_verdict econ_style_choose(econ_number_style *out, unsigned evidence, char delimiter);

#endif
