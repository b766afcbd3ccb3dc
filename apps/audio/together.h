/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The round before a batch whose recordings share statistics. */
#ifndef AUDIO_TOGETHER_H
#define AUDIO_TOGETHER_H

#include "model.h"

/* In the parent: fit every input in workers and put the tables together, for audio_collection_take in
 * workers that come later. An input that fails here fails again, with its message, in the batch. Released by
 * audio_together_free, also after a failure. SCI_ERR_INTERRUPTED, SCI_ERR_REFUSED, … */
sci_status audio_together_fit(audio_collection *out, const cli_call *call,
                              const cli_inputs *inputs) SCI_MUST_CHECK;

void audio_together_free(audio_collection *collection); /* a zeroed one is left alone */

/* Whether this scope needs it. */
bool audio_together_wanted(int scope);

#endif
