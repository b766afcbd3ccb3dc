/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One column of obs as levels of the cells, some of which may have none. */
#ifndef GENOMICS_FACTOR_H
#define GENOMICS_FACTOR_H

#include "anndata.h"

typedef struct genomics_factor {
    const char *key;
    anndata_texts levels; /* that some cell has, in the file's order */
    uint64_t n;           /* cells */
    int32_t *codes;       /* -1: missing */
    uint64_t missing;
} genomics_factor;

/* A column, or "@FILE" (genomics_labels_read). Real numbers are no levels: SCI_ERR_ARGUMENT. Whole
 * numbers are. `what` is "batches" or "labels". */
sci_status genomics_factor_read(genomics_factor *out, anndata *a, const char *key,
                                const char *what) SCI_MUST_CHECK;
void genomics_factor_clear(genomics_factor *factor);

#endif
