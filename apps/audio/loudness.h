/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loudness of recordings by EBU R128 (ITU-R BS.1770-4, EBU Tech 3342), by libebur128, and the gain to a
 * target.
 *
 * Channels count by their place, as in a WAV without a map: left, right, centre, low-frequency effects
 * (not counted), left and right surround (+1.5 dB); with four the last two are surround. */
#ifndef AUDIO_LOUDNESS_H
#define AUDIO_LOUDNESS_H

#include "signal.h"

typedef struct audio_loudness {
    double lufs;                   /* integrated; -infinity if no block is above -70 LUFS */
    double range_lu;               /* NaN of less than 3 s */
    double sample_peak, true_peak; /* linear; 1 is 0 dBFS, 0 dBTP */
    uint64_t samples;              /* of each channel */
    double seconds;
} audio_loudness;

#define AUDIO_LOUDNESS_BLOCK_S 0.4 /* shorter signals have no loudness, */
#define AUDIO_LOUDNESS_RANGE_S 3.0 /* and shorter ones than this no range */

typedef struct audio_meter audio_meter;

/* Read the signal to its end and measure it. *meter (NULL: not wanted) is for an album; a few bytes for
 * each 100 ms. SCI_ERR_FORMAT for more than 64 channels and rates beyond 16 to 2822400 Hz, failures of
 * the signal. */
sci_status audio_loudness_measure(audio_loudness *out, audio_meter **meter,
                                  audio_signal *signal) SCI_MUST_CHECK;

/* All signals as one programme: the gates go over the blocks of all of them. Peaks and lengths are left
 * alone. NULL meters are skipped. */
sci_status audio_loudness_album(audio_loudness *out, audio_meter *const *meters,
                                size_t n) SCI_MUST_CHECK;
void audio_meter_free(audio_meter *meter); /* accepts NULL */

/* The gain in dB to `target_lufs`, and less where the true peak would pass `most_dbtp` (infinity: let
 * it). SCI_ERR_DEGENERATE says why there is no loudness; `name` is for that. */
sci_status audio_loudness_gain(double *gain_db, const audio_loudness *loudness, double target_lufs,
                               double most_dbtp, const char *name) SCI_MUST_CHECK;

/* 10^(db/20), and back: -infinity for 0. */
double audio_amplitude(double db);
double audio_decibels(double amplitude);

#endif
