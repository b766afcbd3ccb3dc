/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "../core/clones.h"
#include "decode.h"

sci_type
sci_decoded_type(sci_type type)
{
    return type == SCI_FLOAT16 ? SCI_FLOAT32 : type;
}

bool
sci_needs_decoding(const sci_array *array)
{
    return array->type == SCI_FLOAT16 || (array->swapped && sci_type_size(array->type) > 1);
}

SCI_CLONES static void
swap16(uint16_t *restrict out, const uint16_t *restrict in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint16_t)(in[i] << 8 | in[i] >> 8);
}

SCI_CLONES static void
swap32(uint32_t *restrict out, const uint32_t *restrict in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = __builtin_bswap32(in[i]);
}

SCI_CLONES static void
swap64(uint64_t *restrict out, const uint64_t *restrict in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = __builtin_bswap64(in[i]);
}

/* IEEE 754 binary16 to binary32: exponent and fraction moved into place, then rescaled by 2^112,
 * which also makes the subnormals normal. Exact. */
static void
half_to_float(float *out, const uint16_t *in, size_t n, bool swapped)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t half = swapped ? (uint32_t)(uint16_t)(in[i] << 8 | in[i] >> 8) : in[i];
        uint32_t sign = (half & 0x8000u) << 16, bits = (half & 0x7fffu) << 13;
        float value;

        if (bits >= 0x0f800000u) { /* infinity or NaN */
            bits |= 0x7f800000u;
        } else {
            memcpy(&value, &bits, sizeof value);
            value *= 0x1p112f;
            memcpy(&bits, &value, sizeof value);
        }
        bits |= sign;
        memcpy(&out[i], &bits, sizeof value);
    }
}

void
sci_decode(const sci_array *array, const void *stored, void *decoded, size_t n)
{
    size_t size = sci_type_size(array->type);

    if (array->type == SCI_FLOAT16)
        half_to_float(decoded, stored, n, array->swapped);
    else if (!array->swapped || size == 1)
        memcpy(decoded, stored, n * size);
    else if (size == 2)
        swap16(decoded, stored, n);
    else if (size == 4)
        swap32(decoded, stored, n);
    else
        swap64(decoded, stored, n);
}
