/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bands: every bin of a spectrum (or every mel channel) in exactly one of them, or in none. */
#ifndef AUDIO_BANDS_H
#define AUDIO_BANDS_H

#include <stdint.h>

#include "mel.h"

/* Bin k, at f = k·rate/n_fft, is in band b where edge[b] <= f < edge[b + 1]; the last band holds its
 * upper edge too. A band with fewer bins than asked for (at least one) is joined to the one above it,
 * the last one to the one below; those that are left are numbered from 0. */
typedef struct audio_bands {
    size_t n_bins; /* or mel channels */
    size_t requested, kept;
    int64_t *label;   /* n_bins: the band, -1 outside of all */
    double *edges_hz; /* kept + 1 */
    uint64_t *counts; /* kept: bins of each */
} audio_bands;

void audio_bands_free(audio_bands *bands); /* accepts NULL */

/* `n` bands equally wide in mel from fmin to fmax. min_bins 0 and 1 are the same. SCI_ERR_ARGUMENT for
 * frequencies out of order or beyond rate/2 (also below), SCI_ERR_DEGENERATE if no bin lies between. */
sci_status audio_bands_mel(audio_bands **out, double rate_hz, size_t n_fft, size_t n,
                           double fmin_hz, double fmax_hz, audio_mel_scale scale,
                           uint64_t min_bins) SCI_MUST_CHECK;

/* Bands between n_edges >= 2 given edges that increase. */
sci_status audio_bands_edges(audio_bands **out, double rate_hz, size_t n_fft, size_t n_edges,
                             const double *edges_hz, uint64_t min_bins) SCI_MUST_CHECK;

/* Every bin from fmin to fmax a band of its own, edges half way between bins. */
sci_status audio_bands_per_bin(audio_bands **out, double rate_hz, size_t n_fft, double fmin_hz,
                               double fmax_hz) SCI_MUST_CHECK;

/* n groups of consecutive channels of a mel feature, as equal as can be (channel m is in group
 * ⌊m·n/n_mels⌋); edges half way in mel between the peaks of neighbours. SCI_ERR_ARGUMENT unless 1 <= n <=
 * n_mels. */
sci_status audio_bands_channels(audio_bands **out, const audio_mel_settings *mel,
                                size_t n) SCI_MUST_CHECK;

/* The same for coefficients that have no frequency (MFCC): edges are NULL. */
sci_status audio_bands_coefficients(audio_bands **out, size_t n_coefficients,
                                    size_t n) SCI_MUST_CHECK;

#endif
