/* SPDX-License-Identifier: BSD-3-Clause */
/* Quantiles of a source: one round, or all of them. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/quantiles.h"
#include "counting.h"

/* A source open for counting. The grouping is the given one, but weights only say who is a member:
 * once they have been looked at they are masks. */
typedef struct counted {
    sci_options opt;
    sci_effective effective;
    sci_run run;
} counted;

static sci_status
open_counted(counted *c, sci_source *in, const sci_grouping *g, const sci_options *opt)
{
    sci_job job = { .opt = &c->opt, .x = in, .g = &c->effective.grouping };
    sci_status st;

    memset(&c->run, 0, sizeof c->run);
    c->opt = *opt;
    c->opt.ddof = 0;
    if (opt->shards > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "quantiles are counted over whole sources");
    st = sci_effective_grouping(&c->effective, g, &c->opt);
    for (int m = 0; st == SCI_OK && m < c->effective.grouping.n_maps; m++)
        if (c->effective.grouping.maps[m].kind == SCI_MAP_WEIGHT)
            c->effective.grouping.maps[m].kind = SCI_MAP_MASK;
    return st == SCI_OK ? sci_run_open(&c->run, &job) : st;
}

static void
take_digest(const sci_count_digests *digests, sci_report *report)
{
    if (digests->n == 1)
        memcpy(report->digest, digests->nodes[0].digest.bytes, SCI_DIGEST_BYTES);
}

static sci_status
check_source(const sci_quantiles *q, const sci_source *in, const sci_grouping *g)
{
    if (in->array.type != q->type)
        return sci_fail(SCI_ERR_SHAPE, "'%s' holds %s, what was counted before %s", in->name,
                        sci_type_name(in->array.type), sci_type_name(q->type));
    if (sci_grouping_groups(g) != q->groups)
        return sci_fail(SCI_ERR_SHAPE, "'%s' has %" PRIu64 " groups, the quantiles %" PRIu64,
                        in->name, sci_grouping_groups(g), q->groups);
    return SCI_OK;
}

sci_status
sci_quantiles_count(sci_quantiles *q, sci_source *in, const sci_grouping *g,
                    const sci_options *opt, sci_report *report)
{
    sci_count_digests digests = { 0 };
    sci_report seen = { 0 };
    sci_range whole = { 0, 0 };
    counted c;
    sci_status st = check_source(q, in, g);

    if (st == SCI_OK && (q->spoiled || q->values != NULL || q->round == q->rounds))
        st = sci_fail(SCI_ERR_ARGUMENT, "no round of these quantiles is open");
    if (st == SCI_OK && q->nan >= 0 && q->nan != (int)opt->nan)
        st = sci_fail(SCI_ERR_REFUSED, "NaN was not treated the same way before (--nan)");
    if (st != SCI_OK)
        return st;
    st = open_counted(&c, in, g, opt);
    whole.end = c.run.count;
    if (st == SCI_OK) {
        q->nan = (int)opt->nan;
        st = sci_count_pass(&c.run, q, 0, &whole, &digests, &seen);
    }
    take_digest(&digests, &seen);
    if (report)
        *report = seen;
    sci_run_clear(&c.run);
    return st;
}

/* ---- all rounds ---- */

typedef struct fitted {
    counted *source;
    size_t n;
    const double *p, *centre;
    sci_count_digests digests;
    sci_report report;
} fitted;

/* All rounds of some of the groups. */
static sci_status
fit_groups(fitted *f, uint64_t first_group, uint64_t groups, const sci_range *range,
           sci_quantiles **out)
{
    sci_run *run = &f->source->run;
    sci_quantiles *q = NULL;
    bool done = false;
    sci_status st = sci_quantiles_create(&q, groups, run->job.x->array.type, f->n, f->p,
                                         f->centre ? f->centre + first_group : NULL);

    if (st == SCI_OK)
        q->nan = (int)run->job.opt->nan;
    while (st == SCI_OK && !done) {
        sci_report again = { 0 };
        bool first = q->round == 0;

        st = sci_count_pass(run, q, first_group, range, first ? &f->digests : NULL,
                            first ? &f->report : &again);
        if (st == SCI_OK)
            st = sci_quantiles_advance(q, &done);
    }
    if (st != SCI_OK) {
        sci_quantiles_free(q);
        return st;
    }
    *out = q;
    return SCI_OK;
}

/* What the counts of one period take at most, over all rounds. */
static uint64_t
period_bytes(const fitted *f)
{
    sci_type type = f->source->run.job.x->array.type;
    int bits = f->centre ? 64 : sci_ordered_bits(type);
    uint64_t bins = bits == 8 ? 256 : SCI_ORDERED_BINS, cells = bits > 16 ? 1 + 2 * f->n : 1;

    return f->source->run.cut.period_groups * (cells * bins + SCI_ORDERED_WORDS)
           * sizeof(uint64_t);
}

/* Periods that are counted together: in half of the budget, or one. Segments are not cut. */
static uint64_t
periods_at_once(const fitted *f)
{
    const sci_run *run = &f->source->run;
    uint64_t unit = run->cut.periods_per_segment > 0 ? run->cut.periods_per_segment : 1;
    uint64_t target = run->budget_limit / 2 < run->budget_target * 4 ? run->budget_limit / 2
                                                                     : run->budget_target * 4;
    uint64_t periods = target / (period_bytes(f) > 0 ? period_bytes(f) : 1) / unit * unit;

    periods = periods > 0 ? periods : unit;
    return periods < run->cut.periods ? periods : run->cut.periods;
}

static sci_status
fit_by_parts(fitted *f, uint64_t periods, sci_quantiles **out)
{
    const sci_run *run = &f->source->run;
    const sci_segmentation *cut = &run->cut;
    sci_quantiles *all = NULL;
    sci_status st = sci_quantiles_create(&all, run->groups, run->job.x->array.type, f->n, f->p,
                                         f->centre);

    if (st == SCI_OK)
        st = sci_alloc(&all->values, run->groups, f->n, sizeof *all->values);
    for (uint64_t p = 0; st == SCI_OK && p < cut->periods; p += periods) {
        uint64_t some = cut->periods - p < periods ? cut->periods - p : periods;
        uint64_t first = p * cut->period_groups, groups = some * cut->period_groups;
        sci_range range = { p * cut->period_length, (p + some) * cut->period_length };
        sci_quantiles *part = NULL;

        st = fit_groups(f, first, groups, &range, &part);
        for (uint64_t g = 0; st == SCI_OK && g < groups; g++) {
            all->tallies[first + g] = part->tallies[g];
            for (size_t k = 0; k < f->n; k++)
                all->values[(first + g) * f->n + k] = sci_quantiles_value(part, g, k);
        }
        sci_quantiles_free(part);
    }
    if (st != SCI_OK) {
        sci_quantiles_free(all);
        return st;
    }
    all->round = all->rounds;
    *out = all;
    return SCI_OK;
}

sci_status
sci_quantiles_fit(sci_quantiles **out, sci_source *in, const sci_grouping *g,
                  const sci_options *opt, size_t n, const double *p, const double *centre,
                  sci_report *report)
{
    counted c;
    fitted f = { .source = &c, .n = n, .p = p, .centre = centre };
    uint64_t periods;
    sci_status st = open_counted(&c, in, g, opt);

    if (st == SCI_OK) {
        sci_range whole = { 0, c.run.count };

        periods = periods_at_once(&f);
        st = periods < c.run.cut.periods ? fit_by_parts(&f, periods, out)
                                         : fit_groups(&f, 0, c.run.groups, &whole, out);
    }
    take_digest(&f.digests, &f.report);
    if (report)
        *report = f.report;
    sci_run_clear(&c.run);
    return st;
}
