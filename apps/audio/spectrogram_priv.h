/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vertical axis of a spectrogram (spectrogram_axis.c), its columns (spectrogram_thin.c). */
#ifndef AUDIO_SPECTROGRAM_PRIV_H
#define AUDIO_SPECTROGRAM_PRIV_H

#include "cli/picture.h"

#include "spectrogram.h"

#define SPECTROGRAM_TICKS 16

typedef struct spectrogram_frequencies {
    cli_axis
        axis; /* Hz of bins; numbers of mel channels, at which Hz stand; numbers of coefficients */
    cli_tick ticks[SPECTROGRAM_TICKS];
    double *lines; /* edges of bands, in units of the axis */
    size_t n_lines;
} spectrogram_frequencies;

/* Numbers of a frame. */
size_t spectrogram_rows(const audio_spectrogram *s);

/* What it holds must stay where it is. */
sci_status spectrogram_frequencies_make(spectrogram_frequencies *out,
                                        const audio_spectrogram *s) SCI_MUST_CHECK;
void spectrogram_frequencies_clear(spectrogram_frequencies *frequencies);

/* Of a channel of a source. */
typedef struct spectrogram_side {
    const sci_array *array;
    uint64_t begin, frames,
        per_column; /* of the channel: first element, frames, frames of a column */
    size_t rows, columns;
    bool maximum;
    double *sums;     /* or maxima, of finite values */
    uint32_t *counts; /* of them */
    float *values;    /* rows × columns, NaN where no frame is finite; sci_free */
} spectrogram_side;

/* Means or maxima of the frames that share a column. `out` is zeroed before. */
sci_status spectrogram_thin(spectrogram_side *out, const audio_spectrogram *s,
                            sci_source *source) SCI_MUST_CHECK;

#endif
