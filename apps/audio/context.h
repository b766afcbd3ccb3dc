/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One input in its worker: what was asked for, and the means. */
#ifndef AUDIO_CONTEXT_H
#define AUDIO_CONTEXT_H

#include <sci/h5.h>

#include "cli/inputs.h"
#include "cli/worker.h"

#include "settings.h"

typedef struct audio_context {
    const cli_call *call;
    const audio_settings *settings;
    const cli_worker *worker;
    sci_options options;
    sci_h5_options h5;
    uint64_t keep_bytes; /* of features that may stay in memory */
    char *scratch;       /* what h5.scratch points at, if it had to be made */
} audio_context;

sci_status audio_context_start(audio_context *c, const cli_call *call,
                               const cli_worker *worker) SCI_MUST_CHECK;
void audio_context_end(audio_context *c);

/* Names of files that are taken from a directory: recordings, and files of features. */
extern const char *const audio_extensions[];
extern const char *const audio_feature_extensions[];

#endif
