/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A gzip file (RFC 1952, of any number of members) read from its beginning, with all checks. */
#ifndef IMAGING_NIFTI_GZIP_H
#define IMAGING_NIFTI_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

typedef struct nifti_gzip nifti_gzip;

bool nifti_gzip_likely(const uint8_t *bytes, size_t n);

/* `fd` is not owned; `name` is for messages and must stay. */
sci_status nifti_gzip_open(nifti_gzip **out, int fd, const char *name) SCI_MUST_CHECK;
void nifti_gzip_close(nifti_gzip *z); /* accepts NULL */

/* The next bytes; *got < n only at the end of the last member: only then are length and checksum of
 * all known to be right. SCI_ERR_FORMAT for a file that is cut off or damaged. */
sci_status nifti_gzip_read(nifti_gzip *z, void *to, size_t n, size_t *got) SCI_MUST_CHECK;

/* The whole of a gzip file of `n` bytes in memory, which must be `room` bytes. *fits is false, and
 * nothing is wrong, if it is longer or shorter or has to be looked at more closely. */
sci_status nifti_gzip_whole(const uint8_t *bytes, size_t n, void *to, size_t room,
                            bool *fits) SCI_MUST_CHECK;

/* No stream can unpack to more than this from n bytes. */
uint64_t nifti_gzip_most(uint64_t n);

#endif
