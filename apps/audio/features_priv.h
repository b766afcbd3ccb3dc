/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the source (features.c) and the pass that comes before it (features_first.c). */
#ifndef AUDIO_FEATURES_PRIV_H
#define AUDIO_FEATURES_PRIV_H

#include "features.h"

struct audio_features {
    sci_source base;
    audio_features_settings settings;
    audio_signal *signal;
    audio_frames *frames;
    audio_chain *chain;
    size_t size;          /* bytes of a number */
    uint64_t rows;        /* frames × channels */
    double *peak, *floor; /* of each channel */
    double *pcen;         /* or NULL */
    void *linear;         /* a row before compression */
    unsigned char *cache; /* row cached_row, of which a part was handed out */
    uint64_t cached_row;  /* UINT64_MAX: none */
    bool begun;           /* false: rewind before the next row */
    uint64_t next_row;
    unsigned char *kept; /* all of the features, or NULL */
};

sci_status features_rewind(audio_features *f) SCI_MUST_CHECK;
sci_status features_advance(audio_features *f, bool *more) SCI_MUST_CHECK;
double *features_pcen_of(const audio_features *f, int channel);

/* Sets rows, peak, floor, and kept where the features fit. */
sci_status features_first_pass(audio_features *f) SCI_MUST_CHECK;

#endif
