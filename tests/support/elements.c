/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "elements.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "testing.h"

const sci_type element_types[11] = { SCI_INT8,    SCI_INT16,   SCI_INT32,  SCI_INT64,
                                     SCI_UINT8,   SCI_UINT16,  SCI_UINT32, SCI_UINT64,
                                     SCI_FLOAT16, SCI_FLOAT32, SCI_FLOAT64 };

static void
reverse(unsigned char *bytes, size_t size)
{
    for (size_t k = 0; k < size / 2; k++) {
        unsigned char left = bytes[k];

        bytes[k] = bytes[size - 1 - k];
        bytes[size - 1 - k] = left;
    }
}

/* IEEE binary16: 1 sign, 5 exponent and 10 fraction bits. */
static long double
half_value(uint16_t bits)
{
    int exponent = (bits >> 10) & 31, fraction = bits & 1023;
    long double size;

    if (exponent == 31)
        size = fraction != 0 ? (long double)NAN : (long double)INFINITY;
    else if (exponent == 0)
        size = ldexpl(fraction, -24);
    else
        size = ldexpl(1024 + fraction, exponent - 25);
    return bits >> 15 != 0 ? -size : size;
}

static uint16_t
half_bits(long double value)
{
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    long double size = fabsl(value), units;
    int exponent;

    if (isnan(value))
        return 0x7e00;
    if (size >= 65520.0L) /* half way to what comes after the largest, 65504 */
        return (uint16_t)(sign | 0x7c00);
    frexpl(size, &exponent);                 /* size in [2^(exponent-1), 2^exponent) */
    if (size == 0.0L || exponent < -13)
        exponent = -13;                      /* subnormal: units of 2^-24 */
    units = rintl(ldexpl(size, 11 - exponent)); /* to nearest even; 1024…2048 if normal */
    /* A carry into 2048 runs on into the exponent by itself. */
    return (uint16_t)(sign | (uint16_t)((exponent + 13) * 1024 + (int)units));
}

long double
element_get(const void *bytes, sci_type type, bool swapped, uint64_t i)
{
    size_t size = sci_type_size(type);
    union {
        unsigned char bytes[8];
        int8_t i1;
        int16_t i2;
        int32_t i4;
        int64_t i8;
        uint8_t u1;
        uint16_t u2;
        uint32_t u4;
        uint64_t u8;
        float f4;
        double f8;
    } e;

    memcpy(e.bytes, (const unsigned char *)bytes + i * size, size);
    if (swapped)
        reverse(e.bytes, size);
    switch (type) {
    case SCI_INT8: return e.i1;
    case SCI_INT16: return e.i2;
    case SCI_INT32: return e.i4;
    case SCI_INT64: return e.i8;
    case SCI_UINT8: return e.u1;
    case SCI_UINT16: return e.u2;
    case SCI_UINT32: return e.u4;
    case SCI_UINT64: return e.u8;
    case SCI_FLOAT16: return half_value(e.u2);
    case SCI_FLOAT32: return (long double)e.f4;
    case SCI_FLOAT64: return (long double)e.f8;
    }
    return (long double)NAN;
}

void
element_set(void *bytes, sci_type type, bool swapped, uint64_t i, long double value)
{
    size_t size = sci_type_size(type);
    union {
        unsigned char bytes[8];
        int64_t i8;
        uint64_t u8;
        uint16_t u2;
        float f4;
        double f8;
    } e;

    memset(&e, 0, sizeof e);
    switch (type) {
    case SCI_INT8:
    case SCI_INT16:
    case SCI_INT32:
    case SCI_INT64:
        e.i8 = (int64_t)rintl(value);
        break; /* little-endian: the low bytes are the narrow ones */
    case SCI_UINT8:
    case SCI_UINT16:
    case SCI_UINT32:
    case SCI_UINT64: e.u8 = (uint64_t)rintl(value); break;
    case SCI_FLOAT16: e.u2 = half_bits(value); break;
    case SCI_FLOAT32: e.f4 = (float)value; break;
    case SCI_FLOAT64: e.f8 = (double)value; break;
    }
    if (swapped)
        reverse(e.bytes, size);
    memcpy((unsigned char *)bytes + i * size, e.bytes, size);
}

long double
element_round(sci_type type, long double value)
{
    unsigned char bytes[8];

    element_set(bytes, type, false, 0, value);
    return element_get(bytes, type, false, 0);
}

long double
element_most(sci_type type)
{
    static const long double most[] = { 0x7fp0L, 0x7fffp0L, 0x7fffffffp0L, 0x7fffffffffffffffp0L,
                                        0xffp0L, 0xffffp0L, 0xffffffffp0L, 0xffffffffffffffffp0L };

    return type <= SCI_UINT64 ? most[type] : (long double)INFINITY;
}

long double
element_least(sci_type type)
{
    if (!sci_type_is_integer(type))
        return -(long double)INFINITY;
    return type >= SCI_UINT8 ? 0.0L : -element_most(type) - 1.0L;
}

void *
elements_normal(random_stream *r, sci_type type, bool swapped, uint64_t n, double mean, double sd)
{
    void *bytes = test_alloc(n, sci_type_size(type));

    for (uint64_t i = 0; i < n; i++) {
        long double value = (long double)mean + (long double)(sd * random_normal(r));

        if (value > element_most(type))
            value = element_most(type);
        if (value < element_least(type))
            value = element_least(type);
        element_set(bytes, type, swapped, i, value);
    }
    return bytes;
}

const char *
element_words(sci_type type, bool swapped)
{
    static char text[20];

    snprintf(text, sizeof text, "%s%s", sci_type_name(type), swapped ? " swapped" : "");
    return text;
}
