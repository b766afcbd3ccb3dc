/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments as values: merging, and what is read off them. */
#include <math.h>

#include <sci/moments.h>

#include "moments_priv.h"
#include "table.h"

/* Squares of numbers between these bounds neither overflow nor lose bits. */
#define DELTA_LEAST 0x1p-500
#define DELTA_MOST 0x1p500

sci_moments
sci_moments_empty(void)
{
    return (sci_moments){ .min = SCI_INF, .max = -SCI_INF };
}

int
sci_exponent_of(double min, double max)
{
    double most = fmax(fabs(min), fabs(max));
    int e;

    if (!(most > 0.0) || isinf(most))
        return most > 0.0 ? SCI_EXPONENT_MOST : 0;
    e = ilogb(most);
    return e > SCI_EXPONENT_MOST    ? SCI_EXPONENT_MOST
           : e < -SCI_EXPONENT_MOST ? -SCI_EXPONENT_MOST
                                    : e;
}

static void
set_exponent(sci_moments *m, int exponent)
{
    int shift = m->exponent - exponent;

    if (shift == 0)
        return;
    m->mean_hi = ldexp(m->mean_hi, shift);
    m->mean_lo = ldexp(m->mean_lo, shift);
    m->m2 = ldexp(m->m2, 2 * shift);
    m->exponent = exponent;
}

static double
mean_difference(const sci_moments *a, const sci_moments *b)
{
    return (b->mean_hi - a->mean_hi) + (b->mean_lo - a->mean_lo);
}

/* Chan's formula at a common exponent. */
static void
merge_scaled(sci_moments *into, const sci_moments *from, double delta)
{
    double weight = into->weight + from->weight;
    double share = from->weight / weight;

    into->m2 = (into->m2 + from->m2) + delta * delta * (into->weight * share);
    sci_mean_add(&into->mean_hi, &into->mean_lo, delta * share);
    into->weight = weight;
    into->count += from->count;
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
}

/* A NaN or an infinity has entered one side under `propagate`. */
static void
merge_nonfinite(sci_moments *into, const sci_moments *from)
{
    double mean = into->mean_hi + from->mean_hi;

    if (isfinite(into->mean_hi) && isfinite(from->mean_hi))
        mean = SCI_NAN; /* the means are finite, a spread is not */
    into->mean_hi = isnan(mean) ? SCI_NAN : mean;
    into->mean_lo = 0.0;
    into->m2 = SCI_NAN;
    into->min = SCI_NAN;
    into->max = SCI_NAN;
    into->weight += from->weight;
    into->count += from->count;
    into->exponent = 0;
}

/* Zeros have no magnitude of their own: they take the exponent of the other side. */
static bool
all_zero(const sci_moments *m)
{
    return m->min == 0.0 && m->max == 0.0;
}

static void
merge_rescaled(sci_moments *into, const sci_moments *from)
{
    sci_moments other = *from;
    double delta, size;
    int exponent;

    if (!isfinite(into->mean_hi) || !isfinite(other.mean_hi) || isnan(into->m2)
        || isnan(other.m2)) {
        merge_nonfinite(into, &other);
        return;
    }
    exponent = into->exponent > other.exponent ? into->exponent : other.exponent;
    if (all_zero(into))
        exponent = other.exponent;
    else if (all_zero(&other))
        exponent = into->exponent;
    set_exponent(into, exponent);
    set_exponent(&other, exponent);
    delta = mean_difference(into, &other);
    size = fabs(delta);
    if (size != 0.0 && !(size > DELTA_LEAST && size < DELTA_MOST)) {
        exponent = sci_exponent_of(fmin(into->min, other.min), fmax(into->max, other.max));
        set_exponent(into, exponent);
        set_exponent(&other, exponent);
        delta = mean_difference(into, &other);
    }
    merge_scaled(into, &other, delta);
}

void
sci_moments_merge(sci_moments *into, const sci_moments *from)
{
    double delta, size;

    if (from->count == 0)
        return;
    if (into->count == 0) {
        *into = *from;
        return;
    }
    delta = mean_difference(into, from);
    size = fabs(delta);
    if ((into->exponent | from->exponent) == 0
        && (size == 0.0 || (size > DELTA_LEAST && size < DELTA_MOST))
        && into->m2 + from->m2 < SCI_INF)
        merge_scaled(into, from, delta);
    else
        merge_rescaled(into, from);
}

sci_status
sci_moments_weighable(const sci_moments *rows, uint64_t n, double weight)
{
    for (uint64_t i = 0; i < n; i++)
        if (isfinite(rows[i].m2) && rows[i].count > 0
            && !(isfinite(rows[i].m2 * weight) && isfinite(rows[i].weight * weight)
                 && rows[i].weight * weight > 0.0))
            return sci_fail(SCI_ERR_NONFINITE, "a weight of %.9g is too %s", weight,
                            weight > 1.0 ? "large" : "small");
    return SCI_OK;
}

void
sci_moments_weigh(sci_moments *rows, uint64_t n, double weight)
{
    for (uint64_t i = 0; i < n; i++) {
        rows[i].weight *= weight;
        rows[i].m2 *= weight;
    }
}

void
sci_moments_merge_rows(sci_moments *into, const sci_moments *from, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        sci_moments_merge(&into[i], &from[i]);
}

/* value·2^exponent; nearly always there is nothing to do. */
static double
scaled(double value, int exponent)
{
    return exponent == 0 ? value : ldexp(value, exponent);
}

double
sci_moments_mean(const sci_moments *m)
{
    if (m->count == 0)
        return SCI_NAN;
    return scaled(m->mean_hi + m->mean_lo, m->exponent);
}

double
sci_moments_variance(const sci_moments *m, int ddof)
{
    double freedom = m->weight - (double)ddof;

    if (m->count == 0 || !(freedom > 0.0) || isnan(m->m2))
        return SCI_NAN;
    return scaled(m->m2 / freedom, 2 * m->exponent);
}

double
sci_moments_sd(const sci_moments *m, int ddof)
{
    double freedom = m->weight - (double)ddof;

    if (m->count == 0 || !(freedom > 0.0) || isnan(m->m2))
        return SCI_NAN;
    return scaled(sqrt(m->m2 / freedom), m->exponent);
}

bool
sci_moments_is_constant(const sci_moments *m)
{
    return m->count > 0 && m->m2 == 0.0;
}
