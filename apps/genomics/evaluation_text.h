/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An evaluation as a table and as JSON, on stdout. */
#ifndef GENOMICS_EVALUATION_TEXT_H
#define GENOMICS_EVALUATION_TEXT_H

#include "evaluation.h"

typedef struct genomics_evaluated {
    const char *before_name,
        *after_name; /* of the files; after NULL: none. The same: affine form */
    const genomics_evaluation *before, *after;
    const genomics_factor *batch, *label; /* label NULL: none */
} genomics_evaluated;

sci_status genomics_evaluated_text(const genomics_evaluated *e) SCI_MUST_CHECK;
sci_status genomics_evaluated_json(const genomics_evaluated *e) SCI_MUST_CHECK;

/* By how much less the batches explain of the components than before: (before - after)/before of
 * pcr_batch, at least 0 (Luecken 2022). */
double genomics_pcr_comparison(const metrics *before, const metrics *after);

#endif
