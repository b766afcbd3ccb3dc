/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The phases of a signal's spectra as a source of the engine, which with the power of the same frames
 * give the samples back (inverse.h). */
#ifndef AUDIO_PHASE_H
#define AUDIO_PHASE_H

#include <sci/io.h>

#include "frames.h"
#include "spectrum.h"

typedef struct audio_phase_settings {
    audio_spectrum_settings spectrum; /* computed in double whatever `single` says */
    size_t hop;                       /* samples */
    audio_pad pad;
    bool drop_last;           /* as audio_frames_settings has it */
    const volatile int *stop; /* may be NULL */
} audio_phase_settings;

/* (C, T, D) float32: channel, frame, bin; radians in [-π, π], 0 where the bin is 0. `signal` is not
 * owned and must outlive the source; it is read once for each channel, and once before that where its
 * length is unknown. SCI_ERR_DEGENERATE for a signal without a whole frame; failures of the signal;
 * SCI_ERR_INTERRUPTED. */
sci_status audio_phase_source(sci_source **out, audio_signal *signal,
                              const audio_phase_settings *settings) SCI_MUST_CHECK;

/* The spectrum of a frame, pairs of real and imaginary part, of its power and phase. */
void audio_phase_bins(const double *power, const float *phase, size_t n_bins, double *bins);

#endif
