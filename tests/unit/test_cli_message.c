/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/capture.h>
#include <support/testing.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cli/message.h>

static void
control_characters_become_visible(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        { "plain 'name' \xc3\xa9\xe6\x97\xa5\xf0\x9f\x8e\xb5",
          "plain 'name' \xc3\xa9\xe6\x97\xa5\xf0\x9f\x8e\xb5" },
        { "a\nb\tc\rd", "a\\nb\\tc\\rd" },
        { "\x1b[31mred\x7f", "\\x1b[31mred\\x7f" },
        { "\xc2\x9b"
          "31m",
          "\\xc2\\x9b31m" }, /* CSI as a C1 control */
        { "\xe2\x80\xae"
          "gpj.exe",
          "\\xe2\\x80\\xaegpj.exe" }, /* right-to-left override */
        { "\xe2\x81\xa6x", "\\xe2\\x81\\xa6x" },
        { "\xff\xfe", "\\xff\\xfe" },
        { "\xc0\xaf", "\\xc0\\xaf" },          /* overlong */
        { "\xed\xa0\x80", "\\xed\\xa0\\x80" }, /* a surrogate */
        { "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
        { "\xe2\x82", "\\xe2\\x82" }, /* cut off */
        { "", "" },
    };
    char shown[128];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        test_context("case %zu", k);
        assert_int_equal(cli_escape(shown, sizeof shown, cases[k].text), strlen(cases[k].shown));
        assert_string_equal(shown, cases[k].shown);
    }
}

static void
escapes_are_never_cut(void **state)
{
    static const char text[] = "ab\x1b\xe6\x97\xa5";

    (void)state;
    for (size_t size = 1; size < 12; size++) {
        char shown[12];
        size_t n = cli_escape(shown, size, text);

        assert_true(n < size);
        assert_int_equal(shown[n], '\0');
        assert_true(n <= 2 || n == 6 || n == 9);
    }
}

static int
speak(void *context)
{
    cli_message_start("sci-test", *(const cli_level *)context);
    cli_error("cannot open '%s'", "a\nb");
    cli_hint("see there");
    cli_warn("odd");
    cli_note("noted");
    cli_detail("in detail");
    return 0;
}

static void
levels_are_obeyed(void **state)
{
    cli_level level = CLI_DETAIL;
    captured c;

    (void)state;
    c = capture(speak, &level);
    assert_string_equal(c.err, "sci-test: error: cannot open 'a\\nb'\nsci-test: see there\n"
                               "sci-test: warning: odd\nsci-test: noted\nsci-test: in detail\n");
    assert_string_equal(c.out, "");
    capture_clear(&c);
    level = CLI_WARNING;
    c = capture(speak, &level);
    assert_string_equal(c.err, "sci-test: error: cannot open 'a\\nb'\nsci-test: see there\n"
                               "sci-test: warning: odd\n");
    capture_clear(&c);
}

static int
speak_status(void *context)
{
    (void)context;
    cli_message_start("sci-test", CLI_NOTE);
    cli_error_status(sci_fail(SCI_ERR_IO, "cannot read 'x': gone"));
    return 0;
}

static void
a_status_is_told_by_its_detail(void **state)
{
    captured c;

    (void)state;
    c = capture(speak_status, NULL);
    assert_string_equal(c.err, "sci-test: error: cannot read 'x': gone\n");
    capture_clear(&c);
}

static int
speak_long(void *context)
{
    (void)context;
    cli_message_start("sci-test", CLI_NOTE);
    cli_error("%05000d", 7);
    return 0;
}

static void
a_long_message_ends_with_dots(void **state)
{
    captured c;

    (void)state;
    c = capture(speak_long, NULL);
    assert_int_equal(strlen(c.err), strlen("sci-test: error: ") + CLI_MESSAGE_MOST - 1 + 1);
    assert_text_has(c.err, "000...\n");
    capture_clear(&c);
}

/* What a worker says arrives at the other end, and garbage does no harm. */
static int
through_a_channel(void *context)
{
    int ends[2], forwarded = 0;

    (void)context;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
        return -1;
    cli_message_start("sci-test", CLI_NOTE);
    cli_message_redirect(ends[1]);
    cli_warn("from the worker");
    cli_detail("not asked for");
    cli_message_end();
    cli_message_redirect(-1);
    (void)!write(ends[1], "\x7fgarbage", 8);
    close(ends[1]);
    for (;;) {
        cli_frame frame = cli_message_forward(ends[0]);

        if (frame == CLI_FRAME_NONE)
            break;
        forwarded += frame == CLI_FRAME_END ? 10 : 1;
    }
    close(ends[0]);
    return forwarded;
}

static void
messages_travel_through_a_channel(void **state)
{
    captured c;

    (void)state;
    c = capture(through_a_channel, NULL);
    assert_int_equal(c.code, 12);
    assert_string_equal(c.err, "sci-test: warning: from the worker\n");
    capture_clear(&c);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_become_visible),
        cmocka_unit_test(escapes_are_never_cut),
        cmocka_unit_test(levels_are_obeyed),
        cmocka_unit_test(a_status_is_told_by_its_detail),
        cmocka_unit_test(a_long_message_ends_with_dots),
        cmocka_unit_test(messages_travel_through_a_channel),
    };

    return run_all(tests);
}
