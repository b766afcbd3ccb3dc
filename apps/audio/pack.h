/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Features of many recordings in one file, ragged: /features (all frames, number), a channel of a
 * recording after the other in the order of the inputs, and /index, a row for each of them: path,
 * channel, first (its first frame), frames, rate_hz, samples, group, source_digest, status (the exit code
 * of its recording; 0: done) and message. /band_mean, /band_sd and /band_count have the same rows.
 * One group a recording would be slow with thousands of them. */
#ifndef AUDIO_PACK_H
#define AUDIO_PACK_H

#include "cli/program.h"

/* normalize --pack; returns the exit code. */
int audio_pack_run(const cli_call *call, int scope);

#endif
