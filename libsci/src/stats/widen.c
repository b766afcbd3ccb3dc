/* SPDX-License-Identifier: BSD-3-Clause */
#include <sci/matrix.h>

#include "decode.h"
#include "kernels.h"

#define HALVES 256 /* at a time */

static void
widen_halves(double *out, const uint16_t *elements, size_t n)
{
    const sci_array halves = { .type = SCI_FLOAT16 };
    float decoded[HALVES];

    for (size_t first = 0; first < n; first += HALVES) {
        size_t count = n - first < HALVES ? n - first : HALVES;

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
