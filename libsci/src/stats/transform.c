/* SPDX-License-Identifier: BSD-3-Clause */
/* Applying an affine map: rows with plain coefficients go through fused loops, everything else
 * through tiles of double. */
#include <math.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "../core/clones.h"
#include "affine.h"
#include "moments_priv.h"

#define TILE 512
#define ROWS 64       /* short rows that are transformed by one call */
#define ROW_SHORT 512 /* elements of a short row */

/* ---- plain coefficients ---- */

/* y = ((x - hi) - lo)·(scale·gamma) + beta, each either one number or one for each element. */
typedef struct plain {
    const double *hi, *lo, *scale; /* step g */
    const double *gamma, *beta;    /* step h */
    bool vary_g, vary_h;
    bool inverse;
} plain;

#define FORWARD(x, i, j) (((((double)(x)) - hi[i]) - lo[i]) * (scale[i] * gamma[j]) + beta[j])
#define INVERSE(x, i, j) (((((double)(x)) - beta[j]) / (scale[i] * gamma[j]) + lo[i]) + hi[i])

#define LOOP(OUT, MAP, i, j)       \
    for (size_t e = 0; e < n; e++) \
        y[e] = (OUT)MAP(x[e], i, j);

#define DEFINE_PLAIN(name, IN, OUT)                                                          \
    SCI_CLONES static void plain_##name(const IN *restrict x, OUT *restrict y, size_t n,     \
                                        const plain *p)                                      \
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
/* The commonest case straight into memory, past the caches: y is aligned to 16 bytes, n a multiple
 * of 16. */
SCI_CLONES static void
plain_streamed(const float *restrict x, float *restrict y, size_t n, const plain *p)
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

/* Rows too short to be worth a call each: coefficients by row. */
typedef struct row_coefficients {
    double hi[ROWS], lo[ROWS], scale[ROWS], beta[ROWS];
} row_coefficients;

SCI_CLONES static void
forward_rows(const float *restrict x, float *restrict y, size_t rows, size_t n,
             const row_coefficients *c)
{
    for (size_t r = 0; r < rows; r++) {
        double hi = c->hi[r], lo = c->lo[r], scale = c->scale[r], beta = c->beta[r];

        for (size_t e = 0; e < n; e++)
            y[r * n + e] = (float)((((double)x[r * n + e] - hi) - lo) * scale + beta);
    }
}

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

static void
store(sci_type type, void *y, const double *x, size_t n)
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

/* x = high + low exactly, high being the nearest double, so that 64-bit integers lose nothing. */
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

/* ---- conversion without arithmetic ---- */

SCI_CLONES static void
canonical_nans(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = isnan(x[i]) ? SCI_NAN : x[i];
}

static void
convert(sci_type from, const void *x, sci_type to, void *y, size_t n)
{
    double tile[TILE];

    if (to == SCI_FLOAT32 && from == SCI_INT64) { /* by way of double it would be rounded twice */
        for (size_t i = 0; i < n; i++)
            ((float *)y)[i] = (float)((const int64_t *)x)[i];
    } else if (to == SCI_FLOAT32 && from == SCI_UINT64) {
        for (size_t i = 0; i < n; i++)
            ((float *)y)[i] = (float)((const uint64_t *)x)[i];
    } else {
        sci_kernels_of(from)->widen(tile, x, n);
        canonical_nans(tile, n);
        store(to, y, tile, n);
    }
}

static void
fill(sci_type to, void *y, size_t n, double value)
{
    double tile[TILE];

    for (size_t i = 0; i < n; i++)
        tile[i] = value;
    store(to, y, tile, n);
}

/* ---- elements one by one, with their groups ---- */

typedef struct tile_input {
    const void *x;
    size_t n;
    const int32_t *groups;   /* relative to the coefficients' first; -1: none */
    const int32_t *modifier; /* group of h, -1: none; NULL: no second step */
    const double *weights;   /* NULL: all are members */
} tile_input;

static double
transform_one(const sci_transform *t, double high, double low, int32_t g, double gamma, double beta)
{
    const sci_coefficients *c = t->coefficients;
    int exponent = c->exponent[g];
    double scale = c->scale[g] * gamma;

    if (t->affine->inverse) {
        double z = exponent == SCI_CONSTANT ? 0.0 : (high - beta) / scale;

        if (exponent == SCI_CONSTANT)
            exponent = 0;
        return exponent == 0 ? (z + c->lo[g]) + c->hi[g]
                             : ldexp((z + c->lo[g]) + c->hi[g], exponent);
    }
    if (exponent != 0)
        high = ldexp(high, -exponent);
    return (((high - c->hi[g]) + low) - c->lo[g]) * scale + beta;
}

static void
transform_elements(const sci_transform *t, const sci_stretch *s, const tile_input *in, void *out)
{
    const sci_affine *a = t->affine;
    double high[TILE], low[TILE] = { 0 }, y[TILE];
    size_t size = sci_type_size(t->out_type);

    if (s->type == SCI_INT64)
        widen_i64(high, low, in->x, in->n);
    else if (s->type == SCI_UINT64)
        widen_u64(high, low, in->x, in->n);
    else
        sci_kernels_of(s->type)->widen(high, in->x, in->n);
    for (size_t i = 0; i < in->n; i++) {
        int32_t g = in->groups[i], h = in->modifier ? in->modifier[i] : -1;
        bool member = !in->weights || in->weights[i] > 0.0;

        if (!member && a->outside != SCI_OUTSIDE_APPLY)
            g = -1;
        if (g < 0 && sci_affine_fills(a))
            y[i] = a->outside_value;
        else if (g < 0 || t->coefficients->exponent[g] == SCI_IDENTITY
                 || (t->nan == SCI_NAN_IGNORE && !isfinite(high[i])))
            y[i] = high[i] + low[i];
        else
            y[i] = transform_one(t, high[i], low[i], g, h >= 0 ? a->gamma[h] : 1.0,
                                 h >= 0 ? a->beta[h] : 0.0);
    }
    canonical_nans(y, in->n);
    store(t->out_type, out, y, in->n);
    if (t->out_type != SCI_FLOAT32 || (s->type != SCI_INT64 && s->type != SCI_UINT64))
        return;
    for (size_t i = 0; i < in->n; i++) { /* kept elements are converted once */
        int32_t g = in->groups[i];
        bool member = !in->weights || in->weights[i] > 0.0 || a->outside == SCI_OUTSIDE_APPLY;
        bool kept = g < 0 || !member
                        ? a->outside == SCI_OUTSIDE_KEEP || a->outside == SCI_OUTSIDE_APPLY
                        : t->coefficients->exponent[g] == SCI_IDENTITY;

        if (kept)
            convert(s->type, (const unsigned char *)in->x + i * sizeof(int64_t), SCI_FLOAT32,
                    (unsigned char *)out + i * size, 1);
    }
}

/* ---- elements with labels, in runs ---- */

/* As transform_one does it, forward and without a second step, for SCI_RUN elements of one group. */
static inline void
forward_run(double *restrict y, const double *restrict x, double hi, double lo, double scale)
{
    for (size_t i = 0; i < SCI_RUN; i++)
        y[i] = (((x[i] - hi) + 0.0) - lo) * scale + 0.0;
}

/* False if a group is not a plain (x - mean)·scale. */
SCI_CLONES static bool
forward_labelled(const sci_coefficients *c, const int32_t *groups, size_t n, bool fills,
                 double outside, const double *restrict x, double *restrict y)
{
    int32_t special = 0;
    size_t i = 0;

    for (; i + SCI_RUN <= n; i += SCI_RUN) {
        int32_t g = groups[i];

        if (!sci_is_run(groups + i)) {
            for (size_t k = i; k < i + SCI_RUN; k++) {
                g = groups[k];
                if (g < 0) {
                    y[k] = fills ? outside : x[k];
                    continue;
                }
                special |= c->exponent[g];
                y[k] = (((x[k] - c->hi[g]) + 0.0) - c->lo[g]) * c->scale[g] + 0.0;
            }
        } else if (g >= 0) {
            special |= c->exponent[g];
            forward_run(y + i, x + i, c->hi[g], c->lo[g], c->scale[g]);
        } else {
            for (size_t k = i; k < i + SCI_RUN; k++)
                y[k] = fills ? outside : x[k];
        }
    }
    for (; i < n; i++) {
        int32_t g = groups[i];

        if (g < 0) {
            y[i] = fills ? outside : x[i];
            continue;
        }
        special |= c->exponent[g];
        y[i] = (((x[i] - c->hi[g]) + 0.0) - c->lo[g]) * c->scale[g] + 0.0;
    }
    return special == 0;
}

/* The common case of apply_elements, a tile: finite elements that double holds, one step forward.
 * False if it is another one. */
static bool
apply_labelled(const sci_transform *t, const sci_stretch *s, const sci_row *part, void *out)
{
    const void *x = s->elements + (part->first - s->origin) * sci_type_size(s->type);
    const sci_affine *a = t->affine;
    int32_t groups[TILE];
    double wide[TILE], y[TILE];

    if (a->inverse || s->layout->n_groupings > 1 || s->type == SCI_INT64 || s->type == SCI_UINT64
        || sci_stretch_any_nonfinite(s, part->first, part->count))
        return false;
    if (a->outside == SCI_OUTSIDE_APPLY)
        sci_places_of_elements(s, part, 0, t->coefficients->first_group, groups);
    else
        sci_members_of_elements(s, part, t->coefficients->first_group, groups);
    sci_kernels_of(s->type)->widen(wide, x, part->count);
    if (!forward_labelled(t->coefficients, groups, part->count, sci_affine_fills(a),
                          a->outside_value, wide, y))
        return false;
    canonical_nans(y, part->count);
    store(t->out_type, out, y, part->count);
    return true;
}

/* ---- rows ---- */

static void
apply_elements(const sci_transform *t, const sci_stretch *s, const sci_row *row, unsigned char *out)
{
    size_t in_size = sci_type_size(s->type), out_size = sci_type_size(t->out_type);
    int32_t groups[TILE], modifier[TILE];
    double weights[TILE];

    for (uint64_t at = 0; at < row->count; at += TILE) {
        sci_row part = sci_row_part(row, at, TILE);
        tile_input in = { .x = s->elements + (part.first - s->origin) * in_size,
                          .n = part.count,
                          .groups = groups,
                          .weights = weights };

        if (apply_labelled(t, s, &part, out + at * out_size))
            continue;
        sci_places_of_elements(s, &part, 0, t->coefficients->first_group, groups);
        sci_weights_of_elements(s, &part, weights);
        if (s->layout->n_groupings > 1) {
            sci_places_of_elements(s, &part, 1, 0, modifier);
            in.modifier = modifier;
        }
        transform_elements(t, s, &in, out + at * out_size);
    }
}

static void
fill_outside(const sci_transform *t, const sci_stretch *s, const sci_row *row, unsigned char *out)
{
    size_t in_size = sci_type_size(s->type), out_size = sci_type_size(t->out_type);

    for (uint64_t at = 0; at < row->count; at += TILE) {
        size_t n = row->count - at < TILE ? row->count - at : TILE;
        const unsigned char *x = s->elements + (row->first + at - s->origin) * in_size;

        if (sci_affine_fills(t->affine))
            fill(t->out_type, out + at * out_size, n, t->affine->outside_value);
        else
            convert(s->type, x, t->out_type, out + at * out_size, n);
    }
}

/* ---- values that are left out of a row ---- */

/* y[i] = z[i] where flags[i] is 0. */
#define DEFINE_SELECT(T)                                                                       \
    SCI_CLONES static void select_##T(T *restrict y, const T *restrict z,                      \
                                      const uint8_t *restrict flags, size_t n)                 \
    {                                                                                          \
        for (size_t i = 0; i < n; i++)                                                         \
            y[i] = flags[i] ? y[i] : z[i];                                                     \
    }

DEFINE_SELECT(uint8_t)
DEFINE_SELECT(uint16_t)
DEFINE_SELECT(uint32_t)
DEFINE_SELECT(uint64_t)

static void
select_elements(size_t size, void *y, const void *z, const uint8_t *flags, size_t n)
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

/* Which elements of a tile are members by their value, and how many. */
static size_t
judge_tile(const sci_stretch *s, const sci_row *part, uint8_t *flags)
{
    uint64_t group = part->at[0];

    if (s->layout->n_maps > 0) /* labels of a row */
        group = (uint64_t)sci_place_of_row(s, part).group[0];
    return sci_values_flags(
        s->layout->values, s->tested_type,
        s->tested + (part->first - s->origin) * sci_type_size(s->tested_type), part->count, group,
        flags);
}

/* Copy a tile past the caches. */
static void
stream_out(unsigned char *out, const unsigned char *tile, size_t bytes)
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

static void
plain_tile(sci_type type, const void *x, sci_type out_type, void *y, size_t n, const plain *p)
{
    double wide[TILE];

    if (type == SCI_FLOAT32 && out_type == SCI_FLOAT32)
        plain_f32_f32(x, y, n, p);
    else if (type == SCI_FLOAT32 && out_type == SCI_FLOAT64)
        plain_f32_f64(x, y, n, p);
    else if (type == SCI_FLOAT64 && out_type == SCI_FLOAT32)
        plain_f64_f32(x, y, n, p);
    else if (type == SCI_FLOAT64 && out_type == SCI_FLOAT64)
        plain_f64_f64(x, y, n, p);
    else {
        double result[TILE];

        sci_kernels_of(type)->widen(wide, x, n);
        plain_f64_f64(wide, result, n, p);
        store(out_type, y, result, n);
    }
}

/* As plain_tile for the members by value among a tile; the others are outside. */
static void
chosen_tile(const sci_transform *t, const sci_stretch *s, const sci_row *row, uint64_t at, size_t n,
            void *y, const plain *p)
{
    sci_row part = sci_row_part(row, at, n);
    const void *x = s->elements + (part.first - s->origin) * sci_type_size(s->type);
    size_t members;
    uint8_t flags[TILE];
    double outside[TILE];

    members = judge_tile(s, &part, flags);
    if (members > 0)
        plain_tile(s->type, x, t->out_type, y, n, p);
    if (members == n)
        return;
    fill_outside(t, s, &part, members > 0 ? (unsigned char *)outside : y);
    if (members > 0)
        select_elements(sci_type_size(t->out_type), y, outside, flags, n);
}

/* Float to float with one set of coefficients, past the caches. False if it is another case. */
static bool
apply_streamed(const sci_transform *t, const sci_stretch *s, const sci_row *row, const plain *p,
               unsigned char *out)
{
#if defined(__SSE2__)
    const float *x = (const float *)(const void *)s->elements + (row->first - s->origin);
    float *y = (float *)(void *)out;
    size_t head = (16 - ((uintptr_t)out & 15)) % 16 / sizeof *y, n, body;

    if (!t->stream || s->type != SCI_FLOAT32 || t->out_type != SCI_FLOAT32 || p->vary_g || p->vary_h
        || p->inverse || t->nan != SCI_NAN_REFUSE)
        return false;
    head = head < row->count ? head : row->count;
    n = row->count - head;
    body = n - n % 16;
    plain_f32_f32(x, y, head, p);
    plain_streamed(x + head, y + head, body, p);
    plain_f32_f32(x + head + body, y + head + body, n - body, p);
    return true;
#else
    (void)t, (void)s, (void)row, (void)p, (void)out;
    return false;
#endif
}

/* Nothing is looked at or put down on the way: a row needs no tiles. */
static bool
is_direct(const sci_transform *t, const sci_stretch *s)
{
    return !t->stream && t->nan == SCI_NAN_REFUSE
           && (s->type == SCI_FLOAT32 || s->type == SCI_FLOAT64)
           && (t->out_type == SCI_FLOAT32 || t->out_type == SCI_FLOAT64);
}

static void
apply_plain(const sci_transform *t, const sci_stretch *s, const sci_row *row, plain p,
            unsigned char *out)
{
    size_t in_size = sci_type_size(s->type), out_size = sci_type_size(t->out_type);
    bool some = s->layout->values && t->affine->outside != SCI_OUTSIDE_APPLY;
    double tile[TILE];
    size_t step = TILE;

    if (!some && apply_streamed(t, s, row, &p, out))
        return;
    if (!some && is_direct(t, s))
        step = row->count;
    for (uint64_t at = 0; at < row->count; at += step) {
        size_t n = row->count - at < step ? row->count - at : step;
        const unsigned char *x = s->elements + (row->first + at - s->origin) * in_size;
        unsigned char *y = t->stream ? (unsigned char *)tile : out + at * out_size;

        if (t->nan != SCI_NAN_REFUSE && sci_stretch_any_nonfinite(s, row->first + at, n)) {
            sci_row part = sci_row_part(row, at, n);

            apply_elements(t, s, &part, out + at * out_size);
        } else {
            if (some)
                chosen_tile(t, s, row, at, n, y, &p);
            else
                plain_tile(s->type, x, t->out_type, y, n, &p);
            if (t->stream)
                stream_out(out + at * out_size, y, n * out_size);
        }
        if (p.vary_g) {
            p.hi += n;
            p.lo += n;
            p.scale += n;
        }
        if (p.vary_h) {
            p.gamma += n;
            p.beta += n;
        }
    }
}

/* ---- which way a row goes ---- */

static const double one = 1.0, zero = 0.0;

/* What holds for all rows of a layout. */
typedef struct row_plan {
    bool elementwise;
    bool vary_g, vary_h;
} row_plan;

static row_plan
plan_rows(const sci_transform *t, const sci_stretch *s)
{
    const sci_layout *layout = s->layout;
    int last = layout->n_axes - 1;
    uint64_t g_step = layout->step[0][last],
             h_step = layout->n_groupings > 1 ? layout->step[1][last] : 0;
    row_plan plan = { .vary_g = g_step == 1, .vary_h = h_step == 1 };

    plan.elementwise = g_step > 1 || h_step > 1 || (plan.vary_g && t->coefficients->any_special)
                       || (g_step > 0 && layout->values) || s->type == SCI_INT64
                       || s->type == SCI_UINT64;
    for (int m = 0; m < layout->n_maps; m++)
        plan.elementwise = plan.elementwise || layout->maps[m].inner;
    return plan;
}

static void
apply_row(const sci_transform *t, const sci_stretch *s, const row_plan *plan, const sci_row *row,
          unsigned char *out)
{
    const sci_affine *a = t->affine;
    const sci_coefficients *c = t->coefficients;
    sci_place place = sci_place_of_row(s, row);
    plain p = { .gamma = &one,
                .beta = &zero,
                .vary_g = plan->vary_g,
                .vary_h = plan->vary_h,
                .inverse = a->inverse };
    uint64_t g;

    if (place.group[0] < 0 || (!(place.weight > 0.0) && a->outside != SCI_OUTSIDE_APPLY)) {
        fill_outside(t, s, row, out);
        return;
    }
    g = (uint64_t)place.group[0] - c->first_group;
    if (!plan->vary_g && c->exponent[g] != 0) {
        apply_elements(t, s, row, out);
        return;
    }
    p.hi = c->hi + g;
    p.lo = c->lo + g;
    p.scale = c->scale + g;
    if (s->layout->n_groupings > 1 && place.group[1] >= 0) {
        p.gamma = a->gamma + place.group[1];
        p.beta = a->beta + place.group[1];
    } else {
        p.vary_h = false;
    }
    apply_plain(t, s, row, p, out);
}

/* Short rows of floats, each with one set of plain coefficients. */
static bool
rows_are_short(const sci_transform *t, const sci_stretch *s, const row_plan *plan)
{
    return !plan->elementwise && !plan->vary_g && !plan->vary_h && !t->coefficients->any_special
           && s->layout->n_maps == 0 && !s->layout->values && s->layout->inner <= ROW_SHORT && s->type == SCI_FLOAT32
           && t->out_type == SCI_FLOAT32 && !t->affine->inverse && t->nan == SCI_NAN_REFUSE;
}

/* The whole rows of [first, end), which begins and ends with a row. */
static void
apply_short_rows(const sci_transform *t, const sci_stretch *s, uint64_t first, uint64_t end,
                 float *out)
{
    const sci_affine *a = t->affine;
    const sci_coefficients *c = t->coefficients;
    const float *x = (const float *)(const void *)s->elements + (first - s->origin);
    uint64_t inner = s->layout->inner;
    row_coefficients rows;
    size_t n = 0;
    sci_cursor cursor;

    sci_cursor_begin(&cursor, s->layout, first, end);
    while (sci_cursor_next(&cursor)) {
        uint64_t g = cursor.row.at[0] - c->first_group;
        double gamma = s->layout->n_groupings > 1 ? a->gamma[cursor.row.at[1]] : 1.0;

        rows.hi[n] = c->hi[g];
        rows.lo[n] = c->lo[g];
        rows.scale[n] = c->scale[g] * gamma;
        rows.beta[n] = s->layout->n_groupings > 1 ? a->beta[cursor.row.at[1]] : 0.0;
        if (++n == ROWS || cursor.next == end) {
            forward_rows(x, out, n, inner, &rows);
            x += n * inner;
            out += n * inner;
            n = 0;
        }
    }
}

static void
apply_rows(const sci_transform *t, const sci_stretch *s, const row_plan *plan, uint64_t first,
           uint64_t end, unsigned char *out)
{
    size_t size = sci_type_size(t->out_type);
    sci_cursor cursor;

    sci_cursor_begin(&cursor, s->layout, first, end);
    while (sci_cursor_next(&cursor)) {
        unsigned char *y = out + (cursor.row.first - first) * size;

        if (plan->elementwise)
            apply_elements(t, s, &cursor.row, y);
        else
            apply_row(t, s, plan, &cursor.row, y);
    }
}

void
sci_transform_apply(const sci_transform *t, const sci_stretch *s, uint64_t first, uint64_t end,
                    void *out)
{
    size_t size = sci_type_size(t->out_type);
    row_plan plan = plan_rows(t, s);
    uint64_t inner = s->layout->inner, whole = (first + inner - 1) / inner * inner,
             last = end / inner * inner;
    unsigned char *y = out;

    if (rows_are_short(t, s, &plan) && whole < last) {
        apply_rows(t, s, &plan, first, whole, y);
        apply_short_rows(t, s, whole, last, (float *)(void *)(y + (whole - first) * size));
        apply_rows(t, s, &plan, last, end, y + (last - first) * size);
    } else {
        apply_rows(t, s, &plan, first, end, y);
    }
#if defined(__SSE2__)
    if (t->stream)
        _mm_sfence();
#endif
}
