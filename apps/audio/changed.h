/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal with a gain, or without its first samples: the same recording as another level or another beginning
 * would have given it. */
#ifndef AUDIO_CHANGED_H
#define AUDIO_CHANGED_H

#include <stdbool.h>

#include "signal.h"

/* Nothing when zeroed. */
typedef struct audio_change {
    double gain;   /* of the samples; 0: 1 */
    bool rounded;  /* samples are floats afterwards, as a file with the gain would hold them */
    uint64_t skip; /* samples at the beginning */
} audio_change;

bool audio_change_is_none(const audio_change *change);

typedef struct audio_changed audio_changed;

/* Around `from`, which is not owned. */
sci_status audio_changed_create(audio_changed **out, audio_signal *from,
                                const audio_change *change) SCI_MUST_CHECK;
void audio_changed_free(audio_changed *changed); /* accepts NULL */
audio_signal *audio_changed_signal(audio_changed *changed);

#endif
