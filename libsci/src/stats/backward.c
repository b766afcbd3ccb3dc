/* SPDX-License-Identifier: BSD-3-Clause */
/* dx_i = scale·(a_i - w_i/W·Σa - w_i/(W - ddof)·z_i·Σ(a·z)), a = dy·gamma. */
#include <math.h>
#include <string.h>

#include "backward.h"
#include "moments_priv.h"
#include "store.h"

/* Instead of a group: elements that the forward map fills or keeps, and those it leaves as they
 * are whatever lies outside (members that are no numbers, groups that are empty). */
enum { OUTSIDE = -1, UNTOUCHED = -2 };

void
sci_sum_add(sci_sum *into, double value)
{
    double sum = into->hi + value, part = sum - into->hi;

    into->lo += (into->hi - (sum - part)) + (value - part);
    into->hi = sum;
}

void
sci_sum_merge(sci_sum *into, const sci_sum *from)
{
    sci_sum_add(into, from->hi);
    into->lo += from->lo;
}

/* Up to SCI_TILE elements of one row, with everything that is needed of each. */
typedef struct tile {
    size_t n;
    int32_t g[SCI_TILE], h[SCI_TILE]; /* g < 0: not normalized */
    double weight[SCI_TILE], dy[SCI_TILE], gamma[SCI_TILE], z[SCI_TILE];
} tile;

static double
standardised(const sci_coefficients *c, int32_t g, double high, double low)
{
    if (c->exponent[g] != 0)
        high = ldexp(high, -c->exponent[g]);
    return (((high - c->hi[g]) + low) - c->lo[g]) * c->scale[g];
}

/* What becomes of element i, whose group is that of the maps so far. */
static int32_t
group_of(const sci_backward *b, const tile *t, size_t i, double x)
{
    if (t->g[i] < 0 || (!(t->weight[i] > 0.0) && b->affine->outside != SCI_OUTSIDE_APPLY))
        return OUTSIDE;
    if (b->coefficients->exponent[t->g[i]] == SCI_IDENTITY
        || (b->nan == SCI_NAN_IGNORE && !(isfinite(x) && isfinite(t->dy[i]))))
        return UNTOUCHED;
    return t->g[i];
}

static void
load_tile(tile *t, const sci_backward *b, const sci_stretch *s, const sci_row *part)
{
    const sci_affine *a = b->affine;
    size_t size = sci_type_size(s->type), dy_size = sci_type_size(b->dy_type);
    double high[SCI_TILE], low[SCI_TILE];

    t->n = part->count;
    sci_places_of_elements(s, part, 0, b->coefficients->first_group, t->g);
    sci_weights_of_elements(s, part, t->weight);
    if (s->layout->n_groupings > 1)
        sci_places_of_elements(s, part, 1, 0, t->h);
    sci_widen_pair(s->type, high, low, s->elements + (part->first - s->origin) * size, t->n);
    sci_kernels_of(b->dy_type)->widen(t->dy, b->dy + (part->first - s->origin) * dy_size, t->n);
    for (size_t i = 0; i < t->n; i++) {
        bool second = s->layout->n_groupings > 1 && t->h[i] >= 0;

        t->g[i] = group_of(b, t, i, high[i]);
        t->gamma[i] = second ? a->gamma[t->h[i]] : 1.0;
        t->z[i] = t->g[i] >= 0 ? standardised(b->coefficients, t->g[i], high[i], low[i]) : 0.0;
    }
}

static void
add_tile(const tile *t, bool second, sci_pair_sums *g_sums, sci_pair_sums *h_sums)
{
    for (size_t i = 0; i < t->n; i++) {
        double a = t->dy[i] * t->gamma[i];
        int32_t h = second ? t->h[i] : 0;

        if (t->g[i] < 0)
            continue;
        sci_sum_add(&g_sums[t->g[i]].a, a);
        sci_sum_add(&g_sums[t->g[i]].az, a * t->z[i]);
        if (h < 0)
            continue;
        sci_sum_add(&h_sums[h].a, t->dy[i]);
        sci_sum_add(&h_sums[h].az, t->dy[i] * t->z[i]);
    }
}

void
sci_backward_sums(const sci_backward *b, const sci_stretch *s, uint64_t first, uint64_t end,
                  sci_pair_sums *g_sums, sci_pair_sums *h_sums)
{
    sci_cursor cursor;
    tile t;

    sci_cursor_begin(&cursor, s->layout, first, end);
    while (sci_cursor_next(&cursor)) {
        for (uint64_t at = 0; at < cursor.row.count; at += SCI_TILE) {
            sci_row part = sci_row_part(&cursor.row, at, SCI_TILE);

            load_tile(&t, b, s, &part);
            add_tile(&t, s->layout->n_groupings > 1, g_sums, h_sums);
        }
    }
}

/* What element i passes on, which is not normalized. */
static double
passed_on(const sci_affine *a, const tile *t, size_t i)
{
    return t->g[i] == OUTSIDE && sci_affine_fills(a) ? 0.0 : t->dy[i];
}

static double
gradient_of(const sci_backward *b, const tile *t, size_t i, const sci_pair_sums *sums,
            const sci_moments *m)
{
    const sci_coefficients *c = b->coefficients;
    double weight = t->weight[i], z = t->z[i], freedom = m->weight - (double)b->ddof;
    double mean = weight / m->weight * (sums->a.hi + sums->a.lo);
    double slope = freedom > 0.0 ? weight / freedom * (sums->az.hi + sums->az.lo) : 0.0;
    double dx = c->scale[t->g[i]] * ((t->dy[i] * t->gamma[i] - mean) - z * slope);

    return c->exponent[t->g[i]] != 0 ? ldexp(dx, -c->exponent[t->g[i]]) : dx;
}

static void
store_tile(sci_type type, void *out, const double *dx, size_t n)
{
    if (type == SCI_FLOAT64) {
        memcpy(out, dx, n * sizeof *dx);
        return;
    }
    for (size_t i = 0; i < n; i++)
        ((float *)out)[i] = (float)dx[i];
}

void
sci_backward_apply(const sci_backward *b, const sci_stretch *s, uint64_t first, uint64_t end,
                   const sci_pair_sums *g_sums, const sci_moments *rows, void *out)
{
    size_t out_size = sci_type_size(b->out_type);
    sci_cursor cursor;
    double dx[SCI_TILE];
    tile t;

    sci_cursor_begin(&cursor, s->layout, first, end);
    while (sci_cursor_next(&cursor)) {
        for (uint64_t at = 0; at < cursor.row.count; at += SCI_TILE) {
            sci_row part = sci_row_part(&cursor.row, at, SCI_TILE);

            load_tile(&t, b, s, &part);
            for (size_t i = 0; i < t.n; i++) {
                dx[i] = t.g[i] < 0 ? passed_on(b->affine, &t, i)
                                   : gradient_of(b, &t, i, &g_sums[t.g[i]], &rows[t.g[i]]);
                if (isnan(dx[i]))
                    dx[i] = SCI_NAN;
            }
            store_tile(b->out_type, (unsigned char *)out + (part.first - first) * out_size, dx,
                       t.n);
        }
    }
}
