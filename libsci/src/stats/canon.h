/* SPDX-License-Identifier: BSD-3-Clause */
/* Digests of structured content: XXH3-128 over a byte string in which every field has one spelling
 * (little-endian numbers, texts behind their length), whatever the machine. Never fails and
 * allocates nothing, so that spaces and tables can be named anywhere. */
#ifndef SCI_STATS_CANON_H
#define SCI_STATS_CANON_H

#include <stddef.h>
#include <stdint.h>

#define XXH_STATIC_LINKING_ONLY 1 /* the state by value */
#include <xxhash.h>

typedef struct sci_canon {
    XXH3_state_t state;
} sci_canon;

void sci_canon_begin(sci_canon *c);
void sci_canon_bytes(sci_canon *c, const void *bytes, size_t n);
void sci_canon_number(sci_canon *c, uint64_t number);
void sci_canon_text(sci_canon *c, const char *text);
/* n numbers of 8 bytes (integers or doubles) or of 4, `stride` bytes apart. */
void sci_canon_words(sci_canon *c, const void *first, uint64_t n, size_t stride);
void sci_canon_halves(sci_canon *c, const void *first, uint64_t n, size_t stride);
void sci_canon_end(const sci_canon *c, uint8_t out[16]);

#endif
