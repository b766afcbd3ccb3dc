/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the source (features.c) and the pass that comes before it (features_first.c). */
#ifndef AUDIO_FEATURES_PRIV_H
#define AUDIO_FEATURES_PRIV_H

#include "features.h"
#include "row_source.h"

struct audio_features {
    audio_row_source rows;
    audio_features_settings settings;
    audio_signal *signal;
    audio_frames *frames;
    audio_chain *chain;
    uint64_t n_frames;    /* of each channel */
    double *peak, *floor; /* of each channel */
    double *pcen;         /* or NULL */
    double *energy;       /* or NULL */
    void *linear;         /* a row before compression */
    bool begun;           /* false: a channel has to be begun before the next row */
    uint64_t next_row;
    unsigned char *kept; /* all of the features, or NULL */
};

audio_frames_settings features_frames(const audio_features_settings *settings);
sci_status features_check_stop(const audio_features *f) SCI_MUST_CHECK;

/* The smoothed powers of a channel (NULL without PCEN), and what they are before its first frame. */
double *features_pcen_of(const audio_features *f, int channel);
void features_pcen_start(audio_features *f, int channel);

/* Sets n_frames, peak, floor, and kept where the features fit. */
sci_status features_first_pass(audio_features *f) SCI_MUST_CHECK;

#endif
