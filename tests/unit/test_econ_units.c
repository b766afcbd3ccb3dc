/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/capture.h>
#include <support/testing.h>

#include <math.h>

#include <sci/memory.h>

#include <apps/econ/units.h>

static econ_units *units;

static econ_unit *
parsed(const char *text)
{
    econ_unit *unit = NULL;

    test_context("'%s'", text);
    assert_ok(econ_unit_parse(&unit, units, text));
    return unit;
}

static void
assert_means(const char *text, const char *wanted)
{
    econ_unit *unit = parsed(text);
    char *means = NULL;

    assert_ok(econ_unit_text(&means, unit));
    assert_string_equal(means, wanted);
    sci_free(means);
    econ_unit_free(unit);
}

static void
the_words_of_offices_are_understood(void **state)
{
    static const char *const pairs[][2] = {
        { "1e6 USD/person", "1000000 USD.person-1" },
        { "1000 person", "1000 person" },
        { "Thousands of Persons", "1000 person" },
        { "1,000 employees", "1000 person" },
        { "million euros", "1000000 EUR" },
        { "MIO_EUR", "1000000 EUR" },
        { "THS_PER", "1000 person" },
        { "kUSD", "1000 USD" },
        { "US dollars", "USD" },
        { "\xe2\x82\xac", "EUR" },
        { "chained 2017 USD", "USD(2017)" },
        { "constant (2015) EUR", "EUR(2015)" },
        { "EUR(2015)", "EUR(2015)" },
        { "index 2015=100", "index 2015=100" },
        { "Index (1982-84=100)", "index 1982-84=100" },
        { "I15", "index 2015=100" },
        { "index", "index" },
        { "percentage points", "0.01" },
        { "per cent", "0.01" },
        { "%", "0.01" },
        { "bps", "0.0001" },
        { "GWh", "3600000000000 J" },
        { "number of vehicles", "vehicle" },
        { "CUP", "CUP" }, /* the peso of Cuba, no cup */
        { "dozen items", "12" },
        { "2e3 USD", "2000 USD" },
        { "1,950 USD", "1950 USD" },
        { "2000 person", "2000 person" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(pairs); k++)
        assert_means(pairs[k][0], pairs[k][1]);
}

static void
what_is_not_understood_is_refused_with_a_hint(void **state)
{
    static const char *const pairs[][2] = {
        { "billions of dollars", "which dollars?" },
        { "$", "which dollars?" },
        { "index of something", "write the base after it" },
        { "widgets", "sci-econ units --help" },
        { "", "sci-econ units --help" },
        { "\xc2\xa5", "JPY or CNY" },
        { "USD/", "sci-econ units --help" },
        /* Not 2015 dollars each, nor fifteen euros. */
        { "billions of 2015 USD", "is 2015 a year of prices? write USD(2015)" },
        { "USD 2015", "year of prices" },
        { "EUR(15)", "is 15 a year of prices" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(pairs); k++) {
        econ_unit *unit = NULL;

        test_context("'%s'", pairs[k][0]);
        assert_fails(econ_unit_parse(&unit, units, pairs[k][0]), SCI_ERR_ARGUMENT);
        assert_message_has(pairs[k][1]);
    }
}

static void
units_of_one_kind_convert(void **state)
{
    static const struct {
        const char *from, *to;
        double scale, offset;
    } cases[] = {
        { "1e6 USD/person", "USD/person", 1e6, 0.0 },
        { "thousand persons", "million persons", 1e-3, 0.0 },
        { "percent", "basis points", 100.0, 0.0 },
        { "percent", "ratio", 0.01, 0.0 },
        { "degC", "K", 1.0, 273.15 },
        { "degF", "degC", 5.0 / 9.0, -160.0 / 9.0 },
        { "chained 2017 USD", "million USD(2017)", 1e-6, 0.0 },
        { "USD/hour", "USD/year", 8765.8127707, 0.0 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        econ_unit *from = parsed(cases[k].from), *to = parsed(cases[k].to);
        econ_conversion c;

        assert_ok(econ_unit_convert(&c, from, to));
        assert_close(c.scale, cases[k].scale, 1e-7, 0.0);
        assert_close(c.offset, cases[k].offset, 1e-12, 1e-12);
        assert_that(econ_unit_is_like(to, from));
        econ_unit_free(from);
        econ_unit_free(to);
    }
}

static void
units_of_unlike_kinds_do_not_convert(void **state)
{
    static const char *const pairs[][2] = {
        { "USD", "EUR" },
        { "USD", "USD(2017)" },
        { "USD(2015)", "USD(2017)" },
        { "person", "job" },
        { "person", "count" },
        { "USD/person", "person/USD" }, /* reciprocals */
        { "index 2015=100", "index 2010=100" },
        { "index", "index 2015=100" },
        { "USD", "USD/person" },
        { "hour", "person" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(pairs); k++) {
        econ_unit *from = parsed(pairs[k][0]), *to = parsed(pairs[k][1]);
        econ_conversion c;

        test_context("'%s' to '%s'", pairs[k][0], pairs[k][1]);
        assert_fails(econ_unit_convert(&c, from, to), SCI_ERR_REFUSED);
        assert_message_has("does not convert to");
        assert_that(!econ_unit_is_like(from, to));
        econ_unit_free(from);
        econ_unit_free(to);
    }
}

static void
kinds_of_units_are_told_apart(void **state)
{
    static const struct {
        const char *text;
        bool offset, percent, number;
    } cases[] = {
        { "degC", true, false, false },
        { "K", false, false, false },
        { "percent", false, true, true },
        { "percentage points", false, false, true },
        { "index 2015=100", false, false, false },
        { "1", false, false, true },
        { "0.01", false, true, true },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        econ_unit *unit = parsed(cases[k].text);

        assert_that(econ_unit_has_offset(unit) == cases[k].offset);
        assert_that(econ_unit_is_percent(unit) == cases[k].percent);
        assert_that(econ_unit_is_number(unit) == cases[k].number);
        econ_unit_free(unit);
    }
}

static int
open_units(void **state)
{
    (void)state;
    return econ_units_open(&units) == SCI_OK ? 0 : -1;
}

static int
close_units(void **state)
{
    (void)state;
    econ_units_close(units);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_words_of_offices_are_understood),
        cmocka_unit_test(what_is_not_understood_is_refused_with_a_hint),
        cmocka_unit_test(units_of_one_kind_convert),
        cmocka_unit_test(units_of_unlike_kinds_do_not_convert),
        cmocka_unit_test(kinds_of_units_are_told_apart),
    };

    return cmocka_run_group_tests(tests, open_units, close_units);
}
