/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The defaults, and the features of tools that many models were trained with. */
#include "recipe.h"

#include <float.h>

#include <sci/memory.h>

#define WHISPER_RATE 16000.0

/* docs/audio.md says why: what is left of a level's change is below 1e-5. */
static audio_recipe
standard(double rate_hz)
{
    audio_pcen pcen = audio_pcen_defaults();

    return (audio_recipe){
        .rate_hz = rate_hz,
        .feature = AUDIO_FEATURE_MEL,
        .n_fft = 1024,
        .frame_length = 1024,
        .win_length = 1024,
        .hop_length = 256,
        .window = AUDIO_WINDOW_HANN,
        .pad = AUDIO_PAD_REFLECT,
        .gain = 1.0,
        .n_mels = 80,
        .n_mfcc = 20,
        .mel_scale = AUDIO_MEL_SLANEY,
        .mel_norm = AUDIO_MEL_AREA,
        .fmax_hz = rate_hz / 2.0,
        .compression = AUDIO_COMPRESS_DB,
        .floor_db = 80.0,
        .floor_power = AUDIO_FLOOR_LEAST,
        .exponent = 0.5,
        .pcen_gain = pcen.gain,
        .pcen_bias = pcen.bias,
        .pcen_power = pcen.power,
        .pcen_eps = pcen.eps,
        .pcen_time_s = pcen.time_constant_s,
        .pcen_scale = pcen.scale,
        .output_scale = 1.0,
        .min_bins = 1,
        .scope = AUDIO_SCOPE_FILE,
        .eps = 1e-5,
        .momentum = 0.1,
        .block = 100,
        .sliding_window = 600,
        .sliding_least = 100,
    };
}

static void
set_lengths(audio_recipe *r, int64_t n_fft, int64_t hop)
{
    r->n_fft = r->frame_length = r->win_length = n_fft;
    r->hop_length = hop;
}

/* librosa.power_to_db(librosa.feature.melspectrogram(y, sr)), librosa 0.11. */
static void
librosa(audio_recipe *r)
{
    set_lengths(r, 2048, 512);
    r->pad = AUDIO_PAD_ZERO;
    r->n_mels = 128;
    r->floor_power = 1e-10;
}

/* torchaudio.transforms.MelSpectrogram(rate), then AmplitudeToDB(), torchaudio 0.13. */
static void
torchaudio(audio_recipe *r)
{
    set_lengths(r, 400, 200);
    r->n_mels = 128;
    r->mel_scale = AUDIO_MEL_HTK;
    r->mel_norm = AUDIO_MEL_PEAK;
    r->floor_db = 0.0;
    r->floor_power = 1e-10;
}

/* compute-fbank-feats with 80 bins and without dither. */
static sci_status
kaldi(audio_recipe *r)
{
    sci_status st = audio_length_parse("25ms", "--win", r->rate_hz, &r->win_length);

    if (st == SCI_OK)
        st = audio_length_parse("10ms", "--hop", r->rate_hz, &r->hop_length);
    if (st != SCI_OK)
        return st;
    r->frame_length = r->win_length;
    for (r->n_fft = 2; r->n_fft < r->win_length;)
        r->n_fft *= 2;
    r->window = AUDIO_WINDOW_POVEY;
    r->pad = AUDIO_PAD_NONE;
    r->gain = 32768.0;
    r->preemphasis = 0.97;
    r->remove_mean = true;
    r->mel_scale = AUDIO_MEL_HTK;
    r->mel_norm = AUDIO_MEL_PEAK;
    r->mel_slopes = true;
    r->fmin_hz = 20.0;
    r->compression = AUDIO_COMPRESS_LN;
    r->floor_db = 0.0;
    r->floor_power = (double)FLT_EPSILON;
    return SCI_OK;
}

/* whisper.log_mel_spectrogram: (max(log10 max(x, 1e-10), peak - 8) + 4)/4, which is dB/40 + 1. */
static sci_status
whisper(audio_recipe *r)
{
    if (r->rate_hz != WHISPER_RATE)
        return sci_fail(SCI_ERR_REFUSED,
                        "preset whisper is for samples at 16000 Hz, these have %.9g Hz; "
                        "--rate 16000 resamples them",
                        r->rate_hz);
    set_lengths(r, 400, 160);
    r->drop_last = true;
    r->floor_power = 1e-10;
    r->output_scale = 0.025;
    r->output_offset = 1.0;
    return SCI_OK;
}

sci_status
audio_recipe_preset(audio_recipe *out, int preset, double rate_hz)
{
    audio_recipe r = standard(rate_hz);
    sci_status st = SCI_OK;

    if (preset == AUDIO_PRESET_LIBROSA)
        librosa(&r);
    else if (preset == AUDIO_PRESET_TORCHAUDIO)
        torchaudio(&r);
    else if (preset == AUDIO_PRESET_KALDI)
        st = kaldi(&r);
    else if (preset == AUDIO_PRESET_WHISPER)
        st = whisper(&r);
    if (st == SCI_OK)
        st = sci_strdup(&r.bands, "16");
    if (st == SCI_OK)
        st = sci_strdup(&r.mask, "");
    if (st != SCI_OK) {
        audio_recipe_clear(&r);
        return st;
    }
    *out = r;
    return SCI_OK;
}
