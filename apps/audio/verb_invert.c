/* SPDX-License-Identifier: GPL-3.0-or-later */
/* invert: features as they were before they were normalized. */
#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"

#include "output.h"
#include "verbs.h"

static sci_status
run(audio_context *c, const audio_stored *stored)
{
    audio_output out = { 0 };
    audio_scaling scaling = { 0 };
    sci_rows_source rows;
    sci_status st = audio_scaling_make(&scaling, &stored->recipe, sci_stats_moments(stored->stats),
                                       sci_stats_groups(stored->stats),
                                       stored->partition.bands->kept, stored->partition.g, true);

    if (st == SCI_OK)
        st = audio_output_replace(&out, c, stored);
    rows = audio_scaling_rows(&scaling);
    if (st == SCI_OK)
        st =
            sci_apply(stored->source, scaling.affine, &rows, NULL, &c->options, out.features, NULL);
    if (st == SCI_OK)
        st = audio_output_restate(&out, c, &stored->recipe, false, NULL);
    if (st == SCI_OK)
        st = audio_output_close(&out, c);
    audio_output_clear(&out);
    audio_scaling_clear(&scaling);
    return st;
}

static sci_status
invert_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
           const cli_worker *worker)
{
    const cli_call *const *call = context;
    audio_context c = { 0 };
    audio_stored stored = { 0 };
    sci_status st = audio_context_start(&c, *call, worker);

    (void)dataset;
    if (st == SCI_OK)
        st = audio_stored_open(&stored, &c, inputs->items[input].path);
    if (st == SCI_OK)
        st = audio_stored_undoable(&stored);
    if (st == SCI_OK)
        st = run(&c, &stored);
    audio_stored_close(&stored);
    audio_context_end(&c);
    return st;
}

int
audio_invert(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "inverting",
                        .extensions = audio_feature_extensions,
                        .extension = ".h5",
                        .work = invert_one,
                        .context = &call };

    return cli_batch_run(&batch);
}
