/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "exact.h"

#include <math.h>
#include <stdlib.h>

#include "place.h"
#include "testing.h"

void
exact_needs_extended(void)
{
    volatile long double one = 1.0L, sum = one + 0x1p-60L;

    if (sum == one)
        skip_test("long double has no more digits than double here");
}

/* In a group, weighed, and not left out as missing. */
static bool
is_member(const exact_case *c, uint64_t i)
{
    if (c->group[i] < 0 || !(c->weight[i] > 0.0))
        return false;
    return c->nan != SCI_NAN_IGNORE || isfinite((double)c->x[i]);
}

static void
first_pass(const exact_case *c, exact_moments *m)
{
    for (uint64_t g = 0; g < c->groups; g++)
        m[g] = (exact_moments){ .min = (long double)INFINITY, .max = -(long double)INFINITY };
    for (uint64_t i = 0; i < c->n; i++) {
        exact_moments *into = is_member(c, i) ? &m[c->group[i]] : NULL;

        if (into == NULL)
            continue;
        into->count++;
        into->weight += (long double)c->weight[i];
        into->mean += (long double)c->weight[i] * c->x[i];
        if (isnan(c->x[i]) || isnan(into->min)) {
            into->min = into->max = (long double)NAN;
        } else {
            into->min = fminl(into->min, c->x[i]);
            into->max = fmaxl(into->max, c->x[i]);
        }
    }
    for (uint64_t g = 0; g < c->groups; g++)
        m[g].mean /= m[g].weight;
}

/* mean += what the deviations from it do not sum to */
static void
refine_mean(const exact_case *c, exact_moments *m)
{
    long double *left = test_alloc(c->groups, sizeof *left);

    for (uint64_t i = 0; i < c->n; i++)
        if (is_member(c, i))
            left[c->group[i]] += (long double)c->weight[i] * (c->x[i] - m[c->group[i]].mean);
    for (uint64_t g = 0; g < c->groups; g++)
        if (isfinite((double)left[g]))
            m[g].mean += left[g] / m[g].weight;
    free(left);
}

exact_moments *
exact_moments_of(const exact_case *c)
{
    exact_moments *m = test_alloc(c->groups, sizeof *m);

    first_pass(c, m);
    refine_mean(c, m);
    for (uint64_t i = 0; i < c->n; i++) {
        if (is_member(c, i)) {
            exact_moments *into = &m[c->group[i]];
            long double d = c->x[i] - into->mean;

            into->m2 += (long double)c->weight[i] * d * d;
        }
    }
    for (uint64_t g = 0; g < c->groups; g++) {
        if (m[g].min == m[g].max) {
            m[g].mean = m[g].min;
            m[g].m2 = 0.0L;
        }
    }
    return m;
}

long double
exact_scale(const exact_moments *m, double eps, int ddof)
{
    if (m->min == m->max)
        return eps > 0.0 ? 1.0L / sqrtl((long double)eps) : 0.0L;
    return 1.0L / sqrtl(m->m2 / (m->weight - (long double)ddof) + (long double)eps);
}

typedef enum fate { NORMALIZED, CONVERTED, ZEROED, MADE_NAN, REPLACED } fate;

static fate
fate_of(const exact_case *c, const exact_moments *m, uint64_t i)
{
    bool labelled = c->group[i] >= 0;

    if (labelled && m[c->group[i]].count == 0
        && (c->weight[i] > 0.0 || c->outside == SCI_OUTSIDE_APPLY))
        return CONVERTED; /* an empty group is the identity */
    if (labelled && c->weight[i] > 0.0)
        return is_member(c, i) ? NORMALIZED : CONVERTED; /* missing values stay as they are */
    switch (c->outside) {
    case SCI_OUTSIDE_ZERO: return ZEROED;
    case SCI_OUTSIDE_NAN: return MADE_NAN;
    case SCI_OUTSIDE_VALUE: return REPLACED;
    case SCI_OUTSIDE_APPLY: return labelled ? NORMALIZED : CONVERTED;
    case SCI_OUTSIDE_KEEP: return CONVERTED;
    }
    return CONVERTED;
}

static long double
gamma_at(const exact_case *c, uint64_t i)
{
    return c->gamma != NULL && c->second[i] >= 0 ? (long double)c->gamma[c->second[i]] : 1.0L;
}

static long double
beta_at(const exact_case *c, uint64_t i)
{
    return c->beta != NULL && c->second[i] >= 0 ? (long double)c->beta[c->second[i]] : 0.0L;
}

static long double
z_at(const exact_case *c, const exact_moments *m, uint64_t i)
{
    const exact_moments *of = &m[c->group[i]];

    return (c->x[i] - of->mean) * exact_scale(of, c->eps, c->ddof);
}

long double *
exact_forward(const exact_case *c)
{
    exact_moments *m = exact_moments_of(c);
    long double *y = test_alloc(c->n, sizeof *y);

    for (uint64_t i = 0; i < c->n; i++) {
        switch (fate_of(c, m, i)) {
        case NORMALIZED: y[i] = z_at(c, m, i) * gamma_at(c, i) + beta_at(c, i); break;
        case CONVERTED: y[i] = c->x[i]; break;
        case ZEROED: y[i] = 0.0L; break;
        case MADE_NAN: y[i] = (long double)NAN; break;
        case REPLACED: y[i] = (long double)c->outside_value; break;
        }
    }
    free(m);
    return y;
}

typedef struct sums {
    long double g, gz;
} sums;

/* Σg and Σg·z of every group, and the gradients of gamma and beta. */
static sums *
backward_sums(const exact_case *c, const exact_moments *m, const double *dy, long double *dgamma,
              long double *dbeta)
{
    sums *sum = test_alloc(c->groups, sizeof *sum);

    for (uint64_t i = 0; i < c->n; i++) {
        int64_t second = c->second == NULL ? 0 : c->second[i];
        long double z;

        if (fate_of(c, m, i) != NORMALIZED)
            continue;
        z = z_at(c, m, i);
        sum[c->group[i]].g += (long double)dy[i] * gamma_at(c, i);
        sum[c->group[i]].gz += (long double)dy[i] * gamma_at(c, i) * z;
        if (second >= 0 && dgamma != NULL)
            dgamma[second] += (long double)dy[i] * z;
        if (second >= 0 && dbeta != NULL)
            dbeta[second] += (long double)dy[i];
    }
    return sum;
}

long double *
exact_backward(const exact_case *c, const double *dy, long double *dgamma, long double *dbeta)
{
    exact_moments *m = exact_moments_of(c);
    long double *dx = test_alloc(c->n, sizeof *dx);
    uint64_t seconds = c->second == NULL ? 1 : c->seconds;
    sums *sum;

    for (uint64_t h = 0; h < seconds; h++) {
        if (dgamma != NULL)
            dgamma[h] = 0.0L;
        if (dbeta != NULL)
            dbeta[h] = 0.0L;
    }
    sum = backward_sums(c, m, dy, dgamma, dbeta);
    for (uint64_t i = 0; i < c->n; i++) {
        fate what = fate_of(c, m, i);

        if (what == NORMALIZED) {
            const exact_moments *of = &m[c->group[i]];
            const sums *s = &sum[c->group[i]];
            long double w = (long double)c->weight[i], spread = 0.0L;

            if (of->min != of->max) /* a constant group has no spread, even where weight == ddof */
                spread = w / (of->weight - (long double)c->ddof) * z_at(c, m, i) * s->gz;
            dx[i] = exact_scale(of, c->eps, c->ddof) *
                    ((long double)dy[i] * gamma_at(c, i) - w / of->weight * s->g - spread);
        } else {
            dx[i] = what == CONVERTED ? (long double)dy[i] : 0.0L;
        }
    }
    free(sum);
    free(m);
    return dx;
}
