/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements from doubles, and conversion without arithmetic. */
#include "store.h"

#include <math.h>
#include <string.h>

#include "../core/clones.h"
#include "kernels.h"
#include "moments_priv.h"

/* ---- to and from double ---- */

#define DEFINE_STORE(name, OUT, LEAST, MOST)                                                 \
    SCI_CLONES static void store_##name(OUT *restrict y, const double *restrict x, size_t n) \
    {                                                                                        \
        for (size_t i = 0; i < n; i++) {                                                     \
            double r = rint(x[i]);                                                           \
                                                                                             \
            r = r > (LEAST) ? r : (LEAST);                                                   \
            y[i] = r < (MOST) ? (OUT)r : (OUT)(MOST);                                        \
        }                                                                                    \
    }

DEFINE_STORE(i8, int8_t, -128.0, 127.0)
DEFINE_STORE(u8, uint8_t, 0.0, 255.0)
DEFINE_STORE(i16, int16_t, -32768.0, 32767.0)
DEFINE_STORE(u16, uint16_t, 0.0, 65535.0)
DEFINE_STORE(i32, int32_t, -0x1p31, 2147483647.0)
DEFINE_STORE(u32, uint32_t, 0.0, 4294967295.0)

/* The largest 64-bit integers are no doubles. */
static void
store_i64(int64_t *y, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double r = rint(x[i]);

        y[i] = !(r > -0x1p63) ? INT64_MIN : r >= 0x1p63 ? INT64_MAX : (int64_t)r;
    }
}

static void
store_u64(uint64_t *y, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double r = rint(x[i]);

        y[i] = !(r > 0.0) ? 0 : r >= 0x1p64 ? UINT64_MAX : (uint64_t)r;
    }
}

SCI_CLONES static void
store_f32(float *restrict y, const double *restrict x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        y[i] = (float)x[i];
}

void
sci_store(sci_type type, void *y, const double *x, size_t n)
{
    switch (type) {
    case SCI_INT8:
        store_i8(y, x, n);
        break;
    case SCI_UINT8:
        store_u8(y, x, n);
        break;
    case SCI_INT16:
        store_i16(y, x, n);
        break;
    case SCI_UINT16:
        store_u16(y, x, n);
        break;
    case SCI_INT32:
        store_i32(y, x, n);
        break;
    case SCI_UINT32:
        store_u32(y, x, n);
        break;
    case SCI_INT64:
        store_i64(y, x, n);
        break;
    case SCI_UINT64:
        store_u64(y, x, n);
        break;
    case SCI_FLOAT32:
        store_f32(y, x, n);
        break;
    case SCI_FLOAT16: /* never an output */
    case SCI_FLOAT64:
        memcpy(y, x, n * sizeof *x);
        break;
    }
}

static void
widen_i64(double *high, double *low, const int64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        high[i] = (double)x[i];
        low[i] =
            high[i] < 0x1p63 ? (double)(x[i] - (int64_t)high[i]) : (double)(x[i] - INT64_MAX) - 1.0;
    }
}

static void
widen_u64(double *high, double *low, const uint64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        high[i] = (double)x[i];
        low[i] = high[i] < 0x1p64 ? (double)(int64_t)(x[i] - (uint64_t)high[i])
                                  : -(double)(UINT64_MAX - x[i]) - 1.0;
    }
}

void
sci_widen_pair(sci_type type, double *high, double *low, const void *x, size_t n)
{
    if (type == SCI_INT64) {
        widen_i64(high, low, x, n);
    } else if (type == SCI_UINT64) {
        widen_u64(high, low, x, n);
    } else {
        sci_kernels_of(type)->widen(high, x, n);
        memset(low, 0, n * sizeof *low);
    }
}

/* ---- conversion without arithmetic ---- */

SCI_CLONES static void
canonical_nans(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = isnan(x[i]) ? SCI_NAN : x[i];
}

void
sci_canonical_nans(double *x, size_t n)
{
    canonical_nans(x, n);
}

void
sci_convert(sci_type from, const void *x, sci_type to, void *y, size_t n)
{
    double tile[SCI_TILE];

    if (to == SCI_FLOAT32 && from == SCI_INT64) { /* by way of double it would be rounded twice */
        for (size_t i = 0; i < n; i++)
            ((float *)y)[i] = (float)((const int64_t *)x)[i];
    } else if (to == SCI_FLOAT32 && from == SCI_UINT64) {
        for (size_t i = 0; i < n; i++)
            ((float *)y)[i] = (float)((const uint64_t *)x)[i];
    } else {
        sci_kernels_of(from)->widen(tile, x, n);
        canonical_nans(tile, n);
        sci_store(to, y, tile, n);
    }
}

void
sci_fill(sci_type to, void *y, size_t n, double value)
{
    double tile[SCI_TILE];

    for (size_t i = 0; i < n; i++)
        tile[i] = value;
    sci_store(to, y, tile, n);
}
