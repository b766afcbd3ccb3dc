/* SPDX-License-Identifier: BSD-3-Clause */
#include "h5_scratch_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <sci/memory.h>

#include "../core/fileio.h"

#define ATTEMPTS 100

sci_status
h5_scratch_open(int *fd, const char *directory)
{
    const sci_file_ops *ops = sci_file_ops_get();
    struct timespec now;
    char *path = NULL;
    sci_status st = SCI_OK;

    *fd = -1;
    for (unsigned attempt = 0; *fd < 0; attempt++) {
        sci_free(path);
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        st = sci_format(&path, "%s/.sci.%ld.%09ld.%u.tmp", directory, (long)getpid(), now.tv_nsec,
                        attempt);
        if (st != SCI_OK)
            return st;
        *fd = ops->open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (*fd < 0 && (errno != EEXIST || attempt + 1 == ATTEMPTS)) {
            st = sci_fail_errno("create a scratch file in", directory);
            goto out;
        }
    }
    if (ops->unlink(path) != 0) {
        st = sci_fail_errno("unlink scratch file", path);
        (void)ops->close(*fd);
        *fd = -1;
    }
out:
    sci_free(path);
    return st;
}

sci_status
h5_scratch_write(const h5_blocks *b, int fd, const char *name, const unsigned char *bytes)
{
    uint64_t length, rows = h5_blocks_rows(b, &length);
    size_t size = b->grid->size, row_bytes = (size_t)length * size;
    sci_status st = SCI_OK;

    for (uint64_t row = 0; st == SCI_OK && row < rows; row++)
        st = sci_write_at(fd, name, bytes + row * row_bytes, row_bytes,
                          h5_blocks_row(b, row) * size);
    return st;
}

sci_status
h5_scratch_read(const h5_blocks *b, int fd, const char *name, unsigned char *bytes)
{
    uint64_t length, rows = h5_blocks_rows(b, &length);
    size_t size = b->grid->size, row_bytes = (size_t)length * size;
    sci_status st = SCI_OK;

    for (uint64_t row = 0; st == SCI_OK && row < rows; row++)
        st =
            sci_read_at(fd, name, bytes + row * row_bytes, row_bytes, h5_blocks_row(b, row) * size);
    return st;
}
