/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/testing.h"

static void
sizes_and_names_are_those_of_numpy(void **state)
{
    static const struct {
        sci_type type;
        size_t size;
        const char *name;
        bool integer;
    } expected[] = {
        { SCI_INT8, 1, "i1", true },     { SCI_INT16, 2, "i2", true },
        { SCI_INT32, 4, "i4", true },    { SCI_INT64, 8, "i8", true },
        { SCI_UINT8, 1, "u1", true },    { SCI_UINT16, 2, "u2", true },
        { SCI_UINT32, 4, "u4", true },   { SCI_UINT64, 8, "u8", true },
        { SCI_FLOAT16, 2, "f2", false }, { SCI_FLOAT32, 4, "f4", false },
        { SCI_FLOAT64, 8, "f8", false },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_int_equal(sci_type_size(expected[i].type), expected[i].size);
        assert_string_equal(sci_type_name(expected[i].type), expected[i].name);
        assert_int_equal(sci_type_is_integer(expected[i].type), expected[i].integer);
    }
}

static void
count_is_the_product_of_the_axes(void **state)
{
    const sci_array array = { .rank = 4, .shape = { 2, 3, 5, 7 }, .type = SCI_FLOAT32 };
    uint64_t n = 0;

    (void)state;
    assert_ok(sci_array_count(&array, &n));
    assert_int_equal(n, 210);
}

static void
rank_0_has_one_element(void **state)
{
    const sci_array array = { .rank = 0, .type = SCI_INT8 };
    uint64_t n = 0;

    (void)state;
    assert_ok(sci_array_count(&array, &n));
    assert_int_equal(n, 1);
}

static void
an_axis_of_size_0_makes_the_array_empty(void **state)
{
    const sci_array array = { .rank = 3, .shape = { 4, 0, 9 }, .type = SCI_FLOAT64 };
    uint64_t n = 1;

    (void)state;
    assert_ok(sci_array_count(&array, &n));
    assert_int_equal(n, 0);
}

static void
what_does_not_fit_in_63_bits_is_refused(void **state)
{
    static const sci_array arrays[] = {
        { .rank = 2, .shape = { (uint64_t)1 << 32, (uint64_t)1 << 31 }, .type = SCI_INT8 },
        { .rank = 1, .shape = { (uint64_t)1 << 60 }, .type = SCI_FLOAT64 }, /* its bytes */
        { .rank = 1, .shape = { UINT64_MAX }, .type = SCI_INT8 },
        { .rank = 3, .shape = { (uint64_t)1 << 40, (uint64_t)1 << 40, 0 }, .type = SCI_INT8 },
        { .rank = -1, .type = SCI_INT8 },
        { .rank = SCI_MAX_RANK + 1, .type = SCI_INT8 },
    };
    uint64_t n = 77;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++) {
        test_context("array %zu", i);
        assert_fails(sci_array_count(&arrays[i], &n), SCI_ERR_SHAPE);
        assert_int_equal(n, 77);
    }
}

static void
the_largest_array_is_accepted(void **state)
{
    const sci_array array = { .rank = 1, .shape = { INT64_MAX }, .type = SCI_UINT8 };
    uint64_t n = 0;

    (void)state;
    assert_ok(sci_array_count(&array, &n));
    assert_true(n == INT64_MAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_names_are_those_of_numpy),
        cmocka_unit_test(count_is_the_product_of_the_axes),
        cmocka_unit_test(rank_0_has_one_element),
        cmocka_unit_test(an_axis_of_size_0_makes_the_array_empty),
        cmocka_unit_test(what_does_not_fit_in_63_bits_is_refused),
        cmocka_unit_test(the_largest_array_is_accepted),
    };

    return run_all(tests);
}
