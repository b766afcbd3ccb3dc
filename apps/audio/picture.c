/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <sci/h5.h>

#include "affine_source.h"
#include "normalized.h"
#include "output.h"
#include "spectrogram.h"

static const char *
values_of(const audio_recipe *r)
{
    return r->compression == AUDIO_COMPRESS_DB && r->output_scale == 1.0 ? "dB"
                                                                         : "compressed power";
}

/* One side or two; NULL for one that is not there. */
static sci_status
draw(const audio_recipe *r, const audio_bands *bands, const char *title,
     const audio_picture_view *view, sci_source *before, sci_source *after, const char *path)
{
    audio_features_settings f;
    audio_spectrogram picture = {
        .rate_hz = r->rate_hz,
        .hop = (size_t)r->hop_length,
        .pad = (audio_pad)r->pad,
        .channel = view->channel,
        .maximum = view->maximum,
        .bands = bands,
        .title = title,
        .sides = { { before, after != NULL ? "before" : NULL, values_of(r) },
                   { after, before != NULL ? "after" : "normalized", "standard deviations" } },
    };

    audio_recipe_features(r, &f);
    f.chain.mel.rate_hz = r->rate_hz;
    f.chain.mel.n_fft = f.chain.spectrum.n_fft;
    picture.chain = &f.chain;
    return audio_spectrogram_write(path, &picture);
}

sci_status
audio_picture_of(const audio_normal *job, const char *features, const char *path)
{
    const audio_recipe *r = &job->recipe;
    const audio_picture_view view = { 0 };
    sci_source *after = NULL;
    sci_status st = SCI_OK;

    if (r->scope != AUDIO_SCOPE_NONE && !job->c.settings->lazy)
        st = sci_h5_source_open(&after, features, AUDIO_FEATURES_PATH, &job->c.h5);
    if (st == SCI_OK)
        st = draw(r, job->partition.bands, job->name, &view, job->source, after, path);
    sci_source_free(after);
    return st;
}

sci_status
audio_picture_recording(audio_normal *job, const audio_picture_view *view, const char *path)
{
    audio_normalized after = { 0 };
    sci_status st = audio_normalized_make(&after, job);

    if (st == SCI_OK)
        st = draw(&job->recipe, job->partition.bands, job->name, view, job->source,
                  job->recipe.scope != AUDIO_SCOPE_NONE ? after.source : NULL, path);
    audio_normalized_clear(&after);
    return st;
}

/* Statistics that change with time are not kept, nor are frames that were set to 0. */
static bool
has_both_sides(const audio_stored *s)
{
    return s->stats != NULL && (!s->normalized || s->recipe.masked_out == 0);
}

sci_status
audio_picture_stored(const audio_stored *s, const char *name, const audio_picture_view *view,
                     const char *path)
{
    const audio_bands *bands = s->partition.bands;
    audio_scaling scaling = { 0 };
    sci_source *other = NULL;
    sci_status st = SCI_OK;

    if (has_both_sides(s)) {
        st = audio_scaling_make(&scaling, &s->recipe, sci_stats_moments(s->stats),
                                sci_stats_groups(s->stats), bands->kept, s->partition.g, false);
        if (st == SCI_OK)
            st = audio_affine_source(&other, s->source, bands, &scaling, (int)s->recipe.ddof,
                                     s->normalized);
    }
    if (st == SCI_OK)
        st = draw(&s->recipe, bands, name, view, s->normalized ? other : s->source,
                  s->normalized ? s->source : other, path);
    sci_source_free(other);
    audio_scaling_clear(&scaling);
    return st;
}
