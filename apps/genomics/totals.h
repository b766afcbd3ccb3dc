/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts of each cell and what they look like; the new values. */
#ifndef GENOMICS_TOTALS_H
#define GENOMICS_TOTALS_H

#include "job.h"

typedef struct genomics_totals {
    uint64_t n;
    double *sum;                                  /* [n] of each cell; missing values add nothing */
    uint64_t missing, negative, fractions, empty; /* values; values; values; cells without any */
    uint64_t twins; /* values of a cell and gene of which the file has some before */
    double least;
} genomics_totals;

/* One pass. SCI_ERR_NONFINITE for an infinity. */
sci_status genomics_totals_count(genomics_totals *out, genomics_job *job) SCI_MUST_CHECK;
void genomics_totals_clear(genomics_totals *totals);

/* The median of the cells that have any counts; SCI_ERR_DEGENERATE if none has. */
sci_status genomics_totals_median(const genomics_totals *totals, double *out) SCI_MUST_CHECK;

/* Stored values of a sparse matrix as they stand in the file, a block at a time, with the row of
 * each; for a dense matrix whole rows. `values` may be changed. `earlier` (NULL: dense, or `twins`
 * was not asked for): the sum of the values of the same cell and gene that came before; NaN if there
 * is none. With `twins` all indices are checked. */
typedef sci_status (*genomics_visit)(void *context, uint64_t n, double *values,
                                     const uint32_t *rows, const double *earlier);
sci_status genomics_values_each(genomics_job *job, bool twins, genomics_visit visit,
                                void *context) SCI_MUST_CHECK;

#endif
