/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the variance of each gene, and of all, lies between the levels of a grouping of the
 * cells, of a matrix that is corrected on the way. */
#ifndef GENOMICS_SHARES_H
#define GENOMICS_SHARES_H

#include "pca.h"

typedef struct share {
    const int32_t *level; /* [rows]; -1: the row is left out of all groupings */
    uint64_t levels;
    double *per_gene; /* [columns] between/total, NaN where the gene has no variance; may be NULL */
    double overall;   /* Σ between/Σ total; NaN if fewer than two levels have rows */
} share;

/* Two passes. As metrics_r2 of a table whose levels these are. Refuses more levels than fit in
 * memory (SCI_ERR_REFUSED); otherwise as pca_compute. */
sci_status shares_compute(const pca_input *in, size_t n, share *shares,
                          const sci_options *opt) SCI_MUST_CHECK;

#endif
