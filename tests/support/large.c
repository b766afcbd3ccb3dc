/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large.h"

#include <stdlib.h>
#include <string.h>

#include "elements.h"
#include "random.h"
#include "testing.h"

typedef enum shape_of { PLAIN, LABEL_ROWS, LABEL_INNER, LABEL_MAP, KEEP_AND_BLOCKS } shape_of;

typedef struct recipe {
    const char *words;
    int rank;
    uint64_t shape[4];
    int keep[3];  /* axes, -1 ends */
    shape_of labels;
    bool mask, weights, second, swapped;
    sci_type type;
} recipe;

/* About 1 to 5 Mi elements each: two to five segments and a broken one. */
static const recipe recipes[LARGE_CASES] = {
    { .words = "one group, f4", .rank = 1, .shape = { 3300001 }, .keep = { -1 },
      .type = SCI_FLOAT32 },
    { .words = "batch, long runs, f4", .rank = 3, .shape = { 3, 5, 200003 }, .keep = { 1, -1 },
      .second = true, .type = SCI_FLOAT32 },
    { .words = "batch, long runs, f8 swapped", .rank = 3, .shape = { 2, 3, 400001 },
      .keep = { 1, -1 }, .swapped = true, .type = SCI_FLOAT64 },
    { .words = "layer, rows of a period, f4", .rank = 2, .shape = { 1500, 1021 },
      .keep = { 0, -1 }, .second = true, .type = SCI_FLOAT32 },
    { .words = "group norm, period cut, f4", .rank = 4, .shape = { 2, 8, 300, 500 },
      .keep = { 0, -1 }, .labels = KEEP_AND_BLOCKS, .second = true, .type = SCI_FLOAT32 },
    { .words = "columns, f8", .rank = 2, .shape = { 120011, 17 }, .keep = { 1, -1 },
      .type = SCI_FLOAT64 },
    { .words = "many columns, i2", .rank = 2, .shape = { 61, 40009 }, .keep = { 1, -1 },
      .type = SCI_INT16 },
    { .words = "labelled rows, kept columns, f4", .rank = 2, .shape = { 40009, 53 },
      .keep = { 1, -1 }, .labels = LABEL_ROWS, .type = SCI_FLOAT32 },
    { .words = "labelled rows, kept columns, masked, f4", .rank = 2, .shape = { 20011, 53 },
      .keep = { 1, -1 }, .labels = LABEL_ROWS, .mask = true, .type = SCI_FLOAT32 },
    { .words = "labelled inner axis, u2 swapped", .rank = 2, .shape = { 200003, 9 },
      .keep = { -1 }, .labels = LABEL_INNER, .swapped = true, .type = SCI_UINT16 },
    { .words = "streamed map, mask and weights, f4", .rank = 3, .shape = { 3, 700, 701 },
      .keep = { 0, -1 }, .labels = LABEL_MAP, .mask = true, .weights = true, .second = true,
      .type = SCI_FLOAT32 },
    { .words = "streamed map, i8", .rank = 3, .shape = { 2, 1100, 701 }, .keep = { -1 },
      .labels = LABEL_MAP, .type = SCI_INT64 },
    { .words = "weights, f4", .rank = 2, .shape = { 3000, 501 }, .keep = { -1 }, .weights = true,
      .type = SCI_FLOAT32 },
    { .words = "masked runs, f2", .rank = 2, .shape = { 5, 300007 }, .keep = { 0, -1 },
      .mask = true, .type = SCI_FLOAT16 },
};

static void *
own(large_case *c, void *pointer)
{
    if (c->n_owned == (int)ARRAY_LEN(c->owned))
        test_failed(__FILE__, __LINE__, "a large case owns too much");
    c->owned[c->n_owned++] = pointer;
    return pointer;
}

static int64_t *
labels(large_case *c, random_stream *r, uint64_t n, uint64_t levels)
{
    int64_t *values = own(c, test_alloc(n, sizeof *values));

    for (uint64_t i = 0; i < n; i++)
        values[i] = (int64_t)random_below(r, levels) - 1;
    return values;
}

static double *
layer(large_case *c, random_stream *r, uint64_t n, bool weights)
{
    double *values = own(c, test_alloc(n, sizeof *values));

    for (uint64_t i = 0; i < n; i++)
        values[i] = random_below(r, 5) == 0 ? 0.0
                    : weights               ? (double)(1 + random_below(r, 8)) * 0.125
                                            : 1.0;
    return values;
}

static void
add_labels(large_case *c, random_stream *r, shape_of how)
{
    partition *p = &c->groups;
    int last = p->rank - 1;
    partition_factor f = { .kind = FACTOR_VALUES, .n_axes = 1 };

    switch (how) {
    case PLAIN: return;
    case LABEL_ROWS: f.values = labels(c, r, p->shape[0], 5); break;
    case LABEL_INNER:
        f.axes[0] = last;
        f.values = labels(c, r, p->shape[last], 3);
        break;
    case KEEP_AND_BLOCKS:
        f.kind = FACTOR_BLOCKS;
        f.axes[0] = 1;
        f.blocks = 4;
        break;
    case LABEL_MAP:
        f.kind = FACTOR_STREAMED;
        f.n_axes = 2;
        f.axes[0] = last - 1;
        f.axes[1] = last;
        f.values = labels(c, r, p->shape[last - 1] * p->shape[last], 7);
        f.ignoring = true;
        break;
    }
    p->factors[p->n_factors++] = f;
}

static void
add_second(large_case *c, random_stream *r)
{
    uint64_t channels = c->groups.shape[1];
    double *gamma = own(c, test_alloc(channels, sizeof *gamma));
    double *beta = own(c, test_alloc(channels, sizeof *beta));

    c->second = (partition){ .rank = c->groups.rank, .n_factors = 1 };
    memcpy(c->second.shape, c->groups.shape, sizeof c->second.shape);
    c->second.factors[0] = (partition_factor){ FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 };
    for (uint64_t k = 0; k < channels; k++) {
        gamma[k] = 0.5 + random_uniform(r);
        beta[k] = random_normal(r);
    }
    c->pass.second = &c->second;
    c->pass.gamma = gamma;
    c->pass.beta = beta;
}

void
large_make(large_case *c, int number)
{
    const recipe *from = &recipes[number];
    random_stream r = random_start(5000 + (uint64_t)number);
    partition *p = &c->groups;
    int inner = from->rank - 1;
    double mean = from->type == SCI_FLOAT32 || from->type == SCI_FLOAT64 ? 1e4 : 100.0;

    memset(c, 0, sizeof *c);
    c->words = from->words;
    p->rank = from->rank;
    memcpy(p->shape, from->shape, sizeof from->shape);
    for (int k = 0; from->keep[k] >= 0; k++)
        p->factors[p->n_factors++] =
            (partition_factor){ .kind = FACTOR_KEEP, .n_axes = 1, .axes = { from->keep[k] } };
    add_labels(c, &r, from->labels);
    if (from->mask) {
        uint64_t n = p->shape[inner - 1] * p->shape[inner];

        p->masks[p->n_masks++] =
            (partition_layer){ 2, { inner - 1, inner }, layer(c, &r, n, false) };
    }
    if (from->weights)
        p->weights[p->n_weights++] =
            (partition_layer){ 1, { inner }, layer(c, &r, p->shape[inner], true) };
    c->n = partition_elements(p);
    c->pass = (pass){ .groups = p,
                      .type = from->type,
                      .swapped = from->swapped,
                      .output = SCI_FLOAT32,
                      .eps = 1e-5,
                      .single_dy = from->type == SCI_FLOAT32 };
    c->pass.x = own(c, elements_normal(&r, from->type, from->swapped, c->n, mean, 10.0));
    if (from->second)
        add_second(c, &r);
}

void
large_clear(large_case *c)
{
    for (int k = 0; k < c->n_owned; k++)
        free(c->owned[k]);
    c->n_owned = 0;
}

uint64_t
digest_bytes(uint64_t digest, const void *bytes, uint64_t n)
{
    const unsigned char *b = bytes;

    for (uint64_t i = 0; i < n; i++)
        digest = (digest ^ b[i]) * UINT64_C(0x100000001b3);
    return digest;
}
