/* SPDX-License-Identifier: BSD-3-Clause */
/* Canonical bytes into XXH3. */
#include <string.h>

#include "canon.h"

#define BATCH 64 /* numbers spelt out at a time */

void
sci_canon_begin(sci_canon *c)
{
    XXH3_INITSTATE(&c->state);
    (void)XXH3_128bits_reset(&c->state);
}

void
sci_canon_bytes(sci_canon *c, const void *bytes, size_t n)
{
    if (n > 0)
        (void)XXH3_128bits_update(&c->state, bytes, n);
}

static void
spell(uint8_t *out, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(number >> (8 * i));
}

void
sci_canon_number(sci_canon *c, uint64_t number)
{
    uint8_t bytes[8];

    spell(bytes, number, sizeof bytes);
    sci_canon_bytes(c, bytes, sizeof bytes);
}

void
sci_canon_text(sci_canon *c, const char *text)
{
    size_t n = strlen(text);

    sci_canon_number(c, n);
    sci_canon_bytes(c, text, n);
}

void
sci_canon_words(sci_canon *c, const void *first, uint64_t n, size_t stride)
{
    const char *at = first;
    uint8_t bytes[8 * BATCH];

    for (uint64_t done = 0; done < n; done += BATCH) {
        size_t batch = n - done < BATCH ? (size_t)(n - done) : BATCH;

        for (size_t i = 0; i < batch; i++, at += stride) {
            uint64_t word;

            memcpy(&word, at, sizeof word);
            spell(bytes + 8 * i, word, 8);
        }
        sci_canon_bytes(c, bytes, 8 * batch);
    }
}

void
sci_canon_halves(sci_canon *c, const void *first, uint64_t n, size_t stride)
{
    const char *at = first;
    uint8_t bytes[4 * BATCH];

    for (uint64_t done = 0; done < n; done += BATCH) {
        size_t batch = n - done < BATCH ? (size_t)(n - done) : BATCH;

        for (size_t i = 0; i < batch; i++, at += stride) {
            uint32_t word;

            memcpy(&word, at, sizeof word);
            spell(bytes + 4 * i, word, 4);
        }
        sci_canon_bytes(c, bytes, 4 * batch);
    }
}

void
sci_canon_end(const sci_canon *c, uint8_t out[16])
{
    XXH128_canonical_t canonical;

    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&c->state));
    memcpy(out, canonical.digest, 16);
}
