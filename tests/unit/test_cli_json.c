/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/capture.h>
#include <support/testing.h>

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <cli/json.h>

static int
write_values(void *context)
{
    cli_json j;

    (void)context;
    cli_json_start(&j, stdout);
    cli_json_object(&j);
    cli_json_member_real(&j, "tenth", 0.1);
    cli_json_member_real(&j, "nan", (double)NAN);
    cli_json_member_real(&j, "inf", -(double)INFINITY);
    cli_json_member_unsigned(&j, "most", UINT64_MAX);
    cli_json_key(&j, "least");
    cli_json_integer(&j, INT64_MIN);
    cli_json_key(&j, "empty");
    cli_json_array(&j);
    cli_json_array_end(&j);
    cli_json_key(&j, "rows");
    cli_json_array(&j);
    for (int k = 0; k < 2; k++) {
        cli_json_object_line(&j);
        cli_json_member_unsigned(&j, "k", (uint64_t)k);
        cli_json_key(&j, "odd");
        cli_json_boolean(&j, k == 1);
        cli_json_object_end(&j);
    }
    cli_json_array_end(&j);
    cli_json_member_text(&j, "none", NULL);
    cli_json_object_end(&j);
    return cli_json_finish(&j);
}

static void
values_have_17_digits_or_are_null(void **state)
{
    captured c;

    (void)state;
    c = capture(write_values, NULL);
    assert_int_equal(c.code, SCI_OK);
    assert_string_equal(c.out, "{\n"
                               "  \"tenth\": 0.10000000000000001,\n"
                               "  \"nan\": null,\n"
                               "  \"inf\": null,\n"
                               "  \"most\": 18446744073709551615,\n"
                               "  \"least\": -9223372036854775808,\n"
                               "  \"empty\": [],\n"
                               "  \"rows\": [\n"
                               "    {\"k\": 0, \"odd\": false},\n"
                               "    {\"k\": 1, \"odd\": true}\n"
                               "  ],\n"
                               "  \"none\": null\n"
                               "}\n");
    capture_clear(&c);
}

static int
write_text(void *context)
{
    cli_json j;

    cli_json_start(&j, stdout);
    cli_json_text(&j, context);
    return cli_json_finish(&j);
}

static void
texts_are_escaped(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = { { "a\"b\\c/", "\"a\\\"b\\\\c/\"\n" },
                  { "\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\"\n" },
                  { "\xc3\xa9\xf0\x9f\x8e\xb5", "\"\xc3\xa9\xf0\x9f\x8e\xb5\"\n" },
                  { "x\xff\xc3", "\"x\xef\xbf\xbd\xef\xbf\xbd\"\n" } };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char text[16];
        captured c;

        snprintf(text, sizeof text, "%s", cases[k].text);
        c = capture(write_text, text);
        assert_string_equal(c.out, cases[k].written);
        capture_clear(&c);
    }
}

/* Standard output in the state that `fd` is in. */
static sci_status
write_to(int fd)
{
    int before;
    sci_status st;
    cli_json j;

    fflush(stdout);
    before = dup(STDOUT_FILENO);
    dup2(fd, STDOUT_FILENO);
    cli_json_start(&j, stdout);
    cli_json_text(&j, "text");
    st = cli_json_finish(&j);
    dup2(before, STDOUT_FILENO);
    close(before);
    clearerr(stdout);
    return st;
}

static void
a_full_disk_is_a_failure(void **state)
{
    int fd = open("/dev/full", O_WRONLY);
    sci_status st;

    (void)state;
    if (fd < 0)
        skip();
    st = write_to(fd);
    close(fd);
    assert_fails(st, SCI_ERR_NOSPACE);
    assert_message_has("standard output");
}

static void
a_reader_that_has_gone_has_what_it_wanted(void **state)
{
    int ends[2];
    sci_status st;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    st = write_to(ends[1]);
    close(ends[1]);
    assert_int_equal(st, SCI_OK);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_17_digits_or_are_null),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(a_full_disk_is_a_failure),
        cmocka_unit_test(a_reader_that_has_gone_has_what_it_wanted),
    };

    signal(SIGPIPE, SIG_IGN);
    return run_all(tests);
}
