/* SPDX-License-Identifier: BSD-3-Clause */
/* The distinct values of a label map. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sci/engine.h>
#include <sci/memory.h>

#include "../stats/decode.h"
#include "reader.h"
#include "stop.h"

/* An open-addressing set of int64_t. */
typedef struct value_set {
    int64_t *values;
    bool *used;
    uint64_t room, count, most; /* room is a power of two */
} value_set;

static uint64_t
slot_of(const value_set *set, int64_t value)
{
    uint64_t at = ((uint64_t)value * UINT64_C(0x9e3779b97f4a7c15)) >> 20;

    for (at &= set->room - 1; set->used[at] && set->values[at] != value;)
        at = (at + 1) & (set->room - 1);
    return at;
}

static void
set_clear(value_set *set)
{
    sci_free(set->values);
    sci_free(set->used);
    *set = (value_set){ 0 };
}

static sci_status
set_create(value_set *set, uint64_t room, uint64_t most)
{
    sci_status st;

    *set = (value_set){ .room = room, .most = most };
    st = sci_alloc(&set->values, room, 1, sizeof *set->values);
    if (st == SCI_OK)
        st = sci_alloc_zero(&set->used, room, 1, sizeof *set->used);
    if (st != SCI_OK)
        set_clear(set);
    return st;
}

static sci_status set_add(value_set *set, int64_t value);

static sci_status
set_grow(value_set *set)
{
    value_set bigger;
    sci_status st = set_create(&bigger, set->room * 2, set->most);

    for (uint64_t i = 0; st == SCI_OK && i < set->room; i++)
        if (set->used[i])
            st = set_add(&bigger, set->values[i]);
    if (st != SCI_OK) {
        set_clear(&bigger);
        return st;
    }
    set_clear(set);
    *set = bigger;
    return SCI_OK;
}

static sci_status
set_add(value_set *set, int64_t value)
{
    uint64_t at = slot_of(set, value);

    if (set->used[at])
        return SCI_OK;
    if (set->count == set->most)
        return sci_fail(SCI_ERR_BUDGET, "there are more than %" PRIu64 " different labels",
                        set->most);
    set->used[at] = true;
    set->values[at] = value;
    set->count++;
    return set->count * 2 > set->room ? set_grow(set) : SCI_OK;
}

#define DEFINE_ADD(name, T)                                            \
    static sci_status add_##name(value_set *set, const T *x, size_t n) \
    {                                                                  \
        for (size_t i = 0; i < n; i++) {                               \
            sci_status st = SCI_OK;                                    \
                                                                       \
            if (i == 0 || x[i] != x[i - 1]) /* labels come in runs */  \
                st = set_add(set, (int64_t)x[i]);                      \
            if (st != SCI_OK)                                          \
                return st;                                             \
        }                                                              \
        return SCI_OK;                                                 \
    }

DEFINE_ADD(i8, int8_t)
DEFINE_ADD(u8, uint8_t)
DEFINE_ADD(i16, int16_t)
DEFINE_ADD(u16, uint16_t)
DEFINE_ADD(i32, int32_t)
DEFINE_ADD(u32, uint32_t)
DEFINE_ADD(i64, int64_t)

static sci_status
add_u64(value_set *set, const uint64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] > INT64_MAX)
            return sci_fail(SCI_ERR_REFUSED, "label %" PRIu64 " is beyond %" PRId64, x[i],
                            INT64_MAX);
    return add_i64(set, (const int64_t *)x, n);
}

static sci_status
add_values(value_set *set, sci_type type, const void *x, size_t n)
{
    switch (type) {
    case SCI_INT8:
        return add_i8(set, x, n);
    case SCI_UINT8:
        return add_u8(set, x, n);
    case SCI_INT16:
        return add_i16(set, x, n);
    case SCI_UINT16:
        return add_u16(set, x, n);
    case SCI_INT32:
        return add_i32(set, x, n);
    case SCI_UINT32:
        return add_u32(set, x, n);
    case SCI_INT64:
        return add_i64(set, x, n);
    case SCI_UINT64:
        return add_u64(set, x, n);
    default:
        return sci_fail(SCI_ERR_TYPE, "labels are integers, these are %s", sci_type_name(type));
    }
}

static int
compare_values(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static sci_status
sorted_values(const value_set *set, int64_t **out)
{
    int64_t *values = NULL;
    uint64_t n = 0;
    sci_status st = sci_alloc(&values, set->count, 1, sizeof *values);

    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < set->room; i++)
        if (set->used[i])
            values[n++] = set->values[i];
    qsort(values, n, sizeof *values, compare_values);
    *out = values;
    return SCI_OK;
}

sci_status
sci_map_scan(sci_source *source, const sci_options *opt, uint64_t most, uint64_t *n_levels,
             int64_t **levels)
{
    sci_type type = sci_decoded_type(source->array.type);
    sci_reader *reader = NULL;
    value_set set = { 0 };
    uint64_t count, done = 0;
    sci_status st = sci_array_count(&source->array, &count);

    if (st == SCI_OK)
        st = sci_reader_create(&reader, source);
    if (st == SCI_OK)
        st = set_create(&set, 1024, most);
    while (st == SCI_OK && done < count) {
        const void *values;
        size_t n;

        st = sci_reader_at(reader, done, count, &values, &n);
        if (st == SCI_OK)
            st = add_values(&set, type, values, n);
        if (st == SCI_OK)
            st = sci_check_stop(opt);
        done += n;
    }
    if (st == SCI_OK)
        st = sorted_values(&set, levels);
    if (st == SCI_OK)
        *n_levels = set.count;
    set_clear(&set);
    sci_reader_free(reader);
    return st;
}
