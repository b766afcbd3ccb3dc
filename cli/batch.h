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

#define CLI_EXTRAS_MOST (CLI_TARGETS_MOST - 1)
#define CLI_NEEDS_MOST 2

typedef struct cli_batch {
    const cli_call *call;
    const cli_common *common;
    const char *doing;             /* "normalizing" */
    const char *const *extensions; /* of inputs below a directory: { ".h5", ".hdf5", NULL } */
    const char *extension;         /* of outputs in a directory: ".h5"; NULL: the input's own */
    bool datasets;                 /* FILE:/dataset */
    /* Asked once, before outputs have names: it may leave inputs out (cli_inputs_keep) and give
     * others another `relative`. May be NULL. */
    sci_status (*arrange)(void *context, cli_inputs *inputs);
    /* Further outputs of an input, by name (a picture, a sidecar), in places of `extras`, which are
     * NULL at first; asked once an input, when the names of the main outputs are known. The texts
     * are released by sci_free. May be NULL. */
    sci_status (*extra)(void *context, const cli_inputs *inputs, size_t input, const char *output,
                        char *extras[CLI_EXTRAS_MOST]);
    /* What an input needs besides its file and the options, as operands or words: its mask, its
     * labels. In places of `needs`, which are NULL at first; the texts are released by sci_free. No
     * output may replace such a file, and --resume does an input again if one has changed. May be
     * NULL. */
    sci_status (*needs)(void *context, const cli_inputs *inputs, size_t input,
                        char *needs[CLI_NEEDS_MOST]);
    /* worker->temporary[0], and [1 + k] for extras[k], are to be filled; output_dataset is that of
     * -o OUT:/y or NULL. */
    sci_status (*work)(void *context, const cli_inputs *inputs, size_t input,
                       const char *output_dataset, const cli_worker *worker);
    /* Called in the parent when all inputs are done or failed, also those that --resume left out,
     * but not after a signal: what is made of all of them. outputs[k] is the main output of input
     * k, there if its job was done. May be NULL. */
    sci_status (*after)(void *context, const cli_inputs *inputs, char *const *outputs);
    void *context;
} cli_batch;

/* Do it; returns the exit code. One input is no different, but there is no table. Failures come
 * last on stderr, and as failures.tsv in the output directory. What is done is remembered there in
 * ".<program>.done", for --resume: an input is left out if it, what it needs and the options
 * that can change a result are as they were, and its output is there as it was left. */
int cli_batch_run(const cli_batch *batch);

#endif
