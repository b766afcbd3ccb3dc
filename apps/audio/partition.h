/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who shares statistics with whom: bands of the numbers of a frame, by channel, over all frames. */
#ifndef AUDIO_PARTITION_H
#define AUDIO_PARTITION_H

#include <sci/grouping.h>

#include "bands.h"
#include "recipe.h"

typedef struct audio_partition {
    audio_bands *bands;
    sci_labels *labels; /* of bands */
    sci_labels *group;  /* of the recording: one position; NULL without a group */
    sci_grouping
        *g; /* over (C,T,D), or over (1,C,T,D), which merges with that of other recordings */
} audio_partition;

/* The bands that a recipe asks for. */
sci_status audio_recipe_bands(const audio_recipe *recipe, audio_bands **out) SCI_MUST_CHECK;

/* Groups of an array of this shape: channel × band. Of rank 4, its first axis, of length 1, is the recording, which
 * is pooled or, with `group`, has that level on an axis called `by` (both NULL without). */
sci_status audio_partition_make(audio_partition *out, const audio_recipe *recipe,
                                const sci_array *array, const char *by,
                                const char *group) SCI_MUST_CHECK;
void audio_partition_clear(audio_partition *partition);

#endif
