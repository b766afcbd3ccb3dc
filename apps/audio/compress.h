/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions that bring power closer to loudness, applied to each element by itself. PCEN, which has a
 * memory, is in pcen.h. */
#ifndef AUDIO_COMPRESS_H
#define AUDIO_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef enum audio_compression_kind {
    AUDIO_COMPRESS_DB,    /* scale·10·log10(max(x, floor)) + offset */
    AUDIO_COMPRESS_LN,    /* ln(max(x, floor)) */
    AUDIO_COMPRESS_LOG1P, /* ln(1 + x) */
    AUDIO_COMPRESS_ROOT,  /* x^exponent */
    AUDIO_COMPRESS_NONE,  /* x */
    AUDIO_COMPRESS_PCEN   /* pcen.h */
} audio_compression_kind;

#define AUDIO_FLOOR_LEAST 1e-30 /* of a power; below it all is silence */

typedef struct audio_compression {
    audio_compression_kind kind;
    bool relative;   /* the floor of db and ln lies floor_db below a peak, else it is `floor` */
    double floor_db; /* 80: a float FFT carries no more */
    double floor;    /* a power: 1e-10 as librosa's and torchaudio's amin */
    double exponent; /* of root: 0.5 makes magnitudes of powers */
    double least; /* no floor lies below it: 0 is AUDIO_FLOOR_LEAST; librosa and Whisper: 1e-10 */
    double scale, offset; /* of db; a scale of 0 is 1. Whisper: 0.025 and 1 */
} audio_compression;

/* SCI_ERR_ARGUMENT for a floor or an exponent that cannot be. */
sci_status audio_compression_check(const audio_compression *c) SCI_MUST_CHECK;

/* Whether values below a floor are raised to it (db and ln), and whether that has to wait for the
 * peak. */
bool audio_compression_has_floor(const audio_compression *c);
bool audio_compression_needs_peak(const audio_compression *c);

/* The floor: max(10^(-floor_db/10)·peak, least), or max(floor, least). */
double audio_compression_floor(const audio_compression *c, double peak);

/* In place, n elements. The logarithm of floats is our own (error below 2 ulp of the result, or 1e-7 near
 * 1), so that it runs in lanes and its bits do not depend on libm. Not for pcen. */
void audio_compress_single(const audio_compression *c, double floor, float *x, size_t n);
void audio_compress(const audio_compression *c, double floor, double *x, size_t n);

#endif
