/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/testing.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <apps/econ/csv_cell.h>

static void
assert_cell(const char *text, const char *wanted)
{
    char *bytes = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&bytes, &n);

    assert_non_null(out);
    econ_csv_put_text(out, text);
    assert_that(fclose(out) == 0);
    assert_string_equal(bytes, wanted);
    free(bytes);
}

static void
texts_are_quoted_where_they_have_to_be(void **state)
{
    static const char *const pairs[][2] = {
        { "goods", "goods" },
        { "a,b", "\"a,b\"" },
        { "a;b", "\"a;b\"" }, /* the separator of half of Europe */
        { "say \"x\"", "\"say \"\"x\"\"\"" },
        { "two\nlines", "\"two\nlines\"" },
        { " x", "\" x\"" },
        { "", "" },
        { "caf\xc3\xa9", "caf\xc3\xa9" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(pairs); k++)
        assert_cell(pairs[k][0], pairs[k][1]);
}

static void
formulas_become_texts(void **state)
{
    static const char *const pairs[][2] = {
        { "=1+1", "'=1+1" },
        { "+1", "'+1" },
        { "-1", "'-1" },
        { "@SUM(A1)", "'@SUM(A1)" },
        { "|cmd", "'|cmd" },
        { " =1", "\"' =1\"" },
        { "\t=1", "\"'\t'=1\"" },
        { "\rx", "\"'\rx\"" },
        { "\xef\xbb\xbf=1", "'\xef\xbb\xbf=1" }, /* a byte-order mark */
        { "\xef\xbc\x9d"
          "1",
          "'\xef\xbc\x9d"
          "1" }, /* = in full width */
        { "\xc2\xa0=1", "'\xc2\xa0=1" },
        { "=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"" },
        { "a;=1", "\"a;'=1\"" }, /* where a semicolon separates */
        { "a\n\t@x", "\"a\n'\t'@x\"" },
        { "a, b", "\"a, b\"" },
        { "a=1", "a=1" },
        { "1-2", "1-2" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(pairs); k++)
        assert_cell(pairs[k][0], pairs[k][1]);
}

static void
numbers_are_whole_and_missing_ones_empty(void **state)
{
    char *bytes = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&bytes, &n);

    (void)state;
    assert_non_null(out);
    econ_csv_put_number(out, 0.1);
    fputc('|', out);
    econ_csv_put_number(out, NAN);
    fputc('|', out);
    econ_csv_put_number(out, -2.0);
    assert_that(fclose(out) == 0);
    assert_string_equal(bytes, "0.10000000000000001||-2");
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_quoted_where_they_have_to_be),
        cmocka_unit_test(formulas_become_texts),
        cmocka_unit_test(numbers_are_whole_and_missing_ones_empty),
    };

    return run_all(tests);
}
