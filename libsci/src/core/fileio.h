/* SPDX-License-Identifier: BSD-3-Clause */
/* Whole reads and writes over the replaceable file operations (sci/file.h, which also has the
 * temporaries). */
#ifndef SCI_CORE_FILEIO_H
#define SCI_CORE_FILEIO_H

#include <sci/file.h>

const sci_file_ops *sci_file_ops_get(void);

/* Exactly `bytes` bytes; retries EINTR and short counts. A premature end is SCI_ERR_FORMAT ("file
 * ends at …"), other failures are as in sci_fail_errno. `name` is for messages. */
sci_status sci_read_at(int fd, const char *name, void *buffer, size_t bytes,
                       uint64_t offset) SCI_MUST_CHECK;
sci_status sci_write_at(int fd, const char *name, const void *buffer, size_t bytes,
                        uint64_t offset) SCI_MUST_CHECK;

#endif
