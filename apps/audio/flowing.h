/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalization whose statistics change with time: sliding windows and running averages. */
#ifndef AUDIO_FLOWING_H
#define AUDIO_FLOWING_H

#include "normal.h"

typedef struct audio_flowing {
    sci_source *source; /* normalized features */
    sci_source *sliding;
    audio_running *running;
} audio_flowing;

/* Around the features of a recording whose scope is sliding or running. */
sci_status audio_flowing_make(audio_flowing *out, const audio_normal *job) SCI_MUST_CHECK;
void audio_flowing_clear(audio_flowing *flowing);

/* After a pass over the source: the state for the next recording, into --state if there is one. */
sci_status audio_flowing_keep(const audio_flowing *flowing, const audio_normal *job) SCI_MUST_CHECK;

#endif
