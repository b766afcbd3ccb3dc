/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Periods: spellings, ordinals and texts. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/period.h"
#include "apps/econ/period_spelling.h"

/* A text, the frequency that it has by itself and how it is written back; NULL: no period. */
static void
spellings_are_understood(void **state)
{
    static const struct {
        const char *text, *out;
        econ_frequency frequency;
    } cases[] = {
        { "2020", "2020", ECON_ANNUAL },
        { " 2020 ", "2020", ECON_ANNUAL },
        { "2020Q1", "2020Q1", ECON_QUARTERLY },
        { "2020-Q2", "2020Q2", ECON_QUARTERLY },
        { "2020q3", "2020Q3", ECON_QUARTERLY },
        { "Q4 2020", "2020Q4", ECON_QUARTERLY },
        { "2020-01", "2020-01", ECON_MONTHLY },
        { "2020M02", "2020-02", ECON_MONTHLY },
        { "2020-M02", "2020-02", ECON_MONTHLY },
        { "2020/03", "2020-03", ECON_MONTHLY },
        { "03/2020", "2020-03", ECON_MONTHLY },
        { "3.2020", "2020-03", ECON_MONTHLY },
        { "Apr-2020", "2020-04", ECON_MONTHLY },
        { "May 2020", "2020-05", ECON_MONTHLY },
        { "mai 2020", "2020-05", ECON_MONTHLY },
        { "M\xc3\xa4rz 2020", "2020-03", ECON_MONTHLY },
        { "2020 December", "2020-12", ECON_MONTHLY },
        { "Jan-99", "1999-01", ECON_MONTHLY },
        { "Jan-20", "2020-01", ECON_MONTHLY },
        { "202006", "2020-06", ECON_MONTHLY },
        { "2020-W05", "2020-W05", ECON_WEEKLY },
        { "2020W53", "2020-W53", ECON_WEEKLY },
        { "2020-07-01", "2020-07-01", ECON_DAILY },
        { "20200701", "2020-07-01", ECON_DAILY },
        { "2020-07-01T00:00:00", "2020-07-01", ECON_DAILY },
        { "2020-07-01 00:00:00", "2020-07-01", ECON_DAILY },
        { "31.1.2020", "2020-01-31", ECON_DAILY },
        { "1 Feb 2020", "2020-02-01", ECON_DAILY },
        { "Feb 1, 2020", "2020-02-01", ECON_DAILY },
        { "29-Feb-2020", "2020-02-29", ECON_DAILY },
        { "2019-02-29", NULL, 0 },
        { "2020-13", NULL, 0 },
        { "2020Q5", NULL, 0 },
        { "2020Q11", NULL, 0 },
        { "2019-W53", NULL, 0 },
        { "0999", NULL, 0 },
        { "3000", NULL, 0 },
        { "99999999999999999999", NULL, 0 },
        { "2020.5", NULL, 0 },
        { "1.5", NULL, 0 },
        { "Notes: provisional", NULL, 0 },
        { "", NULL, 0 },
        { "2020-", NULL, 0 },
        { "2020--01", NULL, 0 },
        { "2020-07-01T12:00:00", NULL, 0 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        econ_spelling s = econ_period_spelling(cases[k].text, strlen(cases[k].text));
        char text[ECON_PERIOD_TEXT];

        if (cases[k].out == NULL) {
            if (s.kind != ECON_SPELLED_NOT)
                fail_msg("'%s' is taken for a period", cases[k].text);
            continue;
        }
        if (s.kind == ECON_SPELLED_NOT)
            fail_msg("'%s' is not understood", cases[k].text);
        assert_int_equal(econ_spelling_frequency(s), cases[k].frequency);
        econ_period_text(text, sizeof text, cases[k].frequency, econ_spelling_ordinal(s));
        assert_string_equal(text, cases[k].out);
    }
}

static void
slashed_dates_stay_undecided(void **state)
{
    econ_spelling s = econ_period_spelling("03/04/2020", 10), day, month;

    (void)state;
    assert_int_equal(s.kind, ECON_SPELLED_EITHER);
    day = econ_spelling_ordered(s, ECON_DAY_FIRST);
    month = econ_spelling_ordered(s, ECON_MONTH_FIRST);
    assert_true(day.a == 4 && day.b == 3);
    assert_true(month.a == 3 && month.b == 4);
    s = econ_period_spelling("2/29/2020", 9);
    assert_int_equal(s.kind, ECON_SPELLED_EITHER);
    assert_int_equal(econ_spelling_ordered(s, ECON_DAY_FIRST).kind, ECON_SPELLED_NOT);
    assert_int_equal(econ_spelling_ordered(s, ECON_MONTH_FIRST).kind, ECON_SPELLED_DATE);
    assert_int_equal(econ_period_spelling("2/30/2020", 9).kind, ECON_SPELLED_NOT);
}

/* The text of every period is a spelling of it. Days against the C library. */
static void
texts_are_read_back(void **state)
{
    random_stream r = random_start(11);

    (void)state;
    for (int k = 0; k < 20000; k++) {
        int64_t day = -354000 + (int64_t)random_below(&r, 354000 + 376000);
        econ_frequency f = (econ_frequency)random_below(&r, ECON_BUSINESS);
        int64_t ordinal = econ_period_convert(ECON_DAILY, day, f, false);
        char text[ECON_PERIOD_TEXT];
        econ_spelling s;
        time_t seconds = (time_t)day * 86400;
        struct tm tm;
        int y, m, d;

        econ_period_text(text, sizeof text, f, ordinal);
        s = econ_period_spelling(text, strlen(text));
        assert_int_equal(econ_spelling_frequency(s), f);
        assert_true(econ_spelling_ordinal(s) == ordinal);
        assert_non_null(gmtime_r(&seconds, &tm));
        econ_date_of(day, &y, &m, &d);
        assert_true(y == tm.tm_year + 1900 && m == tm.tm_mon + 1 && d == tm.tm_mday);
        assert_true(econ_days_of(y, m, d) == day);
        assert_true(econ_period_season(ECON_DAILY, day) == (tm.tm_wday + 6) % 7);
    }
}

static void
weekends_are_left_out_of_business_days(void **state)
{
    char text[ECON_PERIOD_TEXT];
    int64_t friday =
        econ_period_convert(ECON_DAILY, econ_days_of(2020, 1, 3), ECON_BUSINESS, false);

    (void)state;
    econ_period_text(text, sizeof text, ECON_BUSINESS, friday);
    assert_string_equal(text, "2020-01-03");
    econ_period_text(text, sizeof text, ECON_BUSINESS, friday + 1);
    assert_string_equal(text, "2020-01-06");
    for (int64_t day = -1000; day < 1000; day++) {
        int64_t b = econ_period_convert(ECON_DAILY, day, ECON_BUSINESS, false);
        int64_t back = econ_period_convert(ECON_BUSINESS, b, ECON_DAILY, false);

        assert_true(back <= day && day - back <= 2);
        assert_true(econ_period_season(ECON_BUSINESS, b) == econ_period_season(ECON_DAILY, back));
    }
}

static void
what_is_typed_may_be_coarser_or_finer(void **state)
{
    int64_t first, last;

    (void)state;
    assert_ok(econ_period_parse("2019", ECON_MONTHLY, true, &last));
    assert_true(last == 2019 * 12 + 11);
    assert_ok(econ_period_parse("2019-05-20", ECON_QUARTERLY, false, &first));
    assert_true(first == 2019 * 4 + 1);
    assert_ok(econ_period_range("2020-03..2020-08", ECON_MONTHLY, &first, &last));
    assert_true(first == 2020 * 12 + 2 && last == 2020 * 12 + 7);
    assert_ok(econ_period_range("2020", ECON_QUARTERLY, &first, &last));
    assert_true(first == 2020 * 4 && last == 2020 * 4 + 3);
    assert_ok(econ_period_range("2020Q1..2020Q2", ECON_DAILY, &first, &last));
    assert_true(first == econ_days_of(2020, 1, 1) && last == econ_days_of(2020, 6, 30));
    assert_fails(econ_period_range("2020-08..2020-03", ECON_MONTHLY, &first, &last),
                 SCI_ERR_ARGUMENT);
    assert_message_has("ends before");
    assert_fails(econ_period_parse("soon", ECON_MONTHLY, false, &first), SCI_ERR_ARGUMENT);
    assert_message_has("2020-03");
    assert_fails(econ_period_parse("03/04/2020", ECON_DAILY, false, &first), SCI_ERR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_are_understood),
        cmocka_unit_test(slashed_dates_stay_undecided),
        cmocka_unit_test(texts_are_read_back),
        cmocka_unit_test(weekends_are_left_out_of_business_days),
        cmocka_unit_test(what_is_typed_may_be_coarser_or_finer),
    };

    return run_all(tests);
}
