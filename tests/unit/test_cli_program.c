/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small program, and what it says about itself. */
#include <support/capture.h>
#include <support/place.h>
#include <support/testing.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cli/common.h>
#include <cli/help.h>
#include <cli/nearest.h>
#include <cli/program.h>
#include <cli/provenance.h>

typedef struct settings {
    cli_common common;
    const char *norm;
    cli_list labels;
    bool secret;
} settings;

static const cli_row fit_rows[] = {
    CLI_ROW_OUTPUT(settings),
    { 'n', "norm", "NAME", CLI_TEXT, offsetof(settings, norm), NULL,
      "the partition, one of many that are so long in their "
      "description that a line has to be broken",
      "Grouping", CLI_RESULT, NULL, 0, 0 },
    { 0, "label", "AXIS=FILE", CLI_LIST, offsetof(settings, labels), NULL, "labels of an axis",
      "Grouping", CLI_RESULT | CLI_PATH, NULL, 0, 0 },
    { 0, "secret", NULL, CLI_FLAG, offsetof(settings, secret), NULL, "not shown", "Grouping",
      CLI_HIDDEN, NULL, 0, 0 },
    CLI_ROW_EPS(settings),
    CLI_ROW_NAN(settings),
    CLI_ROW_DTYPE(settings),
    CLI_ROWS_WRITING(settings),
    CLI_ROWS_RESOURCES(settings),
    CLI_END,
};

static const cli_row show_rows[] = {
    CLI_ROW_JSON(settings),
    CLI_ROW_EPS(settings),
    CLI_END,
};

static int
run_fit(const cli_call *call)
{
    const settings *s = call->settings;
    char *text = NULL;
    const char *digests[] = { "xxh3:bb", "xxh3:aa" };

    printf("fit %d %s %s eps %s\n", call->n_operands, s->common.output, s->norm ? s->norm : "-",
           cli_given(call, "eps") ? "given" : "not given");
    if (cli_provenance_text(&text, call, 2, digests, "f00") == SCI_OK)
        fputs(text, stdout);
    sci_free(text);
    cli_note("noted");
    return s->secret ? cli_usage_error(call, "'%s' is no norm", s->norm) : 5;
}

static int
run_show(const cli_call *call)
{
    printf("show %s\n", call->operands[0]);
    return 0;
}

static const cli_verb verbs[] = {
    { "fit", "compute statistics", "INPUT... -o OUTPUT",
      "First paragraph.\n\nSecond one, with a \\ and a - in it.",
      "fit x.h5:/x -o s.h5\nfit a.h5 b.h5 -o s.h5", fit_rows, sizeof(settings), 1, -1, run_fit },
    { "show", "print statistics", "FILE", NULL, NULL, show_rows, sizeof(settings), 1, 1, run_show },
    { .name = NULL },
};

static const cli_program program = { "sci-test", "a program for tests", "1.2.3", NULL, verbs };

static int
run_line(void *context)
{
    char line[256], *argv[32];
    int argc = 0;

    snprintf(line, sizeof line, "sci-test %s", (const char *)context);
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return cli_program_run(&program, argc, argv);
}

static captured
run(const char *text)
{
    char line[256];

    snprintf(line, sizeof line, "%s", text);
    return capture(run_line, line);
}

static void
a_verb_gets_its_settings_and_gives_its_code(void **state)
{
    captured c;

    (void)state;
    c = run("fit a b -o s.h5 --norm group:8 --eps 1e-3");
    assert_int_equal(c.code, 5);
    assert_text_has(c.out, "fit 2 s.h5 group:8 eps given\n");
    assert_string_equal(c.err, "sci-test: noted\n");
    capture_clear(&c);
    c = run("fit -q a -o s.h5");
    assert_text_has(c.out, "fit 1 s.h5 - eps not given\n");
    assert_string_equal(c.err, "");
    capture_clear(&c);
}

static void
the_record_has_options_that_matter_and_sorted_digests(void **state)
{
    captured c;

    (void)state;
    c = run("fit a -o s.h5 --norm group:8 --label C=c.csv --label N=n.csv --eps 0.001 --threads 3 "
            "--force");
    assert_text_has(
        c.out, "program: sci-test 1.2.3\n"
               "verb: fit\n"
               "options: --norm=group:8 --label=C=c.csv --label=N=n.csv --eps=0.001 --nan=refuse\n"
               "input: xxh3:aa\n"
               "input: xxh3:bb\n"
               "grouping: f00\n");
    capture_clear(&c);
}

static void
usage_errors_point_at_help(void **state)
{
    static const struct {
        const char *line, *first, *second;
    } cases[] = {
        { "", "no verb", "sci-test --help" },
        { "fiit", "unknown verb 'fiit', did you mean 'fit'?", "sci-test --help" },
        { "sh", "unknown verb 'sh', did you mean 'show'?", "sci-test --help" },
        { "zzzzzz", "unknown verb 'zzzzzz'", "sci-test --help" },
        { "-x", "unknown option '-x' before the verb", "sci-test --help" },
        { "help nothing", "unknown verb 'nothing'", "sci-test --help" },
        { "--generate cake", "unknown option '--generate' before the verb", "sci-test --help" },
        { "fit -o s.h5", "the input is missing", "sci-test fit --help" },
        { "fit a", "option '--output FILE' is missing", "sci-test fit --help" },
        { "fit a -o b --eps x", "option '--eps' needs a number from 0 to 1e+300, not 'x'",
          "sci-test fit --help" },
        { "fit a -o b --secret --norm q", "'q' is no norm", "sci-test fit --help" },
        { "show a b", "'b' is one operand too many", "sci-test show --help" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        captured c = run(cases[k].line);
        char expected[256];

        test_context("sci-test %s", cases[k].line);
        assert_int_equal(c.code, 2);
        snprintf(expected, sizeof expected, "sci-test: error: %s\nsci-test: see '%s'\n",
                 cases[k].first, cases[k].second);
        assert_text_has(c.err, expected);
        capture_clear(&c);
    }
}

static void
help_comes_from_the_rows(void **state)
{
    captured c;

    (void)state;
    c = run("fit --help");
    assert_int_equal(c.code, 0);
    assert_string_equal(c.err, "");
    assert_text_has(c.out,
                    "usage: sci-test fit [OPTIONS] INPUT... -o OUTPUT\n\ncompute statistics\n\n"
                    "First paragraph.\n\nSecond one, with a \\ and a - in it.\n\nOutput:\n"
                    "  -o, --output FILE       where the result goes");
    assert_text_has(
        c.out, "  -n, --norm NAME         the partition, one of many that are so long in their\n"
               "                          description that a line has to be broken\n");
    assert_text_has(
        c.out, "      --eps X             added to every variance, in the square of the data's\n"
               "                          unit (default: 1e-5)\n");
    assert_text_has(
        c.out, "      --nan POLICY        what happens to NaN and infinities (refuse, ignore or\n"
               "                          propagate; default: refuse)\n");
    assert_text_has(c.out, "Messages:\n  -q, --quiet ");
    assert_text_has(
        c.out, "Examples:\n  sci-test fit x.h5:/x -o s.h5\n  sci-test fit a.h5 b.h5 -o s.h5\n");
    assert_text_lacks(c.out, "secret");
    for (const char *line = c.out, *end; (end = strchr(line, '\n')) != NULL; line = end + 1)
        assert_true(end - line < 80);
    capture_clear(&c);
}

/* Options of one heading stand together, wherever they are in the table. */
static void
headings_appear_once(void **state)
{
    captured c;
    const char *heading;

    (void)state;
    c = run("help fit");
    heading = strstr(c.out, "\nOutput:\n");
    assert_non_null(heading);
    assert_null(strstr(heading + 1, "\nOutput:\n"));
    assert_true(strstr(heading, "--force") < strstr(heading, "\nGrouping:\n"));
    capture_clear(&c);
}

static void
the_program_lists_its_verbs(void **state)
{
    static const char *const lines[] = { "--help", "help", "-h" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(lines); k++) {
        captured c = run(lines[k]);

        assert_int_equal(c.code, 0);
        assert_text_has(
            c.out, "Verbs:\n  fit         compute statistics\n  show        print statistics\n");
        capture_clear(&c);
    }
}

static void
versions_are_one_line(void **state)
{
    static const char *const lines[] = { "--version", "-V", "fit --version" };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(lines); k++) {
        captured c = run(lines[k]);

        assert_int_equal(c.code, 0);
        assert_string_equal(c.out, "sci-test 1.2.3\n");
        capture_clear(&c);
    }
}

static void
the_man_page_has_every_option_once(void **state)
{
    captured c;
    const char *eps;

    (void)state;
    c = run("--generate man");
    assert_int_equal(c.code, 0);
    assert_text_has(c.out, ".SH VERBS\n.SS fit\n.B sci\\-test fit\n");
    assert_text_has(c.out, "Second one, with a \\e and a \\- in it.\n");
    assert_text_has(c.out, ".TP\n\\fB\\-n\\fR, \\fB\\-\\-norm\\fR \\fINAME\\fR\n");
    assert_text_has(c.out, "Also \\fB\\-\\-eps\\fR (see \\fBOPTIONS OF SEVERAL VERBS\\fR).\n");
    assert_text_has(c.out, ".SH OPTIONS OF SEVERAL VERBS\n.TP\n\\fB\\-\\-eps\\fR \\fIX\\fR\n");
    assert_text_lacks(c.out, "secret");
    eps = strstr(c.out, ".TP\n\\fB\\-\\-eps");
    assert_null(strstr(eps + 1, ".TP\n\\fB\\-\\-eps"));
    capture_clear(&c);
}

static void
completion_is_a_script_that_bash_takes(void **state)
{
    char path[PLACE_ROOM], command[2 * PLACE_ROOM];
    captured c;

    (void)state;
    c = run("--generate completion");
    assert_int_equal(c.code, 0);
    place_scratch(path, "completion");
    place_write(path, c.out, strlen(c.out));
    capture_clear(&c);
    /* What follows "--nan p", "--nan = i", "sho" and "fit --no"; the last word is an option of fit.
     */
    snprintf(
        command, sizeof command,
        "bash -c '. %s || exit 9; try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _sci_test; "
        "echo "
        "${COMPREPLY[@]}; }; test \"$(try sci-test fit --nan p)\" = propagate && "
        "test \"$(try sci-test fit --nan = i)\" = ignore && test \"$(try sci-test sho)\" = show && "
        "test \"$(try sci-test fit --no)\" = \"--norm --no-sync\" && test \"$(try sci-test fit "
        "--progress a)\" = "
        "\"auto always\"'",
        path);
    assert_int_equal(system(command), 0);
}

static void
near_words_are_near(void **state)
{
    (void)state;
    assert_int_equal(cli_edit_distance("normalize", "normalise"), 1);
    assert_int_equal(cli_edit_distance("fti", "fit"), 1);
    assert_int_equal(cli_edit_distance("", "abc"), 3);
    assert_int_equal(cli_edit_distance("kitten", "sitting"), 3);
    assert_true(cli_is_near("norm", "normalize"));
    assert_true(cli_is_near("mrege", "merge"));
    assert_false(cli_is_near("xyz", "fit"));
    assert_false(cli_is_near("", "fit"));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verb_gets_its_settings_and_gives_its_code),
        cmocka_unit_test(the_record_has_options_that_matter_and_sorted_digests),
        cmocka_unit_test(usage_errors_point_at_help),
        cmocka_unit_test(help_comes_from_the_rows),
        cmocka_unit_test(headings_appear_once),
        cmocka_unit_test(the_program_lists_its_verbs),
        cmocka_unit_test(versions_are_one_line),
        cmocka_unit_test(the_man_page_has_every_option_once),
        cmocka_unit_test(completion_is_a_script_that_bash_takes),
        cmocka_unit_test(near_words_are_near),
    };

    return run_all(tests);
}
