/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From one frame of one channel to its features: spectrum, power, mel filters, compression, cepstrum. */
#ifndef AUDIO_CHAIN_H
#define AUDIO_CHAIN_H

#include <stdint.h>

#include "compress.h"
#include "mel.h"
#include "pcen.h"
#include "spectrum.h"

typedef enum audio_feature {
    AUDIO_FEATURE_STFT, /* every bin */
    AUDIO_FEATURE_MEL,
    AUDIO_FEATURE_MFCC
} audio_feature;

typedef struct audio_chain_settings {
    audio_feature feature;
    audio_spectrum_settings spectrum; /* its `single` is that of everything */
    audio_mel_settings mel; /* of mel and mfcc; rate and n_fft need not be set, fmax 0 is rate/2 */
    size_t n_mfcc;
    audio_compression compression;
    audio_pcen pcen; /* of AUDIO_COMPRESS_PCEN; b need not be set */
} audio_chain_settings;

typedef struct audio_chain audio_chain;

/* At this rate, with so many samples from a frame to the next. SCI_ERR_ARGUMENT where parts do not go
 * together. */
sci_status audio_chain_create(audio_chain **out, const audio_chain_settings *settings,
                              double rate_hz, size_t hop) SCI_MUST_CHECK;
void audio_chain_free(audio_chain *chain); /* accepts NULL */
/* Whether it was made of these. */
bool audio_chain_is(const audio_chain *chain, const audio_chain_settings *settings, double rate_hz,
                    size_t hop);

/* The settings with what was not set filled in; filters without a bin. */
const audio_chain_settings *audio_chain_get_settings(const audio_chain *chain);
size_t audio_chain_empty_filters(const audio_chain *chain);

/* Numbers of a frame before compression (bins or mel channels) and at the end (the same, or n_mfcc). */
size_t audio_chain_linear(const audio_chain *chain);
size_t audio_chain_outputs(const audio_chain *chain);

/* Power of the bins or mel channels of a frame: floats (single) or doubles, as all of these. */
void audio_chain_power(audio_chain *chain, const void *frame, void *linear);

/* The largest of a frame's numbers before compression. */
double audio_chain_peak(const audio_chain *chain, const void *linear);

/* The power of the frame of the last audio_chain_power, summed over all bins, and that of `linear` where
 * those are the bins. Added in double in an order that depends on nothing but their number. */
double audio_chain_energy(const audio_chain *chain, const void *linear);

/* Compress `linear` (lost) into `out`, which may be the same memory. `floor` is
 * audio_compression_floor's, `pcen` the smoothed power of this channel (else NULL), which moves on. */
void audio_chain_finish(audio_chain *chain, double floor, double *pcen, void *linear, void *out);

#endif
