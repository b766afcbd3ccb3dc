/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A matrix with its columns centred (after the map, where one is given), as products with a few
 * vectors at a time: one pass over the rows each. Sparse matrices are never made dense: a row is its
 * stored values times their scale plus a background that is a combination of 1 + q vectors of its
 * label,  x_r = s_r∘scale[l] + Σ_k a_rk·w[l][k],  a_r = (1, covariates of r),  w[l] = (shift[l] -
 * mean, slopes[l]), and the background enters every product as such. Rows are made dense a few at a
 * time where a quarter of the values is stored, and where the map is not affine (a clip) or an
 * inverse. The bytes of every result are the same for any number of threads and any memory. */
#ifndef GENOMICS_CENTRED_H
#define GENOMICS_CENTRED_H

#include "pca.h"

typedef struct centred centred;

/* One pass, for the means. SCI_ERR_NONFINITE names the first value that is not finite. */
sci_status centred_create(centred **out, const pca_input *in,
                          const sci_options *opt) SCI_MUST_CHECK;
void centred_free(centred *c); /* accepts NULL */

size_t centred_rows(const centred *c);
/* Those that take part. */
size_t centred_columns(const centred *c);
/* The column of the matrix that column g here is. */
size_t centred_source(const centred *c, size_t g);
/* Columns rounded up; the arrays below have so many rows, those beyond the columns are 0. */
size_t centred_padded(const centred *c);

/* Sums of the rows by level. */
typedef struct centred_grouping {
    const int32_t *level; /* [rows]; -1 in one grouping: the row is left out of all */
    size_t levels;
    double *sums; /* [levels][padded] */
} centred_grouping;

/* What one pass computes; what is NULL is left out. Widths are multiples of 32. */
typedef struct centred_job {
    size_t width;
    const double *omega;        /* [padded][width]: y = x·omega */
    double *y;                  /* [rows][y_columns] of it, y_columns <= width */
    size_t y_columns, y_stride; /* rows are y_stride apart; 0: y_columns */
    const double *given;        /* [rows][width]: y is this instead, with no omega */
    double *z;                  /* [padded][width] = xᵀ·y */
    double *gram;               /* [padded][padded] = xᵀ·x, upper triangle */
    double *squares;            /* one number: the sum of all squares of x */
    double *stripe; /* [padded][width] = the transpose of rows [stripe_first, + stripe_rows) */
    size_t stripe_first, stripe_rows; /* at most width */
    size_t n_groupings;
    const centred_grouping *groupings;
    /* With groupings: of every column the sum of squares over the rows that are not left out, and what
     * rounding may make of 0. [padded] */
    double *column_squares, *column_floor;
} centred_job;
sci_status centred_pass(centred *c, const centred_job *job) SCI_MUST_CHECK;

#endif
