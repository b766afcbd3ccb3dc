/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mel scale and the bank of triangular filters on it. */
#ifndef AUDIO_MEL_H
#define AUDIO_MEL_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef enum audio_mel_scale {
    AUDIO_MEL_SLANEY, /* Slaney 1998, Auditory Toolbox: 200/3 Hz a mel below 1000 Hz, 27 steps for a
                         factor of 6.4 above; librosa's default */
    AUDIO_MEL_HTK     /* O'Shaughnessy 1987, 2595·log10(1 + f/700); HTK, torchaudio, Kaldi */
} audio_mel_scale;

double audio_hz_to_mel(double hz, audio_mel_scale scale);
double audio_mel_to_hz(double mel, audio_mel_scale scale);

/* n >= 2 points equally spaced in mel from low_hz to high_hz, in Hz; the ends too come out of the
 * formula, that is, as near to the given ones as rounding allows. */
void audio_mel_points(double *hz, size_t n, double low_hz, double high_hz, audio_mel_scale scale);

typedef struct audio_mel_settings {
    double rate_hz;
    size_t n_fft, n_mels;
    double fmin_hz, fmax_hz; /* 0 <= fmin < fmax <= rate/2 */
    audio_mel_scale scale;
    bool area_norm;  /* Slaney: each filter times 2/(its width in Hz), else its peak is 1 */
    bool mel_slopes; /* Kaldi: the sides of a triangle are straight in mel, not in Hz */
} audio_mel_settings;

/* Filter m rises from point m to point m + 1 and falls to point m + 2 of n_mels + 2 points. Only the
 * bins under a filter are stored. */
typedef struct audio_mel {
    size_t n_mels, n_bins;
    size_t n_empty;        /* filters that no bin lies under: their outputs are 0 */
    size_t *first, *count; /* bins of filter m, count padded to a multiple of 8 by weights of 0 */
    size_t *at;            /* where its weights begin */
    double *weights;
    float *weights_single;
} audio_mel;

/* Bins that audio_mel_apply may read: those of the spectrum and some more, which have to be finite. */
#define AUDIO_MEL_ROOM(n_bins) ((n_bins) + 8)

/* SCI_ERR_ARGUMENT for frequencies out of order or beyond half the rate, or no filter. */
sci_status audio_mel_create(audio_mel **out, const audio_mel_settings *settings) SCI_MUST_CHECK;
void audio_mel_free(audio_mel *mel); /* accepts NULL */

/* out[m] = sum over bins of weight × power. */
void audio_mel_apply_single(const audio_mel *mel, const float *power, float *out);
void audio_mel_apply(const audio_mel *mel, const double *power, double *out);

#endif
