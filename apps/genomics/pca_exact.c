/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components from the eigenproblem of the columns' or the rows' Gram matrix. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "lapack.h"
#include "pca_priv.h"
#include "tiles.h"

enum { STRIPE_BYTES = 128 << 20, STRIPE_MOST = 512 };

static sci_status
check_trace(const double *gram, size_t n, size_t stride, double *trace)
{
    *trace = 0.0;
    for (size_t i = 0; i < n; i++)
        *trace += gram[i * stride + i];
    /* LAPACK does not end on what is not finite; a finite trace bounds all other elements. */
    if (!isfinite(*trace))
        return sci_fail(SCI_ERR_NONFINITE, "the values are too large for their squares");
    return SCI_OK;
}

static void
variances(pca *p, double trace)
{
    double n = (double)p->rows - 1.0;

    for (uint64_t i = 0; i < p->components; i++)
        p->variance[i] /= n;
    p->total_variance = trace / n;
}

sci_status
pca_by_columns(pca *p, centred *c)
{
    sci_status st;
    size_t padded = centred_padded(c), n = centred_columns(c), width;
    double *gram = NULL, *v = NULL, trace = 0.0;
    centred_job job = { .width = 0 };

    width = tile_width((size_t)p->components);
    st = sci_alloc(&gram, padded, padded, sizeof *gram);
    if (st == SCI_OK)
        st = sci_alloc_zero(&v, padded, width, sizeof *v);
    if (st != SCI_OK)
        goto out;
    job.gram = gram;
    st = centred_pass(c, &job);
    if (st == SCI_OK)
        st = check_trace(gram, n, padded, &trace);
    if (st == SCI_OK)
        st = lapack_eigen(gram, n, padded, (size_t)p->components, p->variance, v, width);
    if (st != SCI_OK)
        goto out;
    variances(p, trace);
    st = pca_project(p, c, v, width);
out:
    sci_free(gram);
    sci_free(v);
    return st;
}

/* The rows' Gram matrix, some columns at a time: x times a few of its own rows. */
static sci_status
gram_of_rows(centred *c, double *gram)
{
    sci_status st;
    size_t n = centred_rows(c), padded = centred_padded(c);
    size_t width = STRIPE_BYTES / sizeof(double) / padded;
    double *stripe = NULL;

    width = width > STRIPE_MOST ? STRIPE_MOST : tile_width(width);
    if (width > tile_width(n))
        width = tile_width(n);
    if (width == 0)
        width = TILE_WIDTH;
    st = sci_alloc(&stripe, padded, width, sizeof *stripe);
    for (size_t first = 0; first < n && st == SCI_OK; first += width) {
        size_t count = n - first < width ? n - first : width;
        centred_job take = {
            .width = width, .stripe = stripe, .stripe_first = first, .stripe_rows = count
        };
        centred_job times = {
            .width = width, .omega = stripe, .y = gram + first, .y_columns = count, .y_stride = n
        };

        st = centred_pass(c, &take);
        if (st == SCI_OK)
            st = centred_pass(c, &times);
    }
    sci_free(stripe);
    return st;
}

/* Loadings from x'u, whose columns are orthogonal but for rounding. Where a component has no variance
 * its direction is one that is orthogonal to the others. */
static sci_status
loadings_of(pca *p, const centred *c, const double *z, size_t width)
{
    sci_status st;
    size_t k = (size_t)p->components, n = centred_columns(c);
    double *v = NULL, *r = NULL;

    st = sci_alloc(&v, n, k, sizeof *v);
    if (st == SCI_OK)
        st = sci_alloc(&r, k, k, sizeof *r);
    if (st != SCI_OK)
        goto out;
    for (size_t g = 0; g < n; g++)
        memcpy(v + g * k, z + g * width, k * sizeof *v);
    st = lapack_orthonormal(v, n, k, r);
    if (st != SCI_OK)
        goto out;
    for (size_t i = 0; i < k; i++)
        for (size_t g = 0; g < n && r[i * k + i] < 0.0; g++)
            v[g * k + i] = -v[g * k + i];
    pca_keep_loadings(p, c, v, k);
out:
    sci_free(v);
    sci_free(r);
    return st;
}

sci_status
pca_by_rows(pca *p, centred *c)
{
    sci_status st;
    size_t n = centred_rows(c), k = (size_t)p->components, width = tile_width(k);
    double *gram = NULL, *u = NULL, *z = NULL, trace = 0.0;
    centred_job job = { .width = width };

    st = sci_alloc_zero(&gram, n, n, sizeof *gram);
    if (st == SCI_OK)
        st = sci_alloc(&u, n, width, sizeof *u);
    if (st == SCI_OK)
        st = sci_alloc(&z, centred_padded(c), width, sizeof *z);
    if (st == SCI_OK)
        st = gram_of_rows(c, gram);
    if (st == SCI_OK)
        st = check_trace(gram, n, n, &trace);
    if (st == SCI_OK)
        st = lapack_eigen(gram, n, n, k, p->variance, u, width);
    if (st != SCI_OK)
        goto out;
    for (size_t r = 0; r < n; r++)
        for (size_t i = 0; i < k; i++)
            p->scores[r * k + i] = u[r * width + i] * sqrt(fmax(p->variance[i], 0.0));
    variances(p, trace);
    job.given = u;
    job.z = z;
    st = centred_pass(c, &job);
    if (st == SCI_OK)
        st = loadings_of(p, c, z, width);
out:
    sci_free(gram);
    sci_free(u);
    sci_free(z);
    return st;
}
