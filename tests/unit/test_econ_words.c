/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/testing.h>

#include <math.h>

#include <apps/econ/words.h>

#define MINUS "\xe2\x88\x92"
#define THIN "\xe2\x80\xaf" /* a narrow space that does not break */
#define TO " \xe2\x86\x92 "
#define DASH "\xe2\x80\x93"

static void
a_score_has_one_decimal_below_ten(void **state)
{
    static const struct {
        double score;
        const char *text, *with_sign;
    } cases[] = { { -3.24, MINUS "3.2", MINUS "3.2" },
                  { 3.25, "3.2", "+3.2" },
                  { 9.96, "10", "+10" },
                  { -94.98, MINUS "95", MINUS "95" },
                  { 0.01, "0.0", "0.0" },
                  { -0.01, "0.0", "0.0" },
                  { NAN, DASH, DASH } };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char text[64];

        test_context("%g", cases[k].score);
        econ_words_score(text, sizeof text, cases[k].score, false);
        assert_string_equal(text, cases[k].text);
        econ_words_score(text, sizeof text, cases[k].score, true);
        assert_string_equal(text, cases[k].with_sign);
    }
}

static void
a_rare_chance_is_one_in_so_many(void **state)
{
    static const struct {
        double p;
        const char *words, *number;
    } cases[] = { { 0.5, "50 %", "0.500" },
                  { 0.034, "1 in 29", "0.034" },
                  { 0.0021, "1 in 480", "0.002" },
                  { 0.00034, "1 in 2900", "0.0003" },
                  { 0.0000463, "1 in 22" THIN "000", "0.00005" },
                  { 1e-7, "less than 1 in a million", "<0.00001" },
                  { 0.0, "less than 1 in a million", "<0.00001" },
                  { NAN, DASH, DASH } };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char text[64];

        test_context("%g", cases[k].p);
        econ_words_p(text, sizeof text, cases[k].p);
        assert_string_equal(text, cases[k].words);
        econ_words_p_number(text, sizeof text, cases[k].p);
        assert_string_equal(text, cases[k].number);
    }
}

static void
units_are_read_as_words(void **state)
{
    static const char *const pairs[][2] = {
        { "1000 person", "thousand persons" },
        { "1e9 USD", "billion USD" },
        { "1000 count", "thousand" },
        { "percent", "%" },
        { "hour", "hours" },
        { "unit", "unit" },
        { "count", "" },
        { "tonne/hectare", "tonne/hectare" },
    };
    char text[ECON_WORDS];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(pairs); k++) {
        econ_words_unit(text, sizeof text, pairs[k][0]);
        assert_string_equal(text, pairs[k][1]);
    }
    econ_words_unit(text, sizeof text, NULL);
    assert_string_equal(text, "");
}

/* A rate goes from 4 to 5 by a percentage point, not by 25 per cent. */
static void
moves_are_in_their_own_unit(void **state)
{
    static const struct {
        double before, after;
        const char *unit, *text;
    } cases[] = {
        { 7607, 7472, "1000 person", "7607" TO "7472 thousand persons (" MINUS "1.8\xc2\xa0%)" },
        { 4, 5, "percent", "4" TO "5 % (+1 percentage points)" },
        { 17299, 17300, "1000 person",
          "17" THIN "299" TO "17" THIN "300 thousand persons (+0.01\xc2\xa0%)" },
        { -2, 3, "1e9 USD", MINUS "2" TO "3 billion USD (+5 billion USD)" },
        { 100, 250, NULL, "100" TO "250 (+150\xc2\xa0%)" },
        { NAN, 3, "hour", DASH TO "3 hours" },
        { 2.5, 0, "1", "2.5" TO "0 (" MINUS "2.5)" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char text[4 * ECON_WORDS];

        econ_words_move(text, sizeof text, cases[k].before, cases[k].after, cases[k].unit);
        assert_string_equal(text, cases[k].text);
    }
}

static void
values_have_the_digits_that_they_need(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = { { 1234.5, "1234" },
                  { 123.45, "123.5" },
                  { 1.5, "1.5" },
                  { 0.25, "0.25" },
                  { 100, "100" },
                  { 0, "0" },
                  { 1e15, "1e+15" },
                  { 1e-5, "1e-05" },
                  { -12.349, MINUS "12.35" },
                  { 12345678, "12" THIN "345" THIN "678" } };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char text[64];

        econ_words_value(text, sizeof text, cases[k].value);
        assert_string_equal(text, cases[k].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_score_has_one_decimal_below_ten),
        cmocka_unit_test(a_rare_chance_is_one_in_so_many),
        cmocka_unit_test(units_are_read_as_words),
        cmocka_unit_test(moves_are_in_their_own_unit),
        cmocka_unit_test(values_have_the_digits_that_they_need),
    };

    return run_all(tests);
}
