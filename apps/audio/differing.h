/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the numbers of two sources are from each other, in memory that does not grow with them. */
#ifndef AUDIO_DIFFERING_H
#define AUDIO_DIFFERING_H

#include <sci/io.h>

typedef struct audio_difference {
    uint64_t compared, differing;
    double largest; /* infinite where one of two is not finite */
    double squares; /* of all differences */
} audio_difference;

/* Add the differences of the n elements of `a` from a_first on and those of `b` from b_first on. */
sci_status audio_difference_add(audio_difference *d, sci_source *a, uint64_t a_first, sci_source *b,
                                uint64_t b_first, uint64_t n) SCI_MUST_CHECK;

double audio_difference_rms(const audio_difference *d);

/* A sink that keeps nothing, but compares what would be written with `stored`, which is not owned, as is `*d`.
 * Its type is that of `stored`, where halves are made of floats as audio_half_sink does. */
sci_status audio_difference_sink(sci_sink **out, sci_source *stored,
                                 audio_difference *d) SCI_MUST_CHECK;

#endif
