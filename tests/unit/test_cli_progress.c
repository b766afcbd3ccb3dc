/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/capture.h>
#include <support/testing.h>

#include <cli/message.h>
#include <cli/progress.h>

static void
the_line_tells_jobs_share_rate_and_time_left(void **state)
{
    cli_progress p = {
        .doing = "normalizing", .started = 100.0, .jobs = 10, .jobs_done = 3, .fraction = 0.4
    };
    char text[160];

    (void)state;
    p.units = 1682000000;
    cli_progress_line(&p, 120.0, text, sizeof text);
    assert_string_equal(text, "normalizing  3/10   40 %  84.1 M/s  0:30 left");
    p = (cli_progress){ .doing = "merging", .jobs = 1, .fraction = 1.0 };
    cli_progress_line(&p, 1.0, text, sizeof text);
    assert_string_equal(text, "merging  100 %");
    p = (cli_progress){ .doing = "fitting", .jobs = 1, .fraction = 0.001, .units = 5 };
    cli_progress_line(&p, 10.0, text, sizeof text);
    assert_string_equal(text, "fitting    0 %  0.5 /s  2:46:30 left");
}

static int
draw(void *context)
{
    const cli_progress_mode *mode = context;
    cli_progress p;

    cli_message_start("sci-test", CLI_NOTE);
    cli_progress_start(&p, "working", *mode, 1);
    cli_progress_update(&p, 0, 0.5, 0);
    cli_note("noted");
    cli_progress_end(&p);
    cli_note("again");
    return 0;
}

static void
a_file_gets_no_progress_unless_it_is_asked_for(void **state)
{
    static const cli_progress_mode quiet[] = { CLI_PROGRESS_AUTO, CLI_PROGRESS_NEVER };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(quiet); k++) {
        cli_progress_mode mode = quiet[k];
        captured c = capture(draw, &mode);

        assert_string_equal(c.err, "sci-test: noted\nsci-test: again\n");
        capture_clear(&c);
    }
}

static void
messages_and_progress_step_aside_for_each_other(void **state)
{
    cli_progress_mode mode = CLI_PROGRESS_ALWAYS;
    captured c;

    (void)state;
    c = capture(draw, &mode);
    assert_text_has(c.err, "working   50 %");
    assert_text_has(c.err, "left\r\033[Ksci-test: noted\nworking   50 %");
    assert_text_has(c.err, "left\r\033[Ksci-test: again\n");
    capture_clear(&c);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_jobs_share_rate_and_time_left),
        cmocka_unit_test(a_file_gets_no_progress_unless_it_is_asked_for),
        cmocka_unit_test(messages_and_progress_step_aside_for_each_other),
    };

    return run_all(tests);
}
