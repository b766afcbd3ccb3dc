/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sound file decoded by libsndfile from its first sample to its last.
 *
 * Where a WAV file has samples of fixed size our own walk says where they lie (riff.h), and libsndfile
 * gets nothing but them, so that no header can lie to it. Of other files it reads everything. */
#ifndef AUDIO_SOUND_H
#define AUDIO_SOUND_H

#include "riff.h"

typedef struct audio_facts {
    riff_facts riff;    /* its warnings are the file's */
    char container[48]; /* "WAV", "FLAC (Free Lossless Audio Codec)" */
    char codec[64];     /* "16 bit PCM", "Vorbis" */
    int bits;           /* of a sample that is stored as a number, of FLAC and ALAC too; else 0 */
    bool floating;      /* such numbers are floats */
    int channels;
    uint32_t rate_hz;
    uint64_t claimed; /* samples of each channel by the header; UINT64_MAX: it does not say */
    uint64_t samples; /* that are there; UINT64_MAX before all of a compressed file was read once */
} audio_facts;

typedef struct audio_sound audio_sound;

/* `path` is copied. SCI_ERR_FORMAT "'x.wav': no fmt chunk" for what riff.h or libsndfile rejects. */
sci_status audio_sound_open(audio_sound **out, const char *path) SCI_MUST_CHECK;
void audio_sound_free(audio_sound *sound); /* accepts NULL */

const audio_facts *audio_sound_facts(const audio_sound *sound);
const char *audio_sound_name(const audio_sound *sound);

/* Back to the first sample. */
sci_status audio_sound_rewind(audio_sound *sound) SCI_MUST_CHECK;

/* The next n samples of every channel as [sample][channel], integers scaled to [-1, 1), floats as they
 * are. *got < n only at the end. SCI_ERR_FORMAT where the data cannot be decoded, naming the place. */
sci_status audio_sound_read(audio_sound *sound, double *samples, size_t n,
                            size_t *got) SCI_MUST_CHECK;

#endif
