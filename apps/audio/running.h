/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features normalized with statistics that follow the sound: an exponential average of the mean and variance of
 * each channel and band, block of frames by block, as a system that hears no end of it would keep.
 *
 *     new = (1 - momentum)·old + momentum·(of the block)
 *
 * with the block's unbiased variance, as torch's batch normalization. The first block is taken as it is.
 * The frames of a block are normalized with what the averages are after it has entered. */
#ifndef AUDIO_RUNNING_H
#define AUDIO_RUNNING_H

#include <sci/io.h>

#include "bands.h"
#include "features.h"
#include "running_state.h"

typedef struct audio_running_settings {
    uint64_t block;           /* frames; 0: 100. The last block of a recording may be shorter */
    double momentum;          /* above 0, up to 1; 0: 0.1 */
    double eps;               /* added to the variance */
    const audio_bands *bands; /* pool the numbers of each band; NULL: each by itself */
    const uint8_t *members;   /* channels × frames that enter the averages; NULL: all */
    const audio_running_state *from; /* of the recording before; NULL: there is none */
} audio_running_settings;

typedef struct audio_running audio_running;

/* Around features (C, T, D) or (1, C, T, D), of the same shape and type. `features`, bands, members and from are
 * not owned and must outlive it. A band of which a block has fewer than two members is left as it is,
 * and its numbers become 0 as long as there was no other; so do those outside of all bands.
 * SCI_ERR_ARGUMENT; SCI_ERR_REFUSED if `from` has other channels or bands. */
sci_status audio_running_create(audio_running **out, sci_source *features,
                                const audio_running_settings *settings) SCI_MUST_CHECK;
void audio_running_free(audio_running *running); /* accepts NULL; frees the source too */

sci_source *audio_running_source(audio_running *running);

/* What a recording that goes on from here needs: the averages after the last frame of each channel, and the peaks
 * and smoothed powers of `features`, which is what the source was made around, or NULL where there are
 * none. *out is to be cleared. SCI_ERR_ARGUMENT unless a pass over all of the source came to its end. */
sci_status audio_running_take(const audio_running *running, const audio_features *features,
                              audio_running_state *out) SCI_MUST_CHECK;

#endif
