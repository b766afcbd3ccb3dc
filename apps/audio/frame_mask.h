/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which frames enter the statistics: a byte for each channel and frame, (C, T), not 0 for a member. */
#ifndef AUDIO_FRAME_MASK_H
#define AUDIO_FRAME_MASK_H

#include <sci/grouping.h>

#include "features.h"
#include "intervals.h"

typedef struct audio_frame_mask audio_frame_mask;

/* Frames whose power, summed over all bins, is more than 10^(below_db/10) times that of the channel's
 * loudest frame; all frames of a channel that is silent throughout. The features have energies.
 * SCI_ERR_ARGUMENT unless below_db < 0. */
sci_status audio_frame_mask_energy(audio_frame_mask **out, const audio_features *features,
                                   double below_db) SCI_MUST_CHECK;

/* Frames whose centre lies in an interval of the recording at `path`. SCI_ERR_NOTFOUND where none is of
 * it, or none holds a frame; SCI_ERR_REFUSED for a channel that it does not have. */
sci_status audio_frame_mask_intervals(audio_frame_mask **out, const audio_features *features,
                                      const audio_intervals *intervals,
                                      const char *path) SCI_MUST_CHECK;

void audio_frame_mask_free(audio_frame_mask *mask); /* accepts NULL */

/* channels × frames; and how many are members. */
const uint8_t *audio_frame_mask_members(const audio_frame_mask *mask);
uint64_t audio_frame_mask_count(const audio_frame_mask *mask);

/* Make it a mask of a grouping of the features' array, as that is now; it must outlive the grouping, the features
 * this call. */
sci_status audio_frame_mask_enter(const audio_frame_mask *mask, sci_grouping *g) SCI_MUST_CHECK;

#endif
