/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Halves (IEEE binary16) as an output of passes that make floats. */
#ifndef AUDIO_HALF_H
#define AUDIO_HALF_H

#include <sci/io.h>

/* A sink of float32 before `inner`, one of float16, which it owns (also where this fails). Rounded to
 * nearest, ties to even. A finite number beyond 65504 fails the pass at its end (SCI_ERR_NONFINITE). */
sci_status audio_half_sink(sci_sink **out, sci_sink *inner) SCI_MUST_CHECK;

/* The half nearest to x, as its bits. */
uint16_t audio_half_of(float x);

#endif
