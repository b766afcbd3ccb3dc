/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of several matrices one after the other, as one new matrix; columns are matched by the
 * caller. Streams. */
#ifndef GENOMICS_UNION_H
#define GENOMICS_UNION_H

#include "anndata.h"

typedef struct union_part {
    sci_matrix *matrix;
    const int64_t *column_of; /* where each column goes, -1: nowhere; NULL: its own number */
} union_part;

typedef struct union_plan {
    size_t n;
    const union_part *parts;
    uint64_t columns;
    bool sparse; /* CSR; places that no part fills are zeros, in a dense one NaN */
    sci_type type;
} union_plan;

/* Sparse if all parts are, and the narrowest common type; set afterwards by whoever wants another.
 * The parts stay the caller's. */
void union_plan_make(union_plan *out, size_t n, const union_part *parts, uint64_t columns);

/* Write it at `path`. One pass over the parts, two if it is sparse. */
sci_status union_write(sci_h5_output *out, const char *path, const union_plan *plan,
                       const anndata_storage *storage, const sci_options *opt) SCI_MUST_CHECK;

/* ---- columns of obs and var ---- */

/* Rows of one column: those numbered, or all n; column NULL: n missing values. */
typedef struct union_column {
    const anndata_column *column;
    uint64_t n;
    const uint64_t *rows; /* NULL: 0…n-1 */
} union_column;

/* All rows in one column: levels are united in the order of their first appearance, integers and
 * reals are reals, and texts with numbers become categories. */
sci_status union_columns(anndata_column *out, size_t n, const union_column *parts) SCI_MUST_CHECK;

#endif
