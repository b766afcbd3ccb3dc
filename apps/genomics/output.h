/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The output of a job: a copy of the input in which one matrix is new. */
#ifndef GENOMICS_OUTPUT_H
#define GENOMICS_OUTPUT_H

#include "job.h"
#include "record.h"

/* The value of --compression. SCI_ERR_ARGUMENT. */
sci_status genomics_storage_parse(const char *text, anndata_storage *out) SCI_MUST_CHECK;

/* What is wrong with the options about the output: SCI_ERR_ARGUMENT. Before anything is read. */
sci_status genomics_output_check(const cli_call *call) SCI_MUST_CHECK;

typedef struct genomics_output {
    sci_h5_output *file;
    sci_sink *sink;
    char *place; /* "layer:x" */
    char *path;  /* "/layers/x" */
} genomics_output;

/* Begin the worker's main temporary as a copy of the input without the matrix at --to (where it was
 * read) and without the object `left_out` (NULL: none). --keep-original keeps that matrix. */
sci_status genomics_output_open(genomics_output *out, const genomics_job *job,
                                const char *left_out) SCI_MUST_CHECK;
/* The same for a matrix stored as the one that was read: dense, or sparse with the same indices; the
 * sink takes the values in the order of the file. Indices are not touched where the matrix stays in
 * its place. The sink is freed before the output is closed. */
sci_status genomics_output_values(genomics_output *out, const genomics_job *job, sci_type type,
                                  sci_sink **sink) SCI_MUST_CHECK;
/* A copy of all of the input but `left_out`. */
sci_status genomics_output_copy(genomics_output *out, const genomics_job *job,
                                const char *left_out) SCI_MUST_CHECK;

/* An .h5ad file without cells whose var has the genes: for a model alone. */
sci_status genomics_output_model(genomics_output *out, const genomics_job *job) SCI_MUST_CHECK;

/* The type that --dtype or the matrix asks for: f64 for f64, else f32. */
sci_type genomics_output_type(const genomics_job *job);

/* The pass that fills the new dense matrix. SCI_ERR_NONFINITE if it made values that are not finite,
 * with the genes concerned. */
sci_status genomics_output_apply(genomics_output *out, genomics_job *job, const sci_column_map *map,
                                 sci_type type, sci_map_report *report) SCI_MUST_CHECK;

/* Close and verify. */
sci_status genomics_output_close(genomics_output *out, const genomics_job *job) SCI_MUST_CHECK;
void genomics_output_clear(genomics_output *out); /* gives up what is not closed */

#endif
