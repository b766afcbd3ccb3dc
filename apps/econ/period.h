/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Periods as whole numbers: the ordinal of a period counts in units of its frequency, so that the period
 * after it is one more.
 *   annual     the year
 *   quarterly  year * 4 + quarter - 1
 *   monthly    year * 12 + month - 1
 *   weekly     ISO 8601 weeks since the one of 1970-01-01
 *   daily      days since 1970-01-01
 *   business   Mondays to Fridays since 1970-01-01
 * The calendar is the proleptic Gregorian one, years 1000 to 2999. */
#ifndef ECON_PERIOD_H
#define ECON_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

typedef enum econ_frequency {
    ECON_ANNUAL,
    ECON_QUARTERLY,
    ECON_MONTHLY,
    ECON_WEEKLY,
    ECON_DAILY,
    ECON_BUSINESS
} econ_frequency;
enum { ECON_FREQUENCIES = ECON_BUSINESS + 1 };

/* Room for the text of every period. */
enum { ECON_PERIOD_TEXT = 16 };

/* "2020", "2020Q2", "2020-03", "2020-W05", "2020-03-01". */
void econ_period_text(char *text, size_t size, econ_frequency frequency, int64_t ordinal);

/* The period of `frequency` that a text on the command line means. Of a coarser text ("2020" where periods
 * are months) it is the first period inside, with `last` the last one; of a finer one the period around
 * it. SCI_ERR_ARGUMENT says what was expected. */
sci_status econ_period_parse(const char *text, econ_frequency frequency, bool last,
                             int64_t *ordinal) SCI_MUST_CHECK;

/* "A..B", both included, or "A" alone, which may be coarser: "2020" is the whole year. SCI_ERR_ARGUMENT. */
sci_status econ_period_range(const char *text, econ_frequency frequency, int64_t *first,
                             int64_t *last) SCI_MUST_CHECK;

/* The period of `to` that begins with (`last`: ends with) the period `ordinal` of `from`. Where `to` is
 * coarser both are the one around its first day. */
int64_t econ_period_convert(econ_frequency from, int64_t ordinal, econ_frequency to, bool last);

/* 'A', 'Q', 'M', 'W', 'D', 'B'; "annual", … */
char econ_frequency_letter(econ_frequency frequency);
const char *econ_frequency_name(econ_frequency frequency);

/* "year", "quarter", "month", "week", "day", "day" */
const char *econ_frequency_unit(econ_frequency frequency);

/* Periods after which seasons repeat: 1, 4, 12, 52, 7, 5. */
int econ_frequency_season(econ_frequency frequency);

/* Place in the year, from 0: the quarter, the month, the ISO week, the day of the week; 0 where annual. */
int econ_period_season(econ_frequency frequency, int64_t ordinal);

/* Periods in a year, on average: 1, 4, 12, 52.1775, 365.2425, 260.8875. */
double econ_frequency_per_year(econ_frequency frequency);

/* Days since 1970-01-01 of a date that exists. */
int64_t econ_days_of(int year, int month, int day);
/* And back. */
void econ_date_of(int64_t days, int *year, int *month, int *day);
int econ_days_in_month(int year, int month);

#endif
