/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "../core/clones.h"
#include "decode.h"
#include "kernels.h"
#include "ordered.h"

#define CHUNK 64
#define TILE 512

/* key = bits ^ sign ^ (flip where the sign bit is set) */
typedef struct order {
    int bits;
    uint64_t sign, flip;
} order;

static order
order_of(sci_type type)
{
    int bits = (int)(8 * sci_type_size(type));
    uint64_t top = UINT64_C(1) << (bits - 1);
    bool floating = type == SCI_FLOAT16 || type == SCI_FLOAT32 || type == SCI_FLOAT64;
    bool natural = type == SCI_UINT8 || type == SCI_UINT16 || type == SCI_UINT32
                   || type == SCI_UINT64;

    return (order){ bits, natural ? 0 : top, floating ? top - 1 : 0 };
}

int
sci_ordered_bits(sci_type type)
{
    return (int)(8 * sci_type_size(type));
}

static double
half_value(unsigned bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023), value;

    if (exponent == 31)
        value = fraction == 0.0 ? (double)INFINITY : (double)NAN;
    else
        value = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024.0, exponent - 25);
    return bits >> 15 ? -value : value;
}

double
sci_ordered_value(sci_type type, uint64_t key)
{
    order o = order_of(type);
    uint64_t bits = key ^ o.sign;
    double value = 0.0;
    uint32_t word;
    float single;

    if (o.flip != 0 && bits >> (o.bits - 1))
        bits ^= o.flip;
    switch (type) {
    case SCI_INT8:
    case SCI_INT16:
    case SCI_INT32:
        value = (double)((int64_t)(bits << (64 - o.bits)) >> (64 - o.bits));
        break;
    case SCI_INT64:
        value = (double)(int64_t)bits;
        break;
    case SCI_UINT8:
    case SCI_UINT16:
    case SCI_UINT32:
    case SCI_UINT64:
        value = (double)bits;
        break;
    case SCI_FLOAT16:
        value = half_value((unsigned)bits);
        break;
    case SCI_FLOAT32:
        word = (uint32_t)bits;
        memcpy(&single, &word, sizeof single);
        value = (double)single;
        break;
    case SCI_FLOAT64:
        memcpy(&value, &bits, sizeof value);
        break;
    }
    return value == 0.0 ? 0.0 : value;
}

/* Keys of a chunk, and whether they are all the same: backgrounds are. */
#define DEFINE_KEYS(U, BITS)                                                                  \
    SCI_CLONES static bool keys_##BITS(U *restrict key, const unsigned char *x, const order *o) \
    {                                                                                         \
        U sign = (U)o->sign, flip = (U)o->flip, differ = 0;                                   \
                                                                                              \
        memcpy(key, x, CHUNK * sizeof *key);                                                  \
        for (int i = 0; i < CHUNK; i++)                                                       \
            differ |= (U)(key[i] ^ key[0]);                                                   \
        for (int i = 0; i < CHUNK; i++) {                                                     \
            U negative = (U)(0 - (key[i] >> ((BITS)-1)));                                     \
                                                                                              \
            key[i] = (U)(key[i] ^ (negative & flip) ^ sign);                                  \
        }                                                                                     \
        return differ == 0;                                                                   \
    }

/* Round 0. Elements that are left over are counted with others that are taken off again. */
#define DEFINE_FIRST(U, BITS, SHIFT)                                                          \
    static void first_##BITS(const order *o, const unsigned char *x, size_t n, uint64_t *counts) \
    {                                                                                         \
        U key[CHUNK], rest[CHUNK];                                                            \
                                                                                              \
        for (; n >= CHUNK; n -= CHUNK, x += sizeof key) {                                     \
            if (keys_##BITS(key, x, o)) {                                                     \
                counts[key[0] >> (SHIFT)] += CHUNK;                                           \
                continue;                                                                     \
            }                                                                                 \
            for (int i = 0; i < CHUNK; i++)                                                   \
                counts[key[i] >> (SHIFT)]++;                                                  \
        }                                                                                     \
        memset(rest, 0, sizeof rest);                                                         \
        memcpy(rest, x, n * sizeof *rest);                                                    \
        keys_##BITS(key, (const unsigned char *)rest, o);                                     \
        for (size_t i = 0; i < n; i++)                                                        \
            counts[key[i] >> (SHIFT)]++;                                                      \
    }

static size_t
find_prefix(const sci_count_cells *cells, uint64_t prefix)
{
    size_t low = 0, high = cells->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (cells->prefixes[middle] < prefix)
            low = middle + 1;
        else
            high = middle;
    }
    return low < cells->n && cells->prefixes[low] == prefix ? low : cells->n;
}

/* Later rounds: most keys begin with other bits than any that is wanted. */
#define DEFINE_NEXT(U, BITS)                                                                   \
    static void next_##BITS(const order *o, int round, const unsigned char *x, size_t n,       \
                            const sci_count_cells *cells)                                      \
    {                                                                                          \
        int shift = (BITS)-16 * (round + 1);                                                   \
        U key[CHUNK], rest[CHUNK];                                                             \
                                                                                               \
        for (size_t done = 0; done < n; done += CHUNK) {                                       \
            size_t some = n - done < CHUNK ? n - done : CHUNK;                                 \
                                                                                               \
            if (some < CHUNK) {                                                                \
                memset(rest, 0, sizeof rest);                                                  \
                memcpy(rest, x + done * sizeof *key, some * sizeof *key);                      \
                keys_##BITS(key, (const unsigned char *)rest, o);                              \
            } else {                                                                           \
                keys_##BITS(key, x + done * sizeof *key, o);                                   \
            }                                                                                  \
            for (size_t i = 0; i < some; i++) {                                                \
                size_t top = (size_t)(key[i] >> ((BITS)-16)), cell;                            \
                                                                                               \
                if (!(cells->wanted[top / 64] >> (top % 64) & 1))                              \
                    continue;                                                                  \
                cell = find_prefix(cells, (uint64_t)(key[i] >> shift >> 16));                  \
                if (cell < cells->n)                                                           \
                    cells->counts[cell * SCI_ORDERED_BINS + (key[i] >> shift & 65535)]++;      \
            }                                                                                  \
        }                                                                                      \
    }

DEFINE_KEYS(uint8_t, 8)
DEFINE_KEYS(uint16_t, 16)
DEFINE_KEYS(uint32_t, 32)
DEFINE_KEYS(uint64_t, 64)
DEFINE_FIRST(uint8_t, 8, 0)
DEFINE_FIRST(uint16_t, 16, 0)
DEFINE_FIRST(uint32_t, 32, 16)
DEFINE_FIRST(uint64_t, 64, 48)
DEFINE_NEXT(uint32_t, 32)
DEFINE_NEXT(uint64_t, 64)

static void
count_bits(const order *o, int round, const void *x, size_t n, const sci_count_cells *cells)
{
    if (cells->n == 0)
        return;
    if (round > 0 && o->bits == 32)
        next_32(o, round, x, n, cells);
    else if (round > 0)
        next_64(o, round, x, n, cells);
    else if (o->bits == 8)
        first_8(o, x, n, cells->counts);
    else if (o->bits == 16)
        first_16(o, x, n, cells->counts);
    else if (o->bits == 32)
        first_32(o, x, n, cells->counts);
    else
        first_64(o, x, n, cells->counts);
}

/* Floats that were halves, back to their 16 bits. */
static void
to_half(uint16_t *out, const unsigned char *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t bits, exponent, fraction, half;

        memcpy(&bits, x + i * sizeof bits, sizeof bits);
        exponent = bits >> 23 & 255;
        fraction = bits & 0x7fffff;
        if (exponent == 255)
            half = 0x7c00 | (fraction ? 0x200 : 0);
        else if (exponent >= 113)
            half = (exponent - 112) << 10 | fraction >> 13;
        else /* a subnormal half is a normal float, 2^-24 being the unit */
            half = exponent < 102 ? 0 : (fraction | 0x800000) >> (126 - exponent);
        out[i] = (uint16_t)(half | (bits >> 16 & 0x8000));
    }
}

void
sci_count_ordered(sci_type type, int round, const void *x, size_t n, const sci_count_cells *cells)
{
    order o = order_of(type);
    const unsigned char *bytes = x;
    uint16_t halves[TILE];

    if (type != SCI_FLOAT16) {
        count_bits(&o, round, x, n, cells);
        return;
    }
    for (size_t at = 0; at < n; at += TILE) {
        size_t some = n - at < TILE ? n - at : TILE;

        to_half(halves, bytes + at * sizeof(float), some);
        count_bits(&o, round, halves, some, cells);
    }
}

void
sci_count_deviations(sci_type type, int round, const void *x, size_t n, double centre,
                     const sci_count_cells *cells)
{
    sci_type native = type == SCI_FLOAT16 ? SCI_FLOAT32 : type;
    size_t size = sci_type_size(native);
    order o = order_of(SCI_FLOAT64);
    double d[TILE];

    for (size_t at = 0; at < n; at += TILE) {
        size_t some = n - at < TILE ? n - at : TILE;

        sci_kernels_of(native)->widen(d, (const unsigned char *)x + at * size, some);
        for (size_t i = 0; i < some; i++)
            d[i] = fabs(d[i] - centre);
        count_bits(&o, round, d, some, cells);
    }
}
