/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small arrays as numbers, and texts for the indices of an axis. */
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "apps/array/lines.h"
#include "apps/array/values.h"

#include "support/elements.h"
#include "support/place.h"
#include "support/tables.h"
#include "support/testing.h"

static void
every_type_and_byte_order_is_read(void **state)
{
    static const long double samples[] = { 0, 1, 2.5L, 100, 127 };

    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(element_types); t++) {
        for (int swapped = 0; swapped < 2; swapped++) {
            sci_array array = {
                .rank = 1, .shape = { 7 }, .type = element_types[t], .swapped = swapped != 0
            };
            unsigned char bytes[7 * 8];
            sci_source *source = NULL;
            double *reals = NULL;
            uint64_t n = 0;

            test_context("%s", element_words(array.type, array.swapped));
            for (uint64_t i = 0; i < 5; i++)
                element_set(bytes, array.type, array.swapped, i,
                            element_round(array.type, samples[i]));
            element_set(bytes, array.type, array.swapped, 5,
                        sci_type_is_integer(array.type) ? element_least(array.type) : -0.25L);
            element_set(bytes, array.type, array.swapped, 6,
                        sci_type_is_integer(array.type) ? element_most(array.type) : 60000.0L);
            assert_ok(sci_source_memory(&source, &array, bytes, "s"));
            assert_ok(array_values_real(source, &n, &reals));
            assert_count(n, 7);
            for (uint64_t i = 0; i < 7; i++)
                assert_that(reals[i] == (double)element_get(bytes, array.type, array.swapped, i));
            sci_free(reals);
            sci_source_free(source);
        }
    }
}

static void
integers_are_exact_or_refused(void **state)
{
    static const int64_t far[] = { INT64_MIN, -1, INT64_MAX };
    static const uint64_t wide[] = { 5, UINT64_MAX };
    static const double real[] = { 1.0 };
    sci_array array = { .rank = 1, .shape = { 3 }, .type = SCI_INT64 };
    sci_source *source = NULL;
    int64_t *values = NULL;
    uint64_t n = 0;

    (void)state;
    assert_ok(sci_source_memory(&source, &array, far, "s"));
    assert_ok(array_values_integer(source, &n, &values));
    assert_memory_equal(values, far, sizeof far);
    sci_free(values);
    sci_source_free(source);
    array = (sci_array){ .rank = 1, .shape = { 2 }, .type = SCI_UINT64 };
    assert_ok(sci_source_memory(&source, &array, wide, "s"));
    assert_fails(array_values_integer(source, &n, &values), SCI_ERR_REFUSED);
    assert_message_has("at index 1");
    sci_source_free(source);
    array = (sci_array){ .rank = 1, .shape = { 1 }, .type = SCI_FLOAT64 };
    assert_ok(sci_source_memory(&source, &array, real, "s"));
    assert_fails(array_values_integer(source, &n, &values), SCI_ERR_TYPE);
    sci_source_free(source);
}

static void
shapes_are_written_as_tuples(void **state)
{
    const uint64_t shape[] = { 8, 16 };
    char text[32];

    (void)state;
    array_shape_text(2, shape, text, sizeof text);
    assert_string_equal(text, "(8, 16)");
    array_shape_text(0, shape, text, sizeof text);
    assert_string_equal(text, "()");
    array_shape_text(2, shape, text, 5);
    assert_string_equal(text, "(8, ");
}

static void
lines_survive_joining_and_splitting(void **state)
{
    static const char *const texts[] = { "", "a\nb\n\n", "\n", "x,\"y\"\n-1\n" };
    static const uint64_t counts[] = { 0, 3, 1, 2 };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        array_lines lines = { 0 };
        char *again = NULL;

        assert_ok(array_lines_split(&lines, texts[i]));
        assert_count(lines.n, counts[i]);
        assert_ok(array_lines_join(&lines, &again));
        assert_string_equal(again, texts[i]);
        sci_free(again);
        array_lines_clear(&lines);
    }
}

static void
reals_come_back_from_their_lines(void **state)
{
    static const double values[] = { 0.1, -1e-300, 12345678901234567.0 };
    array_lines lines = { 0 };

    (void)state;
    assert_ok(array_lines_of_reals(&lines, 3, values));
    for (int i = 0; i < 3; i++)
        assert_that(strtod(lines.items[i], NULL) == values[i]);
    array_lines_clear(&lines);
}

static void
label_files_become_a_line_an_index(void **state)
{
    char path[PLACE_ROOM];
    const char text[] = "1,low\n0,\"a, b\"\n";
    const char numbers[] = "0.5\nnan\n";
    array_lines lines = { 0 };

    (void)state;
    place_scratch(path, "labels.csv");
    place_write(path, text, strlen(text));
    assert_ok(array_lines_read(&lines, path, 2, false));
    assert_string_equal(lines.items[0], "a, b");
    assert_string_equal(lines.items[1], "low");
    array_lines_clear(&lines);
    assert_fails(array_lines_read(&lines, path, 3, false), SCI_ERR_SHAPE);
    place_write(path, numbers, strlen(numbers));
    assert_fails(array_lines_read(&lines, path, 2, true), SCI_ERR_REFUSED);
}

static sci_status
read_once(void *context)
{
    array_lines lines = { 0 };
    char *text = NULL;
    sci_status st = array_lines_read(&lines, context, 2, false);

    if (st == SCI_OK)
        st = array_lines_join(&lines, &text);
    sci_free(text);
    array_lines_clear(&lines);
    return st;
}

static void
reading_labels_survives_a_lack_of_memory(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "faults.csv");
    place_write(path, "a\nb\n", 4);
    survives_allocations(read_once, path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_byte_order_is_read),
        cmocka_unit_test(integers_are_exact_or_refused),
        cmocka_unit_test(shapes_are_written_as_tuples),
        cmocka_unit_test(lines_survive_joining_and_splitting),
        cmocka_unit_test(reals_come_back_from_their_lines),
        cmocka_unit_test(label_files_become_a_line_an_index),
        cmocka_unit_test(reading_labels_survives_a_lack_of_memory),
    };

    return run_all(tests);
}
