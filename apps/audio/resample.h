/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal at another rate, by soxr's HQ recipe, as a stream. */
#ifndef AUDIO_RESAMPLE_H
#define AUDIO_RESAMPLE_H

#include "signal.h"

/* n samples at `from` Hz last as long as this many at `to` Hz: ⌈n·to/from⌉, as librosa.
 * AUDIO_LENGTH_UNKNOWN stays. */
uint64_t audio_resampled_length(uint64_t n, uint32_t from_hz, uint32_t to_hz);

/* `inner` is not owned and must outlive it; it yields exactly audio_resampled_length samples. */
sci_status audio_resample_create(audio_signal **out, audio_signal *inner, uint32_t from_hz,
                                 uint32_t to_hz) SCI_MUST_CHECK;
void audio_resample_free(audio_signal *signal); /* accepts NULL */

#endif
