/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef SCI_H5_SCRATCH_PRIV_H
#define SCI_H5_SCRATCH_PRIV_H

#include "h5_blocks_priv.h"

/* The current block between memory and the array in C order in a scratch file. */
sci_status h5_scratch_write(const h5_blocks *b, int fd, const char *name,
                            const unsigned char *bytes) SCI_MUST_CHECK;
sci_status h5_scratch_read(const h5_blocks *b, int fd, const char *name,
                           unsigned char *bytes) SCI_MUST_CHECK;

#endif
