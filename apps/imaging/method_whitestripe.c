/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "method_whitestripe.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/quantile.h>

#include "values.h"

#define POINTS 80
#define TOP 0.96
#define WIDTH 0.05
#define VALUES_MOST (UINT64_C(1) << 22)
#define BINS 65536

/* The members of one group up to their 96th percentile: as they are, or in bins of equal width. */
typedef struct lower_part {
    double top, least, width; /* width of a bin; 0: values are kept */
    uint64_t n, room;
    double *values;
    uint64_t *bins;
    double sum, sum2, pivot; /* about the pivot */
    uint64_t below, members; /* members under the mode, in the second walk */
    double mode;
} lower_part;

static void
take(void *context, uint64_t group, double value)
{
    lower_part *p = (lower_part *)context + group;
    double d = value - p->pivot;

    if (!(value <= p->top))
        return;
    p->sum += d;
    p->sum2 += d * d;
    if (p->width > 0.0) {
        size_t bin = (size_t)((value - p->least) / p->width);

        p->bins[bin < BINS ? bin : BINS - 1]++;
        p->n++;
    } else if (p->n < p->room) {
        p->values[p->n++] = value;
    }
}

static void
count_below(void *context, uint64_t group, double value)
{
    lower_part *p = (lower_part *)context + group;

    p->members++;
    p->below += value < p->mode;
}

/* ---- the density on 80 points ---- */

static double
density(const lower_part *p, double bandwidth, double at)
{
    double sum = 0.0;

    if (p->width > 0.0) {
        for (size_t b = 0; b < BINS; b++)
            if (p->bins[b] > 0) {
                double z = (at - p->least - ((double)b + 0.5) * p->width) / bandwidth;
                sum += (double)p->bins[b] * exp(-0.5 * z * z);
            }
        return sum;
    }
    for (uint64_t i = 0; i < p->n; i++) {
        double z = (at - p->values[i]) / bandwidth;
        sum += exp(-0.5 * z * z);
    }
    return sum;
}

/* The last point that is higher than both neighbours. */
static bool
find_mode(lower_part *p)
{
    double n = (double)p->n, mean = p->sum / n;
    double variance = (p->sum2 - p->sum * mean) / (n - 1.0);
    double bandwidth = pow(n, -0.2) * sqrt(variance);
    double step = (p->top - p->least) / (POINTS - 1), pdf[POINTS];

    if (p->n < 2 || !(bandwidth > 0.0) || !(step > 0.0))
        return false;
    for (int k = 0; k < POINTS; k++)
        pdf[k] = density(p, bandwidth, p->least + k * step);
    for (int k = POINTS - 2; k > 0; k--)
        if (pdf[k] > pdf[k - 1] && pdf[k] > pdf[k + 1]) {
            p->mode = p->least + k * step;
            return true;
        }
    return false;
}

/* ---- the stripe ---- */

/* Moments of the members strictly between low and high. */
typedef struct stripe {
    double low, high, pivot, sum, sum2;
    uint64_t n;
} stripe;

static void
add_to_stripe(void *context, uint64_t group, double value)
{
    stripe *s = (stripe *)context + group;
    double d = value - s->pivot;

    if (!(value > s->low && value < s->high))
        return;
    s->n++;
    s->sum += d;
    s->sum2 += d * d;
}

static void
row_of_stripe(sci_moments *row, const stripe *s)
{
    double n = (double)s->n, shift = s->n > 0 ? s->sum / n : 0.0;
    double variance = s->n > 0 ? (s->sum2 - s->sum * shift) / n : 0.0;

    *row = imaging_row(s->pivot + shift, sqrt(variance > 0.0 ? variance : 0.0), s->n);
}

typedef struct search {
    const imaging_groups *groups;
    const imaging_members *members;
    const imaging_context *c;
    const imaging_volume *volume;
    sci_source *source;
    uint64_t n;
    lower_part *parts;
    stripe *stripes;
} search;

static sci_status
walk(const search *s, imaging_see see, void *context)
{
    return imaging_values_visit(s->groups, s->members, s->c, s->volume, s->source, see, context);
}

static sci_status
find_modes(const search *s)
{
    const double ends[3] = { 0.0, TOP, 0.5 };
    sci_quantiles *q = NULL;
    sci_status st =
        sci_quantiles_fit(&q, s->source, s->groups->kept, &s->c->options, 3, ends, NULL, NULL);

    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++) {
        lower_part *p = &s->parts[i];

        *p = (lower_part){ .least = sci_quantiles_value(q, i, 0),
                           .top = sci_quantiles_value(q, i, 1),
                           .pivot = sci_quantiles_value(q, i, 2),
                           .room = sci_quantiles_members(q, i) };
        if (p->room > VALUES_MOST / s->n) {
            p->width = (p->top - p->least) / BINS;
            st = sci_alloc_zero(&p->bins, BINS, 1, sizeof *p->bins);
        } else {
            st = sci_alloc(&p->values, p->room > 0 ? p->room : 1, 1, sizeof *p->values);
        }
    }
    sci_quantiles_free(q);
    if (st == SCI_OK)
        st = walk(s, take, s->parts);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        if (!find_mode(&s->parts[i]))
            st = sci_fail(SCI_ERR_DEGENERATE,
                          "'%s': the density of its values has no peak that could be white matter; "
                          "WhiteStripe is for brain images, inside a brain mask",
                          s->volume->name);
    return st;
}

static sci_status
find_stripes(const search *s)
{
    double *p = NULL;
    sci_quantiles *q = NULL;
    sci_status st = walk(s, count_below, s->parts);

    if (st == SCI_OK)
        st = sci_alloc(&p, 2 * s->n, 1, sizeof *p);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++) {
        double rank = (double)s->parts[i].below / (double)s->parts[i].members;

        p[2 * i] = rank - WIDTH > 0.0 ? rank - WIDTH : 0.0;
        p[2 * i + 1] = rank + WIDTH < 1.0 ? rank + WIDTH : 1.0;
    }
    if (st == SCI_OK)
        st = sci_quantiles_fit(&q, s->source, s->groups->kept, &s->c->options, 2 * s->n, p, NULL,
                               NULL);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        s->stripes[i] = (stripe){ .low = sci_quantiles_value(q, i, 2 * i),
                                  .high = sci_quantiles_value(q, i, 2 * i + 1),
                                  .pivot = s->parts[i].mode };
    sci_quantiles_free(q);
    sci_free(p);
    return st == SCI_OK ? walk(s, add_to_stripe, s->stripes) : st;
}

sci_status
imaging_whitestripe_find(sci_moments *rows, const imaging_groups *groups,
                         const imaging_members *members, const imaging_context *c,
                         const imaging_volume *volume, sci_source *source)
{
    search s = { .groups = groups,
                 .members = members,
                 .c = c,
                 .volume = volume,
                 .source = source,
                 .n = groups->n_kept };
    sci_status st = sci_alloc_zero(&s.parts, s.n, 1, sizeof *s.parts);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s.stripes, s.n, 1, sizeof *s.stripes);
    if (st == SCI_OK)
        st = find_modes(&s);
    if (st == SCI_OK)
        st = find_stripes(&s);
    for (uint64_t i = 0; i < s.n && st == SCI_OK; i++)
        row_of_stripe(&rows[i], &s.stripes[i]);
    for (uint64_t i = 0; s.parts != NULL && i < s.n; i++) {
        sci_free(s.parts[i].values);
        sci_free(s.parts[i].bins);
    }
    sci_free(s.parts);
    sci_free(s.stripes);
    return st;
}
