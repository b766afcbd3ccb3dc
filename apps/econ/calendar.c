/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calendar.h"

#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

/* ---- frequencies of dates ---- */

static int
compare_ordinals(const void *a, const void *b)
{
    int64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* The least step between sorted ordinals, 0 if all are equal. */
static int64_t
least_step(const int64_t *sorted, size_t n)
{
    int64_t least = 0;

    for (size_t k = 1; k < n; k++) {
        int64_t step = sorted[k] - sorted[k - 1];

        if (step > 0 && (least == 0 || step < least))
            least = step;
    }
    return least;
}

static bool
all_steps_are_multiples(const int64_t *sorted, size_t n, int64_t of)
{
    for (size_t k = 1; k < n; k++)
        if ((sorted[k] - sorted[k - 1]) % of != 0)
            return false;
    return true;
}

static bool
is_first_of_month(econ_spelling s)
{
    return s.b == 1;
}

static bool
is_last_of_month(econ_spelling s)
{
    return s.b == econ_days_in_month(s.year, s.a);
}

static bool
is_weekday(int64_t day)
{
    return econ_period_season(ECON_DAILY, day) < 5;
}

/* Days on which there is no weekend, though time goes past one. */
static bool
skip_weekends(const int64_t *sorted, size_t n)
{
    bool friday_to_monday = false;

    for (size_t k = 0; k < n; k++) {
        if (!is_weekday(sorted[k]))
            return false;
        friday_to_monday = friday_to_monday
                           || (k > 0 && sorted[k] - sorted[k - 1] == 3
                               && econ_period_season(ECON_DAILY, sorted[k]) == 0);
    }
    return friday_to_monday;
}

/* The frequency of n dates, none of any other kind beside them. `scratch` has room for n. */
static econ_frequency
frequency_of_dates(const econ_spelling *dates, size_t n, int64_t *scratch)
{
    bool first = true, last = true;
    int64_t step;

    for (size_t k = 0; k < n; k++) {
        first = first && is_first_of_month(dates[k]);
        last = last && is_last_of_month(dates[k]);
        scratch[k] = first || last ? (int64_t)dates[k].year * 12 + dates[k].a - 1 : 0;
    }
    if (first || last) {
        qsort(scratch, n, sizeof *scratch, compare_ordinals);
        step = least_step(scratch, n);
        if (step == 12 && all_steps_are_multiples(scratch, n, 12))
            return ECON_ANNUAL;
        if (step == 3 && all_steps_are_multiples(scratch, n, 3))
            return ECON_QUARTERLY;
        return ECON_MONTHLY;
    }
    for (size_t k = 0; k < n; k++)
        scratch[k] = econ_days_of(dates[k].year, dates[k].a, dates[k].b);
    qsort(scratch, n, sizeof *scratch, compare_ordinals);
    if (least_step(scratch, n) == 7 && all_steps_are_multiples(scratch, n, 7))
        return ECON_WEEKLY;
    return skip_weekends(scratch, n) ? ECON_BUSINESS : ECON_DAILY;
}

static int64_t
ordinal_in(econ_frequency f, econ_spelling date)
{
    return econ_period_convert(ECON_DAILY, econ_days_of(date.year, date.a, date.b), f, false);
}

/* Whether dates may be those of frequency f: each of another period, and where it has weeks or more all at the
 * same place in them as far as calendars let them. */
static bool
may_be(econ_frequency f, const econ_spelling *dates, size_t n, int64_t *scratch)
{
    bool first = true, last = true, weekdays = true;

    for (size_t k = 0; k < n; k++) {
        first = first && is_first_of_month(dates[k]);
        last = last && is_last_of_month(dates[k]);
        scratch[k] = econ_days_of(dates[k].year, dates[k].a, dates[k].b);
        weekdays = weekdays && is_weekday(scratch[k]);
    }
    if ((f <= ECON_MONTHLY && !first && !last) || (f == ECON_BUSINESS && !weekdays))
        return false;
    qsort(scratch, n, sizeof *scratch, compare_ordinals);
    if (f == ECON_WEEKLY && !all_steps_are_multiples(scratch, n, 7))
        return false;
    for (size_t k = 0; k < n; k++)
        scratch[k] = ordinal_in(f, dates[k]);
    qsort(scratch, n, sizeof *scratch, compare_ordinals);
    for (size_t k = 1; k < n; k++)
        if (scratch[k] == scratch[k - 1])
            return false;
    return true;
}

/* Whether the dates have no holes in their frequency, and are enough to tell. */
static bool
is_regular(const econ_spelling *dates, size_t n, int64_t *scratch)
{
    econ_frequency f = frequency_of_dates(dates, n, scratch);
    int64_t step;

    for (size_t k = 0; k < n; k++)
        scratch[k] = ordinal_in(f, dates[k]);
    qsort(scratch, n, sizeof *scratch, compare_ordinals);
    step = n < 4 ? 0 : scratch[n - 1] - scratch[0];
    return step == (int64_t)n - 1 && n >= 4;
}

/* ---- the order of day and month ---- */

/* Dates whose order is open, in one order; false if one does not exist. */
static bool
in_order(econ_spelling *out, const econ_spelling *in, size_t n, econ_date_order order,
         size_t *culprit)
{
    for (size_t k = 0; k < n; k++) {
        out[k] = in[k].kind == ECON_SPELLED_EITHER ? econ_spelling_ordered(in[k], order) : in[k];
        if (out[k].kind == ECON_SPELLED_NOT) {
            *culprit = k;
            return false;
        }
    }
    return true;
}

static bool
same_in_both(const econ_spelling *in, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (in[k].kind == ECON_SPELLED_EITHER && in[k].a != in[k].b)
            return false;
    return true;
}

static bool
only_dates(const econ_spelling *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (s[k].kind != ECON_SPELLED_DATE)
            return false;
    return true;
}

static econ_calendar_verdict
find_order(econ_calendar *c, econ_spelling *out, const econ_spelling *in, size_t n,
           econ_spelling *other, int64_t *scratch)
{
    size_t by_day, by_month;
    bool day = in_order(out, in, n, ECON_DAY_FIRST, &by_day);
    bool month = in_order(other, in, n, ECON_MONTH_FIRST, &by_month);
    bool day_regular, month_regular;

    if (!day && !month) {
        c->culprit = by_day > by_month ? by_day : by_month;
        return ECON_CALENDAR_CONFLICT;
    }
    c->order = day ? ECON_DAY_FIRST : ECON_MONTH_FIRST;
    if (day && month && !same_in_both(in, n)) {
        day_regular = only_dates(out, n) && is_regular(out, n, scratch);
        month_regular = only_dates(other, n) && is_regular(other, n, scratch);
        if (day_regular == month_regular) {
            for (c->culprit = 0; in[c->culprit].kind != ECON_SPELLED_EITHER
                                 || in[c->culprit].a == in[c->culprit].b;)
                c->culprit++;
            return ECON_CALENDAR_AMBIGUOUS;
        }
        c->order = day_regular ? ECON_DAY_FIRST : ECON_MONTH_FIRST;
        c->order_guessed = true;
    }
    if (c->order == ECON_MONTH_FIRST)
        memcpy(out, other, n * sizeof *out);
    return ECON_CALENDAR_FINE;
}

/* ---- all of it ---- */

/* A date among periods that say their frequency: the first or last day of one of them is that period. */
static econ_frequency
frequency_beside(econ_spelling date, unsigned kinds)
{
    bool first = is_first_of_month(date), last = is_last_of_month(date);

    if ((kinds & 1u << ECON_SPELLED_MONTH) && (first || last))
        return ECON_MONTHLY;
    if ((kinds & 1u << ECON_SPELLED_QUARTER)
        && ((first && date.a % 3 == 1) || (last && date.a % 3 == 0)))
        return ECON_QUARTERLY;
    if ((kinds & 1u << ECON_SPELLED_YEAR) && ((first && date.a == 1) || (last && date.a == 12)))
        return ECON_ANNUAL;
    if (kinds & 1u << ECON_SPELLED_WEEK)
        return ECON_WEEKLY;
    return ECON_DAILY;
}

static void
fill(econ_calendar *c, const econ_spelling *s, size_t n, econ_spelling *dates, int64_t *scratch,
     int told)
{
    unsigned kinds = 0;
    size_t n_dates = 0;
    econ_frequency of_dates = ECON_DAILY;

    for (size_t k = 0; k < n; k++) {
        kinds |= 1u << s[k].kind;
        if (s[k].kind == ECON_SPELLED_DATE)
            dates[n_dates++] = s[k];
    }
    c->from_dates = n_dates == n;
    if (n_dates == n && told > 0 && may_be((econ_frequency)(told - 1), dates, n, scratch))
        of_dates = (econ_frequency)(told - 1);
    else if (n_dates == n)
        of_dates = frequency_of_dates(dates, n, scratch);
    for (size_t k = 0; k < n; k++) {
        econ_frequency f = s[k].kind != ECON_SPELLED_DATE ? econ_spelling_frequency(s[k])
                           : n_dates == n                 ? of_dates
                                                          : frequency_beside(s[k], kinds);

        c->entries[k].frequency = f;
        c->entries[k].ordinal =
            s[k].kind != ECON_SPELLED_DATE ? econ_spelling_ordinal(s[k]) : ordinal_in(f, s[k]);
    }
}

sci_status
econ_calendar_make(econ_calendar *out, econ_calendar_verdict *verdict,
                   const econ_spelling *spellings, size_t n, econ_calendar_told told)
{
    econ_spelling *s = NULL, *other = NULL;
    int64_t *scratch = NULL;
    bool open = false;
    sci_status st = sci_alloc(&s, n, 1, sizeof *s);

    *out = (econ_calendar){ 0 };
    *verdict = ECON_CALENDAR_FINE;
    if (st == SCI_OK)
        st = sci_alloc(&other, n, 1, sizeof *other);
    if (st == SCI_OK)
        st = sci_alloc(&scratch, n, 1, sizeof *scratch);
    if (st == SCI_OK)
        st = sci_alloc(&out->entries, n, 1, sizeof *out->entries);
    if (st != SCI_OK)
        goto done;
    for (size_t k = 0; k < n; k++)
        open = open || spellings[k].kind == ECON_SPELLED_EITHER;
    memcpy(s, spellings, n * sizeof *s);
    if (open && told.order == 0) {
        *verdict = find_order(out, s, spellings, n, other, scratch);
    } else if (open) {
        out->order = (econ_date_order)told.order;
        if (!in_order(s, spellings, n, out->order, &out->culprit))
            *verdict = ECON_CALENDAR_NO_DATE;
    }
    if (*verdict == ECON_CALENDAR_FINE)
        fill(out, s, n, other, scratch, told.frequency);
done:
    sci_free(s);
    sci_free(other);
    sci_free(scratch);
    if (st != SCI_OK) {
        sci_free(out->entries);
        out->entries = NULL;
    }
    return st;
}
