/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs that work once, on all their inputs together. */
#ifndef ARRAY_SINGLE_H
#define ARRAY_SINGLE_H

#include "context.h"

typedef struct array_single {
    const cli_call *call;
    cli_inputs inputs;
} array_single;

/* Expand the operands (with -r and --manifest where the verb has them), check the output if
 * there is one, and run `work` in a worker with an array_single as its context. Returns the exit
 * code. */
int array_single_run(const cli_call *call, size_t n_operands, const char *const *operands,
                     const char *doing, cli_work work);

/* The exit code of a failure before any worker: with a pointer at --help if the command line is
 * wrong. */
int array_misuse(const cli_call *call, sci_status status);

#endif
