/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "partition.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elements.h"
#include "streamed.h"
#include "testing.h"

uint64_t
partition_elements(const partition *p)
{
    uint64_t n = 1;

    for (int a = 0; a < p->rank; a++)
        n *= p->shape[a];
    return n;
}

static uint64_t
positions_of(const partition *p, int n_axes, const int *axes)
{
    uint64_t n = 1;

    for (int k = 0; k < n_axes; k++)
        n *= p->shape[axes[k]];
    return n;
}

static int
compare_values(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* The sorted distinct values of a factor without the ignored one. */
static int64_t *
levels_of(const partition *p, const partition_factor *f, uint64_t *n_levels)
{
    uint64_t n = positions_of(p, f->n_axes, f->axes), kept = 0;
    int64_t *levels = test_alloc(n, sizeof *levels);

    for (uint64_t i = 0; i < n; i++)
        levels[i] = f->kind == FACTOR_BLOCKS ? (int64_t)(i / (n / f->blocks)) : f->values[i];
    qsort(levels, n, sizeof *levels, compare_values);
    for (uint64_t i = 0; i < n; i++)
        if ((kept == 0 || levels[i] != levels[kept - 1])
            && !(f->ignoring && levels[i] == f->ignored))
            levels[kept++] = levels[i];
    *n_levels = kept;
    return levels;
}

static uint64_t
count_levels(const partition *p, const partition_factor *f)
{
    uint64_t n_levels;

    if (f->kind == FACTOR_KEEP)
        return p->shape[f->axes[0]];
    free(levels_of(p, f, &n_levels));
    return n_levels;
}

uint64_t
partition_groups(const partition *p)
{
    uint64_t groups = 1;

    for (int k = 0; k < p->n_factors; k++)
        groups *= count_levels(p, &p->factors[k]);
    return groups;
}

/* Position of an element within some axes. */
static uint64_t
position_in(const partition *p, const uint64_t *index, int n_axes, const int *axes)
{
    uint64_t position = 0;

    for (int k = 0; k < n_axes; k++)
        position = position * p->shape[axes[k]] + index[axes[k]];
    return position;
}

static void
indices_of(const partition *p, uint64_t element, uint64_t *index)
{
    for (int a = p->rank - 1; a >= 0; a--) {
        index[a] = element % p->shape[a];
        element /= p->shape[a];
    }
}

/* Multiply the group numbers by the levels of factor `f` and add its level, or -1. */
static void
assign_factor(const partition *p, const partition_factor *f, int64_t *group)
{
    uint64_t n_levels = 0, index[SCI_MAX_RANK], n = partition_elements(p);
    int64_t *levels = f->kind == FACTOR_KEEP ? NULL : levels_of(p, f, &n_levels);

    for (uint64_t i = 0; i < n; i++) {
        uint64_t position, level = 0;
        int64_t value;

        if (group[i] < 0)
            continue;
        indices_of(p, i, index);
        position = position_in(p, index, f->n_axes, f->axes);
        if (f->kind == FACTOR_KEEP) {
            group[i] = group[i] * (int64_t)p->shape[f->axes[0]] + (int64_t)position;
            continue;
        }
        value = f->kind == FACTOR_BLOCKS
                    ? (int64_t)(position / (positions_of(p, f->n_axes, f->axes) / f->blocks))
                    : f->values[position];
        while (level < n_levels && levels[level] != value)
            level++;
        group[i] = level == n_levels ? -1 : group[i] * (int64_t)n_levels + (int64_t)level;
    }
    free(levels);
}

/* Factors in the order of their first axes. */
static void
order_factors(const partition *p, int *order)
{
    for (int k = 0; k < p->n_factors; k++) {
        int at = k;

        while (at > 0 && p->factors[order[at - 1]].axes[0] > p->factors[k].axes[0]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = k;
    }
}

static void
assign_weight(const partition *p, double *weight)
{
    uint64_t index[SCI_MAX_RANK], n = partition_elements(p);
    double first = 0.0;
    bool equal = true;

    for (uint64_t i = 0; i < n; i++) {
        indices_of(p, i, index);
        weight[i] = 1.0;
        for (int k = 0; k < p->n_weights; k++)
            weight[i] *=
                p->weights[k]
                    .values[position_in(p, index, p->weights[k].n_axes, p->weights[k].axes)];
        if (weight[i] > 0.0) {
            first = first == 0.0 ? weight[i] : first;
            equal = equal && weight[i] == first;
        }
        for (int k = 0; k < p->n_masks; k++)
            if (p->masks[k].values[position_in(p, index, p->masks[k].n_axes, p->masks[k].axes)]
                == 0.0)
                weight[i] = 0.0;
    }
    for (uint64_t i = 0; equal && i < n; i++)
        weight[i] = weight[i] > 0.0 ? 1.0 : 0.0;
}

void
partition_assign(const partition *p, int64_t **group, double **weight)
{
    uint64_t n = partition_elements(p);

    if (group != NULL) {
        int order[PARTITION_PARTS];

        *group = test_alloc(n, sizeof **group);
        order_factors(p, order);
        for (int k = 0; k < p->n_factors; k++)
            assign_factor(p, &p->factors[order[k]], *group);
    }
    if (weight != NULL) {
        *weight = test_alloc(n, sizeof **weight);
        assign_weight(p, *weight);
    }
}

/* ---- libsci's side ---- */

/* A source of `type` over some axes whose elements are copied from `values`. */
static sci_status
build_source(const partition *p, int n_axes, const int *axes, sci_type type, const double *values,
             bool streamed, partition_built *out, sci_source **source)
{
    sci_array array = { .rank = n_axes, .type = type };
    uint64_t n = positions_of(p, n_axes, axes);
    void *bytes = test_alloc(n, sci_type_size(type));
    sci_status st;

    out->memory[out->n_memory++] = bytes;
    for (int k = 0; k < n_axes; k++)
        array.shape[k] = p->shape[axes[k]];
    for (uint64_t i = 0; i < n; i++)
        element_set(bytes, type, false, i, (long double)values[i]);
    st = streamed ? streamed_source(source, &array, bytes, "map")
                  : sci_source_memory(source, &array, bytes, "map");
    if (st == SCI_OK)
        out->sources[out->n_sources++] = *source;
    return st;
}

static sci_status
build_texts(const partition_factor *f, uint64_t n, sci_labels **labels)
{
    char(*words)[24] = test_alloc(n, sizeof *words);
    const char **texts = test_alloc(n, sizeof *texts);
    sci_status st;

    for (uint64_t i = 0; i < n; i++) {
        snprintf(words[i], sizeof *words, "%" PRId64, f->values[i]);
        texts[i] = words[i];
    }
    st = sci_labels_from_text(labels, n, texts);
    free(texts);
    free(words);
    return st;
}

static sci_status
build_streamed(const partition *p, const partition_factor *f, bool streamed, partition_built *out,
               sci_labels **labels)
{
    uint64_t n = positions_of(p, f->n_axes, f->axes), n_levels;
    double *values = test_alloc(n, sizeof *values);
    sci_source *source = NULL;
    sci_options options = { .threads = 1 };
    int64_t *levels = NULL;
    sci_status st;

    for (uint64_t i = 0; i < n; i++)
        values[i] = (double)f->values[i];
    st = build_source(p, f->n_axes, f->axes, SCI_INT16, values, streamed, out, &source);
    if (st == SCI_OK)
        st = sci_map_scan(source, &options, 4096, &n_levels, &levels);
    if (st == SCI_OK)
        st = sci_labels_from_source(labels, source, n_levels, levels);
    sci_free(levels);
    free(values);
    return st;
}

static sci_status
build_factor(const partition *p, const partition_factor *f, bool streamed, partition_built *out,
             int k)
{
    uint64_t n = positions_of(p, f->n_axes, f->axes);
    sci_labels **labels = &out->labels[k];
    char ignored[24];
    sci_status st;

    switch (f->kind) {
    case FACTOR_KEEP: return sci_grouping_keep(out->grouping, f->axes[0]);
    case FACTOR_BLOCKS: st = sci_labels_blocks(labels, n, f->blocks); break;
    case FACTOR_TEXTS: st = build_texts(f, n, labels); break;
    case FACTOR_STREAMED: st = build_streamed(p, f, streamed, out, labels); break;
    default: st = sci_labels_create(labels, n, f->values); break;
    }
    if (st == SCI_OK && f->ignoring) {
        snprintf(ignored, sizeof ignored, "%" PRId64, f->ignored);
        st = sci_labels_ignore(*labels, ignored);
        if (st == SCI_ERR_NOTFOUND) /* no position has it: nothing to leave out */
            st = SCI_OK;
    }
    if (st == SCI_OK)
        st = sci_grouping_label(out->grouping, f->n_axes, f->axes, *labels);
    return st;
}

sci_status
partition_build(const partition *p, bool streamed, partition_built *out)
{
    sci_status st;
    sci_source *source;

    memset(out, 0, sizeof *out);
    st = sci_grouping_create(&out->grouping, p->rank, p->shape);
    for (int k = 0; st == SCI_OK && k < p->n_factors; k++)
        st = build_factor(p, &p->factors[k], streamed, out, k);
    for (int k = 0; st == SCI_OK && k < p->n_masks; k++) {
        st = build_source(p, p->masks[k].n_axes, p->masks[k].axes, SCI_UINT8, p->masks[k].values,
                          streamed, out, &source);
        if (st == SCI_OK)
            st = sci_grouping_mask(out->grouping, p->masks[k].n_axes, p->masks[k].axes, source);
    }
    for (int k = 0; st == SCI_OK && k < p->n_weights; k++) {
        st = build_source(p, p->weights[k].n_axes, p->weights[k].axes, SCI_FLOAT64,
                          p->weights[k].values, streamed, out, &source);
        if (st == SCI_OK)
            st = sci_grouping_weights(out->grouping, p->weights[k].n_axes, p->weights[k].axes,
                                      source);
    }
    return st;
}

void
partition_clear(partition_built *built)
{
    sci_grouping_free(built->grouping);
    for (int k = 0; k < PARTITION_PARTS; k++)
        sci_labels_free(built->labels[k]);
    for (int k = 0; k < built->n_sources; k++)
        sci_source_free(built->sources[k]);
    for (int k = 0; k < built->n_memory; k++)
        free(built->memory[k]);
    memset(built, 0, sizeof *built);
}
