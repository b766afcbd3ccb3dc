/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight to sixteen characters read as digits at once. */
#ifndef ECON_DIGITS_H
#define ECON_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The first character is the lowest byte. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ECON_DIGITS_AT_ONCE 1

#define ECON_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Digits 0…9, one a byte, the first of them lowest: neighbours are joined to pairs, pairs to fours, those to
 * eight. */
static inline uint64_t
econ_join_eight(uint64_t digits)
{
    const uint64_t every_fourth = UINT64_C(0x000000ff000000ff);

    digits = digits * 10 + (digits >> 8);
    return ((digits & every_fourth) * (UINT64_C(1000000) << 32 | 100)
            + (digits >> 16 & every_fourth) * (UINT64_C(10000) << 32 | 1))
           >> 32;
}

/* The place of the first byte that is c; 8: none is. */
static inline unsigned
econ_find_byte(uint64_t text, char c)
{
    uint64_t differ = text ^ ECON_EACH((unsigned char)c);
    /* Bytes above the first that is zero may be found in error. */
    uint64_t zero = (differ - ECON_EACH(1)) & ~differ & ECON_EACH(0x80);

    return zero == 0 ? 8 : (unsigned)__builtin_ctzll(zero) / 8;
}

static inline bool
econ_are_digits(uint64_t bytes)
{
    return (((bytes + ECON_EACH(0x80 - 10)) | bytes) & ECON_EACH(0x80)) == 0;
}

/* 8 <= n <= 16 characters: digits with at most one point among them, *places behind it. They are taken as two
 * words: the last eight digits, and what is before them. */
static inline bool
econ_digits(const char *text, size_t n, char point, uint64_t *digits, size_t *places)
{
    uint64_t high, low;
    unsigned at;

    memcpy(&high, text, 8);
    memcpy(&low, text + n - 8, 8);
    *places = 0;
    if ((at = econ_find_byte(high, point)) + 8 < n) { /* eight digits or more are behind it */
        uint64_t before = (UINT64_C(1) << 8 * at) - 1;

        high = (high & before) | (high >> 8 & ~before);
        *places = --n - at;
    } else if ((at = econ_find_byte(low, point)) < 8) {
        uint64_t upto = ~UINT64_C(0) >> (56 - 8 * at);

        low = (low << 8 & upto) | (low & ~upto) | (unsigned char)(n > 8 ? text[n - 9] : '0');
        *places = 7 - at;
        n--;
    }
    /* Zeros before the first digit; what is behind them in the word goes. */
    high = n > 8 ? (high ^ ECON_EACH('0')) << 8 * (16 - n) : 0;
    low ^= ECON_EACH('0');
    *digits = econ_join_eight(high) * 100000000 + econ_join_eight(low);
    return econ_are_digits(high) && econ_are_digits(low);
}

#else
#define ECON_DIGITS_AT_ONCE 0
#endif

#endif
