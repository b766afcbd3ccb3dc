/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expand.h"

#include <math.h>

static double
power_of(const audio_compression *c, double x)
{
    switch (c->kind) {
    case AUDIO_COMPRESS_DB:
        return pow(10.0, (x - c->offset) / (10.0 * (c->scale == 0.0 ? 1.0 : c->scale)));
    case AUDIO_COMPRESS_LN:
        return exp(x);
    case AUDIO_COMPRESS_LOG1P:
        return expm1(x);
    case AUDIO_COMPRESS_ROOT:
        return pow(fmax(x, 0.0), 1.0 / c->exponent);
    case AUDIO_COMPRESS_NONE:
    case AUDIO_COMPRESS_PCEN:
        break;
    }
    return x;
}

sci_status
audio_expand(const audio_compression *c, double *x, size_t n)
{
    if (c->kind == AUDIO_COMPRESS_PCEN)
        return sci_fail(SCI_ERR_REFUSED, "values of PCEN do not give their powers back");
    for (size_t i = 0; i < n; i++)
        x[i] = fmax(power_of(c, x[i]), 0.0);
    return SCI_OK;
}
