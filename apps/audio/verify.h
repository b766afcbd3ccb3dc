/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a file of features is what it says. */
#ifndef AUDIO_VERIFY_H
#define AUDIO_VERIFY_H

#include "stored.h"

typedef struct audio_verified {
    uint64_t values;
    const char *no_moments; /* why the moments of the features were not compared; NULL: they were */
    double mean_off, variance_off; /* the largest differences from what the statistics promise, of
                                      a variance relative to it where it is above 1 */
    bool recording;                /* it was compared */
    const char *not_remade;        /* why the features were not made again; NULL: they were */
} audio_verified;

/* All values of `stored`, whose table has been verified by opening it, and their moments. SCI_ERR_FORMAT says what
 * is wrong. */
sci_status audio_verify_features(audio_verified *out, const audio_context *c,
                                 const audio_stored *stored) SCI_MUST_CHECK;

/* The digest of `path`, and the features that it makes by the parameters of `stored`, to the bit. SCI_ERR_FORMAT
 * if it is another recording, or makes others. */
sci_status audio_verify_recording(audio_verified *out, const cli_call *call,
                                  const cli_worker *worker, const audio_stored *stored,
                                  const char *path) SCI_MUST_CHECK;

#endif
