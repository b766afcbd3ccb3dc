/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of a file: which batch each belongs to, and its covariates, from obs. */
#ifndef GENOMICS_BATCHES_H
#define GENOMICS_BATCHES_H

#include "terms.h"

/* What is asked for. Lists of column names, without duplicates. */
typedef struct genomics_columns {
    const char *name;   /* of the file, for messages; set by genomics_job_cells */
    const char *batch;  /* a column of obs, or "@FILE" */
    const char *batch2; /* NULL: none */
    anndata_texts keep, removed, factors;
    const int32_t *codes; /* of the known batches, instead of a column; NULL: none */
    uint64_t n_codes;
} genomics_columns;

typedef struct genomics_cells {
    const char *name; /* of the file, borrowed */
    uint64_t n;
    genomics_terms terms;
    int32_t *batch;   /* [n] of terms.batches, or of the known ones */
    uint64_t *sizes;  /* [batches] */
    int32_t **codes;  /* of each term that is a factor: [n] */
    double **numbers; /* of each that is numeric: [n] */
} genomics_cells;

/* Read the columns. With `known` terms (of a model) the codes are those of its levels and a level
 * that it does not have is refused (a batch too, unless `new_batches`: then the batches are this
 * file's own); without, levels are those in use. Every cell must have a batch and all covariates:
 * SCI_ERR_REFUSED counts those that have not and names the first. SCI_ERR_NOTFOUND lists the columns
 * that there are. */
sci_status genomics_cells_read(genomics_cells *out, anndata *a, const genomics_columns *columns,
                               const genomics_terms *known, bool new_batches) SCI_MUST_CHECK;
void genomics_cells_clear(genomics_cells *cells);

/* Covariates of the rows in a coding: [n][columns], sci_free; NULL if there are none. */
sci_status genomics_cells_covariates(const genomics_cells *cells, bool full,
                                     double **out) SCI_MUST_CHECK;

/* A table of one column whose rows, means and grams are those of the cells: enough for the rank. */
sci_status genomics_cells_table(const genomics_cells *cells, uint64_t columns,
                                const double *covariates, sci_crossed **out) SCI_MUST_CHECK;

/* ---- labels from a text file (labels_file.c) ---- */

/* One label a line in the order of the cells, or cell,label with every cell once in any order. */
sci_status genomics_labels_read(const char *path, anndata *a, const char *name,
                                anndata_texts *levels, int32_t **codes) SCI_MUST_CHECK;

#endif
