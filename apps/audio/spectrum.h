/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spectrum of one frame: window, real FFT (FFTW), power. */
#ifndef AUDIO_SPECTRUM_H
#define AUDIO_SPECTRUM_H

#include <stdbool.h>

#include "window.h"

typedef struct audio_spectrum_settings {
    size_t n_fft;      /* at least 2, odd too; bins = n_fft/2 + 1, bin k at k·rate/n_fft Hz */
    size_t length;     /* samples of a frame, at most n_fft; the rest of the FFT is zeros */
    size_t win_length; /* at most length: the window, centred in the frame */
    audio_window_kind window;
    bool single;        /* float throughout (FFTW's single library), else double */
    double gain;        /* of samples, in the window; 0 is 1. Kaldi: 32768 */
    bool remove_mean;   /* Kaldi: the frame's own mean is subtracted first, */
    double preemphasis; /* then x[n] - p·x[n-1] with x[-1] = x[0]; 0: not */
} audio_spectrum_settings;

typedef struct audio_spectrum audio_spectrum;

/* SCI_ERR_ARGUMENT unless length <= n_fft and n_fft is of a size that FFTW takes. */
sci_status audio_spectrum_check(const audio_spectrum_settings *settings) SCI_MUST_CHECK;

/* Plan (FFTW_ESTIMATE: measuring takes longer than it saves) and window. SCI_ERR_ARGUMENT for
 * lengths that cannot be. May be called by several threads at once. */
sci_status audio_spectrum_create(audio_spectrum **out,
                                 const audio_spectrum_settings *settings) SCI_MUST_CHECK;
void audio_spectrum_free(audio_spectrum *spectrum); /* accepts NULL */

size_t audio_spectrum_bins(const audio_spectrum *spectrum);

/* |X|² of a frame of `length` floats (single) or doubles: one number of that type for each bin. A
 * spectrum is used by one thread at a time. */
void audio_spectrum_power(audio_spectrum *spectrum, const void *frame, void *power);

/* X itself: real and imaginary part in turn, of that type, valid until the next call. */
const void *audio_spectrum_complex(audio_spectrum *spectrum, const void *frame);

/* The largest magnitude of a sample for which the power of any frame, and the sum of the powers of all
 * bins, is sure to be finite: √max/(4·n_fft·gain), max being that of float or double. The 4 is for
 * pre-emphasis and for what a resampler overshoots. */
double audio_spectrum_largest(const audio_spectrum_settings *settings);

#endif
