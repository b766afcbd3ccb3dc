/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One input in its worker: what was asked for, and the means. */
#ifndef IMAGING_CONTEXT_H
#define IMAGING_CONTEXT_H

#include <sci/h5.h>

#include "cli/inputs.h"
#include "cli/worker.h"

#include "settings.h"

typedef struct imaging_context {
    const cli_call *call;
    const imaging_settings *settings;
    const cli_worker *worker;
    sci_options options;
    sci_h5_options h5;
    bool pooled;   /* samples are not kept apart: a model is one for all of them */
    char *scratch; /* what h5.scratch points at, if it had to be made */
} imaging_context;

sci_status imaging_context_start(imaging_context *c, const cli_call *call,
                                 const cli_worker *worker) SCI_MUST_CHECK;
void imaging_context_end(imaging_context *c);

/* Names of files that are taken from a directory. */
extern const char *const imaging_extensions[];

#endif
