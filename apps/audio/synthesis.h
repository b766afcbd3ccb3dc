/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features with their phases back to samples. */
#ifndef AUDIO_SYNTHESIS_H
#define AUDIO_SYNTHESIS_H

#include "stored.h"
#include "wav_write.h"

typedef struct audio_synthesis {
    uint64_t samples; /* of each channel */
    uint64_t unknown; /* of all channels: 0, because no frame reaches them */
    uint64_t clipped; /* values beyond the range of the sample type */
    audio_sample_type type;
    bool outside; /* bins outside of all bands were lost by normalization and are silent */
} audio_synthesis;

/* SCI_ERR_REFUSED, with the reason, where samples cannot be had from such features. */
sci_status audio_synthesis_check(const audio_stored *stored) SCI_MUST_CHECK;

/* Undo normalization and compression, join powers and phases, and write the samples of all channels as WAV into
 * the worker's main temporary. `type` is an audio_sample_type, or -1 for that of the recording. Memory is needed
 * for a block of frames of each channel. SCI_ERR_FORMAT for phases of another shape. */
sci_status audio_synthesis_write(audio_synthesis *out, const audio_context *c,
                                 const audio_stored *stored, int type) SCI_MUST_CHECK;

#endif
