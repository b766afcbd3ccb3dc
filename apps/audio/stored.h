/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of features that is there already. */
#ifndef AUDIO_STORED_H
#define AUDIO_STORED_H

#include <sci/h5_look.h>

#include "context.h"
#include "partition.h"

typedef struct audio_stored {
    const char *path;
    audio_recipe recipe;
    sci_source *source;        /* /features */
    bool normalized;           /* they are; else they can be */
    char *group_by, *group;    /* of a recording that was normalized with others; NULL */
    sci_stats *stats;          /* of its bands; NULL where the file has none */
    audio_partition partition; /* of a (C,T,D) array; with a group the table's first axis is that */
} audio_stored;

/* SCI_ERR_FORMAT for a file of another kind, or a damaged one. */
sci_status audio_stored_open(audio_stored *out, const audio_context *c,
                             const char *path) SCI_MUST_CHECK;
/* SCI_ERR_REFUSED, with the reason, unless its features are normalized and can be as they were before. */
sci_status audio_stored_undoable(const audio_stored *stored) SCI_MUST_CHECK;
void audio_stored_close(audio_stored *stored);

#endif
