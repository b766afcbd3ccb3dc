/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of a signal that only moves forward, in memory that does not grow with its length.
 *
 * With padding, frames are centred: the signal is preceded and followed by length/2 (rounded down)
 * samples, as in librosa and torch, so that frame t is centred on sample t·hop. Without, the first
 * frame begins at the first sample and only whole frames count (Kaldi's snip-edges). */
#ifndef AUDIO_FRAMES_H
#define AUDIO_FRAMES_H

#include <stdbool.h>

#include "signal.h"

typedef enum audio_pad {
    AUDIO_PAD_REFLECT, /* about the first and last sample, without repeating it; where the signal is
                          shorter than the padding again and again, as numpy.pad; a single sample is
                          repeated */
    AUDIO_PAD_ZERO,
    AUDIO_PAD_EDGE, /* the first or last sample again */
    AUDIO_PAD_NONE
} audio_pad;

typedef struct audio_frames_settings {
    size_t length; /* of a frame in samples, at least 2; odd too */
    size_t hop;    /* samples from one frame to the next, at least 1; may be longer than a frame */
    audio_pad pad;
    bool single;    /* samples are rounded to float, else they stay double */
    bool drop_last; /* there is one frame less: samples/hop of a padded signal, as in Whisper */
} audio_frames_settings;

/* Number of frames of a signal of so many samples: 1 + (samples + 2·⌊length/2⌋ - length)/hop,
 * rounded down, with padding, which is 1 + samples/hop for an even length; without, 1 + (samples -
 * length)/hop, and 0 where the signal is shorter than a frame. 0 for no samples. */
uint64_t audio_frames_count(const audio_frames_settings *settings, uint64_t samples);

/* The sample on which a frame is centred. */
double audio_frames_centre(const audio_frames_settings *settings, uint64_t frame);

typedef struct audio_frames audio_frames;

/* Before the first frame of `signal`, which is not owned and is rewound by audio_frames_rewind.
 * SCI_ERR_ARGUMENT for lengths that cannot be. */
sci_status audio_frames_create(audio_frames **out, const audio_frames_settings *settings,
                               audio_signal *signal) SCI_MUST_CHECK;
void audio_frames_free(audio_frames *frames); /* accepts NULL */

/* Before the first frame again; to be called before audio_frames_next too. SCI_ERR_DEGENERATE if
 * the signal has no samples. */
sci_status audio_frames_rewind(audio_frames *frames) SCI_MUST_CHECK;

/* To the next frame; *more is false, and there is no frame, after the last. */
sci_status audio_frames_next(audio_frames *frames, bool *more) SCI_MUST_CHECK;

/* The samples of this frame of a channel: `length` floats or doubles. Valid until the next call. */
const void *audio_frames_samples(const audio_frames *frames, int channel);

#endif
