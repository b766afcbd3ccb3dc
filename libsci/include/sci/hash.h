/* SPDX-License-Identifier: BSD-3-Clause */
/* The digests by which libsci tells contents apart. */
#ifndef SCI_HASH_H
#define SCI_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <sci/engine.h>

/* XXH3-128 of n bytes, in its canonical (big-endian) order. */
SCI_API void sci_hash(const void *bytes, size_t n, uint8_t digest[16]);

/* The digest of a whole file, as xxh128sum and sha256sum print it. `stop` as in sci_options. Failures
 * of opening and reading, SCI_ERR_NOMEM, SCI_ERR_INTERRUPTED. */
SCI_API sci_status sci_hash_file(const char *path, sci_digest_kind kind, const volatile int *stop,
                                 uint8_t digest[SCI_DIGEST_BYTES]) SCI_MUST_CHECK;

#endif
