/* SPDX-License-Identifier: BSD-3-Clause */
/* Blocks to moments. The rule for a block: d = x - pivot, the pivot being the mean of its first 16
 * finite members; S1 = Σd and S2 = Σd² in 16 lanes; M2 = S2 - S1²/n; a block with S1²/n > M2 is
 * redone about its own mean. */
#include <math.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "../core/clones.h"
#include "kernels.h"
#include "moments_priv.h"

#define LANES 16
#define FOLD_ROWS 64
#define FOLD (LANES * FOLD_ROWS) /* members */
#define TILE 512
#define LINE_BYTES 64 /* of a cache: what is fetched at once */
#define TURN_MOST 128 /* elements of a row that is turned */
#define TURN_ROWS 16

__extension__ typedef __int128 wide_int;
__extension__ typedef unsigned __int128 wide_uint;

typedef double quad __attribute__((vector_size(4 * sizeof(double))));

/* Lanes are added on a fixed tree: l + (l + 8), then + 4, then the last four. Written with vectors
 * because the loops would be taken apart. */
static inline __attribute__((always_inline)) double
fold_lanes(const double *s)
{
    quad lanes[4], sum;

    memcpy(lanes, s, sizeof lanes);
    sum = (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/* ---- floating point ---- */

/* fmax without its care for NaN, which costs a call. */
static inline double
larger(double a, double b)
{
    return a > b ? a : b;
}

/* |d| below this has a square that loses bits. */
#define DEVIATION_LEAST 0x1p-500

/* Cancellation has eaten the sum of d: the mean is so small against the members that their sum is
 * to be made with its rounding errors kept (Ogita, Rump, Oishi 2005). Rare, and only then slow.
 * `least` and `most` are in units of the mean. */
static inline bool
mean_is_lost(double mean, double least, double most)
{
    return fabs(mean) < 0x1p-40 * larger(fabs(least), fabs(most)) && least != most;
}

SCI_CLONES static double
compensated_sum(const double *x, const double *w, size_t n)
{
    double sum[LANES] = { 0 }, rest[LANES] = { 0 };

    for (size_t first = 0; first < n; first += LANES) {
        size_t width = n - first < LANES ? n - first : LANES;

        for (size_t l = 0; l < width; l++) {
            double value = w[first + l] * x[first + l], next = sum[l] + value, part = next - sum[l];

            rest[l] += (sum[l] - (next - part)) + (value - part);
            sum[l] = next;
        }
    }
    for (int l = 1; l < LANES; l++)
        sci_mean_add(&sum[0], &rest[0], sum[l]);
    for (int l = 1; l < LANES; l++)
        rest[0] += rest[l];
    return sum[0] + rest[0];
}

/* (sum - quotient·n) / n, what a rounded division by n <= 4096 leaves: the product is exact in two
 * halves (Dekker 1971). */
static inline double
division_rest(double sum, double n, double quotient)
{
    double scaled = quotient * 0x1.0000002p27, high = scaled - (scaled - quotient),
           low = quotient - high;

    return ((sum - high * n) - low * n) / n;
}

/* The moments of a block from its sums. False if the sums do not carry them: then the block is to
 * be redone about `own` if that is not NULL, else (or if own is not finite) by the general rule. */
static inline bool
block_moments(sci_moments *m, size_t n, double pivot, double s1, double s2, double min, double max,
              double *own)
{
    double count = (double)n, shift = s1 / count;
    double m2 = s2 - s1 * shift;

    if (!(s2 < SCI_INF) || !(fabs(pivot) < SCI_INF)) {
        if (own)
            *own = SCI_NAN;
        return false;
    }
    *m = (sci_moments){ .count = n, .weight = count, .mean_hi = pivot, .min = min, .max = max };
    if (min == max) {
        m->mean_hi = min;
        return true;
    }
    if (own && s1 * shift > m2) {
        *own = pivot + shift;
        return false;
    }
    if (larger(fabs(min - pivot), fabs(max - pivot)) < DEVIATION_LEAST
        || mean_is_lost(pivot + shift, min, max)) {
        if (own)
            *own = SCI_NAN;
        return false;
    }
    m->mean_lo = division_rest(s1, count, shift);
    sci_mean_add(&m->mean_hi, &m->mean_lo, shift);
    m->m2 = m2 > 0.0 ? m2 : 0.0;
    return true;
}

/* Of TURN_ROWS short rows. */
typedef struct turned_sums {
    double pivot[TURN_ROWS], s1[TURN_ROWS], s2[TURN_ROWS], min[TURN_ROWS], max[TURN_ROWS];
} turned_sums;

typedef struct weighted_sums {
    double s0, s1, s2;
} weighted_sums;

SCI_CLONES static void
weighted_lane_sums(const double *x, const double *w, size_t n, double pivot, weighted_sums *out)
{
    weighted_sums total = { 0 };

    for (size_t first = 0; first < n; first += LANES * FOLD_ROWS) {
        size_t end = n - first < LANES * FOLD_ROWS ? n : first + LANES * FOLD_ROWS;
        double s0[LANES] = { 0 }, s1[LANES] = { 0 }, s2[LANES] = { 0 };
        size_t i = first;

        for (; i + LANES <= end; i += LANES) {
            for (int l = 0; l < LANES; l++) {
                double d = x[i + (size_t)l] - pivot, wd = w[i + (size_t)l] * d;

                s0[l] += w[i + (size_t)l];
                s1[l] += wd;
                s2[l] += wd * d;
            }
        }
        for (; i < end; i++) {
            double d = x[i] - pivot, wd = w[i] * d;

            s0[i % LANES] += w[i];
            s1[i % LANES] += wd;
            s2[i % LANES] += wd * d;
        }
        total.s0 += fold_lanes(s0);
        total.s1 += fold_lanes(s1);
        total.s2 += fold_lanes(s2);
    }
    *out = total;
}

/* What is left of a block after its NaN and infinities have been looked at. */
typedef struct survey {
    size_t finite, nonfinite; /* members with weight > 0 */
    double min, max, sum_nonfinite, pivot;
} survey;

static survey
survey_block(const double *x, const double *w, size_t n)
{
    survey s = { .min = SCI_INF, .max = -SCI_INF };
    size_t head = 0;

    for (size_t i = 0; i < n; i++) {
        if (w && !(w[i] > 0.0))
            continue;
        if (!isfinite(x[i])) {
            s.nonfinite++;
            s.sum_nonfinite += x[i];
            continue;
        }
        s.finite++;
        s.min = x[i] < s.min ? x[i] : s.min;
        s.max = x[i] > s.max ? x[i] : s.max;
        if (head < LANES) {
            s.pivot += x[i] / LANES; /* cannot overflow */
            head++;
        }
    }
    if (head > 0)
        s.pivot *= (double)LANES / (double)head;
    return s;
}

static void
merge_poisoned(sci_tally *tally, const survey *s, double weight)
{
    sci_moments m = {
        .count = s->finite + s->nonfinite, .weight = weight, .mean_lo = 0.0, .m2 = SCI_NAN
    };

    m.mean_hi = isnan(s->sum_nonfinite) ? SCI_NAN : s->sum_nonfinite;
    m.min = m.max = SCI_NAN;
    sci_moments_merge(&tally->moments, &m);
}

/* Finite members, scaled by 2^-exponent; members that do not count sit on the pivot with weight 0.
 */
static void
finite_moments(sci_moments *m, double *x, double *w, size_t n, const survey *s, int exponent)
{
    double pivot = ldexp(s->pivot, -exponent), shift;
    weighted_sums sums;

    for (size_t i = 0; i < n; i++) {
        bool counts = w[i] > 0.0 && isfinite(x[i]);

        x[i] = counts ? ldexp(x[i], -exponent) : pivot;
        w[i] = counts ? w[i] : 0.0;
    }
    weighted_lane_sums(x, w, n, pivot, &sums);
    if (sums.s1 * (sums.s1 / sums.s0) > sums.s2 - sums.s1 * (sums.s1 / sums.s0)) {
        pivot += sums.s1 / sums.s0;
        weighted_lane_sums(x, w, n, pivot, &sums);
    }
    *m = (sci_moments){ .count = s->finite,
                        .weight = sums.s0,
                        .mean_hi = pivot,
                        .min = s->min,
                        .max = s->max,
                        .exponent = exponent };
    if (s->min == s->max) {
        m->mean_hi = s->min;
        m->exponent = 0;
        return;
    }
    shift = sums.s1 / sums.s0;
    m->mean_lo = fma(-shift, sums.s0, sums.s1) / sums.s0;
    sci_mean_add(&m->mean_hi, &m->mean_lo, shift);
    if (mean_is_lost(m->mean_hi, ldexp(s->min, -exponent), ldexp(s->max, -exponent))) {
        m->mean_hi = compensated_sum(x, w, n) / sums.s0;
        m->mean_lo = 0.0;
    }
    m->m2 = sums.s2 - sums.s1 * shift;
    if (m->m2 < 0.0)
        m->m2 = 0.0;
}

void
sci_block_weighted(sci_tally *tally, const double *x, const double *weights, size_t n,
                   sci_nan_policy nan)
{
    double copy[SCI_BLOCK], w[SCI_BLOCK];
    survey s = survey_block(x, weights, n);
    double widest, weight = 0.0;
    sci_moments m;
    int exponent = 0;

    tally->nonfinite += s.nonfinite;
    if (s.nonfinite > 0 && nan == SCI_NAN_PROPAGATE) {
        for (size_t i = 0; i < n; i++)
            weight += weights ? weights[i] : 1.0;
        merge_poisoned(tally, &s, weight);
        return;
    }
    if (s.finite == 0)
        return;
    widest = fmax(fabs(s.min - s.pivot), fabs(s.max - s.pivot));
    if (widest != 0.0 && !(widest > DEVIATION_LEAST && widest < 1.0 / DEVIATION_LEAST))
        exponent = sci_exponent_of(s.min, s.max);
    memcpy(copy, x, n * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        w[i] = weights ? weights[i] : 1.0;
    finite_moments(&m, copy, w, n, &s, exponent);
    sci_moments_merge(&tally->moments, &m);
}

/* ---- integers of 8 to 32 bits: exact sums ---- */

typedef struct exact_sums {
    int64_t s1;
    uint64_t low, high; /* Σx² = high·2^32 + low */
    double min, max;
} exact_sums;

/* mean = sum / n as a pair; |sum / n| < 2^64. */
static void
exact_mean(sci_moments *m, wide_int sum, uint64_t n)
{
    wide_int quotient = sum / (wide_int)n, remainder = sum % (wide_int)n;
    double hi = (double)quotient;

    m->mean_hi = hi;
    m->mean_lo = (double)(quotient - (wide_int)hi);
    sci_mean_add(&m->mean_hi, &m->mean_lo, (double)remainder / (double)n);
}

static void
exact_moments(sci_moments *m, size_t n, const exact_sums *sums)
{
    wide_int s1 = sums->s1, s2 = ((wide_int)sums->high << 32) + (wide_int)sums->low;

    *m = (sci_moments){ .count = n, .weight = (double)n, .min = sums->min, .max = sums->max };
    exact_mean(m, s1, n);
    m->m2 = (double)((wide_int)n * s2 - s1 * s1) / (double)n;
}

/* ---- 64-bit integers ---- */

/* mean += by, |by| < 2^64: moments about an integer become moments about 0. */
static void
shift_mean(sci_moments *m, wide_int by)
{
    double hi = (double)by, lo = (double)(by - (wide_int)hi), mean = m->mean_hi;

    m->mean_hi = hi;
    m->mean_lo += lo;
    sci_mean_add(&m->mean_hi, &m->mean_lo, mean);
}

static inline void
wide_add(sci_wide_sums *wide, uint64_t bits, bool negative)
{
    uint64_t size = negative ? 0 - bits : bits;
    wide_uint sum = ((wide_uint)wide->sum[1] << 64) | wide->sum[0];
    wide_uint square = (wide_uint)size * size;
    wide_uint low = ((wide_uint)wide->squares[1] << 64) | wide->squares[0];

    sum = negative ? sum - size : sum + size;
    wide->sum[0] = (uint64_t)sum;
    wide->sum[1] = (uint64_t)(sum >> 64);
    low += square;
    wide->squares[2] += low < square;
    wide->squares[0] = (uint64_t)low;
    wide->squares[1] = (uint64_t)(low >> 64);
}

/* limbs·factor in place, 192 bits. */
static void
limbs_scale(uint64_t limbs[3], uint64_t factor)
{
    wide_uint carry = 0;

    for (int i = 0; i < 3; i++) {
        carry += (wide_uint)limbs[i] * factor;
        limbs[i] = (uint64_t)carry;
        carry >>= 64;
    }
}

/* limbs -= value², |value| < 2^96, 192 bits. */
static void
limbs_subtract_square(uint64_t limbs[3], wide_uint value)
{
    uint64_t a = (uint64_t)value, b = (uint64_t)(value >> 64);
    uint64_t square[3] = { 0 };
    wide_uint aa = (wide_uint)a * a, ab = (wide_uint)a * b, carry;
    uint64_t borrow = 0;

    square[0] = (uint64_t)aa;
    carry = (aa >> 64) + (wide_uint)(uint64_t)ab * 2;
    square[1] = (uint64_t)carry;
    square[2] = (uint64_t)((carry >> 64) + (ab >> 64) * 2 + (wide_uint)b * b);
    for (int i = 0; i < 3; i++) {
        wide_uint d = (wide_uint)limbs[i] - square[i] - borrow;

        limbs[i] = (uint64_t)d;
        borrow = (uint64_t)(d >> 64) != 0;
    }
}

void
sci_tally_begin(sci_tally *tally)
{
    tally->moments = (sci_moments){ .min = SCI_INF, .max = -SCI_INF };
    tally->nonfinite = 0;
    tally->wide = (sci_wide_sums){ 0 };
}

void
sci_tally_finish(sci_tally *tally)
{
    sci_wide_sums *wide = &tally->wide;
    sci_moments *m = &tally->moments;
    wide_uint sum = ((wide_uint)wide->sum[1] << 64) | wide->sum[0];
    bool negative = wide->sum[1] >> 63;

    if (wide->count == 0)
        return;
    m->count = wide->count;
    m->weight = (double)wide->count;
    exact_mean(m, (wide_int)sum, wide->count);
    limbs_scale(wide->squares, wide->count);
    limbs_subtract_square(wide->squares, negative ? 0 - sum : sum);
    m->m2 = (((double)wide->squares[2] * 0x1p64 + (double)wide->squares[1]) * 0x1p64
             + (double)wide->squares[0])
            / (double)wide->count;
    wide->count = 0;
}

/* ---- the types ---- */

#define KIND_FLOAT 1
#define KIND_SMALL 2
#define KIND_WORD 3
#define KIND_WIDE 4

/* x² of an integer of up to 32 bits, modulo 2^64, where signs and overflow cannot matter. */
#define SQUARE(x) ((uint64_t)(int64_t)(x) * (uint64_t)(int64_t)(x))

#if defined(__SSE2__)
#define TURN_BY_SHUFFLE 1
#else
#define TURN_BY_SHUFFLE 0
#endif
#define T float
#define NAME(x) x##_f32
#define KIND KIND_FLOAT
#include "kernels_source.h"

#define TURN_BY_SHUFFLE 0
#define T double
#define NAME(x) x##_f64
#define KIND KIND_FLOAT
#include "kernels_source.h"

#define T int8_t
#define NAME(x) x##_i8
#define KIND KIND_SMALL
#include "kernels_source.h"

#define T uint8_t
#define NAME(x) x##_u8
#define KIND KIND_SMALL
#include "kernels_source.h"

#define T int16_t
#define NAME(x) x##_i16
#define KIND KIND_SMALL
#include "kernels_source.h"

#define T uint16_t
#define NAME(x) x##_u16
#define KIND KIND_SMALL
#include "kernels_source.h"

#define T int32_t
#define NAME(x) x##_i32
#define KIND KIND_WORD
#include "kernels_source.h"

#define T uint32_t
#define NAME(x) x##_u32
#define KIND KIND_WORD
#include "kernels_source.h"

#define T int64_t
#define NAME(x) x##_i64
#define KIND KIND_WIDE
#define NEGATIVE(value) ((value) < 0)
#include "kernels_source.h"

#define T uint64_t
#define NAME(x) x##_u64
#define KIND KIND_WIDE
#define NEGATIVE(value) false
#include "kernels_source.h"

#define KERNELS(suffix)                                                                           \
    {                                                                                             \
        block_##suffix, block_weighted_##suffix, spans_##suffix, rows_##suffix, columns_##suffix, \
            columns_weighted_##suffix, scatter_##suffix, widen_##suffix                           \
    }

const sci_kernels *
sci_kernels_of(sci_type type)
{
    static const sci_kernels table[] = {
        [SCI_INT8] = KERNELS(i8),     [SCI_INT16] = KERNELS(i16),  [SCI_INT32] = KERNELS(i32),
        [SCI_INT64] = KERNELS(i64),   [SCI_UINT8] = KERNELS(u8),   [SCI_UINT16] = KERNELS(u16),
        [SCI_UINT32] = KERNELS(u32),  [SCI_UINT64] = KERNELS(u64), [SCI_FLOAT32] = KERNELS(f32),
        [SCI_FLOAT64] = KERNELS(f64),
    };

    if ((unsigned)type >= sizeof table / sizeof *table || !table[type].block)
        return NULL;
    return &table[type];
}

sci_status
sci_moments_of(sci_moments *out, sci_type type, const void *x, uint64_t n, sci_nan_policy nan)
{
    const sci_kernels *kernels = sci_kernels_of(type);
    const unsigned char *bytes = x;
    size_t size = sci_type_size(type);
    sci_tally tally;

    if (!kernels)
        return sci_fail(SCI_ERR_TYPE, "moments of %s need a decoded array", sci_type_name(type));
    sci_tally_begin(&tally);
    if (n > 0 && n <= SCI_BLOCK)
        tally.nonfinite = kernels->rows(&tally.moments, x, 1, n, nan);
    for (uint64_t first = 0; n > SCI_BLOCK && first < n; first += SCI_BLOCK)
        kernels->block(&tally, bytes + first * size, n - first < SCI_BLOCK ? n - first : SCI_BLOCK,
                       nan);
    sci_tally_finish(&tally);
    if (tally.nonfinite > 0 && nan == SCI_NAN_REFUSE)
        return sci_fail(SCI_ERR_NONFINITE, "%llu of %llu values are not finite",
                        (unsigned long long)tally.nonfinite, (unsigned long long)n);
    *out = tally.moments;
    return SCI_OK;
}

sci_status
sci_moments_of_rows(sci_moments *out, sci_type type, const void *x, uint64_t rows, uint64_t n,
                    sci_nan_policy nan)
{
    const sci_kernels *kernels = sci_kernels_of(type);
    const unsigned char *bytes = x;
    uint64_t nonfinite = 0;
    sci_status st = SCI_OK;

    if (!kernels)
        return sci_fail(SCI_ERR_TYPE, "moments of %s need a decoded array", sci_type_name(type));
    if (n == 0 || n > SCI_BLOCK) {
        for (uint64_t r = 0; r < rows && st == SCI_OK; r++)
            st = sci_moments_of(&out[r], type, bytes + r * n * sci_type_size(type), n, nan);
        return st;
    }
    nonfinite = kernels->rows(out, x, rows, n, nan);
    if (nonfinite > 0 && nan == SCI_NAN_REFUSE)
        return sci_fail(SCI_ERR_NONFINITE, "%llu of %llu values are not finite",
                        (unsigned long long)nonfinite, (unsigned long long)(rows * n));
    return SCI_OK;
}
