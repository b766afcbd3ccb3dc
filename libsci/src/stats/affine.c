/* SPDX-License-Identifier: BSD-3-Clause */
/* Affine maps and the coefficients of their groups. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../core/clones.h"
#include "affine.h"
#include "moments_priv.h"

sci_status
sci_affine_create(sci_affine **out, const sci_grouping *g, double eps, int ddof)
{
    sci_affine *a = NULL;
    sci_status st;

    if (!(eps >= 0.0) || !isfinite(eps))
        return sci_fail(SCI_ERR_ARGUMENT, "eps is %g, not a finite number >= 0", eps);
    if (ddof != 0 && ddof != 1)
        return sci_fail(SCI_ERR_ARGUMENT, "ddof is %d, not 0 or 1", ddof);
    st = sci_alloc_zero(&a, 1, 1, sizeof *a);
    if (st != SCI_OK)
        return st;
    a->g = g;
    a->eps = eps;
    a->ddof = ddof;
    *out = a;
    return SCI_OK;
}

/* values (or `absent` for each of n groups) into fresh storage. */
static sci_status
copy_finite(double **out, const double *values, uint64_t n, double absent, const char *what)
{
    sci_status st;

    for (uint64_t i = 0; values && i < n; i++)
        if (!isfinite(values[i]))
            return sci_fail(SCI_ERR_NONFINITE, "%s of group %" PRIu64 " is not finite", what, i);
    st = sci_alloc(out, n, 1, sizeof **out);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        (*out)[i] = values ? values[i] : absent;
    return st;
}

static bool
same_shape(const sci_grouping *g, const sci_grouping *h)
{
    return g->space.rank == h->space.rank
           && memcmp(g->space.shape, h->space.shape, (size_t)g->space.rank * sizeof *g->space.shape)
                  == 0;
}

sci_status
sci_affine_scale_shift(sci_affine *a, const sci_grouping *h, const double *gamma,
                       const double *beta)
{
    uint64_t n = sci_grouping_groups(h);
    double *new_gamma = NULL, *new_beta = NULL;
    sci_status st;

    if (!same_shape(a->g, h))
        return sci_fail(SCI_ERR_SHAPE, "the groups of gamma and beta belong to another shape");
    if (h->n_masks + h->n_weights > 0 || h->values.n > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "gamma and beta take no masks and weights");
    st = copy_finite(&new_gamma, gamma, n, 1.0, "gamma");
    if (st == SCI_OK)
        st = copy_finite(&new_beta, beta, n, 0.0, "beta");
    if (st != SCI_OK) {
        sci_free(new_gamma);
        return st;
    }
    sci_free(a->gamma);
    sci_free(a->beta);
    a->gamma = new_gamma;
    a->beta = new_beta;
    a->h = h;
    return SCI_OK;
}

void
sci_affine_outside(sci_affine *a, sci_outside outside)
{
    a->outside = outside;
    a->outside_value = outside == SCI_OUTSIDE_NAN ? SCI_NAN : 0.0;
}

void
sci_affine_outside_value(sci_affine *a, double value)
{
    a->outside = SCI_OUTSIDE_VALUE;
    a->outside_value = isnan(value) ? SCI_NAN : value;
}

sci_status
sci_affine_invert(sci_affine *a)
{
    uint64_t n = a->h ? sci_grouping_groups(a->h) : 0;

    for (uint64_t i = 0; i < n; i++)
        if (a->gamma[i] == 0.0)
            return sci_fail(SCI_ERR_REFUSED,
                            "gamma of group %" PRIu64 " is 0: what it multiplied is lost", i);
    a->inverse = true;
    return SCI_OK;
}

void
sci_affine_free(sci_affine *a)
{
    if (!a)
        return;
    sci_free(a->gamma);
    sci_free(a->beta);
    sci_free(a);
}

/* 1/sqrt(variance + eps), the variance and eps both being in units of 2^(2·exponent). */
double
sci_affine_scale_of(const sci_moments *m, double eps, int ddof)
{
    double variance = m->m2 == 0.0 ? 0.0 : m->m2 / (m->weight - (double)ddof);
    double scaled = m->exponent == 0 ? eps : ldexp(eps, -2 * m->exponent);

    if (m->count == 0)
        return SCI_NAN;
    if (isinf(scaled))
        return ldexp(1.0 / sqrt(eps), m->exponent);
    if (variance + scaled == 0.0)
        return 0.0;
    return 1.0 / sqrt(variance + scaled);
}

/* ---- coefficients ---- */

sci_status
sci_coefficients_create(sci_coefficients *c, uint64_t most)
{
    sci_status st;

    memset(c, 0, sizeof *c);
    st = sci_alloc(&c->hi, most, 1, sizeof *c->hi);
    if (st == SCI_OK)
        st = sci_alloc(&c->lo, most, 1, sizeof *c->lo);
    if (st == SCI_OK)
        st = sci_alloc(&c->scale, most, 1, sizeof *c->scale);
    if (st == SCI_OK)
        st = sci_alloc(&c->exponent, most, 1, sizeof *c->exponent);
    if (st != SCI_OK)
        sci_coefficients_clear(c);
    return st;
}

void
sci_coefficients_clear(sci_coefficients *c)
{
    sci_free(c->hi);
    sci_free(c->lo);
    sci_free(c->scale);
    sci_free(c->exponent);
    memset(c, 0, sizeof *c);
}

/* The plain case of sci_affine_scale_of for many groups; what is not plain is mended afterwards. */
SCI_CLONES static void
plain_scales(double *restrict scale, const sci_moments *rows, uint64_t n, double eps, double ddof)
{
    for (uint64_t i = 0; i < n; i++)
        scale[i] = 1.0 / sqrt(rows[i].m2 / (rows[i].weight - ddof) + eps);
}

void
sci_coefficients_set(sci_coefficients *c, const sci_affine *a, uint64_t first_group, uint64_t n,
                     const sci_moments *rows)
{
    c->first_group = first_group;
    c->n = n;
    c->any_special = false;
    plain_scales(c->scale, rows, n, a->eps, (double)a->ddof);
    for (uint64_t i = 0; i < n; i++) {
        const sci_moments *m = &rows[i];

        c->hi[i] = m->mean_hi;
        c->lo[i] = m->mean_lo;
        c->exponent[i] = 0;
        if (m->m2 > 0.0 && m->exponent == 0)
            continue;
        c->scale[i] = m->count == 0 ? 1.0 : sci_affine_scale_of(m, a->eps, a->ddof);
        c->exponent[i] = m->exponent;
        if (isnan(c->scale[i]))
            c->scale[i] = SCI_NAN;
        if (m->count == 0)
            c->exponent[i] = SCI_IDENTITY;
        else if (a->inverse && c->scale[i] == 0.0)
            c->exponent[i] = SCI_CONSTANT;
        c->any_special = c->any_special || c->exponent[i] != 0;
    }
}
