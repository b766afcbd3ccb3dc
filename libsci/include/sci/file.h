/* SPDX-License-Identifier: BSD-3-Clause */
/* The file operations that libsci and the programs make, replaceable so that tests can make the k-th
 * fail.
 * (HDF5 makes its own calls for metadata; they do not go through this table.) */
#ifndef SCI_FILE_H
#define SCI_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <sci/status.h>

/* Each as the POSIX call of that name: -1 and errno on failure. */
typedef struct sci_file_ops {
    int (*open)(const char *path, int flags, mode_t mode);
    int (*close)(int fd);
    ssize_t (*pread)(int fd, void *buffer, size_t bytes, off_t offset);
    ssize_t (*pwrite)(int fd, const void *buffer, size_t bytes, off_t offset);
    int (*ftruncate)(int fd, off_t length);
    int (*fsync)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
} sci_file_ops;

/* Use `ops` (copied) from now on; NULL restores the default. */
SCI_API void sci_file_ops_set(const sci_file_ops *ops);
/* Those in use. */
SCI_API const sci_file_ops *sci_file_ops_get(void);

/* Exactly `bytes` bytes; retries EINTR and short counts. A premature end is SCI_ERR_FORMAT ("file
 * ends at …"), other failures are as in sci_fail_errno. `name` is for messages. */
SCI_API sci_status sci_read_at(int fd, const char *name, void *buffer, size_t bytes,
                               uint64_t offset) SCI_MUST_CHECK;
SCI_API sci_status sci_write_at(int fd, const char *name, const void *buffer, size_t bytes,
                                uint64_t offset) SCI_MUST_CHECK;

/* Make a file in `directory` that nobody else can see and that is gone when it is closed. */
SCI_API sci_status sci_scratch_open(int *fd, const char *directory) SCI_MUST_CHECK;

/* Turn errno of an operation on `path` into a status and a message "cannot <verb> '<path>':
 * <strerror>". ENOSPC, EDQUOT and EFBIG are SCI_ERR_NOSPACE, ENOMEM is SCI_ERR_NOMEM, the rest
 * SCI_ERR_IO. */
SCI_API sci_status sci_fail_errno(const char *verb, const char *path);

/* Outputs that appear complete or not at all.
 *
 * An O_EXCL temporary beside `target` (same directory, name ".<base>.<random>.tmp"), mode 0666 &
 * ~umask, or the mode of an existing regular file at `target`. *path is released by sci_free. */
SCI_API sci_status sci_temporary_create(char **path, const char *target) SCI_MUST_CHECK;
/* fsync (if `sync`), rename over `target`, fsync the directory (if `sync`). Where it fails a target
 * that was not there before is not there afterwards; the temporary is the caller's to discard. */
SCI_API sci_status sci_temporary_commit(const char *path, const char *target,
                                        bool sync) SCI_MUST_CHECK;
SCI_API void sci_temporary_discard(const char *path); /* unlink; accepts NULL */

#endif
