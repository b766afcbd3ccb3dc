/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers in cells: exact rounding, styles, everything that stands around a number. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/number.h"

static bool
same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* The quick way gives what strtod gives, for all lengths and places of the point. */
static void
quick_numbers_are_correctly_rounded(void **state)
{
    random_stream r = random_start(5);
    size_t taken = 0;

    (void)state;
    for (int k = 0; k < 400000; k++) {
        char text[32];
        uint64_t digits = random_bits(&r) >> random_below(&r, 60);
        int n, places;
        double got = 0.0;

        if (digits >= UINT64_C(10000000000000000000))
            digits /= 10;
        n = snprintf(text, sizeof text, "%s%" PRIu64, random_below(&r, 2) ? "-" : "", digits);
        places = (int)random_below(&r, (uint64_t)(n - (text[0] == '-')) + 1);
        memmove(text + n - places + 1, text + n - places, (size_t)places + 1);
        text[n - places] = '.';
        if (!econ_number_quick(&got, text, (size_t)n + 1, '.'))
            continue;
        taken++;
        if (!same_bits(got, strtod(text, NULL)))
            fail_msg("%s became %.17g", text, got);
    }
    assert_true(taken > 350000); /* few are left to strtod */
}

/* Numbers halfway between two doubles, and next to it. */
static void
halves_are_correctly_rounded(void **state)
{
    random_stream r = random_start(6);

    (void)state;
    for (int k = 0; k < 100000; k++) {
        char text[64];
        uint64_t odd = (UINT64_C(1) << 53) + 2 * random_below(&r, UINT64_C(1) << 52) + 1;
        int n = snprintf(text, sizeof text, "%" PRIu64, odd);
        double got = 0.0;

        if (random_below(&r, 2) == 0)
            n += snprintf(text + n, sizeof text - (size_t)n, ".0%d", (int)random_below(&r, 3));
        if (econ_number_quick(&got, text, (size_t)n, '.') && !same_bits(got, strtod(text, NULL)))
            fail_msg("%s became %.17g", text, got);
    }
}

static void
cells_are_understood(void **state)
{
    static const struct {
        const char *text;
        char decimal, thousands;
        double value; /* NaN: missing */
        const char *mark, *flag;
    } cases[] = {
        { "1.5", '.', 0, 1.5, "", "" },
        { " 1.5 ", '.', 0, 1.5, "", "" },
        { "1.5E+03", '.', 0, 1500.0, "", "" },
        { "-2.5e-310", '.', 0, -2.5e-310, "", "" },
        { ".5", '.', 0, 0.5, "", "" },
        { "5.", '.', 0, 5.0, "", "" },
        { "+4", '.', 0, 4.0, "", "" },
        { "9007199254740993", '.', 0, 9007199254740992.0, "", "" },
        { "0.1234567890123456789012345", '.', 0, 0.12345678901234568, "", "" },
        { "1,5", ',', 0, 1.5, "", "" },
        { "1.234.567,25", ',', '.', 1234567.25, "", "" },
        { "1,234.5", '.', ',', 1234.5, "", "" },
        { "1\xc2\xa0"
          "234,5",
          ',', ' ', 1234.5, "", "" },
        { "-1\xe2\x80\xaf"
          "234\xe2\x80\xaf"
          "567,25",
          ',', ' ', -1234567.25, "", "" },
        { "1'234.5", '.', '\'', 1234.5, "", "" },
        { "12.5%", '.', 0, 12.5, "%", "" },
        { "12.5 %", '.', 0, 12.5, "%", "" },
        { "$1,234.50", '.', ',', 1234.5, "USD", "" },
        { "-$5", '.', 0, -5.0, "USD", "" },
        { "$-5", '.', 0, -5.0, "USD", "" },
        { "(3.5)", '.', 0, -3.5, "", "" },
        { "($3.5)", '.', 0, -3.5, "USD", "" },
        { "\xe2\x82\xac 7", '.', 0, 7.0, "EUR", "" },
        { "7 \xe2\x82\xac", '.', 0, 7.0, "EUR", "" },
        { "CHF 7", '.', 0, 7.0, "CHF", "" },
        { "7 CHF", '.', 0, 7.0, "CHF", "" },
        { "\xe2\x88\x92"
          "7",
          '.', 0, -7.0, "", "" },
        { "1.5 p", '.', 0, 1.5, "", "p" },
        { "-2.25 b", '.', 0, -2.25, "", "b" },
        { "147(p)", '.', 0, 147.0, "", "p" },
        { "1.5 bep", '.', 0, 1.5, "", "bep" },
        { ": c", '.', 0, NAN, "", "c" },
        { "=\"844\"", '.', 0, 844.0, "", "" },
        { "", '.', 0, NAN, "", "" },
        { "  ", '.', 0, NAN, "", "" },
        { "NA", '.', 0, NAN, "", "" },
        { ".", '.', 0, NAN, "", "" },
        { "-", '.', 0, NAN, "", "" },
        { "..", '.', 0, NAN, "", "" },
        { "n/a", '.', 0, NAN, "", "" },
        { "NaN", '.', 0, NAN, "", "" },
        { ":", '.', 0, NAN, "", "" },
        { "#N/A", '.', 0, NAN, "", "" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        econ_cell cell;
        econ_cell_kind kind =
            econ_cell_read(&cell, cases[k].text, strlen(cases[k].text),
                           (econ_number_style){ cases[k].decimal, cases[k].thousands });

        if (kind != (isnan(cases[k].value) ? ECON_CELL_MISSING : ECON_CELL_NUMBER))
            fail_msg("'%s' is of kind %d", cases[k].text, (int)kind);
        if (kind == ECON_CELL_NUMBER && !same_bits(cell.value, cases[k].value))
            fail_msg("'%s' became %.17g", cases[k].text, cell.value);
        assert_string_equal(cell.mark, cases[k].mark);
        assert_string_equal(cell.flag, cases[k].flag);
    }
}

static void
what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = { "1,,0", "12,34.5", "1,234,5", ",5",      "1,2345",
                                       "abc",  "1.2.3",   "--5",     "1e",      "e5",
                                       "1 2",  "0x10",    "5k",      "+-5",     "(5",
                                       "5)",   "$",       "%",       "1.5e5.5", "1e400x" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        econ_cell cell;

        if (econ_cell_read(&cell, bad[k], strlen(bad[k]), (econ_number_style){ '.', ',' })
            != ECON_CELL_BAD)
            fail_msg("'%s' became %.17g", bad[k], cell.value);
    }
}

static void
what_is_too_large_overflows(void **state)
{
    static const char *const large[] = { "1e400", "-1e400", "inf", "-Infinity" };
    econ_cell cell;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(large); k++)
        assert_int_equal(
            econ_cell_read(&cell, large[k], strlen(large[k]), (econ_number_style){ '.', 0 }),
            ECON_CELL_OVERFLOW);
}

/* Cells parted by |, the delimiter of their file, and what is made of them. */
static void
styles_follow_from_all_cells(void **state)
{
    static const struct {
        const char *cells;
        char delimiter;
        econ_style_verdict verdict;
        char decimal, thousands;
    } cases[] = {
        { "1|2|3", ',', ECON_STYLE_KNOWN, '.', 0 },
        { "1.5|-2.25", ',', ECON_STYLE_KNOWN, '.', 0 },
        { "1,5|-2,25", ';', ECON_STYLE_KNOWN, ',', 0 },
        { "1.234,5|-1.234.567,25", ';', ECON_STYLE_KNOWN, ',', '.' },
        { "1.234|2,5", ';', ECON_STYLE_KNOWN, ',', '.' },
        { "1,234|2.5", ',', ECON_STYLE_KNOWN, '.', ',' },
        { "1,234.5", ',', ECON_STYLE_KNOWN, '.', ',' },
        { "1.234.567", ';', ECON_STYLE_KNOWN, ',', '.' },
        { "1 234,5", ';', ECON_STYLE_KNOWN, ',', ' ' },
        { "1 234", ';', ECON_STYLE_KNOWN, '.', ' ' },
        { "1'234.5", ',', ECON_STYLE_KNOWN, '.', '\'' },
        { "1.234|5.678", ',', ECON_STYLE_GUESSED, '.', 0 },
        { "1.234|0.678", ',', ECON_STYLE_KNOWN, '.', 0 },
        { "1,234|5,678", ',', ECON_STYLE_GUESSED, '.', ',' },
        { "1,234|5,678", ';', ECON_STYLE_AMBIGUOUS, '.', 0 },
        { "1,234|0,678", ';', ECON_STYLE_KNOWN, ',', 0 },
        { "1.5|1,5", ';', ECON_STYLE_CONFLICT, '.', 0 },
        { "1.234,5|1,234.5", ';', ECON_STYLE_CONFLICT, '.', 0 },
        { "1.5 p|2.25 b|: c", '\t', ECON_STYLE_KNOWN, '.', 0 },
        { "$1,234.50|12.5%|\xe2\x82\xac 7", ',', ECON_STYLE_KNOWN, '.', ',' },
        { "1.5E+03|5.", ',', ECON_STYLE_KNOWN, '.', 0 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        unsigned evidence = 0;
        econ_number_style style;
        econ_style_verdict verdict;

        for (const char *at = cases[k].cells; *at != '\0';) {
            size_t n = strcspn(at, "|");

            evidence |= econ_cell_evidence(at, n);
            at += n + (at[n] == '|');
        }
        verdict = econ_style_choose(&style, evidence, cases[k].delimiter);
        if (verdict != cases[k].verdict)
            fail_msg("'%s': verdict %d", cases[k].cells, (int)verdict);
        if (verdict <= ECON_STYLE_GUESSED
            && (style.decimal != cases[k].decimal || style.thousands != cases[k].thousands))
            fail_msg("'%s': decimal %c, thousands %c", cases[k].cells, style.decimal,
                     style.thousands);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quick_numbers_are_correctly_rounded),
        cmocka_unit_test(halves_are_correctly_rounded),
        cmocka_unit_test(cells_are_understood),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(what_is_too_large_overflows),
        cmocka_unit_test(styles_follow_from_all_cells),
    };

    return run_all(tests);
}
