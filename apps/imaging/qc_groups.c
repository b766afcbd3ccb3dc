/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qc_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/number.h"
#include "chosen.h"
#include "limits.h"
#include "mapped.h"

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
        st = imaging_chosen_map(&out->chosen, source, members, &out->groups, c, before);
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
