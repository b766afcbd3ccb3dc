/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random arrays with a random partition of one kind, ready for both libsci (pass) and the reference
 * (exact_case). */
#ifndef TESTS_SUPPORT_EXAMPLE_H
#define TESTS_SUPPORT_EXAMPLE_H

#include "exact.h"
#include "passes.h"
#include "random.h"

typedef enum example_kind {
    EXAMPLE_BATCH,      /* keep C (axis 1) */
    EXAMPLE_LAYER,      /* keep N (axis 0) */
    EXAMPLE_INSTANCE,   /* keep N and C */
    EXAMPLE_GROUP,      /* keep N, blocks of C */
    EXAMPLE_ALL,        /* one group */
    EXAMPLE_ROWS,       /* label axis 0, keep the last */
    EXAMPLE_INNER,      /* keep axis 0, label the last */
    EXAMPLE_MAP,        /* label the last two axes together, in memory, one label ignored */
    EXAMPLE_STREAMED,   /* label all axes but the first from a source, one label ignored */
    EXAMPLE_TWO_LABELS, /* label axis 0 by text and axis 1 by value */
    EXAMPLE_KINDS
} example_kind;

typedef enum example_second {
    SECOND_NONE,
    SECOND_CHANNEL,
    SECOND_CONDITIONAL,
    SECOND_KINDS
} example_second;

typedef enum example_layer {
    LAYER_NONE,
    LAYER_MASK,        /* dense, about 70 % members */
    LAYER_AXIS_MASK,   /* over the last axis */
    LAYER_WEIGHTS,     /* dense, a few of them 0 */
    LAYER_AXIS_WEIGHTS,/* over axis 1 */
    LAYER_BOTH,        /* a mask over the last axis, weights over axis 0 and over axis 1 */
    LAYER_KINDS
} example_layer;

typedef struct example {
    partition groups, second_groups;
    pass pass;         /* x, groups, second, gamma, beta, type */
    exact_case exact;  /* the same for the reference */
    uint64_t n;
    double *dy;
    void *owned[32];
    int n_owned;
} example;

extern const char *const example_kind_words[EXAMPLE_KINDS];

/* Fill `e` with shape, values of about mean ± sd in `type`, partition, gamma, beta and dy, all
 * from stream `number`. pass.options and eps, outside, ddof are left 0 and may be set before
 * example_exact. The test's context says which example it is. */
void example_make(example *e, uint64_t number, example_kind kind, example_second second,
                  example_layer layer, sci_type type, double mean, double sd);

/* The reference's view, with eps, outside, ddof and NaN policy copied from the pass. */
const exact_case *example_exact(example *e);

/* Remember something to be freed with the example. */
void *example_own(example *e, void *pointer);

void example_clear(example *e);

#endif
