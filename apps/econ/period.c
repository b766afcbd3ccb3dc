/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "period.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "period_spelling.h"

/* ---- calendar ---- */

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int
floor_mod(int64_t a, int b)
{
    return (int)(a - floor_div(a, b) * b);
}

/* Years that begin in March put the leap day at their end (Hinnant, "chrono-compatible low-level date
 * algorithms", 2013). */
int64_t
econ_days_of(int year, int month, int day)
{
    int64_t y = year - (month <= 2), era = floor_div(y, 400), of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void
econ_date_of(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468, era = floor_div(z, 146097), of_era = z - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int)(y + era * 400 + (*month <= 2));
}

int
econ_days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return days[month - 1] + (month == 2 && leap);
}

/* 1970-01-01 was a Thursday; its week began on day -3. */
static int64_t
monday_of_week(int64_t week)
{
    return week * 7 - 3;
}

static int64_t
week_of_day(int64_t day)
{
    return floor_div(day + 3, 7);
}

/* Business day 0 is Thursday 1970-01-01; Saturday and Sunday count as the Friday before. */
static int64_t
business_of_day(int64_t day)
{
    int of_week = floor_mod(day + 3, 7);

    return week_of_day(day) * 5 + (of_week < 5 ? of_week : 4) - 3;
}

static int64_t
day_of_business(int64_t business)
{
    return monday_of_week(floor_div(business + 3, 5)) + floor_mod(business + 3, 5);
}

/* ---- days of a period ---- */

static int64_t
first_day(econ_frequency f, int64_t ordinal)
{
    switch (f) {
    case ECON_ANNUAL:
        return econ_days_of((int)ordinal, 1, 1);
    case ECON_QUARTERLY:
        return econ_days_of((int)floor_div(ordinal, 4), 3 * floor_mod(ordinal, 4) + 1, 1);
    case ECON_MONTHLY:
        return econ_days_of((int)floor_div(ordinal, 12), floor_mod(ordinal, 12) + 1, 1);
    case ECON_WEEKLY:
        return monday_of_week(ordinal);
    case ECON_BUSINESS:
        return day_of_business(ordinal);
    case ECON_DAILY:
        break;
    }
    return ordinal;
}

static int64_t
around_day(econ_frequency f, int64_t day)
{
    int year, month, of_month;

    econ_date_of(day, &year, &month, &of_month);
    switch (f) {
    case ECON_ANNUAL:
        return year;
    case ECON_QUARTERLY:
        return (int64_t)year * 4 + (month - 1) / 3;
    case ECON_MONTHLY:
        return (int64_t)year * 12 + month - 1;
    case ECON_WEEKLY:
        return week_of_day(day);
    case ECON_BUSINESS:
        return business_of_day(day);
    case ECON_DAILY:
        break;
    }
    return day;
}

int64_t
econ_period_convert(econ_frequency from, int64_t ordinal, econ_frequency to, bool last)
{
    if (from == to)
        return ordinal;
    if (last && to > from)
        return around_day(to, first_day(from, ordinal + 1) - 1);
    return around_day(to, first_day(from, ordinal));
}

/* ---- text ---- */

/* The year of an ISO week is that of its Thursday. */
static void
week_text(char *text, size_t size, int64_t week)
{
    int64_t thursday = monday_of_week(week) + 3;
    int year, month, day;

    econ_date_of(thursday, &year, &month, &day);
    (void)snprintf(text, size, "%d-W%02d", year,
                   (int)((thursday - econ_days_of(year, 1, 1)) / 7 + 1));
}

void
econ_period_text(char *text, size_t size, econ_frequency f, int64_t ordinal)
{
    int year, month, day;

    switch (f) {
    case ECON_ANNUAL:
        (void)snprintf(text, size, "%" PRId64, ordinal);
        return;
    case ECON_QUARTERLY:
        (void)snprintf(text, size, "%" PRId64 "Q%d", floor_div(ordinal, 4),
                       floor_mod(ordinal, 4) + 1);
        return;
    case ECON_MONTHLY:
        (void)snprintf(text, size, "%" PRId64 "-%02d", floor_div(ordinal, 12),
                       floor_mod(ordinal, 12) + 1);
        return;
    case ECON_WEEKLY:
        week_text(text, size, ordinal);
        return;
    case ECON_DAILY:
    case ECON_BUSINESS:
        break;
    }
    econ_date_of(first_day(f, ordinal), &year, &month, &day);
    (void)snprintf(text, size, "%d-%02d-%02d", year, month, day);
}

/* The frequency and ordinal of a text that is typed: no dates in two readings. */
static bool
typed(const char *text, size_t n, econ_frequency *f, int64_t *ordinal)
{
    econ_spelling s = econ_period_spelling(text, n);

    if (s.kind == ECON_SPELLED_NOT || s.kind == ECON_SPELLED_EITHER)
        return false;
    if (s.kind == ECON_SPELLED_DATE) {
        *f = ECON_DAILY;
        *ordinal = econ_days_of(s.year, s.a, s.b);
    } else {
        *f = econ_spelling_frequency(s);
        *ordinal = econ_spelling_ordinal(s);
    }
    return true;
}

static sci_status
parse(const char *text, size_t n, econ_frequency frequency, bool last, int64_t *ordinal)
{
    static const char *const examples[] = { "2020",     "2020Q1",     "2020-03",
                                            "2020-W05", "2020-03-01", "2020-03-02" };
    econ_frequency f;
    int64_t found;

    if (!typed(text, n, &f, &found))
        return sci_fail(SCI_ERR_ARGUMENT, "'%.*s' is no period such as %s", (int)n, text,
                        examples[frequency]);
    *ordinal = econ_period_convert(f, found, frequency, last);
    return SCI_OK;
}

sci_status
econ_period_parse(const char *text, econ_frequency frequency, bool last, int64_t *ordinal)
{
    return parse(text, strlen(text), frequency, last, ordinal);
}

sci_status
econ_period_range(const char *text, econ_frequency frequency, int64_t *first, int64_t *last)
{
    const char *dots = strstr(text, "..");
    size_t n = dots == NULL ? strlen(text) : (size_t)(dots - text);
    sci_status st = parse(text, n, frequency, false, first);

    if (st == SCI_OK)
        st = econ_period_parse(dots == NULL ? text : dots + 2, frequency, true, last);
    if (st == SCI_OK && *last < *first)
        st = sci_fail(SCI_ERR_ARGUMENT, "the range '%s' ends before it begins", text);
    return st;
}

/* ---- frequencies ---- */

char
econ_frequency_letter(econ_frequency f)
{
    return "AQMWDB"[f];
}

const char *
econ_frequency_name(econ_frequency f)
{
    static const char *const names[] = { "annual", "quarterly", "monthly",
                                         "weekly", "daily",     "daily without weekends" };

    return names[f];
}

const char *
econ_frequency_unit(econ_frequency f)
{
    static const char *const units[] = { "year", "quarter", "month", "week", "day", "day" };

    return units[f];
}

int
econ_frequency_season(econ_frequency f)
{
    static const int seasons[] = { 1, 4, 12, 52, 7, 5 };

    return seasons[f];
}

double
econ_frequency_per_year(econ_frequency f)
{
    static const double per_year[] = { 1.0,      4.0,
                                       12.0,     365.2425 / 7.0,
                                       365.2425, 365.2425 / 7.0 * 5.0 };

    return per_year[f];
}

int
econ_period_season(econ_frequency f, int64_t ordinal)
{
    int64_t thursday = monday_of_week(ordinal) + 3;
    int year, month, day;

    switch (f) {
    case ECON_ANNUAL:
        return 0;
    case ECON_QUARTERLY:
        return floor_mod(ordinal, 4);
    case ECON_MONTHLY:
        return floor_mod(ordinal, 12);
    case ECON_WEEKLY:
        econ_date_of(thursday, &year, &month, &day);
        return (int)((thursday - econ_days_of(year, 1, 1)) / 7);
    case ECON_DAILY:
        return floor_mod(ordinal + 3, 7);
    case ECON_BUSINESS:
        break;
    }
    return floor_mod(ordinal + 3, 5);
}
