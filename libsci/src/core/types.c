/* SPDX-License-Identifier: BSD-3-Clause */
#include <sci/types.h>

static const struct type_facts {
    size_t size;
    const char *name;
    bool integer;
} facts[] = {
    [SCI_INT8] = { 1, "i1", true },     [SCI_INT16] = { 2, "i2", true },
    [SCI_INT32] = { 4, "i4", true },    [SCI_INT64] = { 8, "i8", true },
    [SCI_UINT8] = { 1, "u1", true },    [SCI_UINT16] = { 2, "u2", true },
    [SCI_UINT32] = { 4, "u4", true },   [SCI_UINT64] = { 8, "u8", true },
    [SCI_FLOAT16] = { 2, "f2", false }, [SCI_FLOAT32] = { 4, "f4", false },
    [SCI_FLOAT64] = { 8, "f8", false },
};

size_t
sci_type_size(sci_type type)
{
    return facts[type].size;
}

const char *
sci_type_name(sci_type type)
{
    return facts[type].name;
}

bool
sci_type_is_integer(sci_type type)
{
    return facts[type].integer;
}

sci_status
sci_array_count(const sci_array *array, uint64_t *out)
{
    int64_t elements = 1, bytes;
    bool empty = false;

    if (array->rank < 0 || array->rank > SCI_MAX_RANK)
        return sci_fail(SCI_ERR_SHAPE, "%d axes; 0 to %d are possible", array->rank, SCI_MAX_RANK);
    /* An axis of size 0 does not excuse the others: strides are products of them too. */
    for (int axis = 0; axis < array->rank; axis++) {
        if (array->shape[axis] == 0)
            empty = true;
        else if (__builtin_mul_overflow(elements, array->shape[axis], &elements))
            return sci_fail(SCI_ERR_SHAPE, "the array has more than 2^63 elements");
    }
    if (__builtin_mul_overflow(elements, sci_type_size(array->type), &bytes))
        return sci_fail(SCI_ERR_SHAPE, "the array has more than 2^63 bytes");
    *out = empty ? 0 : (uint64_t)elements;
    return SCI_OK;
}
