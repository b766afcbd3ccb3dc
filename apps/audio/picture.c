/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture.h"

#include <sci/h5.h>

#include "output.h"
#include "spectrogram.h"

static const char *
values_of(const audio_recipe *r)
{
    return r->compression == AUDIO_COMPRESS_DB && r->output_scale == 1.0 ? "dB"
                                                                         : "compressed power";
}

sci_status
audio_picture_of(const audio_normal *job, const char *features, const char *path)
{
    const audio_recipe *r = &job->recipe;
    bool normalized = r->scope != AUDIO_SCOPE_NONE && !job->c.settings->lazy;
    audio_features_settings f;
    sci_source *after = NULL;
    audio_spectrogram picture = {
        .rate_hz = r->rate_hz,
        .hop = (size_t)r->hop_length,
        .pad = (audio_pad)r->pad,
        .bands = job->partition.bands,
        .title = job->name,
        .sides = { { job->source, "before", values_of(r) } },
    };
    sci_status st = SCI_OK;

    audio_recipe_features(r, &f);
    f.chain.mel.rate_hz = r->rate_hz;
    f.chain.mel.n_fft = f.chain.spectrum.n_fft;
    picture.chain = &f.chain;
    if (normalized)
        st = sci_h5_source_open(&after, features, AUDIO_FEATURES_PATH, &job->c.h5);
    if (st == SCI_OK && normalized) {
        picture.sides[1].source = after;
        picture.sides[1].title = "after";
        picture.sides[1].values = "standard deviations";
    }
    if (st == SCI_OK)
        st = audio_spectrogram_write(path, &picture);
    sci_source_free(after);
    return st;
}
