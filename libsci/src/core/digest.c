/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

/* The functions of SHA-256 itself are called: those that libcrypto 3 would have instead begin with a
 * search for providers, which takes longer than many a digest and fails where its files are damaged. */
#define OPENSSL_API_COMPAT 10100
#include <openssl/sha.h>
#define XXH_STATIC_LINKING_ONLY /* the size of XXH3_state_t, to allocate it ourselves */
#include <xxhash.h>
#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h> /* the same digests by the widest vectors there are */
#endif
#endif

#include <sci/hash.h>
#include <sci/memory.h>

#include "digest.h"

enum { XXH3_BYTES = 16, SHA256_BYTES = 32 };

struct sci_hasher {
    sci_digest_kind kind;
    XXH3_state_t xxh3;
    SHA256_CTX sha256;
};

size_t
sci_digest_size(sci_digest_kind kind)
{
    return kind == SCI_DIGEST_SHA256 ? SHA256_BYTES : XXH3_BYTES;
}

static void
store_xxh3(XXH128_hash_t hash, sci_digest *out)
{
    XXH128_canonical_t canonical; /* big endian on every machine */

    XXH128_canonicalFromHash(&canonical, hash);
    memset(out, 0, sizeof *out);
    memcpy(out->bytes, canonical.digest, XXH3_BYTES);
}

void
sci_hash(const void *bytes, size_t n, uint8_t digest[16])
{
    sci_digest whole;

    store_xxh3(XXH3_128bits(bytes, n), &whole);
    memcpy(digest, whole.bytes, XXH3_BYTES);
}

/* The functions of SHA-256 fail for no message of less than 2^61 bytes. */
sci_status
sci_digest_of(sci_digest_kind kind, const void *bytes, size_t n, sci_digest *out)
{
    SHA256_CTX sha256;

    if (kind != SCI_DIGEST_SHA256) {
        store_xxh3(XXH3_128bits(bytes, n), out);
        return SCI_OK;
    }
    (void)SHA256_Init(&sha256);
    (void)SHA256_Update(&sha256, bytes, n);
    (void)SHA256_Final(out->bytes, &sha256);
    return SCI_OK;
}

sci_status
sci_digest_join(sci_digest_kind kind, const sci_digest *left, const sci_digest *right,
                sci_digest *out)
{
    uint8_t both[2 * SCI_DIGEST_BYTES];
    size_t size = sci_digest_size(kind);

    memcpy(both, left->bytes, size);
    memcpy(both + size, right->bytes, size);
    return sci_digest_of(kind, both, 2 * size, out);
}

static void
reset(sci_hasher *h)
{
    if (h->kind == SCI_DIGEST_SHA256)
        (void)SHA256_Init(&h->sha256);
    else
        (void)XXH3_128bits_reset(&h->xxh3); /* fails only for NULL */
}

sci_status
sci_hasher_create(sci_hasher **out, sci_digest_kind kind)
{
    sci_hasher *h = NULL;
    sci_status st = sci_alloc_zero(&h, 1, 1, sizeof *h);

    if (st != SCI_OK)
        return st;
    h->kind = kind;
    reset(h);
    *out = h;
    return SCI_OK;
}

sci_status
sci_hasher_update(sci_hasher *h, const void *bytes, size_t n)
{
    if (h->kind == SCI_DIGEST_SHA256)
        (void)SHA256_Update(&h->sha256, bytes, n);
    else if (n > 0)
        (void)XXH3_128bits_update(&h->xxh3, bytes, n); /* fails only for NULL */
    return SCI_OK;
}

sci_status
sci_hasher_finish(sci_hasher *h, sci_digest *out)
{
    if (h->kind == SCI_DIGEST_SHA256)
        (void)SHA256_Final(out->bytes, &h->sha256);
    else
        store_xxh3(XXH3_128bits_digest(&h->xxh3), out);
    reset(h);
    return SCI_OK;
}

void
sci_hasher_free(sci_hasher *h)
{
    sci_free(h);
}

void
sci_digest_text(sci_digest_kind kind, const sci_digest *digest, char text[80])
{
    int used = snprintf(text, 80, "%s:", kind == SCI_DIGEST_SHA256 ? "sha256" : "xxh3");

    for (size_t i = 0; i < sci_digest_size(kind); i++)
        used += snprintf(text + used, 80 - (size_t)used, "%02x", digest->bytes[i]);
}
