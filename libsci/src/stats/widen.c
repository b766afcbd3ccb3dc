/* SPDX-License-Identifier: BSD-3-Clause */
#include <sci/matrix.h>

#include "decode.h"
#include "kernels.h"

#define STRETCH 256 /* elements at a time */

static void
widen_halves(double *out, const uint16_t *elements, size_t n)
{
    const sci_array halves = { .type = SCI_FLOAT16 };
    float decoded[STRETCH];

    for (size_t first = 0; first < n; first += STRETCH) {
        size_t count = n - first < STRETCH ? n - first : STRETCH;

        sci_decode(&halves, elements + first, decoded, count);
        sci_kernels_of(SCI_FLOAT32)->widen(out + first, decoded, count);
    }
}

void
sci_widen(double *out, sci_type type, const void *elements, size_t n)
{
    const sci_kernels *kernels = sci_kernels_of(type);

    if (kernels)
        kernels->widen(out, elements, n);
    else
        widen_halves(out, elements, n);
}

void
sci_widen_stored(double *out, const sci_array *array, const void *stored, size_t n)
{
    sci_type type = sci_decoded_type(array->type);
    size_t size = sci_type_size(array->type);
    const unsigned char *from = stored;
    uint64_t decoded[STRETCH];

    if (!sci_needs_decoding(array)) {
        sci_widen(out, type, stored, n);
        return;
    }
    for (size_t first = 0; first < n; first += STRETCH) {
        size_t count = n - first < STRETCH ? n - first : STRETCH;

        sci_decode(array, from + first * size, decoded, count);
        sci_widen(out + first, type, decoded, count);
    }
}
