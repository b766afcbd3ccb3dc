/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flowing.h"

#include <sci/memory.h>

#include "sliding.h"

static const uint8_t *
members(const audio_normal *job)
{
    return job->mask != NULL ? audio_frame_mask_members(job->mask) : NULL;
}

static sci_status
make_sliding(audio_flowing *f, const audio_normal *job)
{
    const audio_recipe *r = &job->recipe;
    audio_sliding_settings settings = {
        .centred = !r->left,
        .window = (uint64_t)r->sliding_window,
        .min_window = (uint64_t)r->sliding_least,
        .eps = r->eps,
        .bands = job->partition.bands,
        .members = members(job),
    };
    sci_status st = audio_sliding_create(&f->sliding, job->source, &settings);

    f->source = f->sliding;
    return st;
}

static sci_status
make_running(audio_flowing *f, const audio_normal *job)
{
    const audio_recipe *r = &job->recipe;
    audio_running_settings settings = {
        .block = (uint64_t)r->block,
        .momentum = r->momentum,
        .eps = r->eps,
        .bands = job->partition.bands,
        .members = members(job),
        .from = job->state.channels > 0 ? &job->state : NULL,
    };
    sci_status st = audio_running_create(&f->running, job->source, &settings);

    if (st == SCI_OK)
        f->source = audio_running_source(f->running);
    return st;
}

sci_status
audio_flowing_make(audio_flowing *out, const audio_normal *job)
{
    audio_flowing f = { 0 };
    sci_status st =
        job->recipe.scope == AUDIO_SCOPE_SLIDING ? make_sliding(&f, job) : make_running(&f, job);

    if (st == SCI_OK)
        *out = f;
    return st;
}

void
audio_flowing_clear(audio_flowing *f)
{
    sci_source_free(f->sliding);
    audio_running_free(f->running);
    *f = (audio_flowing){ 0 };
}

sci_status
audio_flowing_keep(const audio_flowing *f, const audio_normal *job)
{
    const audio_settings *s = job->c.settings;
    audio_running_state state = { 0 };
    char *parameters = NULL;
    sci_status st;

    if (f->running == NULL || s->state == NULL)
        return SCI_OK;
    st = audio_recipe_text(&job->recipe, &parameters);
    if (st == SCI_OK)
        st = audio_running_take(f->running, job->features, &state);
    if (st == SCI_OK)
        st = audio_running_state_save(&state, s->state, parameters, !s->common.no_sync);
    audio_running_state_clear(&state);
    sci_free(parameters);
    return st;
}
