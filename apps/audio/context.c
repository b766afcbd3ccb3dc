/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "context.h"

#include <sci/memory.h>

/* 80 mel channels of 8 hours in single precision, the spectra of 10 minutes. */
#define KEEP_BYTES (UINT64_C(80) << 20)

const char *const audio_extensions[] = { ".wav", ".wave", ".flac", ".ogg", ".oga",  ".opus",
                                         ".aif", ".aiff", ".aifc", ".w64", ".rf64", ".caf",
                                         ".au",  ".snd",  ".sph",  ".mp3", NULL };
const char *const audio_feature_extensions[] = { ".h5", ".hdf5", NULL };

sci_status
audio_context_start(audio_context *c, const cli_call *call, const cli_worker *worker)
{
    const audio_settings *s = call->settings;

    *c = (audio_context){ .call = call, .settings = s, .worker = worker, .keep_bytes = KEEP_BYTES };
    cli_worker_options(worker, &c->options);
    if (worker->memory > 0) /* one half for features, one for the passes over them */
        c->options.memory_bytes = c->keep_bytes = worker->memory / 2;
    c->options.digest = (sci_digest_kind)s->common.digest;
    return cli_worker_h5(worker, &s->common, &c->h5, &c->scratch);
}

void
audio_context_end(audio_context *c)
{
    sci_free(c->scratch);
    c->scratch = NULL;
}
