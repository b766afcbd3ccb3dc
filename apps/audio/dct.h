/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cepstral coefficients: the orthonormal DCT-II of a frame of compressed mel channels, as librosa's and
 * torchaudio's MFCC. */
#ifndef AUDIO_DCT_H
#define AUDIO_DCT_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef struct audio_dct audio_dct;

/* The first n_out of n_in coefficients: c[k] = √((k == 0 ? 1 : 2)/n_in)·Σ x[m]·cos(πk(2m + 1)/(2·n_in)).
 * SCI_ERR_ARGUMENT unless 1 <= n_out <= n_in. */
sci_status audio_dct_create(audio_dct **out, size_t n_in, size_t n_out, bool single) SCI_MUST_CHECK;
void audio_dct_free(audio_dct *dct); /* accepts NULL */

/* n_in to n_out floats (single) or doubles. */
void audio_dct_apply(const audio_dct *dct, const void *in, void *out);

#endif
