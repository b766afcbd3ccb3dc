/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features of a recording normalized as its scope says: by its own statistics, by those of others
 * too, with time, or not at all. */
#ifndef AUDIO_SCOPED_H
#define AUDIO_SCOPED_H

#include "flowing.h"
#include "scaling.h"

typedef struct audio_scoped {
    sci_stats *rows; /* channel × band; NULL where the scope has no table */
    audio_flowing flowing;
    audio_scaling scaling;
} audio_scoped;

/* `model` is the table of all recordings, for scopes group and global; else NULL. */
sci_status audio_scoped_make(audio_scoped *out, audio_normal *job,
                             const sci_stats *model) SCI_MUST_CHECK;
void audio_scoped_clear(audio_scoped *scoped);

/* The pass that fills `sink`, of as many elements as the features have. */
sci_status audio_scoped_apply(audio_scoped *scoped, const audio_normal *job,
                              sci_sink *sink) SCI_MUST_CHECK;

#endif
