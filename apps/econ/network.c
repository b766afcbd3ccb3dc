/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Odd-even merge sort (Batcher 1968): which numbers are compared does not depend on them. */
#include "network.h"

#include <math.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#if defined(__SSE2__)

/* Written a < b ? a : b the compilers make a branch of it. */
static inline void
order(double *v, int low, int high)
{
    __m128d a = _mm_load_sd(v + low), b = _mm_load_sd(v + high);

    _mm_store_sd(v + low, _mm_min_sd(a, b));
    _mm_store_sd(v + high, _mm_max_sd(b, a));
}

#else

static inline void
order(double *v, int low, int high)
{
    double a = v[low], b = v[high];

    v[low] = a < b ? a : b;
    v[high] = a < b ? b : a;
}

#endif

static inline void
sort_4(double *v)
{
    order(v, 0, 1);
    order(v, 2, 3);
    order(v, 0, 2);
    order(v, 1, 3);
    order(v, 1, 2);
}

static inline void
sort_8(double *v)
{
    sort_4(v);
    sort_4(v + 4);
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        order(v, i, i + 4);
    order(v, 2, 4);
    order(v, 3, 5);
#pragma GCC unroll 3
    for (int i = 1; i < 7; i += 2)
        order(v, i, i + 1);
}

static inline void
sort_16(double *v)
{
    sort_8(v);
    sort_8(v + 8);
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        order(v, i, i + 8);
#pragma GCC unroll 4
    for (int i = 4; i < 8; i++)
        order(v, i, i + 4);
#pragma GCC unroll 3
    for (int i = 2; i < 14; i += 4) {
        order(v, i, i + 2);
        order(v, i + 1, i + 3);
    }
#pragma GCC unroll 7
    for (int i = 1; i < 15; i += 2)
        order(v, i, i + 1);
}

/* What is missing is infinite, and equal to infinite numbers that are there. */
static inline void
fill(double *all, int most, const double *v, size_t n)
{
    for (int i = 0; i < most; i++)
        all[i] = (size_t)i < n ? v[i] : (double)INFINITY;
}

static void
sort_to_8(double *v, size_t n)
{
    double all[8];

    fill(all, 8, v, n);
    sort_8(all);
    for (size_t i = 0; i < n; i++)
        v[i] = all[i];
}

static void
sort_to_16(double *v, size_t n)
{
    double all[16];

    fill(all, 16, v, n);
    sort_16(all);
    for (size_t i = 0; i < n; i++)
        v[i] = all[i];
}

void
econ_network_sort(double *v, size_t n)
{
    if (n < 2)
        return;
    if (n <= 8)
        sort_to_8(v, n);
    else
        sort_to_16(v, n);
}
