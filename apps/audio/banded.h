/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The moments of the bands of one frame, and a frame normalized with those of many: what sliding and running
 * normalization share. */
#ifndef AUDIO_BANDED_H
#define AUDIO_BANDED_H

#include <sci/io.h>
#include <sci/moments.h>

#include "bands.h"

typedef struct audio_banded {
    sci_type type;           /* SCI_FLOAT32 or SCI_FLOAT64 */
    size_t width;            /* numbers of a frame */
    size_t n_bands;          /* = width without bands */
    int64_t *label;          /* width: the band, -1 outside of all; NULL: each number is its own */
    size_t *order, *from;    /* numbers band by band; where those of a band begin (n_bands + 1) */
    void *gathered;          /* one band's */
    double *hi, *lo, *scale; /* of each band, for the frame at hand */
} audio_banded;

/* Whether an array is one of features, and bands (NULL: none) are those of its numbers: SCI_ERR_ARGUMENT. */
sci_status audio_banded_check(const sci_array *features, const audio_bands *bands) SCI_MUST_CHECK;

/* `label` has `width` bands from 0 to n_bands - 1, or -1, and is copied; NULL: each number is a band.
 * audio_banded_clear afterwards, also after a failure. SCI_ERR_ARGUMENT for other labels. */
sci_status audio_banded_prepare(audio_banded *b, sci_type type, size_t width, const int64_t *label,
                                size_t n_bands) SCI_MUST_CHECK;
void audio_banded_clear(audio_banded *b);

/* The moments of each band of one frame. */
sci_status audio_banded_moments(const audio_banded *b, const void *frame,
                                sci_moments *m) SCI_MUST_CHECK;

/* Normalize with these moments: scale = 1/sqrt(biased variance + eps), 0 for a variance of 0 without eps; or,
 * with `mean_only`, 1. A band without members becomes 0. */
void audio_banded_set(audio_banded *b, const sci_moments *m, double eps, bool mean_only);

/* y = (x - mean)·scale in double, rounded once, with the numbers in b->hi, lo and scale; numbers outside of all
 * bands become 0. */
void audio_banded_apply(const audio_banded *b, const void *frame, void *out);

#endif
