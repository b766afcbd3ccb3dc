/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Libraries that are loaded when they are needed. */
#include <math.h>

#include <support/capture.h>
#include <support/testing.h>

#include <cli/library.h>

typedef double function_of_one(double);

static void
a_function_is_found_and_can_be_called(void **state)
{
    static const char *const names[] = { "libnowhere.so.7", "libm.so.6", NULL };
    function_of_one *cube_root = NULL, *root = NULL;
    const cli_symbol symbols[] = { { "cbrt", &cube_root }, { "sqrt", &root } };

    (void)state;
    assert_ok(cli_library_load(names, "libc6", "roots", symbols, 2));
    assert_true(fabs(cube_root(27.0) - 3.0) < 1e-15);
    assert_true(fabs(root(9.0) - 3.0) < 1e-15);
}

static void
an_absent_library_is_named_with_its_package(void **state)
{
    static const char *const names[] = { "libnowhere.so.7", NULL };

    (void)state;
    assert_int_equal(cli_library_load(names, "libnowhere7", "roots", NULL, 0), SCI_ERR_NOTFOUND);
    assert_text_has(sci_message(), "libnowhere.so.7");
    assert_text_has(sci_message(), "needed for roots");
    assert_text_has(sci_message(), "install 'libnowhere7'");
}

static void
an_absent_function_is_named(void **state)
{
    static const char *const names[] = { "libm.so.6", NULL };
    function_of_one *root = NULL;
    const cli_symbol symbols[] = { { "hypercubic_root", &root } };

    (void)state;
    assert_int_equal(cli_library_load(names, "libc6", "roots", symbols, 1), SCI_ERR_NOTFOUND);
    assert_text_has(sci_message(), "hypercubic_root");
    assert_null(root);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_is_found_and_can_be_called),
        cmocka_unit_test(an_absent_library_is_named_with_its_package),
        cmocka_unit_test(an_absent_function_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
