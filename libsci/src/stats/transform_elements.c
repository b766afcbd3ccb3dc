/* SPDX-License-Identifier: BSD-3-Clause */
/* Elements whose groups differ, or need more than plain coefficients: by way of tiles of double. */
#include <math.h>

#include "../core/clones.h"
#include "kernels.h"
#include "moments_priv.h"
#include "store.h"
#include "transform_priv.h"

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
    double high[SCI_TILE], low[SCI_TILE], y[SCI_TILE];
    size_t size = sci_type_size(t->out_type);

    sci_widen_pair(s->type, high, low, in->x, in->n);
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
    sci_canonical_nans(y, in->n);
    sci_store(t->out_type, out, y, in->n);
    if (t->out_type != SCI_FLOAT32 || (s->type != SCI_INT64 && s->type != SCI_UINT64))
        return;
    for (size_t i = 0; i < in->n; i++) { /* kept elements are converted once */
        int32_t g = in->groups[i];
        bool member = !in->weights || in->weights[i] > 0.0 || a->outside == SCI_OUTSIDE_APPLY;
        bool kept = g < 0 || !member
                        ? a->outside == SCI_OUTSIDE_KEEP || a->outside == SCI_OUTSIDE_APPLY
                        : t->coefficients->exponent[g] == SCI_IDENTITY;

        if (kept)
            sci_convert(s->type, (const unsigned char *)in->x + i * sizeof(int64_t), SCI_FLOAT32,
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
    int32_t groups[SCI_TILE];
    double wide[SCI_TILE], y[SCI_TILE];

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
    sci_canonical_nans(y, part->count);
    sci_store(t->out_type, out, y, part->count);
    return true;
}

/* ---- rows ---- */

void
sci_transform_elements(const sci_transform *t, const sci_stretch *s, const sci_row *row,
                       unsigned char *out)
{
    size_t in_size = sci_type_size(s->type), out_size = sci_type_size(t->out_type);
    int32_t groups[SCI_TILE], modifier[SCI_TILE];
    double weights[SCI_TILE];

    for (uint64_t at = 0; at < row->count; at += SCI_TILE) {
        sci_row part = sci_row_part(row, at, SCI_TILE);
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

void
sci_transform_outside(const sci_transform *t, const sci_stretch *s, const sci_row *row,
                      unsigned char *out)
{
    size_t in_size = sci_type_size(s->type), out_size = sci_type_size(t->out_type);

    for (uint64_t at = 0; at < row->count; at += SCI_TILE) {
        size_t n = row->count - at < SCI_TILE ? row->count - at : SCI_TILE;
        const unsigned char *x = s->elements + (row->first + at - s->origin) * in_size;

        if (sci_affine_fills(t->affine))
            sci_fill(t->out_type, out + at * out_size, n, t->affine->outside_value);
        else
            sci_convert(s->type, x, t->out_type, out + at * out_size, n);
    }
}
