/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the recordings that verbs write. */
#ifndef AUDIO_WAV_OUTPUT_H
#define AUDIO_WAV_OUTPUT_H

#include "cli/batch.h"

/* An output is WAV, whatever its name says, so its name must not say something else: SCI_ERR_ARGUMENT. For
 * cli_batch.extra. */
sci_status audio_wav_output(void *context, const cli_inputs *inputs, size_t input,
                            const char *output, char *extras[CLI_EXTRAS_MOST]) SCI_MUST_CHECK;

#endif
