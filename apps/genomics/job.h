/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One annotated matrix in its worker: what was asked for, the means, and what was read of it. */
#ifndef GENOMICS_JOB_H
#define GENOMICS_JOB_H

#include "cli/worker.h"

#include "anndata.h"
#include "batches.h"
#include "model.h"
#include "settings.h"

typedef struct genomics_job {
    const cli_call *call;
    const genomics_settings *settings;
    const cli_worker *worker;
    sci_options options;
    sci_h5_options h5;
    char *scratch;    /* what h5.scratch points at, if it had to be made */
    int pass, passes; /* for the progress: of several over the matrix */
    anndata *in;
    const char *name; /* of the input, for messages */
    char *place;      /* the matrix that is read: "X", "layer:counts" */
    anndata_texts genes;
    sci_matrix *matrix;
    genomics_cells cells;
    double *covariates;
    sci_row_model rows;
} genomics_job;

/* The means; nothing is opened. The job must stay where it is. */
sci_status genomics_job_start(genomics_job *job, const cli_call *call,
                              const cli_worker *worker) SCI_MUST_CHECK;
/* Open `path`, read the names of its genes; the matrix is X or that of --layer unless `place` names
 * another. `name` is what messages call it. */
sci_status genomics_job_open(genomics_job *job, const char *path, const char *name,
                             const char *place) SCI_MUST_CHECK;
void genomics_job_end(genomics_job *job);

/* Batches and covariates of the cells (genomics_cells_read), as a row model in a coding. */
sci_status genomics_job_cells(genomics_job *job, const genomics_columns *columns,
                              const genomics_terms *known, bool new_batches,
                              bool full) SCI_MUST_CHECK;

/* Open the matrix for so many passes. */
sci_status genomics_job_matrix(genomics_job *job, int passes) SCI_MUST_CHECK;

/* The table of the matrix, one pass. SCI_ERR_NONFINITE names infinities. */
sci_status genomics_job_fit(genomics_job *job, sci_crossed **out,
                            sci_report *report) SCI_MUST_CHECK;

/* Genes of --genes or --var-mask; *selected stays NULL without them. sci_free. */
sci_status genomics_job_selected(const genomics_job *job, unsigned char **selected) SCI_MUST_CHECK;

/* The columns that the options name. */
sci_status genomics_columns_make(genomics_columns *out, const genomics_settings *s) SCI_MUST_CHECK;
/* Those of stored terms; `batch` is that of the option if given, else the stored one. */
sci_status genomics_columns_of(genomics_columns *out, const genomics_terms *terms,
                               const char *batch) SCI_MUST_CHECK;
void genomics_columns_clear(genomics_columns *columns);

/* The lines of a text file that are not empty. */
sci_status genomics_lines_read(const char *path, anndata_texts *out) SCI_MUST_CHECK;

#endif
