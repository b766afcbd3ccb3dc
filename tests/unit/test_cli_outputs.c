/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/place.h>
#include <support/testing.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cli/outputs.h>

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

static cli_inputs
inputs_of(size_t n, const char *const *operands)
{
    cli_inputs_rules rules = { .datasets = true, .recursive = true };
    cli_inputs in;

    assert_ok(cli_inputs_expand(&in, n, operands, &rules));
    return in;
}

#define INPUTS(...)                                                           \
    inputs_of(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *), \
              (const char *[]){ __VA_ARGS__ })

static void
one_input_has_the_name_that_is_given(void **state)
{
    cli_inputs in = INPUTS("in/a.hdf5:/x");
    cli_outputs out;

    (void)state;
    assert_ok(cli_outputs_name(&out, &in, "y.h5:/g/y", true, ".h5"));
    assert_int_equal(out.n, 1);
    assert_null(out.directory);
    assert_string_equal(out.paths[0], "y.h5");
    assert_string_equal(out.dataset, "/g/y");
    cli_outputs_clear(&out);
    assert_ok(cli_outputs_name(&out, &in, "y.h5:/g/y", false, ".h5"));
    assert_string_equal(out.paths[0], "y.h5:/g/y");
    cli_outputs_clear(&out);
    cli_inputs_clear(&in);
}

static void
one_input_may_go_into_a_directory(void **state)
{
    cli_inputs in = INPUTS("in/a.hdf5:/x");
    cli_outputs out;

    (void)state;
    mkdir("d", 0777);
    assert_ok(cli_outputs_name(&out, &in, "d", true, ".h5"));
    assert_string_equal(out.directory, "d");
    assert_string_equal(out.paths[0], "d/a.h5");
    cli_outputs_clear(&out);
    assert_ok(cli_outputs_name(&out, &in, "new//", true, NULL));
    assert_string_equal(out.paths[0], "new/a.hdf5");
    cli_outputs_clear(&out);
    cli_inputs_clear(&in);
}

static void
many_inputs_keep_base_names_and_relative_paths(void **state)
{
    cli_inputs in;
    cli_outputs out;

    (void)state;
    mkdir("in", 0777);
    mkdir("in/s.1", 0777);
    touch("in/s.1/noext");
    touch("in/s.1/b.c.nii");
    in = INPUTS("other/a.wav", "in");
    assert_ok(cli_outputs_name(&out, &in, "out:/y", true, ".h5"));
    assert_int_equal(out.n, 3);
    assert_string_equal(out.dataset, "/y");
    assert_string_equal(out.paths[0], "out/a.h5");
    assert_string_equal(out.paths[1], "out/s.1/b.c.h5");
    assert_string_equal(out.paths[2], "out/s.1/noext.h5");
    cli_outputs_clear(&out);
    cli_inputs_clear(&in);
}

static void
collisions_are_refused(void **state)
{
    cli_inputs in = INPUTS("p/a.h5", "q/b.h5", "r/a.hdf5"), same = INPUTS("x.h5:/a", "x.h5:/b");
    cli_outputs out;

    (void)state;
    assert_fails(cli_outputs_name(&out, &in, "out", true, ".h5"), SCI_ERR_ARGUMENT);
    assert_message_has("would both become 'out/a.h5'");
    assert_message_has("'p/a.h5'");
    assert_message_has("'r/a.hdf5'");
    assert_ok(cli_outputs_name(&out, &in, "out", true, NULL));
    cli_outputs_clear(&out);
    assert_fails(cli_outputs_name(&out, &same, "out", true, NULL), SCI_ERR_ARGUMENT);
    cli_inputs_clear(&in);
    cli_inputs_clear(&same);
}

static void
many_inputs_need_a_directory(void **state)
{
    cli_inputs in = INPUTS("a.h5", "b.h5");
    cli_outputs out;

    (void)state;
    touch("y.h5");
    assert_fails(cli_outputs_name(&out, &in, "y.h5", true, NULL), SCI_ERR_ARGUMENT);
    assert_message_has("'y.h5' is none");
    assert_fails(cli_outputs_name(&out, &in, "", true, NULL), SCI_ERR_ARGUMENT);
    cli_inputs_clear(&in);
}

static void
an_output_is_never_an_input(void **state)
{
    cli_inputs in;

    (void)state;
    touch("a.h5");
    assert_int_equal(link("a.h5", "hard.h5"), 0);
    assert_int_equal(symlink("a.h5", "soft.h5"), 0);
    in = INPUTS("a.h5:/x");
    for (int force = 0; force < 2; force++) {
        assert_fails(cli_target_check("a.h5", force, &in), SCI_ERR_ARGUMENT);
        assert_message_has("is the input 'a.h5'");
        assert_fails(cli_target_check("./a.h5", force, &in), SCI_ERR_ARGUMENT);
        assert_fails(cli_target_check("hard.h5", force, &in), SCI_ERR_ARGUMENT);
        assert_fails(cli_target_check("soft.h5", force, &in), SCI_ERR_ARGUMENT);
    }
    cli_inputs_clear(&in);
}

static void
what_exists_needs_force(void **state)
{
    cli_inputs in = INPUTS("a.h5");

    (void)state;
    touch("old.h5");
    assert_int_equal(symlink("nowhere", "dangling.h5"), 0);
    assert_fails(cli_target_check("old.h5", false, &in), SCI_ERR_EXISTS);
    assert_message_has("'old.h5' exists already; --force");
    assert_fails(cli_target_check("dangling.h5", false, &in), SCI_ERR_EXISTS);
    assert_ok(cli_target_check("old.h5", true, &in));
    assert_ok(cli_target_check("dangling.h5", true, &in));
    assert_ok(cli_target_check("new.h5", false, &in));
    assert_ok(cli_target_check("old.h5", true, NULL));
    cli_inputs_clear(&in);
}

static void
devices_and_directories_are_no_outputs(void **state)
{
    (void)state;
    mkdir("d", 0777);
    assert_fails(cli_target_check("d", true, NULL), SCI_ERR_ARGUMENT);
    assert_fails(cli_target_check("/dev/null", true, NULL), SCI_ERR_ARGUMENT);
    assert_message_has("no regular file");
}

static void
directories_are_looked_at_or_made(void **state)
{
    struct stat made;

    (void)state;
    touch("file");
    assert_ok(cli_target_directory_check("y.h5"));
    assert_ok(cli_target_directory_check("/y.h5"));
    assert_fails(cli_target_directory_check("no/such/y.h5"), SCI_ERR_ARGUMENT);
    assert_message_has("the directory 'no/such' of the output does not exist");
    assert_fails(cli_target_directory_check("file/y.h5"), SCI_ERR_ARGUMENT);
    assert_ok(cli_target_directory_make("p/q/r/y.h5"));
    assert_ok(cli_target_directory_make("p/q/r/z.h5"));
    assert_int_equal(stat("p/q/r", &made), 0);
    assert_true(S_ISDIR(made.st_mode));
    assert_fails(cli_target_directory_make("file/x/y.h5"), SCI_ERR_IO);
    assert_message_has("'file/x'");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_input_has_the_name_that_is_given, enter_scratch),
        cmocka_unit_test_setup(one_input_may_go_into_a_directory, enter_scratch),
        cmocka_unit_test_setup(many_inputs_keep_base_names_and_relative_paths, enter_scratch),
        cmocka_unit_test_setup(collisions_are_refused, enter_scratch),
        cmocka_unit_test_setup(many_inputs_need_a_directory, enter_scratch),
        cmocka_unit_test_setup(an_output_is_never_an_input, enter_scratch),
        cmocka_unit_test_setup(what_exists_needs_force, enter_scratch),
        cmocka_unit_test_setup(devices_and_directories_are_no_outputs, enter_scratch),
        cmocka_unit_test_setup(directories_are_looked_at_or_made, enter_scratch),
    };

    return run_all(tests);
}
