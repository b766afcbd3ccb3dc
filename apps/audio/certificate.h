/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes in the normalized features of a recording when its level or its beginning does. */
#ifndef AUDIO_CERTIFICATE_H
#define AUDIO_CERTIFICATE_H

#include "differing.h"
#include "normal.h"

#define AUDIO_CERTAIN_EXACT 1e-5 /* standard deviations: gains that are powers of two; beginnings */
#define AUDIO_CERTAIN_ROUNDED 2e-3 /* gains that round the samples to other floats */

typedef struct audio_trial {
    char what[48]; /* "gain 2^-10", "7 hops later" */
    audio_change change;
    bool done; /* else the recording is too short for it, or its features go on from those before */
    audio_difference difference;
    double allowed;
} audio_trial;

#define AUDIO_TRIALS_MOST 34

typedef struct audio_certificate {
    uint64_t channels, frames, numbers;
    size_t n;
    audio_trial trials[AUDIO_TRIALS_MOST];
} audio_certificate;

/* Try the gains `gains_db` (n of them, rounded to float samples), or with n = 0 the powers 2^-10, 2^10 and 1/2,
 * exactly, and -40 dB; then the recording without its first hop and its first seven, by the statistics and peaks
 * of all of it, for scope file. At most 32
 * gains. */
sci_status audio_certificate_make(audio_certificate *out, const cli_call *call,
                                  const cli_inputs *inputs, size_t input, const cli_worker *worker,
                                  size_t n_gains, const double *gains_db) SCI_MUST_CHECK;

bool audio_trial_holds(const audio_trial *trial); /* also one that was not done */

#endif
