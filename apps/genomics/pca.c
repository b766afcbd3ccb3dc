/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "pca_priv.h"

enum { EXACT_MOST = 4000, EXACT_SHARE = 4 };

sci_status
pca_project(pca *p, centred *c, const double *v, size_t width)
{
    size_t k = (size_t)p->components;
    centred_job job = { .width = width, .omega = v, .y = p->scores, .y_columns = k };

    pca_keep_loadings(p, c, v, width);
    return centred_pass(c, &job);
}

void
pca_keep_loadings(pca *p, const centred *c, const double *v, size_t width)
{
    size_t k = (size_t)p->components;

    for (size_t g = 0; g < centred_columns(c); g++)
        memcpy(p->loadings + centred_source(c, g) * k, v + g * width, k * sizeof *v);
}

/* The largest |loading|, the first of equal ones, is positive. */
static void
settle_signs(pca *p)
{
    size_t k = (size_t)p->components;

    for (size_t i = 0; i < k; i++) {
        double largest = 0.0;

        for (size_t g = 0; g < p->columns; g++)
            if (fabs(p->loadings[g * k + i]) > fabs(largest))
                largest = p->loadings[g * k + i];
        if (largest >= 0.0)
            continue;
        for (size_t g = 0; g < p->columns; g++)
            p->loadings[g * k + i] = -p->loadings[g * k + i];
        for (size_t r = 0; r < p->rows; r++)
            p->scores[r * k + i] = -p->scores[r * k + i];
    }
}

static sci_status
find_components(pca *p, centred *c, uint64_t seed)
{
    size_t rows = (size_t)p->rows, columns = centred_columns(c);
    size_t smaller = rows < columns ? rows : columns;

    p->exact = smaller <= EXACT_MOST || p->components > smaller / EXACT_SHARE;
    if (!p->exact)
        return pca_by_krylov(p, c, seed);
    return rows < columns ? pca_by_rows(p, c) : pca_by_columns(p, c);
}

/* A rounding error may leave a variance of 0 slightly negative. */
static sci_status
settle_variance(pca *p, const char *name)
{
    if (!isfinite(p->total_variance))
        return sci_fail(SCI_ERR_NONFINITE, "'%s': the values are too large for their squares",
                        name);
    for (uint64_t i = 0; i < p->components; i++) {
        if (p->variance[i] < 0.0)
            p->variance[i] = 0.0;
        p->variance_ratio[i] =
            p->total_variance > 0.0 ? p->variance[i] / p->total_variance : (double)NAN;
    }
    return SCI_OK;
}

static sci_status
pca_create(pca **out, uint64_t rows, uint64_t columns, uint64_t taking_part, uint64_t components)
{
    uint64_t most = (rows < taking_part ? rows : taking_part) - 1;
    size_t k = (size_t)(components < most ? components : most);
    pca *p = NULL;
    sci_status st = sci_alloc_zero(&p, 1, 1, sizeof *p);

    if (st != SCI_OK)
        return st;
    p->rows = rows;
    p->columns = columns;
    p->components = k;
    st = sci_alloc_zero(&p->scores, (size_t)rows, k, sizeof *p->scores);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->loadings, (size_t)columns, k, sizeof *p->loadings);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->variance, k, 1, sizeof *p->variance);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->variance_ratio, k, 1, sizeof *p->variance_ratio);
    if (st == SCI_OK)
        *out = p;
    else
        pca_free(p);
    return st;
}

sci_status
pca_compute(pca **out, const pca_input *in, uint64_t components, uint64_t seed,
            const sci_options *opt)
{
    sci_status st;
    uint64_t rows = sci_matrix_rows(in->matrix), columns = sci_matrix_columns(in->matrix);
    uint64_t taking_part = 0;
    centred *c = NULL;
    pca *p = NULL;

    if (components == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "no principal components are asked for");
    for (uint64_t g = 0; g < columns; g++)
        taking_part += !in->selected || in->selected[g];
    if (rows < 2 || taking_part < 2)
        return sci_fail(SCI_ERR_DEGENERATE,
                        "'%s' has %" PRIu64 " × %" PRIu64
                        " values to use; principal components need two rows and two columns",
                        sci_matrix_name(in->matrix), rows, taking_part);
    st = centred_create(&c, in, opt);
    if (st == SCI_OK)
        st = pca_create(&p, rows, columns, taking_part, components);
    if (st == SCI_OK)
        st = find_components(p, c, seed);
    if (st == SCI_OK)
        st = settle_variance(p, sci_matrix_name(in->matrix));
    if (st != SCI_OK)
        goto out;
    settle_signs(p);
    *out = p;
    p = NULL;
out:
    pca_free(p);
    centred_free(c);
    return st;
}

void
pca_free(pca *p)
{
    if (!p)
        return;
    sci_free(p->scores);
    sci_free(p->loadings);
    sci_free(p->variance);
    sci_free(p->variance_ratio);
    sci_free(p);
}
