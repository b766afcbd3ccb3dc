/* SPDX-License-Identifier: BSD-3-Clause */
/* The counts of a round. Segments are counted by whichever worker is free: where they are whole
 * periods their groups are nobody else's and the table itself is counted into; where a period is
 * cut each worker has counts of its own, which are added up when the period ends. Sums of integers
 * do not depend on who made them. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../core/clones.h"
#include "../stats/quantiles.h"
#include "counting.h"
#include "fitting.h"

#define TILE 512

/* Where one worker counts: groups first_group and on. */
typedef struct counter {
    const sci_quantiles *q;
    const sci_stretch *stretch;
    uint64_t origin;      /* group of the array that is group 0 of q */
    uint64_t first_group; /* of q: the first of these */
    uint64_t *counts;
    sci_quantile_tally *tallies;
    uint64_t nonfinite, first_nonfinite;
    uint64_t members; /* of nonfinite ones */
    sci_nan_policy nan;
} counter;

typedef struct counting {
    sci_run *run;
    sci_quantiles *q;
    uint64_t origin;
    bool shared; /* workers count into the table */
    counter *counters;
    uint64_t *counts;             /* of all workers, one after the other */
    sci_quantile_tally *tallies;
    uint64_t worker_counts, worker_tallies;
    uint64_t period; /* that they are of; UINT64_MAX: none */
    sci_slab *slab;
    uint64_t first; /* segment of the wave */
    sci_digest *digests;
    sci_digest_node *digest_nodes;
    size_t *n_digest_nodes;
} counting;

/* ---- elements ---- */

static void
count_members(counter *c, uint64_t group, const void *x, size_t n)
{
    const sci_quantiles *q = c->q;
    uint64_t cell = sci_quantiles_cell(q, group) - sci_quantiles_cell(q, c->first_group);
    sci_count_cells cells = sci_quantiles_cells(q, group, c->counts + cell * q->bins);

    if (n == 0)
        return;
    if (q->centre != NULL)
        sci_count_deviations(q->type, q->round, x, n, q->centre[group], &cells);
    else
        sci_count_ordered(q->type, q->round, x, n, &cells);
    c->tallies[group - c->first_group].members += n;
}

static double
element_at(const sci_stretch *s, uint64_t index)
{
    uint64_t at = index - s->origin;

    return s->type == SCI_FLOAT32 ? (double)((const float *)(const void *)s->elements)[at]
                                  : ((const double *)(const void *)s->elements)[at];
}

/* Takes the member away (groups[i] = -1) unless it is a number like others. */
static void
meet_nonfinite(counter *c, uint64_t index, int32_t *group)
{
    double x = element_at(c->stretch, index);

    if (isfinite(x))
        return;
    if (c->nonfinite++ == 0 || index < c->first_nonfinite)
        c->first_nonfinite = index;
    if (c->nan == SCI_NAN_PROPAGATE && !isnan(x))
        return;
    if (c->nan == SCI_NAN_PROPAGATE)
        c->tallies[(uint64_t)*group].missing++;
    c->members++;
    *group = -1;
}

/* The lowest and the highest group of those that are not -1; highest is -1 if there is none. */
SCI_CLONES static void
bounds_of(const int32_t *groups, size_t n, uint32_t *lowest, int32_t *highest)
{
    uint32_t low = UINT32_MAX;
    int32_t high = -1;

    for (size_t i = 0; i < n; i++) {
        high = groups[i] > high ? groups[i] : high;
        low = (uint32_t)groups[i] < low ? (uint32_t)groups[i] : low;
    }
    *lowest = low;
    *highest = high;
}

/* Elements of a tile one by one: members of one group that follow each other are counted together,
 * and all of them where the tile has one group only. */
static void
count_tile(counter *c, const sci_row *part)
{
    const sci_stretch *s = c->stretch;
    size_t size = sci_type_size(s->type), n = part->count, end;
    const unsigned char *x = s->elements + (part->first - s->origin) * size;
    bool nonfinite = sci_stretch_any_nonfinite(s, part->first, n);
    unsigned char members[TILE * sizeof(uint64_t)];
    int32_t groups[TILE], highest;
    uint32_t lowest;

    sci_members_of_elements(s, part, c->origin + c->first_group, groups);
    for (size_t i = 0; nonfinite && i < n; i++)
        if (groups[i] >= 0)
            meet_nonfinite(c, part->first + i, &groups[i]);
    bounds_of(groups, n, &lowest, &highest);
    if (highest < 0)
        return;
    if ((uint32_t)highest == lowest) {
        n = sci_members_compact(members, x, size, groups, n);
        count_members(c, c->first_group + (uint64_t)highest, members, n);
        return;
    }
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && groups[end] == groups[i];)
            end++;
        if (groups[i] >= 0)
            count_members(c, c->first_group + (uint64_t)groups[i], x + i * size, end - i);
    }
}

static void
count_row(counter *c, const sci_row *row, bool whole)
{
    const sci_stretch *s = c->stretch;
    size_t size = sci_type_size(s->type);
    unsigned char members[(TILE + 1) * sizeof(uint64_t)];

    for (uint64_t at = 0; at < row->count; at += TILE) {
        sci_row part = sci_row_part(row, at, TILE);
        const unsigned char *x = s->elements + (part.first - s->origin) * size;
        sci_place place = { .group = { (int64_t)part.at[0] }, .weight = 1.0 };
        size_t n = part.count;

        if (!whole || sci_stretch_any_nonfinite(s, part.first, n)) {
            count_tile(c, &part);
            continue;
        }
        if (s->layout->n_maps > 0)
            place = sci_place_of_row(s, &part);
        if (place.group[0] < 0 || !(place.weight > 0.0))
            continue;
        if (s->layout->values) {
            n = sci_values_compact(s->layout->values, s->type, x, n, (uint64_t)place.group[0],
                                   members);
            x = members;
        }
        count_members(c, (uint64_t)place.group[0] - c->origin, x, n);
    }
}

static void
count_segment(counter *c, const sci_segment *segment)
{
    const sci_layout *layout = c->stretch->layout;
    bool whole = layout->step[0][layout->n_axes - 1] == 0;
    sci_cursor cursor;

    for (int m = 0; m < layout->n_maps; m++)
        whole = whole && !layout->maps[m].inner;
    sci_cursor_begin(&cursor, layout, segment->first, segment->end);
    while (sci_cursor_next(&cursor))
        count_row(c, &cursor.row, whole);
}

/* ---- segments ---- */

static sci_status
segment_task(void *context, size_t index, int worker)
{
    counting *z = context;
    const sci_run *run = z->run;
    sci_segment segment = sci_run_segment(run, z->first + index);
    size_t size = sci_type_size(run->job.x->array.type);
    sci_stretch s = sci_slab_stretch(run, z->slab, &run->fit_layout);
    counter *c = &z->counters[worker];
    sci_status st = SCI_OK;

    if (z->digests)
        st = sci_digest_of(run->job.opt->digest,
                           z->slab->x.raw + (segment.first - z->slab->first) * size,
                           (segment.end - segment.first) * size, &z->digests[index]);
    if (st != SCI_OK)
        return st;
    c->stretch = &s;
    c->first_group = segment.first_group - z->origin;
    if (z->shared) {
        c->counts = sci_quantiles_counts(z->q)
                    + sci_quantiles_cell(z->q, c->first_group) * z->q->bins;
        c->tallies = sci_quantiles_tallies(z->q) + c->first_group;
    }
    count_segment(c, &segment);
    c->stretch = NULL;
    return SCI_OK;
}

/* Cells of one period. */
static uint64_t
period_cells(const counting *z, uint64_t period)
{
    uint64_t first = period * z->run->cut.period_groups - z->origin;

    return sci_quantiles_cell(z->q, first + z->run->cut.period_groups)
           - sci_quantiles_cell(z->q, first);
}

/* Add up one cell of all workers, and begin anew. */
static sci_status
add_task(void *context, size_t cell, int worker)
{
    counting *z = context;
    uint64_t bins = z->q->bins, first = z->period * z->run->cut.period_groups - z->origin;
    uint64_t *into =
        sci_quantiles_counts(z->q) + (sci_quantiles_cell(z->q, first) + cell) * bins;

    (void)worker;
    for (int w = 0; w < z->run->threads; w++) {
        uint64_t *part = z->counts + (uint64_t)w * z->worker_counts + cell * bins;

        for (uint64_t bin = 0; bin < bins; bin++)
            into[bin] += part[bin];
        memset(part, 0, bins * sizeof *part);
    }
    return SCI_OK;
}

static sci_status
finish_period(counting *z)
{
    uint64_t groups = z->run->cut.period_groups;
    sci_quantile_tally *into;
    sci_status st;

    if (z->shared || z->period == UINT64_MAX)
        return SCI_OK;
    into = sci_quantiles_tallies(z->q) + (z->period * groups - z->origin);
    st = sci_parallel_for(z->run->pool, period_cells(z, z->period), add_task, z);
    for (int w = 0; w < z->run->threads; w++)
        for (uint64_t g = 0; g < groups; g++) {
            sci_quantile_tally *part = &z->tallies[(uint64_t)w * z->worker_tallies + g];

            into[g].members += part->members;
            into[g].missing += part->missing;
            *part = (sci_quantile_tally){ 0 };
        }
    z->period = UINT64_MAX;
    return st;
}

static sci_status
take_digests(counting *z, uint64_t n)
{
    sci_status st = SCI_OK;

    for (uint64_t i = 0; z->digests && st == SCI_OK && i < n; i++) {
        sci_digest_node leaf = { .index = z->first + i, .digest = z->digests[i] };

        st = sci_digest_nodes_insert(z->digest_nodes, z->n_digest_nodes, z->run->cut.segments,
                                     z->run->job.opt->digest, &leaf);
    }
    return st;
}

static sci_status
count_slab(void *context, sci_slab *slab)
{
    counting *z = context;
    uint64_t per_period = z->run->cut.segments_per_period;
    sci_status st = SCI_OK;

    z->slab = slab;
    for (z->first = slab->first_segment; st == SCI_OK && z->first < slab->end_segment;) {
        uint64_t n = slab->end_segment - z->first, to_end = per_period - z->first % per_period;
        uint64_t period = z->first / per_period;

        if (!z->shared) {
            n = n < to_end ? n : to_end;
            if (z->period != period)
                st = finish_period(z);
            z->period = period;
        }
        if (st == SCI_OK)
            st = sci_parallel_for(z->run->pool, n, segment_task, z);
        if (st == SCI_OK)
            st = take_digests(z, n);
        z->first += n;
    }
    return st;
}

/* ---- the pass ---- */

static uint64_t
held_bytes(const sci_run *run)
{
    uint64_t workers = run->threads > 1 ? (uint64_t)run->threads : 0;

    return run->held_bytes + workers * run->worker_bytes;
}

static void
measure(counting *z, const sci_range *range)
{
    sci_run *run = z->run;
    const sci_segmentation *cut = &run->cut;
    uint64_t cells = 0;

    z->shared = cut->periods_per_segment > 0;
    if (!z->shared)
        for (uint64_t p = range->first / cut->period_length; p < range->end / cut->period_length;
             p++)
            cells = period_cells(z, p) > cells ? period_cells(z, p) : cells;
    z->worker_counts = cells * z->q->bins;
    z->worker_tallies = z->shared ? 0 : cut->period_groups;
    run->held_bytes = sci_quantiles_bytes(z->q);
    run->worker_bytes = z->worker_counts * sizeof(uint64_t)
                        + z->worker_tallies * sizeof(sci_quantile_tally);
}

static sci_status
start(counting *z, uint64_t slab_segments, bool digests)
{
    uint64_t threads = (uint64_t)z->run->threads;
    sci_status st = sci_quantiles_open(z->q);

    z->shared = z->shared || threads == 1;
    z->period = UINT64_MAX;
    if (st == SCI_OK)
        st = sci_alloc_zero(&z->counters, threads, 1, sizeof *z->counters);
    if (st == SCI_OK && digests)
        st = sci_alloc(&z->digests, slab_segments, 1, sizeof *z->digests);
    if (st == SCI_OK && !z->shared)
        st = sci_alloc_zero(&z->counts, threads, z->worker_counts, sizeof *z->counts);
    if (st == SCI_OK && !z->shared)
        st = sci_alloc_zero(&z->tallies, threads, z->worker_tallies, sizeof *z->tallies);
    for (uint64_t w = 0; st == SCI_OK && w < threads; w++) {
        z->counters[w] = (counter){ .q = z->q, .origin = z->origin, .nan = z->run->job.opt->nan };
        if (!z->shared) {
            z->counters[w].counts = z->counts + w * z->worker_counts;
            z->counters[w].tallies = z->tallies + w * z->worker_tallies;
        }
    }
    return st;
}

static uint64_t
all_members(const counting *z)
{
    const sci_quantile_tally *tallies = sci_quantiles_tallies(z->q);
    uint64_t members = 0;

    for (uint64_t g = 0; g < z->q->groups; g++)
        members += tallies[g].members;
    return members;
}

static void
fill_report(const counting *z, uint64_t elements, sci_report *report)
{
    for (int w = 0; w < z->run->threads; w++) {
        const counter *c = &z->counters[w];

        if (c->nonfinite > 0
            && (report->nonfinite == 0 || c->first_nonfinite < report->first_nonfinite))
            report->first_nonfinite = c->first_nonfinite;
        report->nonfinite += c->nonfinite;
        report->members += c->members;
    }
    report->elements += elements;
}

sci_status
sci_count_pass(sci_run *run, sci_quantiles *q, uint64_t first_group, const sci_range *range,
               sci_count_digests *digests, sci_report *report)
{
    counting z = { .run = run, .q = q, .origin = first_group };
    sci_pass pass = { .run = run,
                      .context = &z,
                      .process = count_slab,
                      .range = *range,
                      .own_bytes = held_bytes,
                      .progress_total = range->end - range->first };
    uint64_t before;
    sci_status st;

    if (digests) {
        z.digest_nodes = digests->nodes;
        z.n_digest_nodes = &digests->n;
    }
    measure(&z, range);
    before = all_members(&z);
    q->spoiled = true; /* until it is done */
    st = sci_pass_plan(&pass, NULL);
    if (st == SCI_OK)
        st = start(&z, pass.slab_segments, digests != NULL);
    if (st == SCI_OK)
        st = sci_pass_run(&pass);
    if (st == SCI_OK)
        st = finish_period(&z);
    if (st == SCI_OK) {
        fill_report(&z, range->end - range->first, report);
        report->members += all_members(&z) - before;
        if (report->nonfinite > 0 && run->job.opt->nan == SCI_NAN_REFUSE)
            st = sci_fail_nonfinite(run->job.x, report);
    }
    q->spoiled = st != SCI_OK;
    sci_free(z.counters);
    sci_free(z.counts);
    sci_free(z.tallies);
    sci_free(z.digests);
    return st;
}
