/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few routines of LAPACK that are used, on arrays in C order. Called by one thread at a time
 * (tiles.h says why). */
#ifndef GENOMICS_LAPACK_H
#define GENOMICS_LAPACK_H

#include <stddef.h>

#include <cblas.h>

#include <sci/status.h>

/* Load OpenBLAS: before lapack_multiply; the others do it themselves. */
sci_status lapack_load(void) SCI_MUST_CHECK;

/* cblas_dgemm of arrays in C order: c[m][n] = alpha·op(a)·b + beta·c, op(a) being m × k. */
void lapack_multiply(CBLAS_TRANSPOSE op, size_t m, size_t n, size_t k, double alpha,
                     const double *a, const double *b, double beta, double *c);

/* The `count` largest eigenvalues of the symmetric n × n matrix in the upper triangle of `a` (rows
 * `stride` apart, destroyed), descending, and their eigenvectors as columns of vectors[n][width],
 * width >= count; further columns are set to 0. SCI_ERR_DEGENERATE if the iteration does not end. */
sci_status lapack_eigen(double *a, size_t n, size_t stride, size_t count, double *values,
                        double *vectors, size_t width) SCI_MUST_CHECK;

/* x[n][width] = q·r by Householder reflections, n >= width: x becomes q with orthonormal columns also
 * where x has not full rank; r[width][width] is upper triangular and may be NULL. */
sci_status lapack_orthonormal(double *x, size_t n, size_t width, double *r) SCI_MUST_CHECK;

#endif
