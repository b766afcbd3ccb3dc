/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "../core/clones.h"
#include "indices.h"

/* ---- checking and converting ---- */

/* Whether all are in range is found first, without a branch an index. */
#define DEFINE_CONVERT(name, T)                                                        \
    SCI_CLONES static bool fits_##name(const T *restrict in, size_t n, uint64_t limit) \
    {                                                                                  \
        unsigned bad = 0;                                                              \
                                                                                       \
        for (size_t i = 0; i < n; i++)                                                 \
            bad |= (uint64_t)in[i] >= limit;                                           \
        return bad == 0;                                                               \
    }                                                                                  \
                                                                                       \
    static size_t convert_##name(const T *in, size_t n, uint64_t limit, int32_t *out)  \
    {                                                                                  \
        size_t at = 0;                                                                 \
                                                                                       \
        if (!fits_##name(in, n, limit)) {                                              \
            while ((uint64_t)in[at] < limit)                                           \
                at++;                                                                  \
            return at;                                                                 \
        }                                                                              \
        for (size_t i = 0; out && i < n; i++)                                          \
            out[i] = (int32_t)in[i];                                                   \
        return n;                                                                      \
    }

DEFINE_CONVERT(i8, int8_t)
DEFINE_CONVERT(u8, uint8_t)
DEFINE_CONVERT(i16, int16_t)
DEFINE_CONVERT(u16, uint16_t)
DEFINE_CONVERT(i32, int32_t)
DEFINE_CONVERT(u32, uint32_t)
DEFINE_CONVERT(i64, int64_t)
DEFINE_CONVERT(u64, uint64_t)

size_t
sci_indices_convert(sci_type type, const void *in, size_t n, uint64_t limit, int32_t *out)
{
    switch (type) {
    case SCI_INT8:
        return convert_i8(in, n, limit, out);
    case SCI_UINT8:
        return convert_u8(in, n, limit, out);
    case SCI_INT16:
        return convert_i16(in, n, limit, out);
    case SCI_UINT16:
        return convert_u16(in, n, limit, out);
    case SCI_INT32:
        return convert_i32(in, n, limit, out);
    case SCI_UINT32:
        return convert_u32(in, n, limit, out);
    case SCI_INT64:
        return convert_i64(in, n, limit, out);
    default:
        return convert_u64(in, n, limit, out);
    }
}

void
sci_index_text(sci_type type, const void *in, size_t at, char text[32])
{
    size_t size = sci_type_size(type);
    const unsigned char *bytes = (const unsigned char *)in + at * size;
    int64_t value = 0;

    if (type == SCI_UINT64) {
        uint64_t large;

        memcpy(&large, bytes, sizeof large);
        (void)snprintf(text, 32, "%" PRIu64, large);
        return;
    }
    switch (type) {
    case SCI_INT8:
        value = ((const int8_t *)in)[at];
        break;
    case SCI_UINT8:
        value = ((const uint8_t *)in)[at];
        break;
    case SCI_INT16:
        value = ((const int16_t *)in)[at];
        break;
    case SCI_UINT16:
        value = ((const uint16_t *)in)[at];
        break;
    case SCI_INT32:
        value = ((const int32_t *)in)[at];
        break;
    case SCI_UINT32:
        value = ((const uint32_t *)in)[at];
        break;
    default:
        value = ((const int64_t *)in)[at];
        break;
    }
    (void)snprintf(text, 32, "%" PRId64, value);
}

SCI_CLONES static bool
increase(const int32_t *indices, size_t n)
{
    unsigned falls = 0;

    for (size_t i = 1; i < n; i++)
        falls |= indices[i] <= indices[i - 1];
    return falls == 0;
}

/* Clones of a function that is not static would be exported. */
bool
sci_indices_increase(const int32_t *indices, size_t n)
{
    return increase(indices, n);
}

/* ---- adding ---- */

#define ADD_FLOAT(T)                \
    do {                            \
        T a, b;                     \
        memcpy(&a, into, sizeof a); \
        memcpy(&b, from, sizeof b); \
        a += b;                     \
        memcpy(into, &a, sizeof a); \
        return true;                \
    } while (0)

#define ADD_INTEGER(T)                        \
    do {                                      \
        T a, b;                               \
        memcpy(&a, into, sizeof a);           \
        memcpy(&b, from, sizeof b);           \
        if (__builtin_add_overflow(a, b, &a)) \
            return false;                     \
        memcpy(into, &a, sizeof a);           \
        return true;                          \
    } while (0)

bool
sci_value_add(sci_type type, void *into, const void *from)
{
    switch (type) {
    case SCI_INT8:
        ADD_INTEGER(int8_t);
    case SCI_INT16:
        ADD_INTEGER(int16_t);
    case SCI_INT32:
        ADD_INTEGER(int32_t);
    case SCI_INT64:
        ADD_INTEGER(int64_t);
    case SCI_UINT8:
        ADD_INTEGER(uint8_t);
    case SCI_UINT16:
        ADD_INTEGER(uint16_t);
    case SCI_UINT32:
        ADD_INTEGER(uint32_t);
    case SCI_UINT64:
        ADD_INTEGER(uint64_t);
    case SCI_FLOAT64:
        ADD_FLOAT(double);
    default:
        ADD_FLOAT(float);
    }
}

/* ---- sorting ---- */

uint64_t
sci_sorter_bytes(uint64_t limit)
{
    return (limit / 64 + 1) * sizeof(uint64_t) + limit * sizeof(uint32_t);
}

void
sci_sorter_clear(sci_sorter *s)
{
    sci_free(s->marks);
    sci_free(s->slot);
    sci_free(s->values);
    *s = (sci_sorter){ 0 };
}

static sci_status
make_room(sci_sorter *s, uint64_t limit, size_t bytes)
{
    sci_status st = SCI_OK;

    if (s->limit < limit || !s->slot) {
        sci_sorter_clear(s);
        st = sci_alloc_zero(&s->marks, limit / 64 + 1, 1, sizeof *s->marks);
        if (st == SCI_OK)
            st = sci_alloc(&s->slot, limit, 1, sizeof *s->slot);
        if (st == SCI_OK)
            s->limit = limit;
    }
    if (st == SCI_OK && s->room < bytes) {
        sci_free(s->values);
        s->values = NULL;
        s->room = 0;
        st = sci_alloc(&s->values, bytes, 1, 1);
        if (st == SCI_OK)
            s->room = bytes;
    }
    return st;
}

/* A row is marked in a set of bits and read off it again: as long as the row, and a 64th of the
 * columns. */
sci_status
sci_sorter_sort(sci_sorter *s, uint64_t limit, int32_t *indices, sci_type type, void *values,
                size_t n, size_t *left)
{
    size_t size = sci_type_size(type), used = 0;
    unsigned char *copy, *out = values;
    bool fits = true;
    sci_status st = SCI_OK;

    if (n > UINT32_MAX)
        return sci_fail(SCI_ERR_FORMAT, "%zu values are too many to be put in order", n);
    st = make_room(s, limit, n * size);
    if (st != SCI_OK)
        return st;
    copy = s->values;
    memcpy(copy, values, n * size);
    for (size_t i = 0; i < n; i++) {
        uint32_t index = (uint32_t)indices[i];
        uint64_t bit = UINT64_C(1) << index % 64;

        if (s->marks[index / 64] & bit) {
            fits &= sci_value_add(type, copy + s->slot[index] * size, copy + i * size);
        } else {
            s->marks[index / 64] |= bit;
            s->slot[index] = (uint32_t)i;
        }
    }
    for (uint64_t word = 0; word < limit / 64 + 1; word++) {
        for (uint64_t bits = s->marks[word]; bits != 0; bits &= bits - 1) {
            uint64_t index = word * 64 + (uint64_t)__builtin_ctzll(bits);

            indices[used] = (int32_t)index;
            memcpy(out + used * size, copy + s->slot[index] * size, size);
            used++;
        }
        s->marks[word] = 0;
    }
    *left = used;
    return fits ? SCI_OK
                : sci_fail(SCI_ERR_FORMAT, "values of the same place have a sum beyond their type");
}
