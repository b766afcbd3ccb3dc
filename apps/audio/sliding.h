/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features normalized with the mean and variance of the frames around each of them: the rule of Kaldi's
 * apply-cmvn-sliding, without its running sums, so that nothing drifts. */
#ifndef AUDIO_SLIDING_H
#define AUDIO_SLIDING_H

#include <sci/io.h>

#include "bands.h"

typedef struct audio_sliding_settings {
    /* Centred: frames [t - window/2, t - window/2 + window) (rounded down), moved inside where they
     * reach beyond an end. Else frames [t - window, t], one more than `window`, but at the beginning
     * [0, max(t + 1, min_window)). Never more than there are. */
    bool centred;
    uint64_t window, min_window; /* frames; min_window from 1 to window, not looked at if centred */
    double eps;                  /* added to the (biased) variance */
    bool mean_only;              /* the variance stays */
    const audio_bands *bands;    /* pool the numbers of each band; NULL: each by itself */
    const uint8_t *members;      /* channels × frames that enter the statistics; NULL: all */
} audio_sliding_settings;

/* Around features (C, T, D) or (1, C, T, D), of the same shape and type. `features`, bands and members are not
 * owned and must outlive it. Frames whose window has no members, and numbers outside of all bands,
 * become 0. Takes the memory of two windows of frames and of the moments of one. SCI_ERR_ARGUMENT. */
sci_status audio_sliding_create(sci_source **out, sci_source *features,
                                const audio_sliding_settings *settings) SCI_MUST_CHECK;

#endif
