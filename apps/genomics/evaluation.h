/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that is measured of one matrix, before or after: components, shares of variance, the
 * measures of metrics.h. */
#ifndef GENOMICS_EVALUATION_H
#define GENOMICS_EVALUATION_H

#include "factor.h"
#include "metrics.h"
#include "pca.h"

enum { EVALUATION_COMPONENTS = 50 };

typedef struct genomics_evaluation {
    pca *pca;
    double *r2_batch, *r2_label; /* [columns]; r2_label NULL: no labels */
    metrics metrics;
} genomics_evaluation;

/* `label` NULL: there are none. A cell without a batch or without a label counts for the components
 * and is left out of everything else. The same bytes for any number of threads and any memory. */
sci_status genomics_evaluate_matrix(genomics_evaluation *out, const pca_input *in,
                                    const genomics_factor *batch, const genomics_factor *label,
                                    uint64_t seed, const sci_options *opt) SCI_MUST_CHECK;
void genomics_evaluation_clear(genomics_evaluation *e);

#endif
