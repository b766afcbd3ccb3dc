/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Per-channel energy normalization (Wang et al. 2017, arXiv 1607.05666; the form and the defaults are
 * librosa's): each mel channel is divided by its own recent past, then compressed.
 *
 *     M[t] = (1 - b)·M[t-1] + b·S[t],    y = bias^power·(exp(power·ln(1 + S/(bias·(eps + M)^gain))) - 1)
 *
 * S is `scale` times the power, M[-1] is 1 or what an earlier stretch ended with. */
#ifndef AUDIO_PCEN_H
#define AUDIO_PCEN_H

#include <stddef.h>

#include <sci/status.h>

typedef struct audio_pcen {
    double gain, bias, power, eps;
    double time_constant_s;
    double scale;
    double b; /* of the smoothing, from the time constant and frames a second */
} audio_pcen;

/* librosa's values: gain 0.98, bias 2, power 0.5, eps 1e-6, 0.4 s; and 2^31, the scale of 32 bit
 * samples that they are made for. */
audio_pcen audio_pcen_defaults(void);

/* b for a rate in Hz and a hop in samples. SCI_ERR_ARGUMENT for values that cannot be. */
sci_status audio_pcen_prepare(audio_pcen *pcen, double rate_hz, size_t hop) SCI_MUST_CHECK;

/* M[-1] of a recording that nothing is known of. */
void audio_pcen_start(double *m, size_t n);

/* One frame of n mel channels in place; m goes from M[t-1] to M[t]. Computed in double. */
void audio_pcen_frame_single(const audio_pcen *pcen, double *m, float *x, size_t n);
void audio_pcen_frame(const audio_pcen *pcen, double *m, double *x, size_t n);

#endif
