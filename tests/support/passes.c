/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "passes.h"

#include <string.h>

#include "streamed.h"

/* What every pass needs. */
typedef struct stage {
    partition_built groups, second;
    sci_source *x;
    sci_affine *affine;
} stage;

static sci_array
array_of(const pass *p, sci_type type, bool swapped)
{
    sci_array array = { .rank = p->groups->rank, .type = type, .swapped = swapped };

    memcpy(array.shape, p->groups->shape, sizeof array.shape);
    return array;
}

static sci_status
open_source(const pass *p, sci_type type, bool swapped, const void *elements, const char *name,
            sci_source **out)
{
    sci_array array = array_of(p, type, swapped);

    return p->streamed ? streamed_source(out, &array, elements, name)
                       : sci_source_memory(out, &array, elements, name);
}

static sci_status
open_sink(const pass *p, void *elements, sci_sink **out)
{
    sci_array array = array_of(p, p->output, false);

    return p->streamed ? streamed_sink(out, &array, elements, "y")
                       : sci_sink_memory(out, &array, elements, "y");
}

static sci_status
make_affine(const pass *p, stage *s)
{
    sci_status st;

    st = sci_affine_create(&s->affine, s->groups.grouping, p->eps, p->options.ddof);
    if (st != SCI_OK)
        return st;
    sci_affine_outside(s->affine, p->outside);
    if (p->outside == SCI_OUTSIDE_VALUE)
        sci_affine_outside_value(s->affine, p->outside_value);
    if (p->second == NULL)
        return SCI_OK;
    st = partition_build(p->second, p->streamed, &s->second);
    if (st == SCI_OK)
        st = sci_affine_scale_shift(s->affine, s->second.grouping, p->gamma, p->beta);
    return st;
}

/* stage_close is needed whatever comes out. */
static sci_status
stage_open(const pass *p, bool transforms, stage *s)
{
    sci_status st;

    memset(s, 0, sizeof *s);
    st = open_source(p, p->type, p->swapped, p->x, "x", &s->x);
    if (st == SCI_OK)
        st = partition_build(p->groups, p->streamed, &s->groups);
    if (st == SCI_OK && p->values)
        st = sci_grouping_values(s->groups.grouping, p->values->nonzero, p->values->n,
                                 p->values->low, p->values->high);
    if (st == SCI_OK && transforms)
        st = make_affine(p, s);
    return st;
}

static void
stage_close(stage *s)
{
    sci_affine_free(s->affine);
    partition_clear(&s->second);
    partition_clear(&s->groups);
    sci_source_free(s->x);
}

sci_status
pass_fit(const pass *p, sci_stats **stats, sci_report *report)
{
    stage s;
    sci_status st;

    st = stage_open(p, false, &s);
    if (st == SCI_OK)
        st = sci_fit(s.x, s.groups.grouping, &p->options, stats, report);
    stage_close(&s);
    return st;
}

static sci_status
keep_rows(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    memcpy((sci_moments *)context + first_group, rows, n * sizeof *rows);
    return SCI_OK;
}

sci_status
pass_normalize(const pass *p, void *y, sci_moments *rows, sci_report *report)
{
    sci_rows_sink sink_of_rows = { keep_rows, rows };
    sci_sink *sink = NULL;
    stage s;
    sci_status st;

    st = stage_open(p, true, &s);
    if (st == SCI_OK)
        st = open_sink(p, y, &sink);
    if (st == SCI_OK)
        st = sci_normalize(s.x, s.affine, &p->options, sink, rows != NULL ? &sink_of_rows : NULL,
                           report);
    sci_sink_free(sink);
    stage_close(&s);
    return st;
}

sci_status
pass_apply(const pass *p, const sci_stats *stats, bool invert, const sci_range *range, void *y,
           sci_report *report)
{
    sci_rows_source rows = sci_stats_rows(stats);
    sci_sink *sink = NULL;
    stage s;
    sci_status st;

    st = stage_open(p, true, &s);
    if (st == SCI_OK && invert)
        st = sci_affine_invert(s.affine);
    if (st == SCI_OK)
        st = open_sink(p, y, &sink);
    if (st == SCI_OK)
        st = sci_apply(s.x, s.affine, &rows, range, &p->options, sink, report);
    sci_sink_free(sink);
    stage_close(&s);
    return st;
}

sci_status
pass_gradient(const pass *p, const void *dy, void *dx, double *dgamma, double *dbeta,
              sci_report *report)
{
    sci_type type = p->single_dy ? SCI_FLOAT32 : SCI_FLOAT64;
    sci_source *incoming = NULL;
    sci_sink *sink = NULL;
    stage s;
    sci_status st;

    st = stage_open(p, true, &s);
    if (st == SCI_OK)
        st = open_source(p, type, false, dy, "dy", &incoming);
    if (st == SCI_OK)
        st = open_sink(p, dx, &sink);
    if (st == SCI_OK)
        st = sci_gradient(s.x, incoming, s.affine, &p->options, sink, dgamma, dbeta, report);
    sci_sink_free(sink);
    sci_source_free(incoming);
    stage_close(&s);
    return st;
}
