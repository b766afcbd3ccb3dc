/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sci/file.h>
#include "support/place.h"
#include "support/testing.h"

/* File operations that count their calls and fail at one of them. */
static struct {
    int calls, fail_at;
    int names_taken; /* opens that meet an existing file */
} script;

static bool
fails(void)
{
    errno = EIO;
    return script.calls++ == script.fail_at;
}

static int
scripted_open(const char *path, int flags, mode_t mode)
{
    if (script.names_taken > 0) {
        script.names_taken--;
        errno = EEXIST;
        return -1;
    }
    return fails() ? -1 : open(path, flags, mode);
}

static int
scripted_close(int fd)
{
    bool failed = fails();

    return close(fd) != 0 || failed ? -1 : 0;
}

static int
scripted_fsync(int fd)
{
    return fails() ? -1 : fsync(fd);
}

static int
scripted_rename(const char *from, const char *to)
{
    return fails() ? -1 : rename(from, to);
}

static void
use_script(int fail_at, int names_taken)
{
    sci_file_ops ops;

    sci_file_ops_set(NULL);
    ops = *sci_file_ops_get();
    script.calls = 0;
    script.fail_at = fail_at;
    script.names_taken = names_taken;
    ops.open = scripted_open;
    ops.close = scripted_close;
    ops.fsync = scripted_fsync;
    ops.rename = scripted_rename;
    sci_file_ops_set(&ops);
}

static int
start_clean(void **state)
{
    (void)state;
    sci_file_ops_set(NULL);
    place_scratch_clear();
    return 0;
}

static mode_t
mode_of(const char *path)
{
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

static void
the_temporary_lies_beside_the_target(void **state)
{
    char target[PLACE_ROOM];
    char *path = NULL;
    size_t folder;

    (void)state;
    place_scratch(target, "out.h5");
    folder = strlen(target) - strlen("out.h5");
    assert_ok(sci_temporary_create(&path, target));
    assert_memory_equal(path, target, folder);
    assert_memory_equal(path + folder, ".out.h5.", 8);
    assert_string_equal(path + strlen(path) - 4, ".tmp");
    assert_int_equal(access(path, R_OK | W_OK), 0);
    assert_false(place_scratch_has("out.h5"));
    sci_temporary_discard(path);
    assert_int_equal(place_scratch_count(), 0);
    sci_free(path);
}

static void
commit_moves_it_over_the_target(void **state)
{
    char target[PLACE_ROOM];

    (void)state;
    place_scratch(target, "out.h5");
    for (int sync = 0; sync < 2; sync++) {
        char *path = NULL;
        unsigned char *got;
        size_t size;

        assert_ok(sci_temporary_create(&path, target));
        place_write(path, sync ? "new" : "old", 3);
        assert_ok(sci_temporary_commit(path, target, sync));
        got = place_read(target, &size);
        assert_int_equal(size, 3);
        assert_memory_equal(got, sync ? "new" : "old", 3);
        assert_int_equal(place_scratch_count(), 1);
        free(got);
        sci_free(path);
    }
}

static void
a_target_in_the_current_folder_works(void **state)
{
    char folder[PLACE_ROOM];
    char *path = NULL;

    (void)state;
    place_scratch(folder, ".");
    assert_int_equal(chdir(folder), 0);
    assert_ok(sci_temporary_create(&path, "here.h5"));
    assert_memory_equal(path, ".here.h5.", 9);
    assert_ok(sci_temporary_commit(path, "here.h5", true));
    assert_true(place_scratch_has("here.h5"));
    assert_int_equal(chdir("/"), 0);
    sci_free(path);
}

static void
a_new_file_has_the_mode_of_the_umask(void **state)
{
    char target[PLACE_ROOM];
    char *path = NULL;
    mode_t old = umask(027);

    (void)state;
    place_scratch(target, "new.h5");
    assert_ok(sci_temporary_create(&path, target));
    assert_int_equal(mode_of(path), 0640);
    umask(old);
    sci_free(path);
}

static void
a_replaced_file_keeps_its_mode(void **state)
{
    char target[PLACE_ROOM];
    char *path = NULL;

    (void)state;
    place_scratch(target, "private.h5");
    place_write(target, "x", 1);
    assert_int_equal(chmod(target, 0600), 0);
    assert_ok(sci_temporary_create(&path, target));
    assert_int_equal(mode_of(path), 0600);
    sci_free(path);
}

static void
a_link_is_replaced_and_not_followed(void **state)
{
    char target[PLACE_ROOM], victim[PLACE_ROOM];
    char *path = NULL;
    struct stat info;

    (void)state;
    place_scratch(victim, "victim");
    place_scratch(target, "link.h5");
    place_write(victim, "x", 1);
    assert_int_equal(symlink(victim, target), 0);
    assert_ok(sci_temporary_create(&path, target));
    assert_ok(sci_temporary_commit(path, target, false));
    assert_int_equal(lstat(target, &info), 0);
    assert_true(S_ISREG(info.st_mode));
    assert_int_equal(stat(victim, &info), 0);
    assert_int_equal(info.st_size, 1);
    sci_free(path);
}

static void
a_taken_name_is_tried_again_under_another(void **state)
{
    char target[PLACE_ROOM];
    char *path = NULL;

    (void)state;
    place_scratch(target, "out.h5");
    use_script(-1, 5);
    assert_ok(sci_temporary_create(&path, target));
    assert_int_equal(script.names_taken, 0);
    sci_free(path);
    path = NULL;
    use_script(-1, 100000); /* for ever */
    assert_fails(sci_temporary_create(&path, target), SCI_ERR_IO);
    assert_null(path);
}

static void
the_longest_name_still_fits(void **state)
{
    char name[256], target[PLACE_ROOM];
    char *path = NULL;

    (void)state;
    memset(name, 'n', 255);
    name[255] = '\0';
    place_scratch(target, name);
    assert_ok(sci_temporary_create(&path, target));
    assert_ok(sci_temporary_commit(path, target, true));
    assert_true(place_scratch_has(name));
    sci_free(path);
}

static void
what_names_no_file_is_refused(void **state)
{
    char *path = NULL;

    (void)state;
    assert_fails(sci_temporary_create(&path, "folder/"), SCI_ERR_ARGUMENT);
    assert_fails(sci_temporary_create(&path, ""), SCI_ERR_ARGUMENT);
    assert_fails(sci_temporary_create(&path, "/no/such/folder/out.h5"), SCI_ERR_IO);
    assert_message_has("cannot create '/no/such/folder/out.h5'");
    assert_null(path);
    sci_temporary_discard(NULL);
}

/* Every call fails once: the target is never there in part, and nothing is left once the caller discards. */
static void
any_failing_call_leaves_no_output(void **state)
{
    char target[PLACE_ROOM];
    sci_status st = SCI_ERR_IO;
    int failures = 0;

    (void)state;
    place_scratch(target, "out.h5");
    for (int k = 0; st != SCI_OK; k++) {
        char *path = NULL;

        test_context("call %d fails", k);
        assert_int_equal(place_scratch_count(), 0);
        use_script(k, 0);
        st = sci_temporary_create(&path, target);
        if (st == SCI_OK)
            st = sci_temporary_commit(path, target, true);
        if (st != SCI_OK) {
            failures++;
            assert_int_equal(st, SCI_ERR_IO);
            assert_false(place_scratch_has("out.h5"));
        }
        sci_temporary_discard(path);
        sci_free(path);
    }
    assert_true(place_scratch_has("out.h5"));
    /* open, close; open, fsync, close; rename; open, fsync, close of the folder */
    assert_int_equal(failures, 9);
}

/* The same where a file is replaced: afterwards it is the old one or the new one. */
static void
any_failing_call_leaves_the_old_or_the_new_file(void **state)
{
    char target[PLACE_ROOM];
    sci_status st = SCI_ERR_IO;

    (void)state;
    place_scratch(target, "state.h5");
    for (int k = 0; st != SCI_OK; k++) {
        char *path = NULL;
        unsigned char *got;
        size_t size;

        test_context("call %d fails", k);
        place_write(target, "old", 3);
        use_script(k, 0);
        st = sci_temporary_create(&path, target);
        if (st == SCI_OK) {
            place_write(path, "new", 3);
            st = sci_temporary_commit(path, target, true);
        }
        sci_temporary_discard(path);
        got = place_read(target, &size);
        assert_int_equal(size, 3);
        assert_memory_equal(got, script.calls > 6 ? "new" : "old",
                            3); /* the sixth call is the rename */
        assert_int_equal(place_scratch_count(), 1);
        free(got);
        sci_free(path);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_temporary_lies_beside_the_target, start_clean),
        cmocka_unit_test_setup(commit_moves_it_over_the_target, start_clean),
        cmocka_unit_test_setup(a_target_in_the_current_folder_works, start_clean),
        cmocka_unit_test_setup(a_new_file_has_the_mode_of_the_umask, start_clean),
        cmocka_unit_test_setup(a_replaced_file_keeps_its_mode, start_clean),
        cmocka_unit_test_setup(a_link_is_replaced_and_not_followed, start_clean),
        cmocka_unit_test_setup_teardown(a_taken_name_is_tried_again_under_another, start_clean,
                                        start_clean),
        cmocka_unit_test_setup(the_longest_name_still_fits, start_clean),
        cmocka_unit_test_setup(what_names_no_file_is_refused, start_clean),
        cmocka_unit_test_setup_teardown(any_failing_call_leaves_no_output, start_clean,
                                        start_clean),
        cmocka_unit_test_setup_teardown(any_failing_call_leaves_the_old_or_the_new_file,
                                        start_clean, start_clean),
    };

    return run_all(tests);
}
