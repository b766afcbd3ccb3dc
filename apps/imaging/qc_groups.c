/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/number.h"
#include "limits.h"
#include "mapped.h"

/* ---- tests of values as weights ---- */

/* 1 for what is not 0: steep towards 0 from both sides, and not more than 1. */
static sci_status
not_zero(sci_source **out, sci_source *source)
{
    static const double zero = 0.0, one = 1.0, x[] = { -1e-300, 0.0, 1e-300 }, y[] = { 1, 0, 1 };
    static const imaging_step steps[] = {
        { .kind = STEP_CURVE, .blocks = 1, .n_points = 3, .x = x, .y = y },
        { .kind = STEP_CLAMP, .blocks = 1, .a = &zero, .b = &one },
    };

    return imaging_mapped_create(out, source, 2, steps);
}

/* 1 above the threshold of its kept group: the sign of a difference is exact. */
static sci_status
above(sci_source **out, sci_source *source, const imaging_members *m, uint64_t blocks,
      uint64_t last)
{
    uint64_t n = m->n_low;
    double *numbers = NULL;
    sci_status st = sci_alloc(&numbers, n, 5, sizeof *numbers);
    double *one, *shift, *steep, *zero, *unit;

    if (st != SCI_OK)
        return st;
    one = numbers;
    shift = one + n;
    steep = shift + n;
    zero = steep + n;
    unit = zero + n;
    for (uint64_t k = 0; k < n; k++) {
        /* Nothing is above what is not known. */
        shift[k] = isnan(m->low[k]) ? -(double)INFINITY : -m->low[k];
        one[k] = unit[k] = 1.0;
        steep[k] = 1e300;
        zero[k] = 0.0;
    }
    imaging_step steps[] = {
        { .kind = STEP_SCALE, .blocks = blocks, .last = last, .a = one, .b = shift },
        { .kind = STEP_SCALE, .blocks = blocks, .last = last, .a = steep, .b = zero },
        { .kind = STEP_CLAMP, .blocks = blocks, .last = last, .a = zero, .b = unit },
    };
    st = imaging_mapped_create(out, source, 3, steps);
    sci_free(numbers);
    return st;
}

static sci_status
choose(qc_groups *q, const imaging_context *c, const imaging_volume *before, sci_source *source)
{
    const imaging_members *m = q->members;
    uint64_t blocks = 1, last = 0;
    sci_status st = SCI_OK;

    if (m->rule.kind == MASK_NONZERO)
        return not_zero(&q->chosen, source);
    if (m->low == NULL)
        return SCI_OK;
    if (m->n_low > 1)
        st = imaging_groups_blocks(&q->groups, c, before, &blocks, &last);
    return st == SCI_OK ? above(&q->chosen, source, m, blocks, last) : st;
}

/* ---- labels ---- */

static sci_status
list_levels(qc_groups *q)
{
    uint64_t n = sci_labels_levels(q->members->regions);
    sci_status st = sci_alloc(&q->levels, n, 1, sizeof *q->levels);

    for (uint64_t k = 0; st == SCI_OK && k < n; k++) {
        char text[32];

        if (!sci_labels_level_name(q->members->regions, k, text, sizeof text)
            || !cli_parse_integer(text, &q->levels[k]))
            st = sci_fail(SCI_ERR_FORMAT, "label %llu has no number", (unsigned long long)k);
    }
    q->n_levels = n;
    return st;
}

static int
compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static bool
is_level(const qc_groups *q, double value)
{
    for (uint64_t k = 0; k < q->n_levels; k++)
        if ((double)q->levels[k] == value)
            return true;
    return false;
}

/* 0 for ignored labels, 1 for all other whole numbers: a curve through them and their neighbours. */
static sci_status
mark_labelled(qc_groups *q, const imaging_context *c)
{
    static const double zero = 0.0, one = 1.0;
    const cli_list *ignored = &c->settings->ignored;
    imaging_step steps[2] = { { .kind = STEP_CURVE, .blocks = 1 },
                              { .kind = STEP_CLAMP, .blocks = 1, .a = &zero, .b = &one } };
    double *x = NULL, *y = NULL;
    size_t n = 0, kept = 0;
    sci_status st = sci_alloc(&x, ignored->n, 5, sizeof *x);

    if (st == SCI_OK)
        st = sci_alloc(&y, ignored->n, 5, sizeof *y);
    for (size_t k = 0; st == SCI_OK && k < ignored->n; k++) {
        int64_t value;

        for (int d = -2; d <= 2 && cli_parse_integer(ignored->items[k], &value); d++)
            x[n++] = (double)value + d;
    }
    if (st == SCI_OK)
        qsort(x, n, sizeof *x, compare_reals);
    for (size_t k = 0; st == SCI_OK && k < n; k++) {
        bool is_ignored = false;
        int64_t value;

        for (size_t i = 0; i < ignored->n; i++)
            is_ignored = is_ignored
                         || (cli_parse_integer(ignored->items[i], &value) && (double)value == x[k]
                             && !is_level(q, x[k]));
        if (kept > 0 && x[kept - 1] == x[k])
            continue;
        x[kept] = x[k];
        y[kept++] = is_ignored ? 0.0 : 1.0;
    }
    steps[0].n_points = kept;
    steps[0].x = x;
    steps[0].y = y;
    if (st == SCI_OK && kept > 0)
        st = imaging_mapped_create(&q->labelled, q->members->labels->source, 2, steps);
    sci_free(x);
    sci_free(y);
    return st;
}

/* ---- the whole ---- */

/* Masks of files and thickness as the members have them, tests of values as weights. */
static sci_status
attach(const qc_groups *q, const imaging_volume *before, sci_grouping *g)
{
    static const int all[IMAGING_AXES_MOST] = { 0, 1, 2, 3, 4, 5, 6 };
    imaging_members files = *q->members;
    sci_status st;

    if (q->chosen != NULL) {
        files.rule.kind = MASK_NONE;
        files.low = NULL;
    }
    st = imaging_members_attach(&files, before, g, NULL);
    if (st == SCI_OK && q->chosen != NULL)
        st = sci_grouping_weights(g, before->geometry.rank, all, q->chosen);
    return st;
}

sci_status
qc_groups_make(qc_groups *out, const imaging_context *c, const imaging_volume *before,
               sci_source *source, imaging_members *members)
{
    const sci_array *array = &before->source->array;
    sci_status st;

    *out = (qc_groups){ .members = members };
    st = imaging_groups_make(&out->groups, c, before, members);
    if (st == SCI_OK && members->low == NULL)
        st = imaging_thresholds_find(members, &out->groups, c, source);
    if (st == SCI_OK)
        st = choose(out, c, before, source);
    if (st == SCI_OK)
        st = sci_grouping_create(&out->together, array->rank, array->shape);
    if (st == SCI_OK)
        st = attach(out, before, out->groups.g);
    if (st == SCI_OK)
        st = attach(out, before, out->together);
    if (st == SCI_OK && members->regions != NULL)
        st = list_levels(out);
    if (st == SCI_OK && members->regions != NULL)
        st = mark_labelled(out, c);
    if (st == SCI_OK && out->labelled != NULL)
        st = sci_grouping_weights(out->together, members->n_label_axes, members->label_axes,
                                  out->labelled);
    if (st != SCI_OK)
        qc_groups_clear(out);
    return st;
}

void
qc_groups_clear(qc_groups *q)
{
    imaging_groups_clear(&q->groups);
    sci_grouping_free(q->together);
    sci_source_free(q->chosen);
    sci_source_free(q->labelled);
    sci_free(q->levels);
    *q = (qc_groups){ .members = NULL };
}
