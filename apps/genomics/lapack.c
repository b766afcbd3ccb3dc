/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/library.h"

#include "lapack.h"

/* As the reference LAPACK declares them; the last arguments are the lengths of the texts. */
typedef void dsyevr_routine(const char *jobz, const char *range, const char *uplo, const int *n,
                            double *a, const int *lda, const double *vl, const double *vu,
                            const int *il, const int *iu, const double *abstol, int *m, double *w,
                            double *z, const int *ldz, int *isuppz, double *work, const int *lwork,
                            int *iwork, const int *liwork, int *info, size_t, size_t, size_t);
typedef void dgelqf_routine(const int *m, const int *n, double *a, const int *lda, double *tau,
                            double *work, const int *lwork, int *info);
typedef void dorglq_routine(const int *m, const int *n, const int *k, double *a, const int *lda,
                            const double *tau, double *work, const int *lwork, int *info);

static dsyevr_routine *dsyevr;
static dgelqf_routine *dgelqf;
static dorglq_routine *dorglq;
static __typeof__(cblas_dgemm) *dgemm;

sci_status
lapack_load(void)
{
    /* The serial build; another one where there is only that, as the system's linker would choose. */
    static const char *const names[] = { SCI_OPENBLAS_FOLDER "/libopenblas.so.0",
                                         "libopenblas.so.0", NULL };
    static const cli_symbol symbols[] = { { "dsyevr_", &dsyevr },
                                          { "dgelqf_", &dgelqf },
                                          { "dorglq_", &dorglq },
                                          { "cblas_dgemm", &dgemm } };

    if (dgemm)
        return SCI_OK;
    return cli_library_load(names, "libopenblas0-serial", "principal components", symbols,
                            sizeof symbols / sizeof *symbols);
}

void
lapack_multiply(CBLAS_TRANSPOSE op, size_t m, size_t n, size_t k, double alpha, const double *a,
                const double *b, double beta, double *c)
{
    dgemm(CblasRowMajor, op, CblasNoTrans, (int)m, (int)n, (int)k, alpha, a,
          (int)(op == CblasNoTrans ? k : m), b, (int)n, beta, c, (int)n);
}

static sci_status
broken(const char *routine, int info)
{
    return sci_fail(SCI_ERR_DEGENERATE, "%s of LAPACK found no solution (%d)", routine, info);
}

typedef struct eigen_work {
    double *w, *z, *work;
    int *support, *iwork;
} eigen_work;

static void
eigen_work_clear(eigen_work *e)
{
    sci_free(e->w);
    sci_free(e->z);
    sci_free(e->work);
    sci_free(e->support);
    sci_free(e->iwork);
}

/* dsyevr, first asking for the size of its storage. */
static sci_status
run_dsyevr(eigen_work *e, double *a, int n, int stride, int first)
{
    sci_status st;
    double zero = 0.0, size = 0.0;
    int found = 0, info = 0, lwork = -1, liwork = -1, isize = 0;

    dsyevr("V", "I", "L", &n, a, &stride, &zero, &zero, &first, &n, &zero, &found, e->w, e->z, &n,
           e->support, &size, &lwork, &isize, &liwork, &info, 1, 1, 1);
    if (info != 0)
        return broken("dsyevr", info);
    lwork = (int)size;
    liwork = isize;
    st = sci_alloc(&e->work, (size_t)lwork, 1, sizeof *e->work);
    if (st == SCI_OK)
        st = sci_alloc(&e->iwork, (size_t)liwork, 1, sizeof *e->iwork);
    if (st != SCI_OK)
        return st;
    dsyevr("V", "I", "L", &n, a, &stride, &zero, &zero, &first, &n, &zero, &found, e->w, e->z, &n,
           e->support, e->work, &lwork, e->iwork, &liwork, &info, 1, 1, 1);
    if (info != 0 || found != n - first + 1)
        return broken("dsyevr", info);
    return SCI_OK;
}

sci_status
lapack_eigen(double *a, size_t n, size_t stride, size_t count, double *values, double *vectors,
             size_t width)
{
    sci_status st;
    eigen_work e = { NULL, NULL, NULL, NULL, NULL };

    if (n == 0 || stride < n || stride > INT_MAX || count > n || width < count)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu eigenvalues of a matrix of %zu rows", count, n);
    memset(vectors, 0, n * width * sizeof *vectors);
    if (count == 0)
        return SCI_OK;
    st = lapack_load();
    if (st != SCI_OK)
        return st;
    st = sci_alloc(&e.w, n, 1, sizeof *e.w);
    if (st == SCI_OK)
        st = sci_alloc(&e.z, n, count, sizeof *e.z);
    if (st == SCI_OK)
        st = sci_alloc(&e.support, n, 2, sizeof *e.support);
    if (st != SCI_OK)
        goto out;
    st = run_dsyevr(&e, a, (int)n, (int)stride, (int)(n - count) + 1);
    if (st != SCI_OK)
        goto out;
    /* They come in ascending order, vectors one after the other. */
    for (size_t c = 0; c < count; c++) {
        const double *from = e.z + (count - 1 - c) * n;

        values[c] = e.w[count - 1 - c];
        for (size_t i = 0; i < n; i++)
            vectors[i * width + c] = from[i];
    }
out:
    eigen_work_clear(&e);
    return st;
}

/* In the order of columns that LAPACK uses, x is its own transpose: x' = l·q'. */
sci_status
lapack_orthonormal(double *x, size_t n, size_t width, double *r)
{
    sci_status st;
    double *tau = NULL, *work = NULL;
    int m = (int)width, columns = (int)n, info = 0, lwork;

    if (n > INT_MAX || width == 0 || width > n)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu orthonormal vectors of length %zu", width, n);
    lwork = m * 64;
    st = lapack_load();
    if (st != SCI_OK)
        return st;
    st = sci_alloc(&tau, width, 1, sizeof *tau);
    if (st == SCI_OK)
        st = sci_alloc(&work, (size_t)lwork, 1, sizeof *work);
    if (st != SCI_OK)
        goto out;
    dgelqf(&m, &columns, x, &m, tau, work, &lwork, &info);
    if (info != 0) {
        st = broken("dgelqf", info);
        goto out;
    }
    if (r)
        for (size_t i = 0; i < width; i++)
            for (size_t j = 0; j < width; j++)
                r[i * width + j] = j < i ? 0.0 : x[i * width + j];
    dorglq(&m, &columns, &m, x, &m, tau, work, &lwork, &info);
    if (info != 0)
        st = broken("dorglq", info);
out:
    sci_free(tau);
    sci_free(work);
    return st;
}
