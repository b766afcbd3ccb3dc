/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A batch that copies files, and fails on those that say so. */
#include <support/capture.h>
#include <support/faults.h>
#include <support/place.h>
#include <support/testing.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/file.h>

#include <cli/batch.h>

typedef struct settings {
    cli_common common;
    const char *picture, *sidecar, *list, *map;
} settings;

static const cli_row rows[] = {
    CLI_ROW_OUTPUT(settings),
    CLI_ROWS_WRITING(settings),
    CLI_ROWS_INPUTS(settings),
    CLI_ROW_JOBS(settings),
    CLI_ROW_RESUME(settings),
    CLI_ROW_EPS(settings),
    { 0, "picture", "FILE", CLI_TEXT, offsetof(settings, picture), NULL, "", "Output", 0, NULL, 0,
      0 },
    { 0, "sidecar", "FILE", CLI_TEXT, offsetof(settings, sidecar), NULL, "", "Output", 0, NULL, 0,
      0 },
    { 0, "list", "FILE", CLI_TEXT, offsetof(settings, list), NULL, "", "Output", 0, NULL, 0, 0 },
    { 0, "map", "AXES=FILE", CLI_TEXT, offsetof(settings, map), NULL, "", "Inputs", CLI_RESULT,
      NULL, 0, 0 },
    CLI_END,
};

static sci_status
copy(void *context, const cli_inputs *inputs, size_t input, const char *output_dataset,
     const cli_worker *worker)
{
    char text[64] = "";
    FILE *file = fopen(inputs->items[input].path, "r");

    (void)context;
    if (file == NULL)
        return sci_fail_errno("open", inputs->items[input].path);
    (void)!fgets(text, sizeof text, file);
    fclose(file);
    if (strcmp(text, "shape") == 0)
        return sci_fail(SCI_ERR_SHAPE, "odd\nshape");
    if (strcmp(text, "space") == 0)
        return sci_fail(SCI_ERR_NOSPACE, "no space");
    if (strcmp(text, "crash") == 0) {
        signal(SIGSEGV, SIG_DFL);
        raise(SIGSEGV);
    }
    if (output_dataset != NULL)
        strcat(text, output_dataset);
    for (int k = 0; k < CLI_TARGETS_MOST; k++) {
        if (worker->temporary[k] == NULL)
            continue;
        file = fopen(worker->temporary[k], "w");
        if (file == NULL)
            return sci_fail_errno("open", worker->temporary[k]);
        fputs(text, file);
        fclose(file);
    }
    return SCI_OK;
}

static sci_status
name_extras(void *context, const cli_inputs *inputs, size_t input, const char *output,
            char *extras[CLI_EXTRAS_MOST])
{
    const settings *s = context;
    sci_status st = SCI_OK;

    (void)inputs;
    (void)input;
    (void)output;
    if (s->picture)
        st = sci_strdup(&extras[0], s->picture);
    if (st == SCI_OK && s->sidecar)
        st = sci_strdup(&extras[2], s->sidecar);
    return st;
}

/* What became of all inputs. */
static sci_status
list_all(void *context, const cli_inputs *inputs, char *const *outputs)
{
    const settings *s = context;
    FILE *file;

    if (s->list == NULL)
        return SCI_OK;
    file = fopen(s->list, "w");
    if (file == NULL)
        return sci_fail_errno("open", s->list);
    for (size_t k = 0; k < inputs->n; k++)
        fprintf(file, "%s %s %d\n", inputs->items[k].operand, outputs[k],
                access(outputs[k], F_OK) == 0);
    fclose(file);
    return SCI_OK;
}

static int
run_copy(const cli_call *call)
{
    static const char *const extensions[] = { ".in", NULL };
    const settings *s = call->settings;
    settings mine = *s;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .extensions = extensions,
                        .extension = ".out",
                        .datasets = true,
                        .extra = name_extras,
                        .work = copy,
                        .after = list_all,
                        .context = &mine };

    return cli_batch_run(&batch);
}

static const cli_verb verbs[] = {
    { "copy", "copy", "", NULL, NULL, rows, sizeof(settings), 0, -1, run_copy },
    { .name = NULL },
};
static const cli_program program = { "sci-test", "", "1", NULL, verbs };

static int
run_line(void *context)
{
    char line[512], *argv[40];
    int argc = 0;

    snprintf(line, sizeof line, "sci-test copy %s", (const char *)context);
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return cli_program_run(&program, argc, argv);
}

static captured
run(const char *text)
{
    char line[512];

    snprintf(line, sizeof line, "%s", text);
    return capture(run_line, line);
}

/* Run a line; what it returns and says on stderr. */
static void
expect(const char *line, int code, const char *said)
{
    captured c = run(line);

    test_context("%s", line);
    if (c.code != code)
        print_error("%s", c.err);
    assert_int_equal(c.code, code);
    if (said != NULL)
        assert_text_has(c.err, said);
    else
        assert_string_equal(c.err, "");
    capture_clear(&c);
}

static void
put(const char *path, const char *text)
{
    place_write(path, text, strlen(text));
}

static void
assert_holds(const char *path, const char *expected)
{
    size_t size;
    char *text = (char *)place_read(path, &size);

    assert_string_equal(text, expected);
    free(text);
}

static bool
exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static int
enter_scratch(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "");
    place_scratch_clear();
    if (chdir(path) != 0)
        return -1;
    put("a.in", "A");
    put("b.in", "B");
    put("bad.in", "shape");
    put("crash.in", "crash");
    put("full.in", "space");
    mkdir("in", 0777);
    mkdir("in/sub", 0777);
    put("in/c.in", "C");
    put("in/sub/d.in", "D");
    return 0;
}

static void
one_input_makes_one_file(void **state)
{
    (void)state;
    expect("a.in -o y", 0, NULL);
    assert_holds("y", "A");
    expect("a.in -o z:/set", 0, NULL);
    assert_holds("z", "A/set");
    expect("bad.in -o w", 3, "sci-test: error: 'bad.in': odd\\nshape\n");
    expect("crash.in -o w", 1, "sci-test: error: 'crash.in': the reader crashed (signal 11)\n");
    expect("missing.in -o w", 1,
           "sci-test: error: cannot open 'missing.in': No such file or directory\n");
    assert_false(exists("w"));
    assert_false(exists("failures.tsv"));
}

static void
many_inputs_fill_a_directory(void **state)
{
    (void)state;
    expect("-r a.in in -o new/out -j 2", 0, NULL);
    assert_holds("new/out/a.out", "A");
    assert_holds("new/out/c.out", "C");
    assert_holds("new/out/sub/d.out", "D");
    assert_false(exists("new/out/failures.tsv"));
}

static void
failures_are_listed_last_and_kept(void **state)
{
    (void)state;
    expect("a.in bad.in b.in crash.in -o out", 1,
           "sci-test: error: 2 of 4 inputs failed\n"
           "  exit  input     message\n"
           "     3  bad.in    odd\\nshape\n"
           "     1  crash.in  the reader crashed (signal 11)\n");
    assert_holds("out/failures.tsv", "input\texit\tmessage\nbad.in\t3\todd\\nshape\n"
                                     "crash.in\t1\tthe reader crashed (signal 11)\n");
    assert_holds("out/a.out", "A");
    assert_holds("out/b.out", "B");
    assert_false(exists("out/bad.out"));
    expect("-f a.in b.in -o out", 0, NULL);
    assert_false(exists("out/failures.tsv"));
}

static void
codes_of_a_batch_are_joined(void **state)
{
    (void)state;
    expect("a.in bad.in -o o1", 3, "1 of 2 inputs failed");
    expect("full.in bad.in -o o2", 4, "2 of 2 inputs failed");
    expect("crash.in bad.in -o o3", 1, "2 of 2 inputs failed");
}

static void
refusals_come_before_any_work(void **state)
{
    static const struct {
        const char *line, *said;
    } cases[] = {
        { "-o out", "no input" },
        { "in -o out", "'in' is a directory" },
        { "a.in in/a.in -o out", "would both become 'out/a.out'" },
        { "a.in ./a.in -o out", "are the same input" },
        { "a.in -o a.in", "the output 'a.in' is the input 'a.in'" },
        { "-f a.in -o ./a.in", "is the input 'a.in'" },
        { "a.in -o taken", "'taken' exists already; --force" },
        { "a.in b.in -o taken", "'taken' is none" },
        { "a.in b.in -o dir", "'dir/b.out' exists already" },
        { "a.in -o missing/y", "the directory 'missing' of the output does not exist" },
        { "a.in -o y --resume", "--resume is for several inputs" },
        { "a.in -o y --picture y", "asked for twice" },
        { "a.in -o y --sidecar y", "asked for twice" },
        { "a.in -o y --picture p --sidecar p", "'p' is asked for twice" },
        { "a.in -o y --sidecar taken", "'taken' exists already" },
        { "a.in -o y --picture taken", "'taken' exists already" },
        { "a.in -o y --picture missing/p", "the directory 'missing'" },
        { "--manifest m.tsv -o out", "'out/failures.tsv' is where the table of failures goes" },
    };

    (void)state;
    put("taken", "old");
    put("in/a.in", "A2");
    mkdir("dir", 0777);
    put("dir/b.out", "old");
    put("m.tsv", "path\toutput\na.in\tfailures.tsv\nb.in\tx\n");
    for (size_t k = 0; k < ARRAY_LEN(cases); k++)
        expect(cases[k].line, 2, cases[k].said);
    expect("-o out --manifest missing.tsv", 1, "cannot open 'missing.tsv'");
    assert_false(exists("out"));
    assert_false(exists("y"));
    assert_holds("taken", "old");
    assert_holds("a.in", "A");
}

static void
further_outputs_come_along(void **state)
{
    (void)state;
    expect("a.in -o y --picture p", 0, NULL);
    assert_holds("y", "A");
    assert_holds("p", "A");
    expect("a.in -o y3 --sidecar q", 0, NULL);
    assert_holds("q", "A");
    expect("bad.in -o y2 --picture p2 --sidecar q2", 3, "odd");
    assert_false(exists("p2"));
    assert_false(exists("q2"));
}

/* Also of those that failed and those that were done before. */
static void
the_last_word_is_about_all_inputs(void **state)
{
    (void)state;
    expect("a.in bad.in -o out", 3, "1 of 2 inputs failed");
    put("bad.in", "good now");
    expect("a.in bad.in crash.in -o out --resume --list list", 1, "1 of 2 inputs failed");
    assert_holds("list", "a.in out/a.out 1\nbad.in out/bad.out 1\ncrash.in out/crash.out 0\n");
    expect("a.in -o y --list missing/list", 1, "cannot open 'missing/list'");
    assert_holds("y", "A");
}

/* ---- resume ---- */

/* What is made again is another file. */
static ino_t
inode_of(const char *path)
{
    struct stat file;

    assert_int_equal(stat(path, &file), 0);
    return file.st_ino;
}

static void
resume_does_only_what_is_missing(void **state)
{
    ino_t a;

    (void)state;
    expect("a.in b.in bad.in -o out", 3, "1 of 3 inputs failed");
    a = inode_of("out/a.out");
    put("bad.in", "good now");
    expect("a.in b.in bad.in -o out --resume", 0, "sci-test: 2 of 3 inputs are done already\n");
    assert_int_equal(inode_of("out/a.out"), a);
    assert_holds("out/bad.out", "good now");
    assert_false(exists("out/failures.tsv"));
    expect("a.in b.in bad.in -o out --resume", 0, "3 of 3 inputs are done already");
}

static void
resume_makes_again_what_went_away(void **state)
{
    ino_t b;

    (void)state;
    expect("a.in b.in -o out", 0, NULL);
    unlink("out/a.out");
    b = inode_of("out/b.out");
    expect("a.in b.in -o out --resume", 0, "1 of 2 inputs are done already");
    assert_holds("out/a.out", "A");
    assert_int_equal(inode_of("out/b.out"), b);
}

static void
resume_does_not_take_damage_for_an_output(void **state)
{
    (void)state;
    expect("a.in b.in -o out", 0, NULL);
    put("out/a.out", "");
    expect("a.in b.in -o out --resume", 2, "'out/a.out' was made from another input or with other");
    expect("a.in b.in -o out --resume -f", 0, "1 of 2 inputs are done already");
    assert_holds("out/a.out", "A");
    put("out/b.out", "X"); /* as long as before */
    expect("a.in b.in -o out --resume -f", 0, "1 of 2 inputs are done already");
    assert_holds("out/b.out", "B");
}

static void
resume_refuses_what_was_made_otherwise(void **state)
{
    (void)state;
    put("map", "1");
    expect("a.in b.in -o out --map N=map", 0, NULL);
    expect("a.in b.in -o out --map N=map --resume", 0, "2 of 2");
    expect("a.in b.in -o out --resume", 2,
           "'out/a.out' was made from another input or with other options");
    expect("a.in b.in -o out --map N=map --eps 1 --resume", 2, "with other options");
    put("map", "12");
    expect("a.in b.in -o out --map N=map --resume", 2, "with other options");
    put("map", "1");
    put("a.in", "changed");
    expect("a.in b.in -o out --map N=map --eps 1 --resume -f", 0, NULL);
    assert_holds("out/a.out", "changed");
    expect("a.in b.in -o out --map N=map --eps 1.0 --resume -j 2", 0, "2 of 2");
}

static void
a_damaged_journal_is_no_harm(void **state)
{
    (void)state;
    expect("a.in b.in -o out", 0, NULL);
    put("out/.sci-test.done", "garbage\n\n0123456789abcdef\tb.out\n0123\tx\n0123456789abcdef\ta.o");
    expect("a.in b.in -o out --resume", 2, "with other options");
    expect("a.in b.in -o out --resume -f", 0, NULL);
    expect("a.in b.in -o out --resume", 0, "2 of 2");
}

/* ---- faults ---- */

static void
every_allocation_may_fail(void **state)
{
    captured c = { .code = 4 };

    (void)state;
    put("m.tsv", "path\tgroup\n../a.in\tx\n");
    rename("m.tsv", "in/m.tsv");
    for (long k = 0; c.code == 4; k++) {
        test_context("allocation %ld", k);
        faults_memory(k, false);
        c = run("-r b.in in --manifest in/m.tsv --map N=map -o out --resume -f");
        faults_memory_end();
        if (c.code != 0 && c.code != 4)
            test_failed(__FILE__, __LINE__, "exit code %d: %s", c.code, c.err);
        if (c.code == 4)
            assert_text_has(c.err, "sci-test: error: ");
        capture_clear(&c);
        assert_true(k < 2000);
    }
}

/* Whatever operation fails, outputs are as before or complete, and the code says so. */
static void
every_file_operation_may_fail(void **state)
{
    static const faults_call calls[] = { FAULTS_OPEN, FAULTS_CLOSE, FAULTS_FSYNC, FAULTS_RENAME };

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(calls); c++) {
        captured said = { .code = 1 };

        for (long k = 0; said.code != 0; k++) {
            test_context("%s %ld", faults_call_name(calls[c]), k);
            assert_int_equal(enter_scratch(NULL), 0);
            faults_files(calls[c], k, false, EIO);
            said = run("a.in b.in -o out");
            faults_files_end();
            assert_true(said.code == 0 || said.code == 1);
            assert_true(exists("out/a.out") + exists("out/b.out") >= (said.code == 0 ? 2 : 1));
            assert_false(exists("out/failures.tsv") && said.code == 0);
            capture_clear(&said);
            assert_true(k < 100);
        }
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_input_makes_one_file, enter_scratch),
        cmocka_unit_test_setup(many_inputs_fill_a_directory, enter_scratch),
        cmocka_unit_test_setup(failures_are_listed_last_and_kept, enter_scratch),
        cmocka_unit_test_setup(codes_of_a_batch_are_joined, enter_scratch),
        cmocka_unit_test_setup(refusals_come_before_any_work, enter_scratch),
        cmocka_unit_test_setup(further_outputs_come_along, enter_scratch),
        cmocka_unit_test_setup(the_last_word_is_about_all_inputs, enter_scratch),
        cmocka_unit_test_setup(resume_does_only_what_is_missing, enter_scratch),
        cmocka_unit_test_setup(resume_makes_again_what_went_away, enter_scratch),
        cmocka_unit_test_setup(resume_does_not_take_damage_for_an_output, enter_scratch),
        cmocka_unit_test_setup(resume_refuses_what_was_made_otherwise, enter_scratch),
        cmocka_unit_test_setup(a_damaged_journal_is_no_harm, enter_scratch),
        cmocka_unit_test_setup(every_allocation_may_fail, enter_scratch),
        cmocka_unit_test_setup(every_file_operation_may_fail, enter_scratch),
    };

    return run_all(tests);
}
