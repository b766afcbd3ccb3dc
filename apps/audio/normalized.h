/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The normalized features of one recording as a source, without a file. */
#ifndef AUDIO_NORMALIZED_H
#define AUDIO_NORMALIZED_H

#include "flowing.h"
#include "scaling.h"

/* `source` (C, T, D) is float64 for scope file, that of flowing.h for running and sliding, the features as they
 * are for none. */
typedef struct audio_normalized {
    sci_source *source;
    sci_stats *rows; /* of scope file */
    audio_scaling scaling;
    sci_source *affine;
    audio_flowing flowing;
} audio_normalized;

/* Statistics of the recording itself, of which there is a pass; scopes group and global count as file. The
 * job has to outlive it. */
sci_status audio_normalized_make(audio_normalized *out, audio_normal *job) SCI_MUST_CHECK;
/* The same with rows that are there, which are copied. */
sci_status audio_normalized_with(audio_normalized *out, const audio_normal *job,
                                 const sci_stats *rows) SCI_MUST_CHECK;
void audio_normalized_clear(audio_normalized *normalized);

/* SCI_ERR_ARGUMENT where the command line asks for statistics of several recordings. */
sci_status audio_normalized_check(const cli_call *call) SCI_MUST_CHECK;

#endif
