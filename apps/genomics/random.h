/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small generator whose numbers are the same everywhere: splitmix64 (Steele, Lea, Flood 2014). */
#ifndef GENOMICS_RANDOM_H
#define GENOMICS_RANDOM_H

#include <stdint.h>

static inline uint64_t
random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* Uniform in [0, n), n > 0: what does not fill a whole number of ranges is drawn again. */
static inline uint64_t
random_below(uint64_t *state, uint64_t n)
{
    uint64_t least = (0 - n) % n, z;

    do
        z = random_next(state);
    while (z < least);
    return z % n;
}

#endif
