/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Verbs that only look: every input is described on stdout, one after the other, and a failure is
 * remembered until all have been seen. */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include "json.h"
#include "single.h"

typedef struct cli_each {
    cli_single single; /* its work and context are set here */
    const char *list;  /* JSON is {"images": […]}, a failed one with "error" */
    bool rows;         /* text is a row of a table: no empty line before it */
    /* Describe input `i`; `json` is NULL where text is wanted, else it writes an object. */
    sci_status (*describe)(void *context, const cli_worker *worker, const cli_inputs *inputs,
                           size_t i, cli_json *json);
    /* Before the first, in the worker; may be NULL. */
    void (*begin)(void *context, const cli_inputs *inputs);
    void *context;
} cli_each;

/* Run it over all inputs in one worker. Returns the exit code. */
int cli_each_run(cli_each *each, size_t n_operands, const char *const *operands);

#endif
