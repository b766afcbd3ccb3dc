/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/place.h>
#include <support/testing.h>

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cli/inputs.h>

static const char *const h5[] = { ".h5", ".hdf5", NULL };

/* Every test starts in an empty scratch folder. */
static int
enter_scratch(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "");
    place_scratch_clear();
    return chdir(path);
}

static void
touch(const char *path)
{
    place_write(path, path, strlen(path));
}

static sci_status
expand(cli_inputs *out, const cli_inputs_rules *rules, size_t n, const char *const *operands)
{
    return cli_inputs_expand(out, n, operands, rules);
}

#define EXPAND(out, rules, ...)                                                             \
    expand((out), &(rules), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), \
           (const char *[]){ __VA_ARGS__ })

static void
operands_keep_their_order_and_base_names(void **state)
{
    cli_inputs_rules rules = { .datasets = true };
    cli_inputs in;

    (void)state;
    mkdir("d", 0777);
    touch("d/b.h5");
    touch("a.h5");
    assert_ok(EXPAND(&in, rules, "d/b.h5:/g/x", "a.h5", "missing.h5:/x"));
    assert_int_equal(in.n, 3);
    assert_true(in.many);
    assert_string_equal(in.items[0].path, "d/b.h5");
    assert_string_equal(in.items[0].dataset, "/g/x");
    assert_string_equal(in.items[0].operand, "d/b.h5:/g/x");
    assert_string_equal(in.items[0].relative, "b.h5");
    assert_string_equal(in.items[1].operand, "a.h5");
    assert_null(in.items[1].dataset);
    assert_true(in.items[1].inode != 0);
    assert_true(in.items[2].inode == 0);
    cli_inputs_clear(&in);
}

static void
one_operand_is_not_many(void **state)
{
    cli_inputs_rules rules = { 0 };
    cli_inputs in;

    (void)state;
    assert_ok(EXPAND(&in, rules, "x/y:/z"));
    assert_false(in.many);
    assert_string_equal(in.items[0].path, "x/y:/z");
    cli_inputs_clear(&in);
}

static void
a_dataset_is_for_inputs_that_name_none(void **state)
{
    cli_inputs_rules rules = { .datasets = true, .dataset = "g/x" };
    cli_inputs in;

    (void)state;
    assert_ok(EXPAND(&in, rules, "a.h5", "b.h5:/y"));
    assert_string_equal(in.items[0].dataset, "/g/x");
    assert_string_equal(in.items[0].operand, "a.h5:/g/x");
    assert_string_equal(in.items[1].dataset, "/y");
    cli_inputs_clear(&in);
}

static void
a_directory_gives_its_files_sorted(void **state)
{
    cli_inputs_rules rules = { .recursive = true, .extensions = h5, .not_below = "in/out" };
    cli_inputs in;
    static const char *const expected[] = { "a.h5", "b.HDF5", "link.h5", "sub/c.h5",
                                            "sub/deep/d.h5" };

    (void)state;
    mkdir("in", 0777);
    mkdir("in/sub", 0777);
    mkdir("in/sub/deep", 0777);
    mkdir("in/out", 0777);
    mkdir("in/.hidden", 0777);
    touch("in/sub/deep/d.h5");
    touch("in/sub/c.h5");
    touch("in/b.HDF5");
    touch("in/a.h5");
    touch("in/notes.txt");
    touch("in/.h5");
    touch("in/.x.h5");
    touch("in/.hidden/x.h5");
    touch("in/out/old.h5");
    touch("outside.h5");
    assert_int_equal(symlink("../outside.h5", "in/link.h5"), 0);
    assert_int_equal(symlink("sub", "in/linked"), 0);
    assert_int_equal(symlink("nowhere", "in/broken.h5"), 0);
    assert_int_equal(mkfifo("in/fifo.h5", 0600), 0);
    assert_ok(EXPAND(&in, rules, "in//"));
    assert_true(in.many);
    assert_int_equal(in.n, ARRAY_LEN(expected));
    for (size_t k = 0; k < in.n; k++)
        assert_string_equal(in.items[k].relative, expected[k]);
    assert_string_equal(in.items[3].path, "in/sub/c.h5");
    cli_inputs_clear(&in);
}

static void
mistakes_are_refused(void **state)
{
    cli_inputs_rules plain = { .datasets = true },
                     recursive = { .recursive = true, .extensions = h5 };
    cli_inputs in;

    (void)state;
    mkdir("d", 0777);
    touch("d/x.txt");
    touch("a.h5");
    assert_int_equal(link("a.h5", "same.h5"), 0);
    assert_fails(EXPAND(&in, plain, "d"), SCI_ERR_ARGUMENT);
    assert_message_has("'d' is a directory; -r takes");
    assert_fails(EXPAND(&in, recursive, "d"), SCI_ERR_ARGUMENT);
    assert_message_has("there is no input below 'd'");
    assert_fails(cli_inputs_expand(&in, 0, NULL, &plain), SCI_ERR_ARGUMENT);
    assert_fails(EXPAND(&in, plain, "a.h5", "b.h5", "./a.h5"), SCI_ERR_ARGUMENT);
    assert_message_has("'a.h5' and './a.h5' are the same input");
    assert_fails(EXPAND(&in, plain, "same.h5:/x", "a.h5:/x"), SCI_ERR_ARGUMENT);
    assert_ok(EXPAND(&in, plain, "a.h5:/x", "a.h5:/y"));
    cli_inputs_clear(&in);
}

static void
a_directory_that_cannot_be_opened_is_told(void **state)
{
    cli_inputs_rules rules = { .recursive = true };
    struct rlimit before, none;
    cli_inputs in;
    sci_status st;

    (void)state;
    mkdir("d", 0777);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    st = EXPAND(&in, rules, "d");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_fails(st, SCI_ERR_IO);
    assert_message_has("cannot open 'd'");
}

static void
a_manifest_gives_inputs_and_columns(void **state)
{
    static const char text[] =
        "batch\tpath\toutput\n# a comment\n1\ta.h5:/x\tone/a.h5\r\n\n2\t/abs/b.h5\tb\n";
    cli_inputs_rules rules = { .datasets = true, .manifest = "lists/m.tsv", .dataset = "/z" };
    cli_inputs in;

    (void)state;
    mkdir("lists", 0777);
    place_write("lists/m.tsv", text, strlen(text));
    assert_ok(cli_inputs_expand(&in, 0, NULL, &rules));
    assert_int_equal(in.n, 2);
    assert_true(in.many);
    assert_string_equal(in.items[0].operand, "lists/a.h5:/x");
    assert_string_equal(in.items[0].relative, "one/a.h5");
    assert_true(in.items[0].exact);
    assert_string_equal(in.items[1].operand, "/abs/b.h5:/z");
    assert_string_equal(cli_inputs_field(&in, 0, "batch"), "1");
    assert_string_equal(cli_inputs_field(&in, 1, "batch"), "2");
    assert_null(cli_inputs_field(&in, 0, "subject"));
    cli_inputs_clear(&in);
}

static void
damaged_manifests_are_refused(void **state)
{
    static const struct {
        const char *text;
        size_t size;
        const char *message;
    } cases[] = {
        { "", 0, "is empty" },
        { "a\tb\n1\t2\n", 8, "has no column 'path' or 'image'" },
        { "path\tb\nx\n", 9, "line 2 has 1 fields instead of 2" },
        { "path\nx\ty\n", 9, "line 2 has 2 fields instead of 1" },
        { "path\tb\n\ty\n", 10, "line 2: the path is empty" },
        { "path\nx\0y\n", 9, "line 2: not a text" },
        { "path\toutput\nx\t/etc/x\n", 21, "'/etc/x' is no name below" },
        { "path\toutput\nx\ta/../../x\n", 24, "'a/../../x' is no name below" },
        { "path\toutput\nx\t..\n", 17, "'..' is no name below" },
        { "path\toutput\nx\ta/\n", 17, "'a/' is no name below" },
        { "path\n", 5, "no input" },
    };
    cli_inputs_rules rules = { .manifest = "m.tsv" };
    cli_inputs in;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        test_context("case %zu", k);
        place_write("m.tsv", cases[k].text, cases[k].size);
        assert_fails(cli_inputs_expand(&in, 0, NULL, &rules), SCI_ERR_ARGUMENT);
        assert_message_has(cases[k].message);
    }
    rules.manifest = "missing.tsv";
    assert_fails(cli_inputs_expand(&in, 0, NULL, &rules), SCI_ERR_IO);
    assert_message_has("cannot open 'missing.tsv'");
}

static void
patterns_match_files_sorted_and_a_file_is_itself(void **state)
{
    cli_inputs_rules rules = { .glob = true };
    cli_inputs in;

    (void)state;
    touch("b.wav");
    touch("a.wav");
    touch("x[1].wav");
    assert_ok(EXPAND(&in, rules, "*.wav"));
    assert_int_equal(in.n, 3);
    assert_true(in.many);
    assert_string_equal(in.items[0].path, "a.wav");
    assert_string_equal(in.items[2].path, "x[1].wav");
    cli_inputs_clear(&in);
    assert_ok(EXPAND(&in, rules, "x[1].wav"));
    assert_int_equal(in.n, 1);
    assert_false(in.many);
    cli_inputs_clear(&in);
    assert_fails(EXPAND(&in, rules, "*.flac"), SCI_ERR_ARGUMENT);
    assert_message_has("no file matches '*.flac'");
    rules.glob = false;
    assert_ok(EXPAND(&in, rules, "*.flac"));
    assert_string_equal(in.items[0].path, "*.flac");
    cli_inputs_clear(&in);
}

static void
a_list_on_standard_input_is_ended_by_zero_bytes(void **state)
{
    static const char list[] = "a b.wav\0c\n.wav\0\0d.wav";
    cli_inputs_rules rules = { .null_list = true };
    cli_inputs in;

    (void)state;
    place_write("list", list, sizeof list - 1);
    assert_non_null(freopen("list", "r", stdin));
    assert_ok(EXPAND(&in, rules, "first.wav"));
    assert_int_equal(in.n, 4);
    assert_string_equal(in.items[1].path, "a b.wav");
    assert_string_equal(in.items[2].path, "c\n.wav");
    assert_string_equal(in.items[3].path, "d.wav");
    cli_inputs_clear(&in);
    place_write("list", "", 0);
    assert_non_null(freopen("list", "r", stdin));
    assert_fails(cli_inputs_expand(&in, 0, NULL, &rules), SCI_ERR_ARGUMENT);
    assert_message_has("no input");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(operands_keep_their_order_and_base_names, enter_scratch),
        cmocka_unit_test_setup(one_operand_is_not_many, enter_scratch),
        cmocka_unit_test_setup(a_dataset_is_for_inputs_that_name_none, enter_scratch),
        cmocka_unit_test_setup(a_directory_gives_its_files_sorted, enter_scratch),
        cmocka_unit_test_setup(mistakes_are_refused, enter_scratch),
        cmocka_unit_test_setup(a_directory_that_cannot_be_opened_is_told, enter_scratch),
        cmocka_unit_test_setup(a_manifest_gives_inputs_and_columns, enter_scratch),
        cmocka_unit_test_setup(damaged_manifests_are_refused, enter_scratch),
        cmocka_unit_test_setup(patterns_match_files_sorted_and_a_file_is_itself, enter_scratch),
        cmocka_unit_test_setup(a_list_on_standard_input_is_ended_by_zero_bytes, enter_scratch),
    };

    return run_all(tests);
}
