/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One input in its worker: what was asked for, and the means. */
#ifndef ARRAY_CONTEXT_H
#define ARRAY_CONTEXT_H

#include <sci/h5.h>

#include "cli/worker.h"

#include "settings.h"

typedef struct array_context {
    const cli_call *call;
    const array_settings *settings;
    const cli_worker *worker;
    sci_options options;
    sci_h5_options h5;
    char *scratch; /* what h5.scratch points at, if it had to be made */
} array_context;

sci_status array_context_start(array_context *c, const cli_call *call, const cli_worker *worker) SCI_MUST_CHECK;
void array_context_end(array_context *c);

/* Open "FILE:/dataset" or "FILE" for reading. */
sci_status array_open(const array_context *c, const char *operand, sci_source **out) SCI_MUST_CHECK;
/* The same for a file and a dataset (NULL: its only one). */
sci_status array_open_dataset(const array_context *c, const char *file, const char *dataset,
                              sci_source **out) SCI_MUST_CHECK;

/* A whole pass over a source for nothing but its digest, "xxh3:…". */
sci_status array_digest(const array_context *c, sci_source *source, char text[80]) SCI_MUST_CHECK;
void array_digest_text(sci_digest_kind kind, const uint8_t *digest, char text[80]);

#endif
