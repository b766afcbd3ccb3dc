/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples into a WAV file, by libsndfile. An RF64 (EBU Tech 3306) where the sizes of a WAV, which have 32
 * bits, are too small. */
#ifndef AUDIO_WAV_WRITE_H
#define AUDIO_WAV_WRITE_H

#include "sound.h"

typedef enum audio_sample_type {
    AUDIO_PCM16,
    AUDIO_PCM24,
    AUDIO_PCM32,
    AUDIO_FLOAT32,
    AUDIO_FLOAT64
} audio_sample_type;

/* The type that holds the samples of such a file; 16 bits where they were compressed with losses. */
audio_sample_type audio_sample_type_of(const audio_facts *facts);
/* "16 bit PCM" */
const char *audio_sample_type_name(audio_sample_type type);

typedef struct audio_wav_settings {
    int channels;
    uint32_t rate_hz;
    audio_sample_type type;
    uint64_t samples;  /* of each channel, that will be written */
    bool verify;       /* read all samples back at the end */
    uint64_t wav_most; /* bytes of samples that a WAV may have; 0: what its sizes can say */
} audio_wav_settings;

typedef struct audio_wav audio_wav;

/* Into the empty file `temporary`; `name` is what it will be called, for messages. Both are copied. */
sci_status audio_wav_create(audio_wav **out, const char *temporary, const char *name,
                            const audio_wav_settings *settings) SCI_MUST_CHECK;

/* The next n samples of every channel, [sample][channel]. Integers are those of libsndfile's reading,
 * rint(x·2^(bits-1)), and beyond their range the largest there is. SCI_ERR_NONFINITE for what is not
 * finite in this type; SCI_ERR_NOSPACE and SCI_ERR_IO. */
sci_status audio_wav_append(audio_wav *wav, const double *samples, size_t n) SCI_MUST_CHECK;

/* Values that were beyond the range of integers so far. */
uint64_t audio_wav_clipped(const audio_wav *wav);

/* Write what is left, close the file and open it again: it has to hold the samples that were promised.
 * SCI_ERR_SHAPE if others were written. Not synchronized with the disk. */
sci_status audio_wav_close(audio_wav *wav) SCI_MUST_CHECK;

void audio_wav_free(audio_wav *wav); /* closes too; accepts NULL */

#endif
