/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page of an evaluation, and of a correction that was evaluated. */
#ifndef GENOMICS_EVALUATION_PAGE_H
#define GENOMICS_EVALUATION_PAGE_H

#include "evaluation.h"
#include "model.h"

typedef struct evaluation_page {
    const char *input;                    /* name of the file */
    const anndata_texts *genes;           /* of `before`; also those of `after` if same_genes */
    const genomics_factor *batch, *label; /* label NULL: none */
    const genomics_evaluation *before, *after; /* after NULL: none; their pca may be NULL */
    bool same_genes;
    const genomics_model *model;     /* that made `after`; NULL: not known */
    const char *matrix, *provenance; /* "X", what made `after`; NULL: not said */
    int64_t seed;
    size_t n_warnings;
    const char *const *warnings;
} evaluation_page;

/* Write into `path`, a worker's temporary; as genomics_report_write. */
sci_status evaluation_page_write(const char *path, const evaluation_page *page) SCI_MUST_CHECK;

#endif
