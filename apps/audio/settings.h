/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs of sci-audio can be told. Options of which features are made and how they are
 * normalized count only if they were given (cli_given): else a preset, another file's parameters or
 * the defaults of recipe.h hold. */
#ifndef AUDIO_SETTINGS_H
#define AUDIO_SETTINGS_H

#include "cli/common.h"
#include "cli/program.h"

/* In the order of their choices. */
typedef enum audio_scope {
    AUDIO_SCOPE_FILE,
    AUDIO_SCOPE_GROUP,
    AUDIO_SCOPE_GLOBAL,
    AUDIO_SCOPE_RUNNING,
    AUDIO_SCOPE_SLIDING,
    AUDIO_SCOPE_NONE
} audio_scope;
#define AUDIO_SCOPES "file|group|global|running|sliding|none"

typedef enum audio_preset {
    AUDIO_PRESET_NONE,
    AUDIO_PRESET_LIBROSA,
    AUDIO_PRESET_TORCHAUDIO,
    AUDIO_PRESET_KALDI,
    AUDIO_PRESET_WHISPER
} audio_preset;

typedef struct audio_settings {
    cli_common common;
    /* inputs */
    bool glob, null_list;
    const char *group_by;
    /* samples */
    int64_t channel;
    bool mono;
    int64_t rate_hz;
    /* features */
    int preset; /* audio_preset */
    const char *params;
    int feature, window, pad, mel_scale, mel_norm, compression, precision;
    bool phase;
    int64_t n_fft, n_mels, n_mfcc;
    const char *win, *hop, *floor;
    double fmin_hz, fmax_hz, exponent;
    /* bands and normalization */
    const char *bands, *band_edges, *mask;
    int64_t min_bins;
    double eps, eps_rel, relax;
    int scope;      /* audio_scope */
    int masked_out; /* 0 keep, 1 zero */
    double momentum;
    int64_t block, sliding_window, sliding_least;
    bool left;
    const char *state;
    /* output */
    bool lazy, pack, half;
    int dtype;
    const char *picture;
    /* models and single verbs */
    const char *stats;
    bool all;
    int sample_type; /* audio_sample_type */
    int64_t channel_shown;
    bool maximum;
    cli_list gains; /* dB */
    double fail_over;
    const char *recording;
} audio_settings;

#define AUDIO_AT(member) offsetof(audio_settings, member)

#endif
