/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ECON_FILE_DIGEST_H
#define ECON_FILE_DIGEST_H

#include <sci/status.h>

/* "xxh3:…" of the bytes of a file. SCI_ERR_IO, SCI_ERR_NOMEM. */
sci_status econ_file_digest(char digest[80], const char *path) SCI_MUST_CHECK;

#endif
