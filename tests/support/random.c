/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random.h"

#include <stdlib.h>

#define TEST_SEED 20240229u

static bool in_use;

uint64_t
random_seed(void)
{
    const char *text = getenv("LIBSCI_TEST_SEED");

    return text == NULL || text[0] == '\0' ? TEST_SEED : strtoull(text, NULL, 10);
}

bool
random_in_use(void)
{
    return in_use;
}

/* splitmix64, to fill the state as its authors advise */
static uint64_t
split_mix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

random_stream
random_start(uint64_t number)
{
    random_stream r;
    uint64_t seed = random_seed(), mixed = number;

    in_use = true;
    seed ^= split_mix(&mixed);
    for (size_t k = 0; k < 4; k++)
        r.state[k] = split_mix(&seed);
    return r;
}

static uint64_t
rotate(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t
random_bits(random_stream *r)
{
    uint64_t *s = r->state, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t
random_below(random_stream *r, uint64_t n)
{
    return random_bits(r) % n; /* n is small in tests: the bias does not matter */
}

int64_t
random_between(random_stream *r, int64_t low, int64_t high)
{
    return low + (int64_t)random_below(r, (uint64_t)(high - low) + 1);
}

double
random_uniform(random_stream *r)
{
    return (double)(random_bits(r) >> 11) * 0x1p-53;
}

double
random_normal(random_stream *r)
{
    double sum = 0.0;

    for (int k = 0; k < 12; k++)
        sum += random_uniform(r);
    return sum - 6.0;
}

void
random_permutation(random_stream *r, size_t n, size_t *order)
{
    for (size_t k = 0; k < n; k++) {
        size_t other = (size_t)random_below(r, k + 1);

        order[k] = order[other];
        order[other] = k;
    }
}
