/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One recording of the verb loudness: measured, and written with a gain. */
#ifndef AUDIO_LOUDNESS_FILE_H
#define AUDIO_LOUDNESS_FILE_H

#include "cli/worker.h"

#include "loudness.h"

/* What is known of a recording. In memory that workers share with the parent. */
typedef struct audio_levels {
    bool measured;
    audio_loudness loudness;
    double gain_db;
    bool limited; /* the gain is less than the target asks for */
    bool written;
    uint64_t clipped; /* values */
    sci_status status;
    char failure[512];
} audio_levels;

/* Measure the file; *meter as in audio_loudness_measure. Says what is wrong with its header. */
sci_status audio_levels_measure(audio_levels *out, audio_meter **meter, const char *path,
                                bool ignore_nonfinite, const cli_worker *worker) SCI_MUST_CHECK;

/* Write the file that was measured into the worker's output, multiplied by 10^(gain_db/20), with the
 * sample type that it has. */
sci_status audio_levels_write(audio_levels *levels, const char *path, bool ignore_nonfinite,
                              bool verify, const cli_worker *worker) SCI_MUST_CHECK;

/* Keep a failure for the parent; returns its status. */
sci_status audio_levels_failed(audio_levels *levels, sci_status status);

#endif
