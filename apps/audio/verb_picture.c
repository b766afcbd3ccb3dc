/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture: recordings, or files of features, before and after normalization. */
#include <string.h>
#include <strings.h>

#include "cli/batch.h"
#include "cli/message.h"
#include "cli/single.h"

#include "inputs.h"
#include "normalized.h"
#include "picture.h"
#include "verbs.h"

static sci_status
draw_recording(const cli_call *call, const cli_inputs *inputs, size_t input,
               const cli_worker *worker, const audio_picture_view *view)
{
    audio_normal job = { 0 };
    sci_status st = audio_normal_begin(&job, call, inputs, input, worker, NULL);

    if (st == SCI_OK)
        st = audio_picture_recording(&job, view, worker->temporary[0]);
    audio_normal_end(&job);
    return st;
}

static sci_status
draw_features(const cli_call *call, const cli_inputs *inputs, size_t input,
              const cli_worker *worker, const audio_picture_view *view)
{
    audio_context c = { 0 };
    audio_stored stored = { 0 };
    sci_status st = audio_context_start(&c, call, worker);

    if (st == SCI_OK)
        st = audio_stored_open(&stored, &c, inputs->items[input].path);
    if (st == SCI_OK)
        st = audio_picture_stored(&stored, cli_operand_name(inputs->items[input].operand), view,
                                  worker->temporary[0]);
    audio_stored_close(&stored);
    audio_context_end(&c);
    return st;
}

static sci_status
draw_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
         const cli_worker *worker)
{
    const cli_call *const *call = context;
    const audio_settings *s = (*call)->settings;
    audio_picture_view view = { .channel = (int)s->channel_shown - 1, .maximum = s->maximum };

    (void)dataset;
    return audio_is_hdf5(inputs->items[input].path)
               ? draw_features(*call, inputs, input, worker, &view)
               : draw_recording(*call, inputs, input, worker, &view);
}

/* What is written is PNG, whatever the name says. */
static sci_status
check_name(void *context, const cli_inputs *inputs, size_t input, const char *output,
           char *extras[CLI_EXTRAS_MOST])
{
    const char *dot = strrchr(output, '.');

    (void)context, (void)inputs, (void)input, (void)extras;
    if (dot != NULL && strcasecmp(dot, ".png") == 0)
        return SCI_OK;
    return sci_fail(SCI_ERR_ARGUMENT, "'%s': pictures are PNG, so their names end in .png", output);
}

int
audio_picture(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "drawing",
                        .extensions = audio_any_extensions(),
                        .extension = ".png",
                        .extra = check_name,
                        .work = draw_one,
                        .context = &call };
    sci_status st = audio_normalized_check(call);

    return st == SCI_OK ? cli_batch_run(&batch) : cli_misuse(call, st);
}
