/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every parameter of features and of their normalization, resolved for one sampling rate. The fields
 * are rows of one table, by which they are written to files, read back, compared and printed. */
#ifndef AUDIO_RECIPE_H
#define AUDIO_RECIPE_H

#include <sci/h5_look.h>

#include "cli/json.h"

#include "features.h"
#include "settings.h"

/* In the orders of audio_feature, audio_window_kind, … */
#define AUDIO_FEATURES "stft|mel|mfcc"
#define AUDIO_WINDOWS "hann|hamming|blackman|povey|rect|sine"
#define AUDIO_PADS "reflect|zero|edge|none"
#define AUDIO_MEL_SCALES "slaney|htk"
#define AUDIO_MEL_NORMS "slaney|none"
#define AUDIO_COMPRESSIONS "db|ln|log1p|root|none|pcen"

typedef enum audio_mel_norm { AUDIO_MEL_AREA, AUDIO_MEL_PEAK } audio_mel_norm;

typedef struct audio_recipe {
    /* samples */
    double rate_hz;
    int64_t channel; /* from 1; 0: all */
    bool mono;
    int precision; /* 0 single, 1 double */
    /* spectrum */
    int feature;                                         /* audio_feature */
    bool phase;                                          /* is kept too */
    int64_t n_fft, frame_length, win_length, hop_length; /* samples */
    int window, pad;
    bool drop_last; /* frame */
    double gain, preemphasis;
    bool remove_mean;
    /* mel and cepstrum */
    int64_t n_mels, n_mfcc;
    int mel_scale, mel_norm;
    bool mel_slopes; /* Kaldi's triangles */
    double fmin_hz, fmax_hz;
    /* compression */
    int compression;
    double floor_db;    /* below the channel's peak; 0: none of this kind */
    double floor_power; /* never below it */
    double exponent;
    double pcen_gain, pcen_bias, pcen_power, pcen_eps, pcen_time_s, pcen_scale;
    double output_scale, output_offset; /* of compressed values */
    /* bands */
    char *bands; /* "16", "per-bin", or edges in Hz "0,300,3400,8000" */
    int64_t min_bins;
    /* statistics and normalization */
    char *mask; /* "energy:-60", or the name of a file with intervals; "" for none */
    int scope;
    int64_t ddof;
    double eps, eps_rel, relax;
    int masked_out;
    double momentum;
    int64_t block, sliding_window, sliding_least;
    bool left;
} audio_recipe;

/* What the command line asks for at this rate: a preset or --params, then the options that were given.
 * SCI_ERR_ARGUMENT says what cannot be. */
sci_status audio_recipe_make(audio_recipe *out, const cli_call *call,
                             double rate_hz) SCI_MUST_CHECK;
/* The same without a recording and without --params, for the faults of a command line. */
sci_status audio_recipe_check(const cli_call *call) SCI_MUST_CHECK;
/* The scope that the command line asks for: --scope, or group with --group-by, or file. */
int audio_scope_of(const cli_call *call);
void audio_recipe_clear(audio_recipe *recipe);

/* The values of `preset` (an audio_preset) at this rate. */
sci_status audio_recipe_preset(audio_recipe *out, int preset, double rate_hz) SCI_MUST_CHECK;

/* "25ms" or "400" as samples at this rate. */
sci_status audio_length_parse(const char *text, const char *option, double rate_hz,
                              int64_t *samples) SCI_MUST_CHECK;

/* As attributes of `object`, and back; SCI_ERR_FORMAT for values that cannot be. */
sci_status audio_recipe_write(const audio_recipe *recipe, sci_h5_output *out,
                              const char *object) SCI_MUST_CHECK;
sci_status audio_recipe_read(audio_recipe *out, sci_h5_file *file, const char *path,
                             const char *object) SCI_MUST_CHECK;

/* SCI_ERR_REFUSED names the first parameter of the features (or statistics) that differs; those of
 * normalizing alone do not count. */
sci_status audio_recipe_same(const audio_recipe *a, const char *a_name, const audio_recipe *b,
                             const char *b_name) SCI_MUST_CHECK;

/* One line a field, "hop_length = 256", of those that matter for this recipe. */
sci_status audio_recipe_text(const audio_recipe *recipe, char **text) SCI_MUST_CHECK;

/* The same as members of an object that is open. */
void audio_recipe_json(const audio_recipe *recipe, cli_json *json);

/* From one worker to a later one (sci/handover.h). */
sci_status audio_recipe_put(const audio_recipe *recipe, int fd) SCI_MUST_CHECK;
sci_status audio_recipe_take(audio_recipe *out, int fd) SCI_MUST_CHECK;

/* Settings of the parts that make the features. */
void audio_recipe_features(const audio_recipe *recipe, audio_features_settings *out);

bool audio_recipe_is_logarithmic(const audio_recipe *recipe);

#endif
