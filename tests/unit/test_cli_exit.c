/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/testing.h>

#include <cli/exit.h>

static void
statuses_have_their_codes(void **state)
{
    static const struct {
        sci_status status;
        int code;
    } cases[] = {
        { SCI_OK, 0 },
        { SCI_ERR_IO, 1 },
        { SCI_ERR_FORMAT, 1 },
        { SCI_ERR_UNSAFE, 1 },
        { SCI_ERR_NONFINITE, 1 },
        { SCI_ERR_TYPE, 1 },
        { SCI_ERR_DEGENERATE, 1 },
        { SCI_ERR_NOTFOUND, 1 },
        { SCI_ERR_ARGUMENT, 2 },
        { SCI_ERR_EXISTS, 2 },
        { SCI_ERR_SHAPE, 3 },
        { SCI_ERR_REFUSED, 3 },
        { SCI_ERR_NOMEM, 4 },
        { SCI_ERR_BUDGET, 4 },
        { SCI_ERR_NOSPACE, 4 },
        { SCI_ERR_INTERRUPTED, 130 },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        test_context("%s", sci_status_name(cases[k].status));
        assert_int_equal(cli_exit_of(cases[k].status), cases[k].code);
    }
}

static void
failures_of_one_kind_keep_their_code(void **state)
{
    (void)state;
    assert_int_equal(cli_exit_join(0, 3), 3);
    assert_int_equal(cli_exit_join(3, 3), 3);
    assert_int_equal(cli_exit_join(3, 0), 3);
}

static void
mixed_failures_are_1_and_the_environment_wins(void **state)
{
    (void)state;
    assert_int_equal(cli_exit_join(3, 2), 1);
    assert_int_equal(cli_exit_join(1, 4), 4);
    assert_int_equal(cli_exit_join(4, 1), 4);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_their_codes),
        cmocka_unit_test(failures_of_one_kind_keep_their_code),
        cmocka_unit_test(mixed_failures_are_1_and_the_environment_wins),
    };

    return run_all(tests);
}
