/* SPDX-License-Identifier: BSD-3-Clause */
/* The fused loops of plain coefficients. */
#include "plain.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "../core/clones.h"
#include "kernels.h"
#include "moments_priv.h"
#include "store.h"

#define FORWARD(x, i, j) (((((double)(x)) - hi[i]) - lo[i]) * (scale[i] * gamma[j]) + beta[j])
#define INVERSE(x, i, j) (((((double)(x)) - beta[j]) / (scale[i] * gamma[j]) + lo[i]) + hi[i])

#define LOOP(OUT, MAP, i, j)       \
    for (size_t e = 0; e < n; e++) \
        y[e] = (OUT)MAP(x[e], i, j);

#define DEFINE_PLAIN(name, IN, OUT)                                                          \
    SCI_CLONES static void plain_##name(const IN *restrict x, OUT *restrict y, size_t n,     \
                                        const sci_plain *p)                                  \
    {                                                                                        \
        const double *restrict hi = p->hi, *restrict lo = p->lo, *restrict scale = p->scale; \
        const double *restrict gamma = p->gamma, *restrict beta = p->beta;                   \
                                                                                             \
        if (p->inverse) {                                                                    \
            if (!p->vary_g && !p->vary_h)                                                    \
                LOOP(OUT, INVERSE, 0, 0)                                                     \
            else if (!p->vary_g)                                                             \
                LOOP(OUT, INVERSE, 0, e)                                                     \
            else if (!p->vary_h)                                                             \
                LOOP(OUT, INVERSE, e, 0)                                                     \
            else                                                                             \
                LOOP(OUT, INVERSE, e, e)                                                     \
        } else {                                                                             \
            if (!p->vary_g && !p->vary_h)                                                    \
                LOOP(OUT, FORWARD, 0, 0)                                                     \
            else if (!p->vary_g)                                                             \
                LOOP(OUT, FORWARD, 0, e)                                                     \
            else if (!p->vary_h)                                                             \
                LOOP(OUT, FORWARD, e, 0)                                                     \
            else                                                                             \
                LOOP(OUT, FORWARD, e, e)                                                     \
        }                                                                                    \
    }

DEFINE_PLAIN(f32_f32, float, float)
DEFINE_PLAIN(f32_f64, float, double)
DEFINE_PLAIN(f64_f32, double, float)
DEFINE_PLAIN(f64_f64, double, double)

#if defined(__SSE2__)
SCI_CLONES static void
plain_streamed(const float *restrict x, float *restrict y, size_t n, const sci_plain *p)
{
    const double *hi = p->hi, *lo = p->lo, *scale = p->scale, *gamma = p->gamma, *beta = p->beta;
    double h = hi[0], l = lo[0], s = scale[0] * gamma[0], b = beta[0];

    for (size_t e = 0; e < n; e += 16) {
        float t[16];

        for (size_t i = 0; i < 16; i++)
            t[i] = (float)((((double)x[e + i] - h) - l) * s + b);
        for (size_t i = 0; i < 16; i += 4)
            _mm_stream_ps(y + e + i, _mm_loadu_ps(t + i));
    }
}
#endif

void
sci_plain_tile(sci_type type, const void *x, sci_type out_type, void *y, size_t n,
               const sci_plain *p)
{
    double wide[SCI_TILE];

    if (type == SCI_FLOAT32 && out_type == SCI_FLOAT32)
        plain_f32_f32(x, y, n, p);
    else if (type == SCI_FLOAT32 && out_type == SCI_FLOAT64)
        plain_f32_f64(x, y, n, p);
    else if (type == SCI_FLOAT64 && out_type == SCI_FLOAT32)
        plain_f64_f32(x, y, n, p);
    else if (type == SCI_FLOAT64 && out_type == SCI_FLOAT64)
        plain_f64_f64(x, y, n, p);
    else {
        double result[SCI_TILE];

        sci_kernels_of(type)->widen(wide, x, n);
        plain_f64_f64(wide, result, n, p);
        sci_store(out_type, y, result, n);
    }
}

bool
sci_plain_stream(const float *x, float *y, size_t n, const sci_plain *p)
{
#if defined(__SSE2__)
    size_t head = (16 - ((uintptr_t)y & 15)) % 16 / sizeof *y, body;

    head = head < n ? head : n;
    body = (n - head) - (n - head) % 16;
    plain_f32_f32(x, y, head, p);
    plain_streamed(x + head, y + head, body, p);
    plain_f32_f32(x + head + body, y + head + body, n - head - body, p);
    return true;
#else
    (void)x, (void)y, (void)n, (void)p;
    return false;
#endif
}

SCI_CLONES static void
forward_rows(const float *restrict x, float *restrict y, size_t rows, size_t n,
             const sci_plain_by_row *c)
{
    for (size_t r = 0; r < rows; r++) {
        double hi = c->hi[r], lo = c->lo[r], scale = c->scale[r], beta = c->beta[r];

        for (size_t e = 0; e < n; e++)
            y[r * n + e] = (float)((((double)x[r * n + e] - hi) - lo) * scale + beta);
    }
}

void
sci_plain_rows(const float *x, float *y, size_t rows, size_t n, const sci_plain_by_row *c)
{
    forward_rows(x, y, rows, n, c);
}

#define DEFINE_SELECT(T)                                                       \
    SCI_CLONES static void select_##T(T *restrict y, const T *restrict z,      \
                                      const uint8_t *restrict flags, size_t n) \
    {                                                                          \
        for (size_t i = 0; i < n; i++)                                         \
            y[i] = flags[i] ? y[i] : z[i];                                     \
    }

DEFINE_SELECT(uint8_t)
DEFINE_SELECT(uint16_t)
DEFINE_SELECT(uint32_t)
DEFINE_SELECT(uint64_t)

void
sci_select_elements(size_t size, void *y, const void *z, const uint8_t *flags, size_t n)
{
    if (size == 1)
        select_uint8_t(y, z, flags, n);
    else if (size == 2)
        select_uint16_t(y, z, flags, n);
    else if (size == 4)
        select_uint32_t(y, z, flags, n);
    else
        select_uint64_t(y, z, flags, n);
}

void
sci_stream_out(unsigned char *out, const unsigned char *tile, size_t bytes)
{
#if defined(__SSE2__)
    size_t head = (16 - ((uintptr_t)out & 15)) & 15;

    if (head < bytes) {
        memcpy(out, tile, head);
        for (; head + 16 <= bytes; head += 16)
            _mm_stream_si128((__m128i *)(void *)(out + head),
                             _mm_loadu_si128((const __m128i *)(const void *)(tile + head)));
        memcpy(out + head, tile + head, bytes - head);
        return;
    }
#endif
    memcpy(out, tile, bytes);
}
