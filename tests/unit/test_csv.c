/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text tables of labels and numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/csv.h>

#include "support/place.h"
#include "support/random.h"
#include "support/tables.h"
#include "support/testing.h"

/* ---- helpers ---- */

static char path[PLACE_ROOM];

static void
write_bytes(const char *bytes, size_t n)
{
    place_scratch(path, "t.csv");
    place_write(path, bytes, n);
}

static void
write_text(const char *text)
{
    test_context("file: %s", text);
    write_bytes(text, strlen(text));
}

static void
assert_numbers(const char *text, uint64_t n, const double *expected)
{
    double *numbers = NULL;

    write_text(text);
    assert_ok(sci_csv_numbers(&numbers, path, n));
    for (uint64_t i = 0; i < n; i++)
        assert_close(numbers[i], expected[i], 0.0, 0.0);
    sci_free(numbers);
}

/* The level names and, through a grouping of n elements, the level of each position. */
static void
assert_labels(const char *text, uint64_t n, uint64_t levels, const char *const *names,
              const int *expected)
{
    const int axis = 0;
    double *x = test_alloc(n, sizeof *x);
    sci_array array = { .rank = 1, .shape = { n }, .type = SCI_FLOAT64 };
    sci_options opt = { 0 };
    sci_labels *labels = NULL;
    sci_grouping *g = NULL;
    sci_source *source = NULL;
    sci_stats *stats = NULL;
    char name[100];

    write_text(text);
    assert_ok(sci_csv_labels(&labels, path, n));
    assert_int_equal(sci_labels_size(labels), n);
    assert_int_equal(sci_labels_levels(labels), levels);
    for (uint64_t i = 0; i < levels; i++) {
        assert_true(sci_labels_level_name(labels, i, name, sizeof name));
        assert_string_equal(name, names[i]);
    }
    /* Element i is 2^i, so that the sum of a group tells its members. */
    for (uint64_t i = 0; i < n; i++)
        x[i] = (double)(UINT64_C(1) << i);
    assert_ok(sci_grouping_create(&g, 1, array.shape));
    assert_ok(sci_grouping_label(g, 1, &axis, labels));
    assert_ok(sci_source_memory(&source, &array, x, "x"));
    assert_ok(sci_fit(source, g, &opt, &stats, NULL));
    for (uint64_t level = 0; level < levels; level++) {
        const sci_moments *m = &sci_stats_moments(stats)[level];
        double sum = 0.0;

        for (uint64_t i = 0; i < n; i++)
            sum += expected[i] == (int)level ? x[i] : 0.0;
        assert_close(sci_moments_mean(m) * (double)m->count, sum, 1e-15, 0.0);
    }
    sci_stats_free(stats);
    sci_source_free(source);
    sci_grouping_free(g);
    sci_labels_free(labels);
    free(x);
}

static void
assert_numbers_fail(const char *text, uint64_t n, sci_status status, const char *message)
{
    double *numbers = NULL;

    write_text(text);
    assert_fails(sci_csv_numbers(&numbers, path, n), status);
    assert_null(numbers);
    assert_message_has(message);
    assert_message_has("t.csv");
}

static void
assert_labels_fail(const char *text, uint64_t n, sci_status status, const char *message)
{
    sci_labels *labels = NULL;

    write_text(text);
    assert_fails(sci_csv_labels(&labels, path, n), status);
    assert_null(labels);
    assert_message_has(message);
    assert_message_has("t.csv");
}

/* ---- what is read ---- */

static void
one_number_a_line(void **state)
{
    static const double expected[] = { 1.0, -2.5, 3e2 };

    (void)state;
    assert_numbers("1\n-2.5\n3e2\n", 3, expected);
    assert_numbers("1\n-2.5\n3e2", 3, expected);
    assert_numbers("\n1\n\n  \n-2.5\n3e2\n\n", 3, expected);
    assert_numbers("# widths\n1\n#2\n-2.5\n3e2\n# end", 3, expected);
    assert_numbers("width\n1\n-2.5\n3e2\n", 3, expected);
    assert_numbers("\"width, mm\"\n\"1\"\n \"-2.5\" \n\t3e2\t\n", 3, expected);
}

/* As spreadsheets and other tools write tables. */
static void
tabs_separate_where_the_first_line_has_one(void **state)
{
    static const double expected[] = { 1.0, -2.5, 3e2 };
    static const char *const names[] = { "a", "b, c" };
    static const int levels[] = { 0, 0, 1 };

    (void)state;
    assert_numbers("0\t1\n2\t3e2\n1\t-2.5\n", 3, expected);
    assert_numbers("index\twidth\r\n0 \t 1\r\n1\t\"-2.5\"\r\n2\t3e2\r\n", 3, expected);
    assert_numbers("1\t\n-2.5\n3e2\n", 3, expected);
    assert_labels("0\ta\n1\ta\n2\tb, c\n", 3, 2, names, levels);
    assert_numbers_fail("0\t1\t2\n", 1, SCI_ERR_FORMAT, "more than two fields");
    assert_numbers_fail("0\t1\n1\n", 2, SCI_ERR_FORMAT, "one field, two before");
}

static void
lines_end_in_lf_crlf_or_cr(void **state)
{
    static const double expected[] = { 1.0, 2.0, 3.0 };

    (void)state;
    assert_numbers("1\r\n2\r\n3\r\n", 3, expected);
    assert_numbers("1\r2\r3", 3, expected);
    assert_numbers("1\r\n\r\n2\n\r3\r", 3, expected);
}

static void
byte_order_mark_is_skipped(void **state)
{
    static const double expected[] = { 7.0, 8.0 };
    static const char *const names[] = { "a", "b" };
    static const int levels[] = { 1, 0 };

    (void)state;
    assert_numbers("\xef\xbb\xbf"
                   "7\n8\n",
                   2, expected);
    assert_labels("\xef\xbb\xbf"
                  "b\na\n",
                  2, 2, names, levels);
}

static void
indices_may_come_in_any_order(void **state)
{
    static const double expected[] = { 0.5, 1.5, 2.5 };
    static const char *const names[] = { "high", "low" };
    static const int levels[] = { 1, 0, 1 };

    (void)state;
    assert_numbers("2,2.5\n0,0.5\n1,1.5\n", 3, expected);
    assert_numbers("index,width\n2,2.5\n0, 0.5\n1 ,1.5\n", 3, expected);
    assert_labels("i,level\n1,high\n2,low\n0,low\n", 3, 2, names, levels);
}

static void
integer_labels_sort_as_numbers(void **state)
{
    static const char *const names[] = { "-1", "9", "10" };
    static const int levels[] = { 2, 1, 2, 0 };

    (void)state;
    assert_labels("10\n9\n10\n-1\n", 4, 3, names, levels);
}

static void
quoted_labels_keep_commas_and_quotes(void **state)
{
    static const char *const names[] = { "# no comment", "a \"b\", c", "plain" };
    static const int levels[] = { 1, 2, 0 };

    (void)state;
    assert_labels("\"a \"\"b\"\", c\"\nplain\n\"# no comment\"\n", 3, 3, names, levels);
}

static void
label_header_is_the_value_too_many(void **state)
{
    static const char *const numbers[] = { "0", "1" };
    static const char *const words[] = { "x", "y" };
    static const int levels[] = { 0, 1, 0 };

    (void)state;
    assert_labels("group\n0\n1\n0\n", 3, 2, numbers, levels);
    assert_labels("# groups\ngroup\nx\ny\nx\n", 3, 2, words, levels);
    assert_labels("x\ny\nx\n", 3, 2, words, levels);
}

/* Many texts, more than one block of the file, and the dictionary grown several times. */
static void
many_labels_are_read(void **state)
{
    enum { N = 40000, LEVELS = 5000 };
    sci_labels *labels = NULL;
    char name[40], *text = test_alloc(N, 32);
    size_t used = 0;
    random_stream r = random_start(1);

    (void)state;
    for (int i = 0; i < N; i++) {
        unsigned level = i < LEVELS ? (unsigned)i : (unsigned)random_below(&r, LEVELS);

        used += (size_t)snprintf(text + used, 32, "level number %07u\r\n", level);
    }
    write_bytes(text, used);
    assert_ok(sci_csv_labels(&labels, path, N));
    assert_int_equal(sci_labels_levels(labels), LEVELS);
    assert_true(sci_labels_level_name(labels, 4321, name, sizeof name));
    assert_string_equal(name, "level number 0004321");
    sci_labels_free(labels);
    free(text);
}

/* ---- what is refused ---- */

static void
too_few_and_too_many_values_are_refused(void **state)
{
    (void)state;
    assert_numbers_fail("1\n2\n", 3, SCI_ERR_SHAPE, "line 2: the file ends after 2 of 3 values");
    assert_numbers_fail("1\n2\n3\n4\n", 3, SCI_ERR_SHAPE,
                        "line 4: more values than the 3 expected");
    assert_numbers_fail("", 3, SCI_ERR_SHAPE, "line 1: the file ends after 0 of 3 values");
    assert_numbers_fail("width\n", 1, SCI_ERR_SHAPE, "after 0 of 1");
    assert_labels_fail("a\nb\n", 3, SCI_ERR_SHAPE, "after 2 of 3");
    assert_labels_fail("a\nb\na\nb\n", 2, SCI_ERR_SHAPE, "line 4: more values than the 2 expected");
    assert_labels_fail("0\n1\n0\n", 2, SCI_ERR_SHAPE, "the first is no header");
    assert_labels_fail("a\nb\na\n", 2, SCI_ERR_SHAPE, "the first is no header");
    assert_labels_fail("# x\ngroup\n0\n1\n", 3, SCI_ERR_SHAPE,
                       "line 2: 'group' looks like a header");
}

static void
wrong_indices_are_refused(void **state)
{
    (void)state;
    assert_numbers_fail("0,1\n0,2\n", 2, SCI_ERR_FORMAT,
                        "line 2: index 0 was given before, on line 1");
    assert_numbers_fail("1,1\n2,2\n", 2, SCI_ERR_SHAPE, "line 2: index 2 is not one of 0 to 1");
    assert_numbers_fail("0,1\nx,2\n", 2, SCI_ERR_FORMAT, "line 2: 'x' is no index");
    assert_numbers_fail("0,1\n-1,2\n", 2, SCI_ERR_FORMAT, "line 2: '-1' is no index");
    assert_numbers_fail("0,1\n1.0,2\n", 2, SCI_ERR_FORMAT, "'1.0' is no index");
    assert_numbers_fail("0,1\n18446744073709551617,2\n", 2, SCI_ERR_FORMAT, "is no index");
    assert_numbers_fail("i,v\n0,1\n2,1\n", 3, SCI_ERR_SHAPE,
                        "line 3: the file ends without index 1 (2 of 3");
    assert_labels_fail("0,a\n1,b\n1,a\n", 3, SCI_ERR_FORMAT,
                       "line 3: index 1 was given before, on line 2");
}

static void
wrong_values_are_refused(void **state)
{
    (void)state;
    assert_numbers_fail("1\ntwo\n", 2, SCI_ERR_FORMAT, "line 2: 'two' is no number");
    assert_numbers_fail("1\n0x10\n", 2, SCI_ERR_FORMAT, "'0x10' is no number");
    assert_numbers_fail("1\n1e\n", 2, SCI_ERR_FORMAT, "'1e' is no number");
    assert_numbers_fail("1\n1 2\n", 2, SCI_ERR_FORMAT, "'1 2' is no number");
    assert_numbers_fail("1\nnan\n", 2, SCI_ERR_NONFINITE, "line 2: 'nan' is not finite");
    assert_numbers_fail("-inf\n1\n", 2, SCI_ERR_NONFINITE, "line 1: '-inf' is not finite");
    assert_numbers_fail("1\n1e999\n", 2, SCI_ERR_NONFINITE, "beyond the range");
    assert_numbers_fail("0,1\n1,\n", 2, SCI_ERR_FORMAT, "line 2: '' is no number");
    assert_numbers_fail("0,x\n1,2\n", 2, SCI_ERR_FORMAT, "line 1: 'x' is no number");
    assert_labels_fail("0,a\n1,\n", 2, SCI_ERR_FORMAT, "line 2: an empty label");
    assert_labels_fail("a\n\"\"\n", 2, SCI_ERR_FORMAT, "line 2: an empty label");
}

static void
malformed_lines_are_refused(void **state)
{
    (void)state;
    assert_labels_fail("a\n\"b\n", 2, SCI_ERR_FORMAT, "line 2: a quote is not closed");
    assert_labels_fail("a\n\"b\"c\n", 2, SCI_ERR_FORMAT, "line 2: text after a closing quote");
    assert_labels_fail("a\nb\"c\"\n", 2, SCI_ERR_FORMAT, "line 2: a quote inside a field");
    assert_labels_fail("0,a,b\n", 1, SCI_ERR_FORMAT, "line 1: more than two fields");
    assert_labels_fail("0,a\nb\n", 2, SCI_ERR_FORMAT, "line 2: one field, two before");
    assert_labels_fail("a\n1,b\n", 2, SCI_ERR_FORMAT, "line 2: two fields, one before");
}

static void
what_is_no_utf8_text_is_refused(void **state)
{
    static const char zero[] = "a\nb\0c\n", utf16[] = "\xff\xfe"
                                                      "a\0\n\0";
    sci_labels *labels = NULL;
    char *line = test_alloc(70000, 1);

    (void)state;
    write_bytes(zero, sizeof zero - 1);
    assert_fails(sci_csv_labels(&labels, path, 2), SCI_ERR_FORMAT);
    assert_message_has("line 2: a zero byte");
    write_bytes(utf16, sizeof utf16 - 1);
    assert_fails(sci_csv_labels(&labels, path, 1), SCI_ERR_FORMAT);
    assert_message_has("UTF-16");
    memset(line, 'x', 70000);
    write_bytes(line, 70000);
    assert_fails(sci_csv_labels(&labels, path, 1), SCI_ERR_FORMAT);
    assert_message_has("line 1: longer than 65535 bytes");
    free(line);
}

static void
missing_files_and_folders_are_errors(void **state)
{
    double *numbers = NULL;

    (void)state;
    place_scratch(path, "absent.csv");
    assert_fails(sci_csv_numbers(&numbers, path, 1), SCI_ERR_IO);
    assert_message_has("absent.csv");
    assert_fails(sci_csv_numbers(&numbers, "/", 1), SCI_ERR_IO);
    assert_null(numbers);
}

/* ---- faults ---- */

static sci_status
read_labels(void *context)
{
    sci_labels *labels = NULL;
    sci_status st = sci_csv_labels(&labels, path, *(const uint64_t *)context);

    sci_labels_free(labels);
    return st;
}

static sci_status
read_numbers(void *context)
{
    double *numbers = NULL;
    sci_status st = sci_csv_numbers(&numbers, path, *(const uint64_t *)context);

    sci_free(numbers);
    return st;
}

static void
failed_allocations_are_reported(void **state)
{
    uint64_t n = 40;
    char text[400];
    size_t used = 0;

    (void)state;
    for (unsigned i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "t%u\n", i);
    write_bytes(text, used);
    survives_allocations(read_labels, &n);
    n = 2;
    write_text("0,1\n1,2\n");
    survives_allocations(read_numbers, &n);
}

static void
failed_reads_are_reported(void **state)
{
    uint64_t n = 3;

    (void)state;
    write_text("a\nb\nc\n");
    survives_files(read_labels, &n);
    write_text("1\n2\n3\n");
    survives_files(read_numbers, &n);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_number_a_line),
        cmocka_unit_test(tabs_separate_where_the_first_line_has_one),
        cmocka_unit_test(lines_end_in_lf_crlf_or_cr),
        cmocka_unit_test(byte_order_mark_is_skipped),
        cmocka_unit_test(indices_may_come_in_any_order),
        cmocka_unit_test(integer_labels_sort_as_numbers),
        cmocka_unit_test(quoted_labels_keep_commas_and_quotes),
        cmocka_unit_test(label_header_is_the_value_too_many),
        cmocka_unit_test(many_labels_are_read),
        cmocka_unit_test(too_few_and_too_many_values_are_refused),
        cmocka_unit_test(wrong_indices_are_refused),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(malformed_lines_are_refused),
        cmocka_unit_test(what_is_no_utf8_text_is_refused),
        cmocka_unit_test(missing_files_and_folders_are_errors),
        cmocka_unit_test(failed_allocations_are_reported),
        cmocka_unit_test(failed_reads_are_reported),
    };

    return run_all(tests);
}
