/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "example.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elements.h"
#include "testing.h"

const char *const example_kind_words[EXAMPLE_KINDS] = {
    "batch", "layer", "instance", "group", "all", "rows", "inner", "map", "streamed", "two labels"
};

void *
example_own(example *e, void *pointer)
{
    if (e->n_owned == (int)ARRAY_LEN(e->owned))
        test_failed(__FILE__, __LINE__, "an example owns too much");
    e->owned[e->n_owned++] = pointer;
    return pointer;
}

void
example_clear(example *e)
{
    for (int k = 0; k < e->n_owned; k++)
        free(e->owned[k]);
    e->n_owned = 0;
}

/* Rank 2 to 5, up to a few thousand elements; axis 1 has a divisor for group norm. */
static void
choose_shape(example *e, random_stream *r)
{
    static const uint64_t most[] = { 0, 0, 40, 12, 7, 5 };
    partition *p = &e->groups;

    p->rank = (int)random_between(r, 2, 5);
    for (int a = 0; a < p->rank; a++)
        p->shape[a] = 2 + random_below(r, most[p->rank]);
    p->shape[1] *= 1 + random_below(r, 3);
    if (random_below(r, 8) == 0)
        p->shape[random_below(r, (uint64_t)p->rank)] = 1;
    e->n = partition_elements(p);
}

static int64_t *
random_labels(example *e, random_stream *r, uint64_t n, int64_t levels)
{
    int64_t *labels = example_own(e, test_alloc(n, sizeof *labels));

    for (uint64_t i = 0; i < n; i++)
        labels[i] = random_between(r, -1, levels - 2) * 3; /* with gaps, and negative ones */
    labels[random_below(r, n)] = -3; /* a level that is never ignored */
    return labels;
}

static double *
random_values(example *e, random_stream *r, uint64_t n, bool weights)
{
    double *values = example_own(e, test_alloc(n, sizeof *values));

    for (uint64_t i = 0; i < n; i++)
        values[i] = random_below(r, 10) < 2 ? 0.0 : weights ? 0.25 + 2.0 * random_uniform(r) : 1.0;
    values[random_below(r, n)] = 1.0; /* never all of them 0 */
    return values;
}

static void
keep(partition *p, int axis)
{
    p->factors[p->n_factors++] =
        (partition_factor){ .kind = FACTOR_KEEP, .n_axes = 1, .axes = { axis } };
}

static void
label(example *e, random_stream *r, factor_kind kind, int first_axis, int n_axes, bool ignoring)
{
    partition *p = &e->groups;
    partition_factor f = { .kind = kind, .n_axes = n_axes, .ignoring = ignoring, .ignored = 0 };
    uint64_t n = 1;

    for (int k = 0; k < n_axes; k++) {
        f.axes[k] = first_axis + k;
        n *= p->shape[first_axis + k];
    }
    f.values = random_labels(e, r, n, random_between(r, 2, 6));
    p->factors[p->n_factors++] = f;
}

static uint64_t
random_divisor(random_stream *r, uint64_t n)
{
    uint64_t d;

    do
        d = 1 + random_below(r, n);
    while (n % d != 0);
    return d;
}

static void
choose_factors(example *e, random_stream *r, example_kind kind)
{
    partition *p = &e->groups;
    int last = p->rank - 1;

    switch (kind) {
    case EXAMPLE_BATCH: keep(p, 1); break;
    case EXAMPLE_LAYER: keep(p, 0); break;
    case EXAMPLE_INSTANCE: keep(p, 1); keep(p, 0); break; /* libsci orders them by axis */
    case EXAMPLE_GROUP:
        keep(p, 0);
        p->factors[p->n_factors++] = (partition_factor){ .kind = FACTOR_BLOCKS,
                                                         .n_axes = 1,
                                                         .axes = { 1 },
                                                         .blocks = random_divisor(r, p->shape[1]) };
        break;
    case EXAMPLE_ROWS: label(e, r, FACTOR_VALUES, 0, 1, false); keep(p, last); break;
    case EXAMPLE_INNER: keep(p, 0); label(e, r, FACTOR_VALUES, last, 1, false); break;
    case EXAMPLE_MAP: label(e, r, FACTOR_VALUES, last - 1, 2, true); break;
    case EXAMPLE_STREAMED: label(e, r, FACTOR_STREAMED, 1, last, true); break;
    case EXAMPLE_TWO_LABELS:
        label(e, r, FACTOR_TEXTS, 0, 1, false);
        label(e, r, FACTOR_VALUES, 1, 1, true);
        break;
    default: break;
    }
}

static void
choose_layer(example *e, random_stream *r, example_layer layer)
{
    partition *p = &e->groups;
    int last = p->rank - 1;
    partition_layer dense = { .n_axes = p->rank, .axes = { 0, 1, 2, 3 } };

    if ((layer == LAYER_MASK || layer == LAYER_WEIGHTS)
        && p->rank > 4) { /* all axes but the first */
        dense.n_axes = 4;
        for (int k = 0; k < 4; k++)
            dense.axes[k] = k + 1;
    }
    dense.values = NULL;
    if (layer == LAYER_MASK || layer == LAYER_WEIGHTS) {
        dense.values =
            random_values(e, r, e->n, layer == LAYER_WEIGHTS); /* enough for fewer axes too */
        if (layer == LAYER_MASK)
            p->masks[p->n_masks++] = dense;
        else
            p->weights[p->n_weights++] = dense;
    }
    if (layer == LAYER_AXIS_MASK || layer == LAYER_BOTH)
        p->masks[p->n_masks++] =
            (partition_layer){ 1, { last }, random_values(e, r, p->shape[last], false) };
    if (layer == LAYER_AXIS_WEIGHTS || layer == LAYER_BOTH)
        p->weights[p->n_weights++] =
            (partition_layer){ 1, { 1 }, random_values(e, r, p->shape[1], true) };
    if (layer == LAYER_BOTH)
        p->weights[p->n_weights++] =
            (partition_layer){ 1, { 0 }, random_values(e, r, p->shape[0], true) };
}

static void
choose_second(example *e, random_stream *r, example_second second)
{
    partition *p = &e->second_groups;
    double *gamma, *beta;
    uint64_t groups;

    if (second == SECOND_NONE)
        return;
    p->rank = e->groups.rank;
    memcpy(p->shape, e->groups.shape, sizeof p->shape);
    if (second == SECOND_CONDITIONAL) {
        int64_t *classes = random_labels(e, r, p->shape[0], 4);

        p->factors[p->n_factors++] =
            (partition_factor){ FACTOR_VALUES, 1, { 0 }, classes, 0, true, 0 };
    }
    keep(p, 1);
    groups = partition_groups(p);
    gamma = example_own(e, test_alloc(groups, sizeof *gamma));
    beta = example_own(e, test_alloc(groups, sizeof *beta));
    for (uint64_t h = 0; h < groups; h++) {
        gamma[h] = 0.25 + random_uniform(r) * (random_below(r, 2) == 0 ? 2.0 : -2.0);
        beta[h] = random_normal(r);
    }
    e->pass.second = p;
    e->pass.gamma = gamma;
    e->pass.beta = beta;
}

void
example_make(example *e, uint64_t number, example_kind kind, example_second second,
             example_layer layer, sci_type type, double mean, double sd)
{
    random_stream r = random_start(number * 1000 + (uint64_t)kind * 100 + (uint64_t)second * 10
                                   + (uint64_t)layer);

    memset(e, 0, sizeof *e);
    choose_shape(e, &r);
    choose_factors(e, &r, kind);
    choose_layer(e, &r, layer);
    choose_second(e, &r, second);
    e->pass.groups = &e->groups;
    e->pass.type = type;
    e->pass.output = SCI_FLOAT64;
    e->pass.x = example_own(e, elements_normal(&r, type, false, e->n, mean, sd));
    e->pass.options.threads = 1 + (int)random_below(&r, 3);
    e->dy = example_own(e, test_alloc(e->n, sizeof *e->dy));
    for (uint64_t i = 0; i < e->n; i++)
        e->dy[i] = (double)(float)random_normal(&r);
    test_context(
        "example %d, %s, second %d, layer %d, %s, rank %d (%d,%d,%d,%d,%d), mean %g, sd %g",
        (int)number, example_kind_words[kind], (int)second, (int)layer, sci_type_name(type),
        e->groups.rank, (int)e->groups.shape[0], (int)e->groups.shape[1], (int)e->groups.shape[2],
        (int)e->groups.shape[3], (int)e->groups.shape[4], mean, sd);
}

const exact_case *
example_exact(example *e)
{
    exact_case *c = &e->exact;
    long double *x;
    int64_t *group, *second;
    double *weight;

    if (c->x == NULL) {
        partition_assign(&e->groups, &group, &weight);
        x = example_own(e, test_alloc(e->n, sizeof *x));
        for (uint64_t i = 0; i < e->n; i++)
            x[i] = element_get(e->pass.x, e->pass.type, e->pass.swapped, i);
        c->x = x;
        c->group = example_own(e, group);
        c->weight = example_own(e, weight);
        c->n = e->n;
        c->groups = partition_groups(&e->groups);
        if (e->pass.second != NULL) {
            partition_assign(e->pass.second, &second, NULL);
            c->second = example_own(e, second);
            c->seconds = partition_groups(e->pass.second);
        }
    }
    c->gamma = e->pass.gamma;
    c->beta = e->pass.beta;
    c->eps = e->pass.eps;
    c->ddof = e->pass.options.ddof;
    c->outside = e->pass.outside;
    c->outside_value = e->pass.outside_value;
    c->nan = e->pass.options.nan;
    return c;
}
