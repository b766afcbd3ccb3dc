/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many inputs, one output each: names, refusals, workers, the table of failures, --resume. */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "common.h"
#include "inputs.h"
#include "program.h"
#include "worker.h"

typedef struct cli_batch {
    const cli_call *call;
    const cli_common *common;
    const char *doing;                  /* "normalizing" */
    const char *const *extensions;      /* of inputs below a directory: { ".h5", ".hdf5", NULL } */
    const char *extension;              /* of outputs in a directory: ".h5"; NULL: the input's own */
    bool datasets;                      /* FILE:/dataset */
    /* More outputs of an input than the main one, by name (a picture). Called once an input after the names of the main
     * outputs are known; the text is released by sci_free, NULL for none. May be NULL. */
    sci_status (*extra)(void *context, const cli_inputs *inputs, size_t input, const char *output, char **extra);
    /* worker->temporary[0] is to be filled; output_dataset is that of -o OUT:/y or NULL. */
    sci_status (*work)(void *context, const cli_inputs *inputs, size_t input, const char *output_dataset,
                       const cli_worker *worker);
    void *context;
} cli_batch;

/* Do it; returns the exit code. One input is no different, but there is no table. Failures come last on stderr, and as
 * failures.tsv (input, exit, message) in the output directory. What is done is remembered in the hidden file
 * ".<program>.done" of the output directory, for --resume: an input is left out if it and the options that can change a
 * result are as they were and its output is there. */
int cli_batch_run(const cli_batch *batch);

/* Print the failures of a run (a table if there are several jobs) and join their exit codes. */
int cli_failures_report(const cli_job *jobs, size_t n_jobs);

#endif
