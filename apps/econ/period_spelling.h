/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One period as it is spelled in a file: what the text says by itself. */
#ifndef ECON_PERIOD_SPELLING_H
#define ECON_PERIOD_SPELLING_H

#include "period.h"

typedef enum econ_spelling_kind {
    ECON_SPELLED_NOT,     /* no period */
    ECON_SPELLED_YEAR,    /* 2020 */
    ECON_SPELLED_QUARTER, /* 2020Q1, 2020-Q1, Q1 2020, 2020q1; a: quarter */
    ECON_SPELLED_MONTH, /* 2020-03, 2020M03, 2020/3, 202003, 03/2020, Mar 2020, Mar-20; a: month */
    ECON_SPELLED_WEEK,  /* 2020-W05; a: ISO week */
    ECON_SPELLED_DATE,  /* 2020-03-01, 20200301, 1.3.2020, 1 Mar 2020; a: month, b: day */
    ECON_SPELLED_EITHER /* 03/04/2020; a: first number, b: second number */
} econ_spelling_kind;

typedef struct econ_spelling {
    econ_spelling_kind kind;
    int year, a, b;
} econ_spelling;

typedef enum econ_date_order { ECON_DAY_FIRST = 1, ECON_MONTH_FIRST = 2 } econ_date_order;

/* What the n bytes at `text` spell. Blanks around them do not count, nor does a time of midnight behind a
 * date. A date that does not exist is ECON_SPELLED_NOT. */
econ_spelling econ_period_spelling(const char *text, size_t n);

/* A date of kind ECON_SPELLED_EITHER in the given order, as kind DATE, or NOT if there is no such date. */
econ_spelling econ_spelling_ordered(econ_spelling spelling, econ_date_order order);

/* The frequency that a kind other than DATE and EITHER means by itself, and the ordinal in it. */
econ_frequency econ_spelling_frequency(econ_spelling spelling);
int64_t econ_spelling_ordinal(econ_spelling spelling);

#endif
