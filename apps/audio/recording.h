/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording as a signal: the channels that are wanted, at the rate that is wanted, with every value
 * looked at. */
#ifndef AUDIO_RECORDING_H
#define AUDIO_RECORDING_H

#include "signal.h"
#include "sound.h"

typedef struct audio_recording_settings {
    int channel;      /* from 1; 0: all */
    bool mono;        /* the mean of all channels; not with `channel` */
    uint32_t rate_hz; /* 0: its own */
    /* NaN and infinities are read as 0 and counted. Otherwise they are an error that says how many
     * there are and where the first is. */
    bool ignore_nonfinite;
    /* A finite sample of a larger magnitude is an error: its power would not be finite
     * (audio_spectrum_largest). 0: anything finite will do. */
    double largest;
    bool single;              /* for the words of that error: float32 or float64 */
    const volatile int *stop; /* may be NULL */
    audio_sound *sound;       /* the file, open already: taken over, also on failure; may be NULL */
} audio_recording_settings;

/* What has been read since the last rewind, of the channels that are wanted, at the file's own rate. */
typedef struct audio_seen {
    uint64_t samples;   /* of each channel */
    uint64_t nonfinite; /* values */
    bool first_is_nan;
    uint64_t first_nonfinite; /* its sample, from 0, */
    int first_channel;        /* and channel, from 1; meaningless where nonfinite is 0 */
    uint64_t above_one;       /* values beyond [-1, 1], which is legal: nothing is clipped */
} audio_seen;

typedef struct audio_recording audio_recording;

/* SCI_ERR_ARGUMENT for a channel that the file does not have, else as audio_sound_open. */
sci_status audio_recording_open(audio_recording **out, const char *path,
                                const audio_recording_settings *settings) SCI_MUST_CHECK;
void audio_recording_free(audio_recording *recording); /* accepts NULL */

/* Owned by the recording. Reading fails with SCI_ERR_NONFINITE as said above, with
 * SCI_ERR_INTERRUPTED where `stop` is raised. */
audio_signal *audio_recording_signal(audio_recording *recording);
const audio_facts *audio_recording_facts(const audio_recording *recording);
const audio_seen *audio_recording_seen(const audio_recording *recording);

#endif
