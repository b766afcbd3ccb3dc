/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of a recording's features before and after they were normalized. */
#ifndef AUDIO_PICTURE_H
#define AUDIO_PICTURE_H

#include "normal.h"

/* Of a recording and the file of its normalized features, the first channel, into the temporary `path`. */
sci_status audio_picture_of(const audio_normal *job, const char *features,
                            const char *path) SCI_MUST_CHECK;

#endif
