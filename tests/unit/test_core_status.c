/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "support/testing.h"

static const sci_status all[] = {
#define STATUS_VALUE(name, value, text) name,
    SCI_STATUS_LIST(STATUS_VALUE)
#undef STATUS_VALUE
};

static void
every_status_has_a_text_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        assert_string_not_equal(sci_status_text(all[i]), "unknown error");
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(all[i], all[j]);
            assert_string_not_equal(sci_status_text(all[i]), sci_status_text(all[j]));
        }
    }
    assert_string_equal(sci_status_text(SCI_ERR_NOMEM), "out of memory");
}

static void
the_name_of_a_status_is_that_of_the_header(void **state)
{
    (void)state;
    assert_string_equal(sci_status_name(SCI_OK), "SCI_OK");
    assert_string_equal(sci_status_name(SCI_ERR_INTERRUPTED), "SCI_ERR_INTERRUPTED");
}

static void
a_number_that_is_no_status_has_texts_too(void **state)
{
    (void)state;
    assert_string_equal(sci_status_text((sci_status)-999), "unknown error");
    assert_string_equal(sci_status_name((sci_status)-999), "SCI_ERR_UNKNOWN");
}

static void
fail_stores_the_message_and_returns_the_status(void **state)
{
    (void)state;
    assert_int_equal(sci_fail(SCI_ERR_SHAPE, "'%s': expected %d axes", "x.h5", 3), SCI_ERR_SHAPE);
    assert_string_equal(sci_message(), "'x.h5': expected 3 axes");
}

static void
a_message_may_quote_the_one_before(void **state)
{
    (void)state;
    sci_fail(SCI_ERR_IO, "disk is away");
    sci_fail(SCI_ERR_IO, "input 3: %s", sci_message());
    assert_string_equal(sci_message(), "input 3: disk is away");
}

static void
a_long_message_is_cut_at_1023_bytes(void **state)
{
    char text[3000];

    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    sci_fail(SCI_ERR_ARGUMENT, "%s", text);
    assert_int_equal(strlen(sci_message()), 1023);
}

static void
fail_leaves_errno_alone(void **state)
{
    (void)state;
    errno = ENOTTY;
    sci_fail(SCI_ERR_IO, "%.400f", 1e300);
    assert_int_equal(errno, ENOTTY);
}

static void *
fail_in_thread(void *seen)
{
    strcpy(seen, sci_message());
    sci_fail(SCI_ERR_NOMEM, "of another thread");
    return NULL;
}

static void
each_thread_has_its_own_message(void **state)
{
    pthread_t thread;
    char seen[1024] = "unset";

    (void)state;
    sci_fail(SCI_ERR_TYPE, "of this thread");
    assert_int_equal(pthread_create(&thread, NULL, fail_in_thread, seen), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_string_equal(seen, "");
    assert_string_equal(sci_message(), "of this thread");
}

static void
the_library_reports_the_version_of_its_header(void **state)
{
    char text[64];

    (void)state;
    assert_string_equal(sci_version(), SCI_VERSION);
    snprintf(text, sizeof text, "%d.%d.%d", SCI_VERSION_MAJOR, SCI_VERSION_MINOR,
             SCI_VERSION_PATCH);
    assert_string_equal(sci_version(), text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_a_text_of_its_own),
        cmocka_unit_test(the_name_of_a_status_is_that_of_the_header),
        cmocka_unit_test(a_number_that_is_no_status_has_texts_too),
        cmocka_unit_test(fail_stores_the_message_and_returns_the_status),
        cmocka_unit_test(a_message_may_quote_the_one_before),
        cmocka_unit_test(a_long_message_is_cut_at_1023_bytes),
        cmocka_unit_test(fail_leaves_errno_alone),
        cmocka_unit_test(each_thread_has_its_own_message),
        cmocka_unit_test(the_library_reports_the_version_of_its_header),
    };

    return run_all(tests);
}
