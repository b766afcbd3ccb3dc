/* SPDX-License-Identifier: BSD-3-Clause */
/* Content digests: XXH3-128 (libxxhash) or SHA-256 (libcrypto) of leaves and nodes of the segment
 * tree. Both fail only for want of memory, XXH3 of a whole never. */
#ifndef SCI_CORE_DIGEST_H
#define SCI_CORE_DIGEST_H

#include <sci/engine.h>

typedef struct sci_digest {
    uint8_t bytes[SCI_DIGEST_BYTES];
} sci_digest;

/* Bytes that count: 16 or 32. */
size_t sci_digest_size(sci_digest_kind kind);
sci_status sci_digest_of(sci_digest_kind kind, const void *bytes, size_t n,
                         sci_digest *out) SCI_MUST_CHECK;

/* digest(left‖right) */
sci_status sci_digest_join(sci_digest_kind kind, const sci_digest *left, const sci_digest *right,
                           sci_digest *out) SCI_MUST_CHECK;

/* Streaming, for stretches that do not lie in one piece. */
typedef struct sci_hasher sci_hasher;
sci_status sci_hasher_create(sci_hasher **out, sci_digest_kind kind) SCI_MUST_CHECK;
sci_status sci_hasher_update(sci_hasher *h, const void *bytes, size_t n) SCI_MUST_CHECK;
/* The hasher is then ready for the next message. */
sci_status sci_hasher_finish(sci_hasher *h, sci_digest *out) SCI_MUST_CHECK;
void sci_hasher_free(sci_hasher *h); /* accepts NULL */

/* Lower-case hex with a prefix that names the kind: "xxh3:…" or "sha256:…". */
void sci_digest_text(sci_digest_kind kind, const sci_digest *digest, char text[80]);

#endif
