/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One input in its worker: what was asked for, and the means. */
#ifndef ARRAY_CONTEXT_H
#define ARRAY_CONTEXT_H

#include <sci/h5.h>

#include "cli/inputs.h"
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

sci_status array_context_start(array_context *c, const cli_call *call,
                               const cli_worker *worker) SCI_MUST_CHECK;
void array_context_end(array_context *c);

/* Open "FILE:/dataset" or "FILE" for reading. */
sci_status array_open(const array_context *c, const char *operand, sci_source **out) SCI_MUST_CHECK;
/* The same for a file and a dataset (NULL: its only one). */
sci_status array_open_dataset(const array_context *c, const char *file, const char *dataset,
                              sci_source **out) SCI_MUST_CHECK;

/* An input of a verb. SCI_ERR_REFUSED if it is a shard of an apply: it has holes. */
sci_status array_input_open(const array_context *c, const cli_input *input,
                            sci_source **out) SCI_MUST_CHECK;

/* Names of files that are taken from a directory. */
extern const char *const array_extensions[];

/* A whole pass over a source for nothing but its digest; also as text. */
sci_status array_digest_bytes(const array_context *c, sci_source *source, sci_digest_kind kind,
                              uint8_t digest[SCI_DIGEST_BYTES]) SCI_MUST_CHECK;
sci_status array_digest(const array_context *c, sci_source *source, sci_digest_kind kind,
                        char text[80]) SCI_MUST_CHECK;

#endif
