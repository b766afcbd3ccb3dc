/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one recording leaves for the next that continues it, and its file. */
#ifndef AUDIO_RUNNING_STATE_H
#define AUDIO_RUNNING_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

typedef struct audio_running_state {
    size_t channels, bands, mels; /* mels 0: no PCEN */
    double *mean, *variance;      /* channels × bands; variances are unbiased */
    int64_t *steps;               /* the same: blocks that have entered; 0: nothing is known */
    double *peak;                 /* channels: of the power, for a relative floor; 0: none */
    double *pcen;                 /* channels × mels: smoothed powers */
} audio_running_state;

/* All zeros. audio_running_state_clear afterwards; nothing is left to clear after a failure. */
sci_status audio_running_state_prepare(audio_running_state *s, size_t channels, size_t bands,
                                       size_t mels) SCI_MUST_CHECK;
void audio_running_state_clear(audio_running_state *s);

/* Write a small HDF5 file that appears whole or not at all, over one that is there. `parameters` are in words all
 * that decides whether a recording may continue another. */
sci_status audio_running_state_save(const audio_running_state *s, const char *path,
                                    const char *parameters, bool sync) SCI_MUST_CHECK;

/* SCI_ERR_FORMAT for a file that is none of these or damaged (the text and all numbers are under a digest),
 * SCI_ERR_REFUSED if it was made with other parameters. */
sci_status audio_running_state_load(audio_running_state *s, const char *path,
                                    const char *parameters) SCI_MUST_CHECK;

#endif
