/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/testing.h>

#include <string.h>

#include <cli/options.h>

typedef struct settings {
    bool force, sync;
    const char *output;
    cli_list labels;
    int64_t jobs;
    double eps;
    uint64_t memory;
    int nan;
    cli_shard shard;
} settings;

#define AT(member) offsetof(settings, member)

static const cli_row rows[] = {
    { 'o', "output", "FILE", CLI_TEXT, AT(output), NULL, "", "A", CLI_REQUIRED, NULL, 0, 0 },
    { 'f', "force", NULL, CLI_FLAG, AT(force), NULL, "", "A", 0, NULL, 0, 0 },
    { 0, "sync", NULL, CLI_FLAG, AT(sync), "", "", "A", CLI_NEGATABLE, NULL, 0, 0 },
    { 'l', "label", "AXIS=FILE", CLI_LIST, AT(labels), NULL, "", "B", 0, NULL, 0, 0 },
    { 'j', "jobs", "N", CLI_INTEGER, AT(jobs), "1", "", "B", 0, NULL, 1, 64 },
    { 0, "eps", "X", CLI_REAL, AT(eps), "1e-5", "", "B", CLI_RESULT | CLI_POSITIVE, NULL, 0, 0 },
    { 0, "memory", "SIZE", CLI_SIZE, AT(memory), NULL, "", "B", 0, NULL, 0, 0 },
    { 0, "nan", "POLICY", CLI_CHOICE, AT(nan), "refuse", "", "B", 0, "refuse|ignore=skip|propagate",
      0, 0 },
    { 0, "shard", "I/N", CLI_SHARD, AT(shard), NULL, "", "B", 0, NULL, 0, 0 },
    { 0, "shift", "FILE", CLI_TEXT, AT(output), NULL, "", "B", 0, NULL, 0, 0 },
    CLI_END
};

typedef struct parsed {
    settings s;
    bool given[ARRAY_LEN(rows)];
    int first;
    char *argv[20];
    int argc;
    cli_table table;
    sci_status status;
} parsed;

/* Parse the words of `line`, which is cut into pieces. */
static void
parse(parsed *p, char *line)
{
    memset(p, 0, sizeof *p);
    p->table = (cli_table){ rows, &p->s, p->given };
    p->argv[p->argc++] = line; /* the verb's place; getopt does not look at it */
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
        p->argv[p->argc++] = word;
    p->status = cli_options_parse(&p->table, 1, p->argc, p->argv, &p->first);
}

#define PARSE(p, text)      \
    char p##_line[] = text; \
    parsed p;               \
    parse(&p, p##_line)

static void
defaults_stand_where_nothing_is_given(void **state)
{
    (void)state;
    PARSE(p, "");
    assert_ok(p.status);
    assert_true(p.s.sync);
    assert_false(p.s.force);
    assert_int_equal(p.s.jobs, 1);
    assert_close(p.s.eps, 1e-5, 0.0, 0.0);
    assert_int_equal(p.s.nan, 0);
    assert_null(p.s.output);
    assert_int_equal(p.s.labels.n, 0);
    assert_false(p.given[4]);
}

static void
every_kind_reaches_its_destination(void **state)
{
    (void)state;
    PARSE(p, "-f --no-sync -o y.h5 -j8 --eps=0.5 --memory 1KiB --nan skip --shard 2/3");
    assert_ok(p.status);
    assert_true(p.s.force);
    assert_false(p.s.sync);
    assert_string_equal(p.s.output, "y.h5");
    assert_int_equal(p.s.jobs, 8);
    assert_close(p.s.eps, 0.5, 0.0, 0.0);
    assert_int_equal(p.s.memory, 1024);
    assert_int_equal(p.s.nan, 1);
    assert_int_equal(p.s.shard.number, 2);
    assert_true(p.given[4]);
    assert_true(p.given[0]);
}

static void
operands_may_stand_anywhere(void **state)
{
    (void)state;
    PARSE(p, "a.h5 -f b.h5 -j 2 -- -c.h5");
    assert_ok(p.status);
    assert_int_equal(p.argc - p.first, 3);
    assert_string_equal(p.argv[p.first], "a.h5");
    assert_string_equal(p.argv[p.first + 1], "b.h5");
    assert_string_equal(p.argv[p.first + 2], "-c.h5");
}

static void
repeated_options_make_a_list_and_of_resources_the_last_one_holds(void **state)
{
    (void)state;
    PARSE(p, "-l a=1 --label b=2 -lc=3 -j 2 -j 3");
    assert_ok(p.status);
    assert_int_equal(p.s.labels.n, 3);
    assert_string_equal(p.s.labels.items[1], "b=2");
    assert_string_equal(p.s.labels.items[2], "c=3");
    assert_int_equal(p.s.jobs, 3);
    cli_options_clear(&p.table, 1);
    assert_int_equal(p.s.labels.n, 0);
}

static void
long_names_may_be_shortened(void **state)
{
    (void)state;
    PARSE(p, "--mem 2K --out=z");
    assert_ok(p.status);
    assert_int_equal(p.s.memory, 2000);
    assert_string_equal(p.s.output, "z");
}

static void
mistakes_are_told(void **state)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        { "--frobnicate=3", "unknown option '--frobnicate'" },
        { "-x", "unknown option '-x'" },
        { "-fx", "unknown option '-x'" },
        { "--sh 1/2", "option '--sh' is ambiguous: --shard, --shift" },
        { "--force=3", "option '--force' takes no argument" },
        { "--jobs", "option '--jobs' needs an argument, N" },
        { "-o", "option '--output' needs an argument, FILE" },
        { "--jobs 1x", "option '--jobs' needs a whole number from 1 to 64, not '1x'" },
        { "--jobs 0", "option '--jobs' needs a whole number from 1 to 64, not '0'" },
        { "--jobs 65", "option '--jobs' needs a whole number from 1 to 64, not '65'" },
        { "--eps 0", "option '--eps' needs a number above 0, not '0'" },
        { "--eps tiny", "option '--eps' needs a number above 0, not 'tiny'" },
        { "--memory 1q", "option '--memory' needs a size such as 512MiB, not '1q'" },
        { "--nan maybe", "option '--nan' is one of refuse, ignore, propagate, not 'maybe'" },
        { "--shard 4/3", "option '--shard' needs a part such as 2/3, not '4/3'" },
        { "-o a.h5 --out b.h5", "option '--output' is given twice; leave one out" },
        { "--eps 1 --eps 1", "option '--eps' is given twice; leave one out" },
        { "--no-force", "unknown option '--no-force'" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char line[64];
        parsed p;

        test_context("%s", cases[k].line);
        strcpy(line, cases[k].line);
        parse(&p, line);
        cli_options_clear(&p.table, 1);
        assert_fails(p.status, SCI_ERR_ARGUMENT);
        assert_string_equal(sci_message(), cases[k].message);
    }
}

static void
required_options_are_missed(void **state)
{
    (void)state;
    PARSE(without, "-f");
    PARSE(with, "-o y.h5");
    assert_fails(cli_options_required(&without.table, 1), SCI_ERR_ARGUMENT);
    assert_string_equal(sci_message(), "option '--output FILE' is missing");
    assert_ok(cli_options_required(&with.table, 1));
}

static void
choices_have_places_and_first_spellings(void **state)
{
    char text[16];

    (void)state;
    assert_int_equal(cli_choice_find("f32=f4|f64=f8", "f32"), 0);
    assert_int_equal(cli_choice_find("f32=f4|f64=f8", "f4"), 0);
    assert_int_equal(cli_choice_find("f32=f4|f64=f8", "f8"), 1);
    assert_int_equal(cli_choice_find("f32=f4|f64=f8", "f"), -1);
    assert_int_equal(cli_choice_find("f32=f4|f64=f8", ""), -1);
    assert_int_equal(cli_choice_find("f32=f4|f64=f8", "f4|f64"), -1);
    cli_choice_text("f32=f4|f64=f8", 1, text, sizeof text);
    assert_string_equal(text, "f64");
    cli_choice_text("f32=f4|f64=f8", 2, text, sizeof text);
    assert_string_equal(text, "");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_stand_where_nothing_is_given),
        cmocka_unit_test(every_kind_reaches_its_destination),
        cmocka_unit_test(operands_may_stand_anywhere),
        cmocka_unit_test(repeated_options_make_a_list_and_of_resources_the_last_one_holds),
        cmocka_unit_test(long_names_may_be_shortened),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(required_options_are_missed),
        cmocka_unit_test(choices_have_places_and_first_spellings),
    };

    return run_all(tests);
}
