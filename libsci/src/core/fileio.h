/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole reads and writes over the replaceable file operations, and outputs that appear complete or not
 * at all. */
#ifndef SCI_CORE_FILEIO_H
#define SCI_CORE_FILEIO_H

#include <sci/file.h>
#include <stdbool.h>

const sci_file_ops *sci_file_ops_get(void);

/* Exactly `bytes` bytes; retries EINTR and short counts. A premature end is SCI_ERR_FORMAT ("file ends at …"),
 * ENOSPC, EDQUOT and EFBIG are SCI_ERR_NOSPACE, other failures SCI_ERR_IO with strerror. `name` is for
 * messages. */
sci_status sci_read_at(int fd, const char *name, void *buffer, size_t bytes, uint64_t offset) SCI_MUST_CHECK;
sci_status sci_write_at(int fd, const char *name, const void *buffer, size_t bytes, uint64_t offset) SCI_MUST_CHECK;

/* Turn errno of an operation on `path` into a status and a message "cannot <verb> '<path>': <strerror>". */
sci_status sci_fail_errno(const char *verb, const char *path);

/* An O_EXCL temporary beside `target` (same directory, name ".<base>.<random>.tmp"), mode 0666 & ~umask, or
 * the mode of an existing regular file at `target`. *path is released by sci_free. */
sci_status sci_temporary_create(char **path, const char *target) SCI_MUST_CHECK;
/* fsync (if `sync`), rename over `target`, fsync the directory (if `sync`). */
sci_status sci_temporary_commit(const char *path, const char *target, bool sync) SCI_MUST_CHECK;
void sci_temporary_discard(const char *path); /* unlink; accepts NULL */

#endif
