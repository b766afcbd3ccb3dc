/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a sector's indicators are, together, from where they were. It has no direction and names no
 * indicator: evidence beside the other statistics. */
#include "scores_priv.h"

#include <math.h>

#include <sci/memory.h>

#include "tail.h"

void
econ_ledoit_wolf(const double *x, size_t rows, size_t n, double *mean, double *covariance,
                 double *shrinkage)
{
    double count = (double)rows, trace = 0.0, mu, beta = 0.0, delta = 0.0;

    for (size_t j = 0; j < n; j++) {
        mean[j] = 0.0;
        for (size_t r = 0; r < rows; r++)
            mean[j] += x[r * n + j];
        mean[j] /= count;
    }
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b <= a; b++) {
            double sum = 0.0, squares = 0.0, twice = a == b ? 1.0 : 2.0;

            for (size_t r = 0; r < rows; r++) {
                double product = (x[r * n + a] - mean[a]) * (x[r * n + b] - mean[b]);

                sum += product;
                squares += product * product;
            }
            covariance[a * n + b] = covariance[b * n + a] = sum / count;
            beta += twice * squares;
            delta += twice * (sum / count) * (sum / count);
            trace += a == b ? sum / count : 0.0;
        }
    mu = trace / (double)n;
    beta = (beta / count - delta) / ((double)n * count);
    delta = (delta - 2.0 * mu * trace + (double)n * mu * mu) / (double)n;
    beta = fmin(beta, delta);
    *shrinkage = n > 1 && beta > 0.0 ? beta / delta : 0.0;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            covariance[a * n + b] =
                (1.0 - *shrinkage) * covariance[a * n + b] + (a == b ? *shrinkage * mu : 0.0);
}

/* In place; false if the matrix is not positive definite. */
static bool
cholesky(double *a, size_t n)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++) {
            double sum = a[i * n + j];

            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0.0))
                return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    return true;
}

/* |L^-1 d|^2; d is overwritten. */
static double
squared_length(const double *l, size_t n, double *d)
{
    double sum = 0.0;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++)
            d[i] -= l[i * n + k] * d[k];
        d[i] /= l[i * n + i];
        sum += d[i] * d[i];
    }
    return sum;
}

typedef struct sector {
    const econ_window *w;
    size_t n;
    double *x;                                 /* [member][period] */
    double *rows;                              /* complete periods of the history, standardized */
    double *centre, *spread, *mean, *distance; /* [member] */
    double *covariance;                        /* [member][member] */
    bool usable;
} sector;

static void
history_of(const econ_window *w, size_t t, size_t *begin, size_t *end)
{
    size_t left = w->values;

    *end = w->kind == ECON_CALIBRATED ? w->calibration : t;
    *begin = 0;
    if (w->kind != ECON_ROLLING)
        return;
    for (*begin = *end; *begin > 0 && left > 0; (*begin)--)
        left -= !w->excluded[*begin - 1];
}

/* Covariance of what is known at t. */
static void
learn(sector *s, size_t t, econ_scratch *scratch)
{
    size_t begin, end, rows = 0;
    double shrinkage;

    history_of(s->w, t, &begin, &end);
    for (size_t j = 0; j < s->n; j++) {
        econ_sorted h = { scratch->sorted, 0 };

        for (size_t u = begin; u < end; u++)
            if (!isnan(s->x[j * s->w->n + u]) && !s->w->excluded[u])
                h.v[h.n++] = s->x[j * s->w->n + u];
        econ_sort(h.v, h.n);
        econ_spread_of(&h, ECON_SCALE_SD, scratch, &s->centre[j], &s->spread[j]);
    }
    for (size_t u = begin; u < end; u++) {
        bool complete = !s->w->excluded[u];

        for (size_t j = 0; j < s->n; j++) {
            double z = (s->x[j * s->w->n + u] - s->centre[j]) / s->spread[j];

            complete = complete && isfinite(z);
            s->rows[rows * s->n + j] = z;
        }
        rows += complete;
    }
    s->usable = rows >= (s->w->kind == ECON_CALIBRATED ? ECON_HISTORY_LEAST : ECON_P_LEAST);
    if (!s->usable)
        return;
    econ_ledoit_wolf(s->rows, rows, s->n, s->mean, s->covariance, &shrinkage);
    s->usable = cholesky(s->covariance, s->n);
}

static double
distance_of(sector *s, size_t t)
{
    for (size_t j = 0; j < s->n; j++) {
        s->distance[j] = (s->x[j * s->w->n + t] - s->centre[j]) / s->spread[j] - s->mean[j];
        if (!isfinite(s->distance[j]))
            return (double)NAN;
    }
    return squared_length(s->covariance, s->n, s->distance);
}

static sci_status
make_sector(sector *s, const econ_window *w, size_t n)
{
    double *vectors = NULL;
    sci_status st;

    *s = (sector){ .w = w, .n = n };
    st = sci_alloc(&s->x, n, w->n, sizeof *s->x);
    if (st == SCI_OK)
        st = sci_alloc(&s->rows, n, w->n + 1, sizeof *s->rows);
    if (st == SCI_OK)
        st = sci_alloc(&s->covariance, n, n, sizeof *s->covariance);
    if (st == SCI_OK)
        st = sci_alloc(&vectors, n, 4, sizeof *vectors);
    if (st != SCI_OK)
        return st;
    s->centre = vectors;
    s->spread = vectors + n;
    s->mean = vectors + 2 * n;
    s->distance = vectors + 3 * n;
    return SCI_OK;
}

static void
clear_sector(sector *s)
{
    sci_free(s->x);
    sci_free(s->rows);
    sci_free(s->covariance);
    sci_free(s->centre);
}

sci_status
econ_mahalanobis_sector(const econ_panel *panel, const econ_rules *rules, const econ_window *w,
                        size_t n, const size_t *members, size_t from, double *squared, double *p,
                        econ_scratch *scratch)
{
    sector s;
    sci_status st = make_sector(&s, w, n);

    for (size_t j = 0; st == SCI_OK && j < n; j++)
        st = econ_indicator_series(panel, rules, w, members[j], s.x + j * w->n, scratch);
    for (size_t t = from; st == SCI_OK && n > 0 && t < w->n; t++) {
        if (w->kind != ECON_CALIBRATED || t == from)
            learn(&s, t, scratch);
        squared[t] = s.usable ? distance_of(&s, t) : (double)NAN;
        p[t] = econ_chi_squared_p(squared[t], n);
    }
    clear_sector(&s);
    return st;
}
