/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sites agree on before each makes its summary: gene order, covariates with their levels, and
 * the scale of the values. */
#ifndef GENOMICS_PLAN_H
#define GENOMICS_PLAN_H

#include "terms.h"

typedef struct genomics_plan {
    anndata_texts genes;
    genomics_terms terms; /* batches empty: every site has its own */
    char *matrix;         /* "X", "layer:logcounts" */
    char *transform;      /* "log1p", "counts" or "other" */
    char hash[80];
} genomics_plan;

void genomics_plan_clear(genomics_plan *plan);
/* SCI_ERR_FORMAT names file and line, or what is missing. The hash is that of the contents, however
 * they are laid out. */
sci_status genomics_plan_read(genomics_plan *out, const char *path) SCI_MUST_CHECK;
/* Into the empty file `path`; the hash is set. */
sci_status genomics_plan_write(genomics_plan *plan, const char *path) SCI_MUST_CHECK;

#endif
