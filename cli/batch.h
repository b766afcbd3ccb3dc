/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many inputs, one output each: names, refusals, workers, the table of failures, --resume. */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "common.h"
#include "failures.h"
#include "inputs.h"
#include "outputs.h"
#include "program.h"
#include "worker.h"

typedef struct cli_batch {
    const cli_call *call;
    const cli_common *common;
    const char *doing;             /* "normalizing" */
    const char *const *extensions; /* of inputs below a directory: { ".h5", ".hdf5", NULL } */
    const char *extension;         /* of outputs in a directory: ".h5"; NULL: the input's own */
    bool datasets;                 /* FILE:/dataset */
    /* A second output of an input, by name (a picture); asked once an input, when the names of the
     * main outputs are known. The text is released by sci_free, NULL for none. May be NULL. */
    sci_status (*extra)(void *context, const cli_inputs *inputs, size_t input, const char *output,
                        char **extra);
    /* worker->temporary[0], and [1] for the second output, are to be filled; output_dataset is that
     * of -o OUT:/y or NULL. */
    sci_status (*work)(void *context, const cli_inputs *inputs, size_t input,
                       const char *output_dataset, const cli_worker *worker);
    void *context;
} cli_batch;

/* Do it; returns the exit code. One input is no different, but there is no table. Failures come
 * last on stderr, and as failures.tsv in the output directory. What is done is remembered there in
 * ".<program>.done", for --resume: an input is left out if it and the options that can change a
 * result are as they were and its output is there. */
int cli_batch_run(const cli_batch *batch);

#endif
