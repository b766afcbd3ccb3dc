/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of features over time, before and after, with the edges of bands. */
#ifndef AUDIO_SPECTROGRAM_H
#define AUDIO_SPECTROGRAM_H

#include <sci/io.h>

#include "bands.h"
#include "chain.h"
#include "frames.h"

/* Valid when zeroed but for `chain`, rate, hop and one side's source. */
typedef struct audio_spectrogram {
    const audio_chain_settings *chain; /* of the features: what their numbers are */
    double rate_hz;
    size_t hop;
    audio_pad pad;
    int channel;              /* from 0 */
    const audio_bands *bands; /* whose edges are drawn; NULL */
    struct audio_spectrogram_side {
        sci_source
            *source; /* (C, T, D), or with axes of length 1 before them; not owned; NULL: none */
        const char *title;  /* "before" */
        const char *values; /* "dB", "z-score" */
    } sides[2];
    const char *title, *footnote; /* NULL for none */
    /* Frames that share a column of the picture show their maximum instead of their mean. */
    bool maximum;
    size_t columns_most; /* 0: 1200 */
} audio_spectrogram;

/* Draw it into the file `path`, a worker's temporary. Reads this channel of each source once, and needs
 * memory for D × columns. SCI_ERR_SHAPE for a channel that is not there and for sides that do not fit
 * the settings. */
sci_status audio_spectrogram_write(const char *path,
                                   const audio_spectrogram *spectrogram) SCI_MUST_CHECK;

#endif
