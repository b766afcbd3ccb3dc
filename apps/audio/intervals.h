/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stretches of recordings, from a text table with the columns start and end (seconds, end not included) and,
 * where wanted, path and channel (from 1). Without a path, or with an empty one, a row is of every
 * recording, without a channel of every channel. */
#ifndef AUDIO_INTERVALS_H
#define AUDIO_INTERVALS_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef struct audio_interval {
    double start_s, end_s;
    int channel; /* from 1; 0: all */
    char *path;  /* NULL: any */
    unsigned long line;
} audio_interval;

typedef struct audio_intervals {
    char *name; /* of the file */
    size_t n, room;
    audio_interval *items;
} audio_intervals;

/* SCI_ERR_ARGUMENT for a table without these columns or rows, and for a row that is no interval, naming
 * its line; SCI_ERR_IO. */
sci_status audio_intervals_load(audio_intervals **out, const char *path) SCI_MUST_CHECK;
void audio_intervals_free(audio_intervals *intervals); /* accepts NULL */

/* Whether an interval is of this recording: its path is the recording's, or the last parts of it
 * ("b/x.wav" and "x.wav" of "a/b/x.wav"). */
bool audio_interval_is_of(const audio_interval *interval, const char *recording);

#endif
