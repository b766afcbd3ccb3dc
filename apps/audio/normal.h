/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One recording on its way: samples, features, groups, statistics. */
#ifndef AUDIO_NORMAL_H
#define AUDIO_NORMAL_H

#include <sci/select.h>

#include "changed.h"
#include "context.h"
#include "frame_mask.h"
#include "partition.h"
#include "recording.h"
#include "running.h"

typedef struct audio_normal {
    audio_context c;
    const char *path, *name; /* of the recording; its name without folders */
    const char *by, *group;  /* "speaker", "A"; NULL without --group-by */
    audio_recipe recipe;
    audio_recording *recording;
    /* Set before audio_normal_begin: the samples are changed on the way, and nothing is said of the file. Peaks of
     * the channels, which are then not looked for; NULL. */
    audio_change change;
    const double *peaks;
    audio_chain **spare; /* as in audio_features_settings */
    audio_changed *changed;
    audio_signal *signal; /* of the recording, changed */
    audio_features *features;
    sci_source *source; /* of the features */
    audio_partition partition;
    audio_frame_mask *mask;    /* of the frames that enter the statistics; NULL: all do */
    audio_partition plain;     /* over (C,T,D): who is normalized, with or without the mask */
    audio_running_state state; /* of the recording before, with --state */
    char digest[80];           /* of the recording's file */
} audio_normal;

/* The recording of an input, by the command line's recipe or by `recipe` (a model's; NULL). Said are
 * what is odd about the file, and filters without a bin. The group is the input's field in the column
 * of --group-by. SCI_ERR_ARGUMENT, SCI_ERR_REFUSED, SCI_ERR_FORMAT, … */
sci_status audio_normal_begin(audio_normal *job, const cli_call *call, const cli_inputs *inputs,
                              size_t input, const cli_worker *worker,
                              const audio_recipe *recipe) SCI_MUST_CHECK;
void audio_normal_end(audio_normal *job);

/* The moments of its groups. */
sci_status audio_normal_fit(audio_normal *job, sci_stats **out) SCI_MUST_CHECK;

/* What could not be said before a pass: samples that are not numbers, groups without a spread. */
void audio_normal_note(const audio_normal *job, const sci_stats *stats);

/* The group of an input: its field in the column of --group-by. NULL without the option.
 * SCI_ERR_ARGUMENT without such a column or field. */
sci_status audio_group_of(const audio_settings *settings, const cli_inputs *inputs, size_t input,
                          const char **group) SCI_MUST_CHECK;

#endif
