/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/testing.h>

#include <cli/number.h>

static void
integers_are_parsed_whole(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } good[] = { { "0", 0 },
                 { "-7", -7 },
                 { "+12", 12 },
                 { "9223372036854775807", INT64_MAX },
                 { "-9223372036854775808", INT64_MIN },
                 { "007", 7 } };
    static const char *const bad[] = { "",
                                       " 1",
                                       "1 ",
                                       "1x",
                                       "0x10",
                                       "1.0",
                                       "1e3",
                                       "--1",
                                       "+-1",
                                       "-",
                                       "inf",
                                       "9223372036854775808",
                                       "-9223372036854775809" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(good); k++) {
        int64_t value = 99;

        test_context("'%s'", good[k].text);
        assert_true(cli_parse_integer(good[k].text, &value));
        assert_true(value == good[k].value);
    }
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        int64_t value = 99;

        test_context("'%s'", bad[k]);
        assert_false(cli_parse_integer(bad[k], &value));
        assert_true(value == 99);
    }
}

static void
reals_are_finite_decimals(void **state)
{
    static const struct {
        const char *text;
        double value;
    } good[] = { { "0", 0.0 },
                 { "-1.5", -1.5 },
                 { ".25", 0.25 },
                 { "3.", 3.0 },
                 { "1e-5", 1e-5 },
                 { "+2E+2", 200.0 },
                 { "5e-324", 4.9406564584124654e-324 },
                 { "0e-999", 0.0 } };
    static const char *const bad[] = { "",      ".",      "e5",     "1e",  "1e+",   "nan",
                                       "inf",   "-inf",   "0x1p3",  " 1",  "1 ",    "1,5",
                                       "1e999", "-1e999", "1e-999", "--1", "1.2.3", "1f" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(good); k++) {
        double value = 99.0;

        test_context("'%s'", good[k].text);
        assert_true(cli_parse_real(good[k].text, &value));
        assert_close(value, good[k].value, 0.0, 0.0);
    }
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        double value = 99.0;

        test_context("'%s'", bad[k]);
        assert_false(cli_parse_real(bad[k], &value));
        assert_close(value, 99.0, 0.0, 0.0);
    }
}

static void
sizes_know_their_units(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = { { "4096", 4096 },
                 { "64K", 64000 },
                 { "64KiB", 65536 },
                 { "2M", 2000000 },
                 { "128MiB", 134217728 },
                 { "3G", 3000000000 },
                 { "1.5GiB", 1610612736 },
                 { "0.5k", 500 },
                 { ".5KiB", 512 },
                 { "2tib", UINT64_C(2199023255552) },
                 { "12B", 12 },
                 { "18446744073709551615", UINT64_MAX } };
    static const char *const bad[] = { "",
                                       "0",
                                       "0K",
                                       "-1",
                                       "+1",
                                       "1 K",
                                       "K",
                                       "1KB",
                                       "1Ki",
                                       "1e3",
                                       "1X",
                                       "1.2.3M",
                                       "0.1",
                                       "18446744073709551616",
                                       "18446744073709551615K",
                                       "99999999999TiB",
                                       "nan",
                                       "0x10" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(good); k++) {
        uint64_t bytes = 99;

        test_context("'%s'", good[k].text);
        assert_true(cli_parse_size(good[k].text, &bytes));
        assert_true(bytes == good[k].bytes);
    }
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        uint64_t bytes = 99;

        test_context("'%s'", bad[k]);
        assert_false(cli_parse_size(bad[k], &bytes));
        assert_true(bytes == 99);
    }
}

static void
shards_are_parts_of_a_whole(void **state)
{
    static const char *const bad[] = { "",     "1",    "0/3",           "4/3", "1/0",
                                       "-1/3", "1/-3", "1/3x",          "x/3", "1//3",
                                       "1/ 3", "2 /3", "1/99999999999", "/3",  "1/" };
    cli_shard shard = { 9, 9 };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(bad); k++) {
        test_context("'%s'", bad[k]);
        assert_false(cli_parse_shard(bad[k], &shard));
    }
    assert_true(cli_parse_shard("2/3", &shard));
    assert_int_equal(shard.number, 2);
    assert_int_equal(shard.total, 3);
    assert_true(cli_parse_shard("1/1", &shard));
}

static void
sizes_are_told_in_binary_units(void **state)
{
    char text[32];

    (void)state;
    cli_size_text(312, text, sizeof text);
    assert_string_equal(text, "312 B");
    cli_size_text(1536, text, sizeof text);
    assert_string_equal(text, "1.5 KiB");
    cli_size_text(UINT64_C(1024) * 1024 * 1024 - 1, text, sizeof text);
    assert_string_equal(text, "1.0 GiB");
    cli_size_text(UINT64_MAX, text, sizeof text);
    assert_string_equal(text, "16.0 EiB");
}

static void
the_machine_has_memory(void **state)
{
    (void)state;
    assert_true(cli_memory_machine() > (UINT64_C(1) << 20));
    assert_true(cli_memory_machine() < UINT64_MAX);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_parsed_whole),
        cmocka_unit_test(reals_are_finite_decimals),
        cmocka_unit_test(sizes_know_their_units),
        cmocka_unit_test(shards_are_parts_of_a_whole),
        cmocka_unit_test(sizes_are_told_in_binary_units),
        cmocka_unit_test(the_machine_has_memory),
    };

    return run_all(tests);
}
