/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A source whose elements are functions of another source's elements: steps applied one after the
 * other, in double, the result being float64. */
#ifndef IMAGING_MAPPED_H
#define IMAGING_MAPPED_H

#include <sci/io.h>

typedef enum imaging_step_kind {
    STEP_SCALE,   /* x·slope[k] + intercept[k] */
    STEP_CLAMP,   /* to low[k] … high[k]; NaN stays */
    STEP_WITHIN,  /* NaN outside of low[k] … high[k] */
    STEP_ABOVE,   /* 1 above low[k], else 0; NaN gives 1, a NaN bound 0 */
    STEP_DIFFERS, /* 1 for what is not low[k], else 0; NaN gives 1 */
    STEP_CURVE, /* piecewise linear through (x[i], y[i]), x not decreasing; the outer pieces go on,
                   of equal x the last one counts */
    STEP_DIVIDE /* by the element of another source at the same place (bias field) */
} imaging_step_kind;

/* A mask of which element i is bit (i / after) % count. */
typedef struct imaging_bits {
    uint8_t *set;
    uint64_t count, after;
} imaging_bits;

static inline bool
imaging_bits_have(const imaging_bits *bits, uint64_t element)
{
    uint64_t i = element / bits->after % bits->count;

    return bits->set[i / 8] >> i % 8 & 1;
}

/* Elements that a step changes: those inside all masks whose own values pass, before the step. */
typedef struct imaging_only {
    int n_masks;
    imaging_bits masks[2];
    bool nonzero;   /* they are not 0; NaN is not */
    uint64_t n_low; /* 0, 1, or one a block: they are above low[k], or NaN; none is above NaN */
    const double *low;
} imaging_only;

/* k is the index of the step's block: the array cut, in C order, into `blocks` equal stretches
 * (1: the whole; of a (c,z,y,x) array c for channels, c·z for slices), or the index along the last
 * axis modulo `last` where the channel is the last axis. */
typedef struct imaging_step {
    imaging_step_kind kind;
    uint64_t blocks; /* at least 1 */
    uint64_t last;   /* 0, or the size of the last axis: k is the index along it instead */
    const double *a,
        *b; /* slope and intercept, low and high (NULL where there is none): one each a block; copied */
    size_t n_points; /* of a curve: x and y have blocks × n_points, copied */
    const double *x, *y;
    sci_source *divisor;      /* not owned; must outlive the mapped source */
    const imaging_only *only; /* NULL: all; as `divisor` */
} imaging_step;

/* `inner` is not owned and must outlive it. SCI_ERR_SHAPE where blocks does not divide the array
 * or a divisor has another shape. */
sci_status imaging_mapped_create(sci_source **out, sci_source *inner, size_t n_steps,
                                 const imaging_step *steps) SCI_MUST_CHECK;

/* The elements of a source of floats as int64, which they are: the caller has looked. What is no
 * whole number of at most MAPPED_WHOLE_MOST is INT64_MIN. */
#define MAPPED_WHOLE_MOST 9007199254740992.0 /* 2^53: beyond it floats have gaps */
sci_status imaging_mapped_whole(sci_source **out, sci_source *inner) SCI_MUST_CHECK;

#endif
