/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compress.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <sci/parallel.h>

#define DB_PER_NEPER 4.3429448190325182765 /* 10/ln(10) */
#define LN_2 0.69314718055994530942

static double
scale_of(const audio_compression *c)
{
    return c->scale == 0.0 ? 1.0 : c->scale;
}

sci_status
audio_compression_check(const audio_compression *c)
{
    if (audio_compression_needs_peak(c) && !(c->floor_db > 0.0 && isfinite(c->floor_db)))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "a floor %g dB below the peak; it lies above 0 dB below it", c->floor_db);
    if (audio_compression_has_floor(c) && !c->relative && !(c->floor >= 0.0 && isfinite(c->floor)))
        return sci_fail(SCI_ERR_ARGUMENT, "a floor of %g; a power is not negative", c->floor);
    if (audio_compression_has_floor(c) && !(c->least >= 0.0 && isfinite(c->least)))
        return sci_fail(SCI_ERR_ARGUMENT, "a least floor of %g; a power is not negative", c->least);
    if (!isfinite(c->scale) || !isfinite(c->offset))
        return sci_fail(SCI_ERR_ARGUMENT, "a scale of %g and an offset of %g; both are finite",
                        c->scale, c->offset);
    if (c->kind != AUDIO_COMPRESS_DB && (scale_of(c) != 1.0 || c->offset != 0.0))
        return sci_fail(SCI_ERR_ARGUMENT, "only decibels have a scale and an offset");
    if (c->kind == AUDIO_COMPRESS_ROOT && !(c->exponent > 0.0 && c->exponent <= 1.0))
        return sci_fail(SCI_ERR_ARGUMENT, "an exponent of %g; it lies above 0 and up to 1",
                        c->exponent);
    return SCI_OK;
}

bool
audio_compression_has_floor(const audio_compression *c)
{
    return c->kind == AUDIO_COMPRESS_DB || c->kind == AUDIO_COMPRESS_LN;
}

bool
audio_compression_needs_peak(const audio_compression *c)
{
    return audio_compression_has_floor(c) && c->relative;
}

double
audio_compression_floor(const audio_compression *c, double peak)
{
    double floor = c->relative ? peak * pow(10.0, -c->floor_db / 10.0) : c->floor;
    double least = c->least > 0.0 ? c->least : AUDIO_FLOOR_LEAST;

    return floor > least ? floor : least;
}

/* ---- single ---- */

/* x = m·2^e with m in [√½, √2), ln m = 2·artanh((m - 1)/(m + 1)): with |s| <= 0.172 the first term left out
 * of the series, 2·s^11/11, is below 1e-9. */
SCI_CLONES static void
log_single(float *x, size_t n, float floor, float per_octave, float per_neper, float offset)
{
    const uint32_t half_root = 0x3F3504F3; /* the bits of √½ */

    for (size_t i = 0; i < n; i++) {
        float v = x[i] > floor ? x[i] : floor, m, s, t;
        uint32_t bits;
        int32_t e;

        memcpy(&bits, &v, sizeof bits);
        e = (int32_t)(bits - half_root) >> 23;
        bits -= (uint32_t)e << 23;
        memcpy(&m, &bits, sizeof m);
        s = (m - 1.0f) / (m + 1.0f);
        t = s * s;
        t = s
            * (2.0f
               + t * (2.0f / 3.0f + t * (2.0f / 5.0f + t * (2.0f / 7.0f + t * (2.0f / 9.0f)))));
        x[i] = (float)e * per_octave + t * per_neper + offset;
    }
}

void
audio_compress_single(const audio_compression *c, double floor, float *x, size_t n)
{
    float exponent = (float)c->exponent;
    double scale = scale_of(c);

    switch (c->kind) {
    case AUDIO_COMPRESS_DB:
        log_single(x, n, (float)floor, (float)(scale * DB_PER_NEPER * LN_2),
                   (float)(scale * DB_PER_NEPER), (float)c->offset);
        break;
    case AUDIO_COMPRESS_LN:
        log_single(x, n, (float)floor, (float)LN_2, 1.0f, 0.0f);
        break;
    case AUDIO_COMPRESS_LOG1P:
        for (size_t i = 0; i < n; i++)
            x[i] = log1pf(x[i]);
        break;
    case AUDIO_COMPRESS_ROOT:
        for (size_t i = 0; i < n; i++)
            x[i] = c->exponent == 0.5 ? sqrtf(x[i]) : powf(x[i], exponent);
        break;
    case AUDIO_COMPRESS_NONE:
    case AUDIO_COMPRESS_PCEN:
        break;
    }
}

/* ---- double ---- */

void
audio_compress(const audio_compression *c, double floor, double *x, size_t n)
{
    double scale = scale_of(c);

    switch (c->kind) {
    case AUDIO_COMPRESS_DB:
        for (size_t i = 0; i < n; i++)
            x[i] = scale * (10.0 * log10(x[i] > floor ? x[i] : floor)) + c->offset;
        break;
    case AUDIO_COMPRESS_LN:
        for (size_t i = 0; i < n; i++)
            x[i] = log(x[i] > floor ? x[i] : floor);
        break;
    case AUDIO_COMPRESS_LOG1P:
        for (size_t i = 0; i < n; i++)
            x[i] = log1p(x[i]);
        break;
    case AUDIO_COMPRESS_ROOT:
        for (size_t i = 0; i < n; i++)
            x[i] = c->exponent == 0.5 ? sqrt(x[i]) : pow(x[i], c->exponent);
        break;
    case AUDIO_COMPRESS_NONE:
    case AUDIO_COMPRESS_PCEN:
        break;
    }
}
