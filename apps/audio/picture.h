/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of features before and after they were normalized. */
#ifndef AUDIO_PICTURE_H
#define AUDIO_PICTURE_H

#include "normal.h"
#include "stored.h"

/* Which channel, from 0, and whether a column of several frames shows their maximum instead of their mean. */
typedef struct audio_picture_view {
    int channel;
    bool maximum;
} audio_picture_view;

/* Of a recording and the file of its normalized features, the first channel, into the temporary `path`. */
sci_status audio_picture_of(const audio_normal *job, const char *features,
                            const char *path) SCI_MUST_CHECK;

/* Of a recording, normalized on the way; one panel for scope none. */
sci_status audio_picture_recording(audio_normal *job, const audio_picture_view *view,
                                   const char *path) SCI_MUST_CHECK;

/* Of a file of features and, where its statistics say it, what they were before or become; `name` is its title.
 * Otherwise one panel. */
sci_status audio_picture_stored(const audio_stored *stored, const char *name,
                                const audio_picture_view *view, const char *path) SCI_MUST_CHECK;

#endif
