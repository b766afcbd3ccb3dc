/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of a signal as a source of the engine: (C, T, D) float32 (single) or float64, channels,
 * frames, numbers of a frame.
 *
 * A floor relative to each channel's peak needs the peak first. Where all of the features fit in the
 * memory that is given they are computed once and stay there; otherwise a first pass finds the peaks,
 * and every pass of the engine reads the signal again, once for each channel. The bytes are the same. */
#ifndef AUDIO_FEATURES_H
#define AUDIO_FEATURES_H

#include <sci/io.h>

#include "chain.h"
#include "frames.h"

typedef struct audio_features_settings {
    audio_chain_settings chain;
    size_t hop; /* samples */
    audio_pad pad;
    uint64_t memory_bytes; /* features of up to so many bytes are kept; 0: never */
    bool sample_axis;      /* (1, C, T, D), so that a recording can have a label of its own */
    bool drop_last;        /* as in frames.h */
    bool energies;         /* see audio_features_energies; always takes a pass of its own */
    /* Of a signal that goes on where another ended, one for each channel: a peak that is not fallen
     * below, smoothed powers of PCEN for each channel and mel channel. May be NULL. */
    const double *least_peak, *pcen_state;
    bool only_least;          /* least_peak are the peaks, whatever lies above them */
    const volatile int *stop; /* may be NULL */
    /* Where a chain waits between recordings of equal settings: taken if it is the right one, and given
     * back by audio_features_free. NULL: each has its own. */
    audio_chain **spare;
} audio_features_settings;

typedef struct audio_features audio_features;

/* `signal` is not owned and must outlive it. Reads the signal once where that is needed (see above, or
 * where its length is unknown). SCI_ERR_DEGENERATE for a signal without a whole frame; failures of
 * the signal; SCI_ERR_INTERRUPTED. */
sci_status audio_features_create(audio_features **out, audio_signal *signal,
                                 const audio_features_settings *settings) SCI_MUST_CHECK;
void audio_features_free(audio_features *features); /* accepts NULL; frees the source too */

/* Owned by the features. A pass over all of it reads the signal to its very end, too. */
sci_source *audio_features_source(audio_features *features);

const audio_chain *audio_features_chain(const audio_features *features);

/* Of a channel, from 0: the peak before compression (0 where none was needed), and the floor. */
double audio_features_peak(const audio_features *features, int channel);
double audio_features_floor(const audio_features *features, int channel);

/* Smoothed powers: channels × mel channels, NULL without PCEN. Of each channel after the last of its frames
 * that was computed, which is its last after a pass over all. */
const double *audio_features_pcen(const audio_features *features);

/* The power of each frame, summed over all bins of its spectrum (not filters): channels × frames, NULL
 * where they were not asked for. */
const double *audio_features_energies(const audio_features *features);

/* Whether the array has an axis of the recording before its own, as settings.sample_axis says at first: a fit that
 * labels it needs one, an output has none. Not during a pass. */
void audio_features_set_sample_axis(audio_features *features, bool on);

int audio_features_channels(const audio_features *features);
uint64_t audio_features_frames(const audio_features *features); /* of each channel */
const sci_array *audio_features_array(const audio_features *features);

/* Where the centre of a frame lies, in seconds from the first sample. */
double audio_features_time(const audio_features *features, uint64_t frame);

/* Whether they are kept in memory. */
bool audio_features_kept(const audio_features *features);

#endif
