/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows that frames of a signal are multiplied with. */
#ifndef AUDIO_WINDOW_H
#define AUDIO_WINDOW_H

#include <stddef.h>

#include <sci/status.h>

/* N is the length. Hann, Hamming and Blackman are periodic (a period of N samples, as librosa, torch
 * and scipy's fftbins), Povey is Kaldi's, symmetric. */
typedef enum audio_window_kind {
    AUDIO_WINDOW_HANN,     /* 0.5 - 0.5·cos(2πn/N) */
    AUDIO_WINDOW_HAMMING,  /* 0.54 - 0.46·cos(2πn/N) */
    AUDIO_WINDOW_BLACKMAN, /* 0.42 - 0.5·cos(2πn/N) + 0.08·cos(4πn/N) */
    AUDIO_WINDOW_POVEY,    /* (0.5 - 0.5·cos(2πn/(N-1)))^0.85 */
    AUDIO_WINDOW_RECT,     /* 1 */
    AUDIO_WINDOW_SINE      /* sin(π(n + 0.5)/N) */
} audio_window_kind;

/* Fill w[0 … n_fft - 1] with a window of win_length samples and zeros around it, (n_fft -
 * win_length)/2 of them (rounded down) before it, as librosa's pad_center. Not normalized.
 * SCI_ERR_ARGUMENT unless 1 <= win_length <= n_fft. */
sci_status audio_window_fill(double *w, audio_window_kind kind, size_t win_length,
                             size_t n_fft) SCI_MUST_CHECK;

#endif
