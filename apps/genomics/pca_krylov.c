/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components by a randomized block Krylov method (Musco, Musco 2015): a few random vectors,
 * multiplied again and again by C = x'x, span a space in which the leading eigenvectors are found
 * (Rayleigh, Ritz). Blocks are kept orthonormal against all before them, so that C restricted to the
 * space is known without another pass, and so is how far each vector is from being an eigenvector. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "lapack.h"
#include "pca_priv.h"
#include "random.h"
#include "tiles.h"

enum { EXTRA = 10, PASSES_MOST = 24, BLOCKS_LEAST = 3, BASIS_BYTES = 512 << 20 };
static const double tolerance = 1e-4; /* of ‖Cv - λv‖/λ; a variance is then right to about 1e-8 */

typedef struct krylov {
    pca *p;
    centred *c;
    size_t width; /* of a block */
    size_t padded;
    size_t blocks, blocks_most; /* orthonormal blocks whose product with C is known */
    double *basis;              /* [blocks_most + 1][padded][width] */
    double *small;   /* [m][m], m = blocks_most·width: the basis' C·basis, upper triangle */
    double *r;       /* [width][width] what C·(last block) has outside of the space */
    double *values;  /* [m] */
    double *vectors; /* [m][width] */
    double *work;    /* [m][m], also the products with a block */
} krylov;

static double *
block(const krylov *s, size_t i)
{
    return s->basis + i * s->padded * s->width;
}

static sci_status
krylov_begin(krylov *s)
{
    sci_status st;
    size_t most, m;

    s->width = tile_width((size_t)s->p->components + EXTRA);
    s->padded = centred_padded(s->c);
    most = BASIS_BYTES / sizeof(double) / s->padded / s->width;
    if (most > PASSES_MOST)
        most = PASSES_MOST;
    if (most > centred_columns(s->c) / s->width)
        most = centred_columns(s->c) / s->width;
    s->blocks_most = most < BLOCKS_LEAST ? BLOCKS_LEAST : most;
    m = s->blocks_most * s->width;
    st = sci_alloc(&s->basis, (s->blocks_most + 1) * s->padded, s->width, sizeof *s->basis);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->small, m, m, sizeof *s->small);
    if (st == SCI_OK)
        st = sci_alloc(&s->r, s->width, s->width, sizeof *s->r);
    if (st == SCI_OK)
        st = sci_alloc(&s->values, m, 1, sizeof *s->values);
    if (st == SCI_OK)
        st = sci_alloc(&s->vectors, m, s->width, sizeof *s->vectors);
    if (st == SCI_OK)
        st = sci_alloc(&s->work, m, m, sizeof *s->work);
    return st;
}

static void
krylov_clear(krylov *s)
{
    sci_free(s->basis);
    sci_free(s->small);
    sci_free(s->r);
    sci_free(s->values);
    sci_free(s->vectors);
    sci_free(s->work);
}

/* A first block in the range of C: C times random signs. */
static sci_status
first_block(krylov *s, uint64_t seed)
{
    sci_status st;
    double *omega = block(s, 1), *z = block(s, 0), squares = 0.0;
    centred_job job = { .width = s->width, .omega = omega, .z = z, .squares = &squares };

    memset(omega, 0, s->padded * s->width * sizeof *omega);
    for (size_t i = 0; i < centred_columns(s->c) * s->width; i++)
        omega[i] = random_next(&seed) >> 63 ? 1.0 : -1.0;
    st = centred_pass(s->c, &job);
    if (st != SCI_OK)
        return st;
    s->p->total_variance = squares / ((double)s->p->rows - 1.0);
    /* LAPACK does not end on what is not finite. */
    for (size_t i = 0; i < s->padded * s->width; i++)
        squares += 0.0 * z[i];
    if (!isfinite(squares))
        return sci_fail(SCI_ERR_NONFINITE, "the values are too large for their squares");
    return lapack_orthonormal(z, centred_columns(s->c), s->width, NULL);
}

/* next -= basis·(basis'·next) for the blocks so far; what was taken away is added to `coefficients`
 * [blocks·width][width] where it is not NULL. */
static void
take_away(krylov *s, double *next, double *coefficients)
{
    size_t n = s->padded, w = s->width;

    for (size_t i = 0; i < s->blocks; i++) {
        lapack_multiply(CblasTrans, w, w, n, 1.0, block(s, i), next, 0.0, s->work);
        lapack_multiply(CblasNoTrans, n, w, w, -1.0, block(s, i), s->work, 1.0, next);
        if (coefficients)
            for (size_t j = 0; j < s->width * s->width; j++)
                coefficients[i * s->width * s->width + j] = s->work[j];
    }
}

/* One pass: C times the newest block, its part inside the space into `small`, its part outside the
 * next block. */
static sci_status
extend(krylov *s)
{
    sci_status st;
    size_t m = s->blocks_most * s->width, last = s->blocks;
    double *next = block(s, last + 1), *coefficients = s->vectors;
    centred_job job = { .width = s->width, .omega = block(s, last), .z = next };

    st = centred_pass(s->c, &job);
    if (st != SCI_OK)
        return st;
    s->blocks++;
    take_away(s, next, coefficients);
    for (size_t i = 0; i < s->blocks * s->width; i++)
        memcpy(s->small + i * m + last * s->width, coefficients + i * s->width,
               s->width * sizeof *coefficients);
    /* Twice is enough (Giraud, Langou, Rozložník 2005); once more after the columns have got length
     * 1, for those that were 0. */
    take_away(s, next, NULL);
    st = lapack_orthonormal(next, centred_columns(s->c), s->width, s->r);
    if (st != SCI_OK)
        return st;
    take_away(s, next, NULL);
    return lapack_orthonormal(next, centred_columns(s->c), s->width, NULL);
}

/* The leading eigenpairs inside the space and the largest residual of those that are wanted. */
static sci_status
ritz(krylov *s)
{
    sci_status st;
    size_t m = s->blocks * s->width, stride = s->blocks_most * s->width, w = s->width;
    const double *tail = s->vectors + (m - w) * w;
    double worst = 0.0;

    for (size_t i = 0; i < m; i++)
        memcpy(s->work + i * m, s->small + i * stride, m * sizeof *s->work);
    st = lapack_eigen(s->work, m, m, w, s->values, s->vectors, w);
    if (st != SCI_OK)
        return st;
    lapack_multiply(CblasNoTrans, w, w, w, 1.0, s->r, tail, 0.0, s->work);
    for (size_t c = 0; c < s->p->components; c++) {
        double squares = 0.0;

        /* Below the rounding of C there are no eigenvectors to be found. */
        if (s->values[c] <= 1e-14 * s->values[0])
            break;
        for (size_t i = 0; i < w; i++)
            squares += s->work[i * w + c] * s->work[i * w + c];
        worst = fmax(worst, sqrt(squares) / s->values[c]);
    }
    s->p->residual = worst;
    return SCI_OK;
}

/* to[padded][width] = basis·vectors. */
static void
ritz_vectors(const krylov *s, double *to)
{
    size_t n = s->padded, w = s->width;

    for (size_t i = 0; i < s->blocks; i++)
        lapack_multiply(CblasNoTrans, n, w, w, 1.0, block(s, i),
                        s->vectors + i * s->width * s->width, i == 0 ? 0.0 : 1.0, to);
}

/* The space is full: begin again with the best vectors found. */
static void
restart(krylov *s)
{
    double *best = block(s, s->blocks_most);

    ritz_vectors(s, best);
    memcpy(block(s, 0), best, s->padded * s->width * sizeof *best);
    s->blocks = 0;
}

sci_status
pca_by_krylov(pca *p, centred *c, uint64_t seed)
{
    krylov s = { .p = p, .c = c };
    sci_status st = lapack_load();

    if (st == SCI_OK)
        st = krylov_begin(&s);
    if (st == SCI_OK)
        st = first_block(&s, seed);
    for (int pass = 1; st == SCI_OK; pass++) {
        st = extend(&s);
        if (st == SCI_OK)
            st = ritz(&s);
        if (st != SCI_OK || p->residual <= tolerance || pass == PASSES_MOST)
            break;
        if (s.blocks == s.blocks_most)
            restart(&s);
    }
    if (st == SCI_OK) {
        for (size_t i = 0; i < p->components; i++)
            p->variance[i] = s.values[i] / ((double)p->rows - 1.0);
        ritz_vectors(&s, block(&s, s.blocks));
        st = pca_project(p, c, block(&s, s.blocks), s.width);
    }
    krylov_clear(&s);
    return st;
}
