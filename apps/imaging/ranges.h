/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sink that passes elements on to another and remembers the least and the largest of each of
 * several equal stretches of the array. */
#ifndef IMAGING_RANGES_H
#define IMAGING_RANGES_H

#include <sci/io.h>

typedef struct imaging_ranges {
    uint64_t n;           /* stretches */
    uint64_t stretch;     /* elements of each */
    double *least, *most; /* NaN where there was no number; owned */
} imaging_ranges;

/* n divides the `count` elements of the array. */
sci_status imaging_ranges_create(imaging_ranges **out, uint64_t n, uint64_t count) SCI_MUST_CHECK;
void imaging_ranges_free(imaging_ranges *ranges); /* accepts NULL */

/* Least and most of all; *least > *most if there was no number. */
void imaging_ranges_whole(const imaging_ranges *ranges, double *least, double *most);

/* `inner` (f32 or f64, without addresses) becomes the new sink's on success. `ranges` must outlive
 * it. */
sci_status imaging_ranges_sink(sci_sink **out, sci_sink *inner,
                               imaging_ranges *ranges) SCI_MUST_CHECK;

#endif
