/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of sci-audio. Each returns the exit code; its rows are in rows.c and write into an
 * audio_settings. */
#ifndef AUDIO_VERBS_H
#define AUDIO_VERBS_H

#include "cli/program.h"

int audio_normalize(const cli_call *call);
int audio_fit(const cli_call *call);
int audio_merge(const cli_call *call);
int audio_apply(const cli_call *call);
int audio_invert(const cli_call *call);
int audio_synth(const cli_call *call);
int audio_picture(const cli_call *call);
int audio_check(const cli_call *call);
int audio_show(const cli_call *call);
int audio_info(const cli_call *call);

#endif
