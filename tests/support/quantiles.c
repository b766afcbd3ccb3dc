/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quantiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "streamed.h"
#include "testing.h"

static int
compare(const void *a, const void *b)
{
    long double x = *(const long double *)a, y = *(const long double *)b;

    return (x > y) - (x < y);
}

static double
type_7(const long double *sorted, size_t n, double p)
{
    double rank = (double)(n - 1) * p, whole = floor(rank), fraction = rank - whole;
    double below, above;
    size_t k = (size_t)whole;

    below = (double)sorted[k];
    above = (double)sorted[k + 1 < n ? k + 1 : k];
    if (fraction == 0.0 || below == above)
        return below == 0.0 ? 0.0 : below;
    return below + fraction * (above - below);
}

double *
sorted_quantiles(example *e, size_t n, const double *p, const double *centre)
{
    const exact_case *c = example_exact(e);
    double *out = test_alloc(c->groups * n + 1, sizeof *out);
    long double *members = test_alloc(c->n + 1, sizeof *members);

    for (uint64_t g = 0; g < c->groups; g++) {
        size_t count = 0;
        bool poisoned = false;

        for (uint64_t i = 0; i < c->n; i++) {
            long double x = c->x[i];

            if (c->group[i] != (int64_t)g || !(c->weight[i] > 0.0))
                continue;
            if (isnan(x) || (isinf(x) && c->nan != SCI_NAN_PROPAGATE)) {
                poisoned = poisoned || c->nan == SCI_NAN_PROPAGATE;
                continue;
            }
            members[count++] = centre ? (long double)fabs((double)x - centre[g]) : x;
        }
        qsort(members, count, sizeof *members, compare);
        for (size_t k = 0; k < n; k++)
            out[g * n + k] =
                count == 0 || poisoned ? (double)NAN : type_7(members, count, p[k]);
    }
    free(members);
    return out;
}

typedef struct opened {
    partition_built groups;
    sci_source *x;
} opened;

static sci_status
open_pass(const pass *p, opened *o)
{
    sci_array array = { .rank = p->groups->rank, .type = p->type, .swapped = p->swapped };
    sci_status st;

    memset(o, 0, sizeof *o);
    memcpy(array.shape, p->groups->shape, sizeof array.shape);
    st = p->streamed ? streamed_source(&o->x, &array, p->x, "x")
                     : sci_source_memory(&o->x, &array, p->x, "x");
    if (st == SCI_OK)
        st = partition_build(p->groups, p->streamed, &o->groups);
    if (st == SCI_OK && p->values)
        st = sci_grouping_values(o->groups.grouping, p->values->nonzero, p->values->n,
                                 p->values->low, p->values->high);
    return st;
}

static void
close_pass(opened *o)
{
    partition_clear(&o->groups);
    sci_source_free(o->x);
}

sci_status
pass_count(const pass *p, sci_quantiles *q, sci_report *report)
{
    opened o;
    sci_status st = open_pass(p, &o);

    if (st == SCI_OK)
        st = sci_quantiles_count(q, o.x, o.groups.grouping, &p->options, report);
    close_pass(&o);
    return st;
}

sci_status
pass_quantiles(const pass *p, size_t n, const double *at, const double *centre,
               sci_quantiles **out, sci_report *report)
{
    opened o;
    sci_status st = open_pass(p, &o);

    if (st == SCI_OK)
        st = sci_quantiles_fit(out, o.x, o.groups.grouping, &p->options, n, at, centre, report);
    close_pass(&o);
    return st;
}
