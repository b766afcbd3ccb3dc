/* SPDX-License-Identifier: BSD-3-Clause */
/* The digest by which libsci tells contents apart. */
#ifndef SCI_HASH_H
#define SCI_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

/* XXH3-128 of n bytes, in its canonical (big-endian) order. */
SCI_API void sci_hash(const void *bytes, size_t n, uint8_t digest[16]);

#endif
