/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sci/file.h>

static int
default_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

static const sci_file_ops default_ops = {
    .open = default_open,
    .close = close,
    .pread = pread,
    .pwrite = pwrite,
    .ftruncate = ftruncate,
    .fsync = fsync,
    .rename = rename,
    .unlink = unlink,
};
static sci_file_ops ops;
static const sci_file_ops *current_ops = &default_ops;

void
sci_file_ops_set(const sci_file_ops *replacement)
{
    current_ops = &default_ops;
    if (!replacement)
        return;
    ops = *replacement;
    current_ops = &ops;
}

const sci_file_ops *
sci_file_ops_get(void)
{
    return current_ops;
}

static sci_status
status_of_errno(int error)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return SCI_ERR_NOSPACE;
    case ENOMEM:
        return SCI_ERR_NOMEM;
    default:
        return SCI_ERR_IO;
    }
}

sci_status
sci_fail_errno(const char *verb, const char *path)
{
    int error = errno;
    char text[256];

    if (strerror_r(error, text, sizeof text) != 0)
        (void)snprintf(text, sizeof text, "error %d", error);
    return sci_fail(status_of_errno(error), "cannot %s '%s': %s", verb, path, text);
}

/* off_t holds every byte of the request. */
static sci_status
check_extent(const char *name, size_t bytes, uint64_t offset)
{
    uint64_t end;

    if (__builtin_add_overflow((uint64_t)bytes, offset, &end) || end > INT64_MAX)
        return sci_fail(SCI_ERR_FORMAT, "'%s': position beyond 2^63", name);
    return SCI_OK;
}

sci_status
sci_read_at(int fd, const char *name, void *buffer, size_t bytes, uint64_t offset)
{
    char *to = buffer;
    sci_status st = check_extent(name, bytes, offset);

    while (st == SCI_OK && bytes > 0) {
        ssize_t got = sci_file_ops_get()->pread(fd, to, bytes, (off_t)offset);

        if (got > 0) {
            to += got;
            bytes -= (size_t)got;
            offset += (uint64_t)got;
        } else if (got == 0) {
            st = sci_fail(SCI_ERR_FORMAT, "'%s': file ends at byte %llu, %zu more expected", name,
                          (unsigned long long)offset, bytes);
        } else if (errno != EINTR) {
            st = sci_fail_errno("read", name);
        }
    }
    return st;
}

sci_status
sci_write_at(int fd, const char *name, const void *buffer, size_t bytes, uint64_t offset)
{
    const char *from = buffer;
    sci_status st = check_extent(name, bytes, offset);

    while (st == SCI_OK && bytes > 0) {
        ssize_t put = sci_file_ops_get()->pwrite(fd, from, bytes, (off_t)offset);

        if (put > 0) {
            from += put;
            bytes -= (size_t)put;
            offset += (uint64_t)put;
        } else if (put == 0) {
            st = sci_fail(SCI_ERR_IO, "cannot write '%s': the device takes no bytes", name);
        } else if (errno != EINTR) {
            st = sci_fail_errno("write", name);
        }
    }
    return st;
}
