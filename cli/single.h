/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs that work once, on all their inputs together, in one worker. */
#ifndef CLI_SINGLE_H
#define CLI_SINGLE_H

#include "common.h"
#include "inputs.h"
#include "program.h"
#include "worker.h"

typedef struct cli_single {
    const cli_call *call;
    const cli_common *common;
    const char *doing;             /* "merging"; NULL: the work prints, nothing is drawn */
    const char *const *extensions; /* of inputs below a directory */
    bool datasets;                 /* operands may be FILE:/dataset */
    const char *beside;            /* another file that is read, for messages; NULL */
    const char *extra[CLI_TARGETS_MOST - 1]; /* outputs besides common->output, or NULL */
    cli_work work;
    void *context;     /* of the work; NULL: the cli_single itself */
    cli_inputs inputs; /* filled by cli_single_run */
} cli_single;

/* Expand the operands (with -r and --manifest where the verb has them), check the outputs if there
 * are any, and do the work in a worker. Returns the exit code. */
int cli_single_run(cli_single *single, size_t n_operands, const char *const *operands);

/* The exit code of a failure before any worker: with a pointer at --help if the command line is
 * wrong. */
int cli_misuse(const cli_call *call, sci_status status);

#endif
