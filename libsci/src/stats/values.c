/* SPDX-License-Identifier: BSD-3-Clause */
/* Bounds are brought into the type of the elements first, so that a test is two comparisons in that
 * type and as exact as one of real numbers. */
#include <math.h>
#include <string.h>

#include "../core/clones.h"
#include "moments_priv.h"
#include "values.h"

#define CHUNK 64 /* elements that are looked at together: mostly all or none of them pass */

typedef struct real_bounds {
    double low, high;
} real_bounds;

static real_bounds
bounds_of(const sci_values *v, uint64_t group)
{
    uint64_t at = v->n > 1 ? group : 0;

    return (real_bounds){ v->low[at], v->high[at] };
}

/* least <= x <= most is low < x < high; false where nothing passes. END is one more than the
 * largest value of T. */
#define DEFINE_INTEGER_BOUNDS(name, T, LEAST, MOST, END)            \
    static bool bounds_##name(real_bounds b, T *least, T *most)     \
    {                                                               \
        double low = floor(b.low), high = ceil(b.high);             \
                                                                    \
        if (!(low < (END)-1.0 && high > (double)(LEAST)))           \
            return false;                                           \
        *least = low < (double)(LEAST) ? (LEAST) : (T)((T)low + 1); \
        *most = high >= (END) ? (MOST) : (T)((T)high - 1);          \
        return *least <= *most;                                     \
    }

/* The bounds rounded outwards: no element lies between a bound and what it is rounded to. An
 * infinite bound becomes NaN, which bounds nothing. */
#define DEFINE_FLOAT_BOUNDS(name, T, NEXT)                          \
    static bool bounds_##name(real_bounds b, T *low, T *high)       \
    {                                                               \
        if (isnan(b.low) || isnan(b.high))                          \
            return false;                                           \
        *low = (T)b.low;                                            \
        *high = (T)b.high;                                          \
        if ((double)*low > b.low)                                   \
            *low = NEXT(*low, (T)-SCI_INF);                         \
        if ((double)*high < b.high)                                 \
            *high = NEXT(*high, (T)SCI_INF);                        \
        *low = isinf(b.low) && b.low < 0.0 ? (T)SCI_NAN : *low;     \
        *high = isinf(b.high) && b.high > 0.0 ? (T)SCI_NAN : *high; \
        return true;                                                \
    }

#define INTEGER_PASSES(x) (((x) >= a) & ((x) <= b) & (((x) != 0) | any))
#define FLOAT_PASSES(x) (!((x) <= a) & !((x) >= b) & (((x) != 0) | any))

#define DEFINE_TESTS(name, T, PASSES)                                                             \
    SCI_CLONES static size_t flags_##name(uint8_t *restrict flags, const T *restrict x, size_t n, \
                                          T a, T b, bool zero)                                    \
    {                                                                                             \
        int any = zero;                                                                           \
        size_t count = 0;                                                                         \
                                                                                                  \
        for (size_t i = 0; i < n; i++)                                                            \
            flags[i] = (uint8_t)(PASSES(x[i]));                                                   \
        for (size_t i = 0; i < n; i++)                                                            \
            count += flags[i];                                                                    \
        return count;                                                                             \
    }                                                                                             \
                                                                                                  \
    SCI_CLONES static size_t compact_##name(T *restrict out, const T *restrict x, size_t n, T a,  \
                                            T b, bool zero)                                       \
    {                                                                                             \
        int any = zero;                                                                           \
        size_t at = 0, done = 0;                                                                  \
                                                                                                  \
        for (; done + CHUNK <= n; done += CHUNK) {                                                \
            const T *p = x + done;                                                                \
            uint8_t flags[CHUNK], count = 0;                                                      \
                                                                                                  \
            for (int i = 0; i < CHUNK; i++)                                                       \
                flags[i] = (uint8_t)(PASSES(p[i]));                                               \
            for (int i = 0; i < CHUNK; i++)                                                       \
                count = (uint8_t)(count + flags[i]);                                              \
            if (count == CHUNK) {                                                                 \
                memcpy(out + at, p, CHUNK * sizeof *p);                                           \
                at += CHUNK;                                                                      \
            } else if (count > 0) {                                                               \
                for (int i = 0; i < CHUNK; i++) {                                                 \
                    out[at] = p[i];                                                               \
                    at += flags[i];                                                               \
                }                                                                                 \
            }                                                                                     \
        }                                                                                         \
        for (; done < n; done++) {                                                                \
            out[at] = x[done];                                                                    \
            at += (size_t)(PASSES(x[done]));                                                      \
        }                                                                                         \
        return at;                                                                                \
    }

#define DEFINE_INTEGER(name, T, LEAST, MOST, END)    \
    DEFINE_INTEGER_BOUNDS(name, T, LEAST, MOST, END) \
    DEFINE_TESTS(name, T, INTEGER_PASSES)

DEFINE_INTEGER(i8, int8_t, INT8_MIN, INT8_MAX, 0x1p7)
DEFINE_INTEGER(i16, int16_t, INT16_MIN, INT16_MAX, 0x1p15)
DEFINE_INTEGER(i32, int32_t, INT32_MIN, INT32_MAX, 0x1p31)
DEFINE_INTEGER(i64, int64_t, INT64_MIN, INT64_MAX, 0x1p63)
DEFINE_INTEGER(u8, uint8_t, 0, UINT8_MAX, 0x1p8)
DEFINE_INTEGER(u16, uint16_t, 0, UINT16_MAX, 0x1p16)
DEFINE_INTEGER(u32, uint32_t, 0, UINT32_MAX, 0x1p32)
DEFINE_INTEGER(u64, uint64_t, 0, UINT64_MAX, 0x1p64)
DEFINE_FLOAT_BOUNDS(f32, float, nextafterf)
DEFINE_TESTS(f32, float, FLOAT_PASSES)
DEFINE_FLOAT_BOUNDS(f64, double, nextafter)
DEFINE_TESTS(f64, double, FLOAT_PASSES)

#define EACH_TYPE(CASE)             \
    CASE(SCI_INT8, i8, int8_t)      \
    CASE(SCI_INT16, i16, int16_t)   \
    CASE(SCI_INT32, i32, int32_t)   \
    CASE(SCI_INT64, i64, int64_t)   \
    CASE(SCI_UINT8, u8, uint8_t)    \
    CASE(SCI_UINT16, u16, uint16_t) \
    CASE(SCI_UINT32, u32, uint32_t) \
    CASE(SCI_UINT64, u64, uint64_t) \
    CASE(SCI_FLOAT32, f32, float)   \
    CASE(SCI_FLOAT64, f64, double)

size_t
sci_values_flags(const sci_values *v, sci_type type, const void *x, size_t n, uint64_t group,
                 uint8_t *flags)
{
#define CASE(type_name, name, T)                             \
    case type_name: {                                        \
        T a, b;                                              \
                                                             \
        if (!bounds_##name(bounds_of(v, group), &a, &b))     \
            break;                                           \
        return flags_##name(flags, x, n, a, b, !v->nonzero); \
    }
    switch (type) {
        EACH_TYPE(CASE)
    default:
        break;
    }
#undef CASE
    memset(flags, 0, n);
    return 0;
}

size_t
sci_values_compact(const sci_values *v, sci_type type, const void *x, size_t n, uint64_t group,
                   void *out)
{
#define CASE(type_name, name, T)                             \
    case type_name: {                                        \
        T a, b;                                              \
                                                             \
        if (!bounds_##name(bounds_of(v, group), &a, &b))     \
            break;                                           \
        return compact_##name(out, x, n, a, b, !v->nonzero); \
    }
    switch (type) {
        EACH_TYPE(CASE)
    default:
        break;
    }
#undef CASE
    return 0;
}
