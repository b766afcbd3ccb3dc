/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the complex spectra of frames back to the samples of one channel, frame by frame.
 *
 * Every frame is transformed back, multiplied by the window once more and added where it came from;
 * the sum is divided by that of the squared windows (Griffin and Lim 1984, eq. 6; the rule of librosa's
 * and torch's istft). So samples come back from spectra that were not changed, and from others come
 * the samples whose spectra are nearest. */
#ifndef AUDIO_INVERSE_H
#define AUDIO_INVERSE_H

#include "frames.h"
#include "spectrum.h"

typedef struct audio_inverse_settings {
    audio_spectrum_settings
        spectrum; /* that the frames had; its `single` is that of their numbers */
    size_t hop;   /* at most win_length */
    audio_pad pad;
    bool drop_last;   /* as of the frames */
    uint64_t samples; /* that the signal had */
} audio_inverse_settings;

typedef struct audio_inverse audio_inverse;

/* SCI_ERR_REFUSED where samples are lost for good: between frames if hop > win_length, in frames
 * without their mean or with pre-emphasis; SCI_ERR_DEGENERATE if so few samples have no frame;
 * SCI_ERR_ARGUMENT for lengths that cannot be. May be called by several threads at once. */
sci_status audio_inverse_create(audio_inverse **out,
                                const audio_inverse_settings *settings) SCI_MUST_CHECK;
void audio_inverse_free(audio_inverse *inverse); /* accepts NULL */

/* Spectra that there must be (audio_frames_count). */
uint64_t audio_inverse_frames(const audio_inverse *inverse);

/* Add the spectrum of the next frame, n_fft/2 + 1 pairs of floats (single) or doubles, and give the *n
 * samples that no later frame reaches: at most spectrum.length of them, often `hop`, none as long as
 * there is padding. SCI_ERR_SHAPE after the last frame. */
sci_status audio_inverse_add(audio_inverse *inverse, const void *bins, double *samples,
                             size_t *n) SCI_MUST_CHECK;

/* After the last frame: the *n samples that are left, at most spectrum.length + hop, so that there are
 * settings.samples of them in all. SCI_ERR_SHAPE if frames are missing. */
sci_status audio_inverse_finish(audio_inverse *inverse, double *samples, size_t *n) SCI_MUST_CHECK;

/* Samples given so far that are 0 because nothing is known of them: no frame reaches them, or only
 * where its window is 0 (below the rounding of its largest value). There are none where frames are
 * padded and overlap by half. */
uint64_t audio_inverse_unknown(const audio_inverse *inverse);

#endif
