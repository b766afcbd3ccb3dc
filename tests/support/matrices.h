/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random matrices that are there dense, by rows and by columns at once, with what is known of their
 * rows. */
#ifndef TESTS_SUPPORT_MATRICES_H
#define TESTS_SUPPORT_MATRICES_H

#include <sci/crossed.h>

typedef struct matrices_options {
    uint64_t rows, columns, levels, covariates;
    double density, mean, sd; /* of the stored values */
    sci_type type;            /* SCI_FLOAT32 or SCI_FLOAT64, or an integer */
    sci_type index_type;      /* SCI_INT32 or SCI_INT64 */
    double missing;           /* share of the stored values that is NaN */
    double left_out;          /* share of the rows without label */
    bool unsorted;            /* indices in any order */
    bool duplicates;          /* some values are stored in two parts */
    bool zeros;               /* some zeros are stored */
    bool sorted_labels;       /* rows of a label are neighbours */
    double covariate_mean;
} matrices_options;

typedef struct matrices_stored {
    int64_t *indptr;
    void *indices, *values;
    uint64_t n;
} matrices_stored;

typedef struct matrices {
    matrices_options opt;
    double *truth;  /* [rows][columns] */
    void *elements; /* the same of the type */
    matrices_stored csr, csc;
    int32_t *label;
    double *covariate;
    sci_row_model model;
} matrices;

void matrices_make(matrices *m, uint64_t number, const matrices_options *opt);
void matrices_clear(matrices *m);
/* As a matrix over memory, or streamed as files are. */
sci_status matrices_open(const matrices *m, sci_matrix_layout layout, bool streamed,
                         sci_matrix **out) SCI_MUST_CHECK;
/* Element `at` of an array of a type, as a double; and the other way. */
double matrices_get(sci_type type, const void *elements, uint64_t at);
void matrices_set(sci_type type, void *elements, uint64_t at, double value);

/* All bytes of two tables are the same. */
void matrices_same(const sci_crossed *a, const sci_crossed *b);

#endif
