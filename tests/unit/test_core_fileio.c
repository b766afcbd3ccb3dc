/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>
#include "support/place.h"
#include "support/testing.h"

/* What the next preads and pwrites do. */
static struct {
    int interruptions; /* calls that end with EINTR first */
    int error;         /* then errno, or 0 */
    size_t most;       /* bytes moved a call */
    int calls;
} script;

/* True if the scripted call has failed. */
static bool
fails(void)
{
    script.calls++;
    errno = script.error;
    if (script.interruptions > 0) {
        script.interruptions--;
        errno = EINTR;
    }
    return errno != 0;
}

static ssize_t
scripted_pread(int fd, void *buffer, size_t bytes, off_t offset)
{
    return fails() ? -1 : pread(fd, buffer, bytes < script.most ? bytes : script.most, offset);
}

static ssize_t
scripted_pwrite(int fd, const void *buffer, size_t bytes, off_t offset)
{
    return fails() ? -1 : pwrite(fd, buffer, bytes < script.most ? bytes : script.most, offset);
}

static void
use_script(int interruptions, int error, size_t most)
{
    sci_file_ops ops = *sci_file_ops_get();

    script.interruptions = interruptions;
    script.error = error;
    script.most = most;
    script.calls = 0;
    ops.pread = scripted_pread;
    ops.pwrite = scripted_pwrite;
    sci_file_ops_set(&ops);
}

static int
open_scratch(const char *name)
{
    char path[PLACE_ROOM];
    int fd;

    place_scratch(path, name);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static int
restore_default(void **state)
{
    (void)state;
    sci_file_ops_set(NULL);
    return 0;
}

static void
what_was_written_is_read(void **state)
{
    int fd = open_scratch("whole");
    char got[6] = "";

    (void)state;
    assert_ok(sci_write_at(fd, "whole", "hello", 6, 1000));
    assert_ok(sci_read_at(fd, "whole", got, 6, 1000));
    assert_string_equal(got, "hello");
    assert_ok(sci_read_at(fd, "whole", got, 0, 5000)); /* nothing asked for, nothing missing */
    close(fd);
}

static void
short_counts_and_interruptions_are_continued(void **state)
{
    int fd = open_scratch("short");
    char data[100], got[100];

    (void)state;
    for (int i = 0; i < 100; i++)
        data[i] = (char)i;
    use_script(3, 0, 7);
    assert_ok(sci_write_at(fd, "short", data, sizeof data, 3));
    assert_int_equal(script.calls, 3 + 15);
    use_script(2, 0, 9);
    assert_ok(sci_read_at(fd, "short", got, sizeof got, 3));
    assert_int_equal(script.calls, 2 + 12);
    assert_memory_equal(got, data, sizeof data);
    close(fd);
}

static void
a_premature_end_says_where(void **state)
{
    int fd = open_scratch("cut");
    char got[10];

    (void)state;
    assert_ok(sci_write_at(fd, "cut", "12345", 5, 0));
    assert_fails(sci_read_at(fd, "cut.wav", got, 10, 2), SCI_ERR_FORMAT);
    assert_string_equal(sci_message(), "'cut.wav': file ends at byte 5, 7 more expected");
    close(fd);
}

static void
a_full_device_is_told_from_a_broken_one(void **state)
{
    static const struct {
        int error;
        sci_status expected;
    } cases[] = {
        { ENOSPC, SCI_ERR_NOSPACE }, { EDQUOT, SCI_ERR_NOSPACE }, { EFBIG, SCI_ERR_NOSPACE },
        { EIO, SCI_ERR_IO },         { EBADF, SCI_ERR_IO },       { ENOMEM, SCI_ERR_NOMEM },
    };
    int fd = open_scratch("full");

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char byte = 'x';

        use_script(1, cases[i].error, 1);
        assert_fails(sci_write_at(fd, "out.h5", &byte, 1, 0), cases[i].expected);
        assert_message_has("cannot write 'out.h5': ");
        use_script(1, cases[i].error, 1);
        assert_fails(sci_read_at(fd, "in.h5", &byte, 1, 0), cases[i].expected);
        assert_message_has("cannot read 'in.h5': ");
        assert_message_has(strerror(cases[i].error));
    }
    close(fd);
}

static ssize_t
take_nothing(int fd, const void *buffer, size_t bytes, off_t offset)
{
    (void)fd;
    (void)buffer;
    (void)bytes;
    (void)offset;
    return 0;
}

static void
a_device_that_takes_nothing_does_not_hang(void **state)
{
    sci_file_ops ops = *sci_file_ops_get();

    (void)state;
    ops.pwrite = take_nothing;
    sci_file_ops_set(&ops);
    assert_fails(sci_write_at(0, "odd", "x", 1, 0), SCI_ERR_IO);
}

static void
positions_beyond_63_bits_are_refused_before_any_call(void **state)
{
    char byte = 0;

    (void)state;
    use_script(0, 0, 1);
    assert_fails(sci_read_at(0, "far", &byte, 1, INT64_MAX), SCI_ERR_FORMAT);
    assert_fails(sci_read_at(0, "far", &byte, 2, UINT64_MAX), SCI_ERR_FORMAT);
    assert_fails(sci_write_at(0, "far", &byte, 1, UINT64_MAX), SCI_ERR_FORMAT);
    assert_int_equal(script.calls, 0);
}

static void
errno_becomes_a_message_with_verb_and_path(void **state)
{
    (void)state;
    errno = ENOENT;
    assert_int_equal(sci_fail_errno("open", "a.wav"), SCI_ERR_IO);
    assert_string_equal(sci_message(), "cannot open 'a.wav': No such file or directory");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test_teardown(short_counts_and_interruptions_are_continued, restore_default),
        cmocka_unit_test(a_premature_end_says_where),
        cmocka_unit_test_teardown(a_full_device_is_told_from_a_broken_one, restore_default),
        cmocka_unit_test_teardown(a_device_that_takes_nothing_does_not_hang, restore_default),
        cmocka_unit_test_teardown(positions_beyond_63_bits_are_refused_before_any_call,
                                  restore_default),
        cmocka_unit_test(errno_becomes_a_message_with_verb_and_path),
    };

    return run_all(tests);
}
