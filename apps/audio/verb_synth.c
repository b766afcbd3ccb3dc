/* SPDX-License-Identifier: GPL-3.0-or-later */
/* synth: the samples of a recording again, from features whose phases were kept. */
#include <inttypes.h>

#include "cli/batch.h"
#include "cli/message.h"

#include "synthesis.h"
#include "verbs.h"
#include "wav_output.h"

static void
note(const audio_stored *s, const audio_synthesis *y)
{
    const audio_recipe *r = &s->recipe;

    if ((r->compression == AUDIO_COMPRESS_DB || r->compression == AUDIO_COMPRESS_LN)
        && (r->floor_db > 0.0 || r->floor_power > AUDIO_FLOOR_LEAST))
        cli_note("'%s': powers below its floor were raised to it; what lies there is noise now",
                 s->path);
    if (y->outside)
        cli_note("'%s': frequencies outside of all bands are silent; normalization has lost them",
                 s->path);
    if (y->unknown > 0)
        cli_warn("'%s': %" PRIu64 " samples are 0, because no frame says what they were", s->path,
                 y->unknown);
    if (y->clipped > 0)
        cli_warn("'%s': %" PRIu64 " values are beyond full scale and are clipped; --type f32 keeps "
                 "them",
                 s->path, y->clipped);
}

static sci_status
synth_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
          const cli_worker *worker)
{
    const cli_call *const *call = context;
    audio_context c = { 0 };
    audio_stored stored = { 0 };
    audio_synthesis result = { 0 };
    sci_status st = audio_context_start(&c, *call, worker);

    (void)dataset;
    if (st == SCI_OK)
        st = audio_stored_open(&stored, &c, inputs->items[input].path);
    if (st == SCI_OK)
        st = audio_synthesis_check(&stored);
    if (st == SCI_OK)
        st = audio_synthesis_write(&result, &c, &stored,
                                   cli_given(*call, "type") ? c.settings->sample_type : -1);
    if (st == SCI_OK)
        note(&stored, &result);
    audio_stored_close(&stored);
    audio_context_end(&c);
    return st;
}

int
audio_synth(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "synthesizing",
                        .extensions = audio_feature_extensions,
                        .extension = ".wav",
                        .extra = audio_wav_output,
                        .work = synth_one,
                        .context = &call };

    return cli_batch_run(&batch);
}
