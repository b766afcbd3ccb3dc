/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "values.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

/* The bits of an element, low byte first on any machine. */
static uint64_t
element_bits(const sci_array *array, const void *bytes)
{
    size_t size = sci_type_size(array->type);
    const unsigned char *from = bytes;
    unsigned char ordered[8];
    uint64_t u8 = 0;
    uint32_t u4;
    uint16_t u2;

    for (size_t i = 0; i < size; i++)
        ordered[i] = from[array->swapped ? size - 1 - i : i];
    switch (size) {
    case 1:
        return ordered[0];
    case 2:
        memcpy(&u2, ordered, 2);
        return u2;
    case 4:
        memcpy(&u4, ordered, 4);
        return u4;
    default:
        memcpy(&u8, ordered, 8);
        return u8;
    }
}

static double
half_value(uint16_t bits)
{
    int exponent = (bits >> 10) & 31;
    int fraction = bits & 1023;
    double size;

    if (exponent == 31)
        size = fraction != 0 ? (double)NAN : (double)INFINITY;
    else
        size = exponent == 0 ? ldexp(fraction, -24) : ldexp(fraction + 1024, exponent - 25);
    return bits & 0x8000u ? -size : size;
}

static int64_t
signed_value(uint64_t bits, size_t size)
{
    int shift = 64 - 8 * (int)size;
    int64_t value;

    bits <<= shift;
    memcpy(&value, &bits, sizeof value);
    return value / ((int64_t)1 << shift);
}

double
array_value_real(const sci_array *array, const void *bytes)
{
    uint64_t bits = element_bits(array, bytes);
    uint32_t word = (uint32_t)bits;
    double real;
    float single;

    switch (array->type) {
    case SCI_INT8:
    case SCI_INT16:
    case SCI_INT32:
    case SCI_INT64:
        return (double)signed_value(bits, sci_type_size(array->type));
    case SCI_UINT8:
    case SCI_UINT16:
    case SCI_UINT32:
    case SCI_UINT64:
        return (double)bits;
    case SCI_FLOAT16:
        return half_value((uint16_t)bits);
    case SCI_FLOAT32:
        memcpy(&single, &word, sizeof single);
        return (double)single;
    case SCI_FLOAT64:
        memcpy(&real, &bits, sizeof real);
        return real;
    }
    return (double)NAN;
}

/* All bytes of a source. */
static sci_status
read_whole(sci_source *source, uint64_t *n, unsigned char **bytes)
{
    sci_status st = sci_array_count(&source->array, n);

    *bytes = NULL;
    if (st == SCI_OK)
        st = sci_alloc(bytes, *n, sci_type_size(source->array.type), 1);
    if (st == SCI_OK && *n > 0)
        st = sci_source_read(source, 0, *n, *bytes);
    if (st != SCI_OK) {
        sci_free(*bytes);
        *bytes = NULL;
    }
    return st;
}

sci_status
array_values_real(sci_source *source, uint64_t *n, double **values)
{
    size_t size = sci_type_size(source->array.type);
    unsigned char *bytes = NULL;
    double *real = NULL;
    sci_status st = read_whole(source, n, &bytes);

    if (st == SCI_OK)
        st = sci_alloc(&real, *n, 1, sizeof *real);
    if (st != SCI_OK)
        goto out;
    for (uint64_t i = 0; i < *n; i++)
        real[i] = array_value_real(&source->array, bytes + i * size);
    *values = real;
out:
    sci_free(bytes);
    return st;
}

sci_status
array_values_integer(sci_source *source, uint64_t *n, int64_t **values)
{
    const sci_array *array = &source->array;
    size_t size = sci_type_size(array->type);
    unsigned char *bytes = NULL;
    int64_t *integers = NULL;
    bool is_signed = array->type <= SCI_INT64;
    sci_status st;

    if (!sci_type_is_integer(array->type))
        return sci_fail(SCI_ERR_TYPE, "'%s' holds %s, but integers are needed", source->name,
                        sci_type_name(array->type));
    st = read_whole(source, n, &bytes);
    if (st == SCI_OK)
        st = sci_alloc(&integers, *n, 1, sizeof *integers);
    for (uint64_t i = 0; st == SCI_OK && i < *n; i++) {
        uint64_t bits = element_bits(array, bytes + i * size);

        if (!is_signed && bits > INT64_MAX)
            st = sci_fail(SCI_ERR_REFUSED,
                          "'%s': %" PRIu64 " at index %" PRIu64 " is too large for a label",
                          source->name, bits, i);
        else
            integers[i] = is_signed ? signed_value(bits, size) : (int64_t)bits;
    }
    sci_free(bytes);
    if (st != SCI_OK) {
        sci_free(integers);
        return st;
    }
    *values = integers;
    return SCI_OK;
}

void
array_shape_text(int rank, const uint64_t *shape, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "(");

    for (int a = 0; a < rank && used < size; a++)
        used += (size_t)snprintf(text + used, size - used, a == 0 ? "%" PRIu64 : ", %" PRIu64,
                                 shape[a]);
    if (used < size)
        (void)snprintf(text + used, size - used, ")");
}
