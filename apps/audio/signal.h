/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal that only moves forward: a recording, or samples in memory. */
#ifndef AUDIO_SIGNAL_H
#define AUDIO_SIGNAL_H

#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

#define AUDIO_LENGTH_UNKNOWN UINT64_MAX

typedef struct audio_signal audio_signal;

/* "Samples" are counted for each channel. */
struct audio_signal {
    int channels; /* at least 1 */
    double rate_hz;
    uint64_t samples; /* AUDIO_LENGTH_UNKNOWN before the first whole pass over some files */
    const char *name; /* for messages */
    /* Back to the first sample. */
    sci_status (*rewind)(audio_signal *self);
    /* The next n samples of every channel, [sample][channel]; *got < n only at the end. */
    sci_status (*read)(audio_signal *self, double *samples, size_t n, size_t *got);
};

#endif
