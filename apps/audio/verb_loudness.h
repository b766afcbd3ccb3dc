/* SPDX-License-Identifier: GPL-3.0-or-later */
/* loudness: what a program needs to have this verb. */
#ifndef AUDIO_VERB_LOUDNESS_H
#define AUDIO_VERB_LOUDNESS_H

#include "cli/common.h"
#include "cli/program.h"

typedef struct audio_loudness_settings {
    cli_common common;
    double target_lufs;
    const char *true_peak; /* a number of dBTP, or "none" */
    bool album;
    int nan; /* 0 refuse, 1 ignore */
} audio_loudness_settings;

extern const cli_row audio_loudness_rows[];
extern const char audio_loudness_prose[], audio_loudness_examples[];

int audio_loudness_verb(const cli_call *call);

#endif
