/* SPDX-License-Identifier: BSD-3-Clause */
/* The shuffle filter: byte b of element i stands at b·n + i. */
#include <string.h>

#include "h5_codec_priv.h"

/* Elements at a time: the rows of a tile (a page or less each) stay in the first-level cache. */
#define TILE 1024

/* With the size known the compiler turns the inner loops into byte interleaving. */
static inline void
gather(const unsigned char *restrict from, size_t n, size_t size, unsigned char *restrict to)
{
    for (size_t start = 0; start < n; start += TILE) {
        size_t end = n - start < TILE ? n : start + TILE;

        for (size_t i = start; i < end; i++)
            for (size_t b = 0; b < size; b++)
                to[i * size + b] = from[b * n + i];
    }
}

static inline void
scatter(const unsigned char *restrict from, size_t n, size_t size, unsigned char *restrict to)
{
    for (size_t start = 0; start < n; start += TILE) {
        size_t end = n - start < TILE ? n : start + TILE;

        for (size_t b = 0; b < size; b++)
            for (size_t i = start; i < end; i++)
                to[b * n + i] = from[i * size + b];
    }
}

void
h5_unshuffle(const unsigned char *from, size_t bytes, size_t size, unsigned char *to)
{
    size_t n = bytes / size;

    switch (size) {
    case 2:
        gather(from, n, 2, to);
        break;
    case 4:
        gather(from, n, 4, to);
        break;
    case 8:
        gather(from, n, 8, to);
        break;
    default:
        gather(from, n, size, to);
        break;
    }
    memcpy(to + n * size, from + n * size, bytes - n * size);
}

void
h5_shuffle(const unsigned char *from, size_t bytes, size_t size, unsigned char *to)
{
    size_t n = bytes / size;

    switch (size) {
    case 2:
        scatter(from, n, 2, to);
        break;
    case 4:
        scatter(from, n, 4, to);
        break;
    case 8:
        scatter(from, n, 8, to);
        break;
    default:
        scatter(from, n, size, to);
        break;
    }
    memcpy(to + n * size, from + n * size, bytes - n * size);
}
