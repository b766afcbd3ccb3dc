/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components of the columns of a matrix, centred, from rows that stream (and, where a map is
 * given, are corrected on the way, so that the corrected matrix need not exist). */
#ifndef GENOMICS_PCA_H
#define GENOMICS_PCA_H

#include <sci/crossed.h>

typedef struct pca_input {
    sci_matrix *matrix;
    const sci_row_model *model; /* with map; else NULL */
    const sci_column_map *map;  /* NULL: the matrix as it is */
    const unsigned char
        *selected; /* [columns] 0: takes no part, its loadings are 0; NULL: all do */
} pca_input;

typedef struct pca {
    uint64_t rows, columns, components;
    double *scores;   /* [rows][components] */
    double *loadings; /* [columns][components], orthonormal; the largest |loading| is positive */
    double *variance; /* [components], divided by rows - 1 */
    double *variance_ratio; /* of the total variance; NaN where that is 0 */
    double total_variance;
    bool exact; /* by the eigenproblem of a Gram matrix */
    double residual; /* otherwise the largest ‖Cv - λv‖/λ of the covariance C over the components */
} pca;

/* The exact eigenproblem of the smaller Gram matrix up to 4000 rows or columns (or where more than a
 * quarter of all components is asked for); beyond that randomized block Krylov iteration (Halko,
 * Martinsson, Tropp 2011; Musco, Musco 2015) until the residual is below 1e-4 (variances are then
 * right to about 1e-8), in at most 24 passes. At most min(rows, columns that take part) - 1 components
 * are found if more are asked for. The same bytes for any number of threads and any memory on the same
 * machine. SCI_ERR_NONFINITE names the first value that is missing or infinite, SCI_ERR_DEGENERATE for
 * fewer than two rows or columns. */
sci_status pca_compute(pca **out, const pca_input *in, uint64_t components, uint64_t seed,
                       const sci_options *opt) SCI_MUST_CHECK;
void pca_free(pca *p); /* accepts NULL */

#endif
