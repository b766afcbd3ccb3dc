/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "fitting.h"

#define WAVE_ROWS 65536 /* rows of a wave of segments, if that makes it larger than the workers */
#define FUSED_ELEMENTS \
    65536 /* elements that are fitted and then transformed while they are in the cache */
#define TRANSFORM_ELEMENTS 131072

struct sci_fitting {
    sci_run *run;
    sci_fitting_hooks hooks;
    uint64_t wave; /* segments fitted at once */
    sci_segment_fitter **fitters;
    sci_moments *leaves;
    sci_nonfinite *nonfinite;
    sci_digest *digests;
    sci_tree tree;
    sci_digest_node digest_nodes[SCI_TREE_NODES_MOST];
    size_t n_digest_nodes;
    sci_report report;
    sci_slab *slab; /* while it is processed */
    uint64_t first; /* segment: while a wave is fitted */
};

static uint64_t
wave_of(const sci_run *run)
{
    uint64_t wave = WAVE_ROWS / (run->segment_groups > 0 ? run->segment_groups : 1);

    wave = wave > (uint64_t)run->threads ? wave : (uint64_t)run->threads;
    return wave < run->cut.segments ? wave : run->cut.segments > 0 ? run->cut.segments : 1;
}

uint64_t
sci_fitting_bytes(const sci_run *run)
{
    uint64_t wave = wave_of(run), tables = wave;

    if (run->cut.periods_per_segment == 0)
        tables += sci_tree_height(run->cut.segments_per_period) + 1;
    return tables * run->segment_groups * sizeof(sci_moments)
           + (uint64_t)run->threads
                 * sci_segment_fitter_bytes(&run->fit_layout, &run->cut, run->type);
}

sci_status
sci_fitting_create(sci_fitting **out, sci_run *run, const sci_fitting_hooks *hooks)
{
    sci_fitting *f = NULL;
    sci_status st = sci_alloc_zero(&f, 1, 1, sizeof *f);

    if (st != SCI_OK)
        return st;
    f->run = run;
    f->hooks = *hooks;
    f->wave = wave_of(run);
    sci_tree_begin(&f->tree, run->cut.segments_per_period, run->cut.period_groups);
    st = sci_alloc_zero(&f->fitters, (size_t)run->threads, 1, sizeof(sci_segment_fitter *));
    for (int w = 0; st == SCI_OK && w < run->threads; w++)
        st = sci_segment_fitter_create(&f->fitters[w], &run->fit_layout, &run->cut, run->type);
    if (st == SCI_OK)
        st = sci_alloc(&f->leaves, f->wave, run->segment_groups, sizeof *f->leaves);
    if (st == SCI_OK)
        st = sci_alloc(&f->nonfinite, f->wave, 1, sizeof *f->nonfinite);
    if (st == SCI_OK)
        st = sci_alloc(&f->digests, f->wave, 1, sizeof *f->digests);
    if (st != SCI_OK) {
        sci_fitting_free(f);
        return st;
    }
    *out = f;
    return SCI_OK;
}

void
sci_fitting_free(sci_fitting *f)
{
    if (!f)
        return;
    for (int w = 0; f->fitters && w < f->run->threads; w++)
        sci_segment_fitter_free(f->fitters[w]);
    sci_free(f->fitters);
    sci_free(f->leaves);
    sci_free(f->nonfinite);
    sci_free(f->digests);
    sci_tree_clear(&f->tree);
    sci_free(f);
}

/* ---- one segment ---- */

static void
add_nonfinite(sci_nonfinite *sum, const sci_nonfinite *part)
{
    if (part->count > 0 && (sum->count == 0 || part->first < sum->first))
        sum->first = part->first;
    sum->count += part->count;
}

/* Periods of a segment, a few at a time: fitted, then transformed before they leave the cache. */
static sci_status
fit_and_transform(sci_fitting *f, const sci_segment *segment, sci_moments *rows,
                  sci_nonfinite *nonfinite, int worker)
{
    const sci_run *run = f->run;
    sci_stretch s = sci_slab_stretch(run, f->slab, &run->fit_layout);
    uint64_t length = run->cut.period_length, groups = run->cut.period_groups;
    uint64_t step = FUSED_ELEMENTS / length > 0 ? FUSED_ELEMENTS / length : 1;
    uint64_t periods = (segment->end - segment->first) / length;

    *nonfinite = (sci_nonfinite){ 0 };
    for (uint64_t p = 0; p < periods; p += step) {
        uint64_t n = periods - p < step ? periods - p : step;
        sci_segment part = { segment->first + p * length, segment->first + (p + n) * length,
                             segment->first_group + p * groups, n * groups };
        sci_nonfinite found;
        sci_status st;

        sci_segment_fit(f->fitters[worker], &s, &part, run->job.opt->nan, rows + p * groups,
                        &found);
        add_nonfinite(nonfinite, &found);
        st = f->hooks.transform(f->hooks.context, f->slab, part.first, part.end, part.first_group,
                                part.groups, rows + p * groups, worker);
        if (st != SCI_OK)
            return st;
    }
    return SCI_OK;
}

static sci_status
leaf_task(void *context, size_t index, int worker)
{
    sci_fitting *f = context;
    const sci_run *run = f->run;
    const sci_input *x = &f->slab->x;
    sci_segment segment = sci_run_segment(run, f->first + index);
    size_t size = sci_type_size(run->job.x->array.type);
    sci_moments *rows = f->leaves + index * run->segment_groups;
    sci_stretch s = sci_slab_stretch(run, f->slab, &run->fit_layout);
    sci_status st = SCI_OK;

    if (!f->hooks.no_digest)
        st = sci_digest_of(run->job.opt->digest, x->raw + (segment.first - f->slab->first) * size,
                           (segment.end - segment.first) * size, &f->digests[index]);
    if (st != SCI_OK)
        return st;
    if (f->hooks.transform && run->cut.periods_per_segment > 0)
        return fit_and_transform(f, &segment, rows, &f->nonfinite[index], worker);
    sci_segment_fit(f->fitters[worker], &s, &segment, run->job.opt->nan, rows,
                    &f->nonfinite[index]);
    return SCI_OK;
}

/* ---- in the order of segments ---- */

static sci_status
emit_rows(sci_fitting *f, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    for (uint64_t i = 0; i < n; i++) {
        f->report.members += rows[i].count;
        f->report.constant_groups += sci_moments_is_constant(&rows[i]);
        f->report.empty_groups += rows[i].count == 0;
    }
    return f->hooks.rows(f->hooks.context, first_group, n, rows);
}

typedef struct transforming {
    sci_fitting *fitting;
    uint64_t first, end, first_group, pieces;
    const sci_moments *rows;
} transforming;

/* The end of a period is still in the cache: begin there. */
static sci_status
transform_task(void *context, size_t index, int worker)
{
    transforming *t = context;
    sci_fitting *f = t->fitting;
    uint64_t first = t->first + (t->pieces - 1 - index) * TRANSFORM_ELEMENTS;
    uint64_t end = t->end - first < TRANSFORM_ELEMENTS ? t->end : first + TRANSFORM_ELEMENTS;

    return f->hooks.transform(f->hooks.context, f->slab, first, end, t->first_group,
                              f->run->cut.period_groups, t->rows, worker);
}

static sci_status
finish_period(sci_fitting *f, uint64_t period)
{
    const sci_segmentation *cut = &f->run->cut;
    const sci_moments *root = sci_tree_root(&f->tree);
    uint64_t first = period * cut->period_length;
    transforming t = { f,
                       first,
                       first + cut->period_length,
                       period * cut->period_groups,
                       (cut->period_length + TRANSFORM_ELEMENTS - 1) / TRANSFORM_ELEMENTS,
                       root };
    sci_status st;

    if (root) {
        st = emit_rows(f, t.first_group, cut->period_groups, root);
        if (st == SCI_OK && f->hooks.transform)
            st = sci_parallel_for(f->run->pool, t.pieces, transform_task, &t);
    } else {
        for (int i = 0; i < f->tree.depth; i++)
            for (uint64_t g = 0; g < cut->period_groups; g++)
                f->report.members += f->tree.stack[i].rows[g].count;
        st = f->hooks.nodes(f->hooks.context, period, &f->tree);
    }
    sci_tree_reset(&f->tree);
    return st;
}

static sci_status
absorb(sci_fitting *f, uint64_t number, uint64_t index)
{
    const sci_segmentation *cut = &f->run->cut;
    const sci_moments *rows = f->leaves + index * f->run->segment_groups;
    sci_segment segment = sci_run_segment(f->run, number);
    sci_nonfinite sum = { f->report.nonfinite, f->report.first_nonfinite };
    sci_digest_node leaf = { .index = number, .digest = f->digests[index] };
    sci_status st = SCI_OK;

    if (!f->hooks.no_digest)
        st = sci_digest_nodes_insert(f->digest_nodes, &f->n_digest_nodes, cut->segments,
                                     f->run->job.opt->digest, &leaf);

    if (st != SCI_OK)
        return st;
    add_nonfinite(&sum, &f->nonfinite[index]);
    f->report.nonfinite = sum.count;
    f->report.first_nonfinite = sum.first;
    f->report.elements += segment.end - segment.first;
    if (cut->periods_per_segment > 0)
        return emit_rows(f, segment.first_group, segment.groups, rows);
    st = sci_tree_push(&f->tree, number % cut->segments_per_period, rows);
    if (st == SCI_OK && (number + 1) % cut->segments_per_period == 0)
        st = finish_period(f, number / cut->segments_per_period);
    return st;
}

sci_status
sci_fitting_process(void *context, sci_slab *slab)
{
    sci_fitting *f = context;
    uint64_t per_period = f->run->cut.segments_per_period;

    f->slab = slab;
    for (f->first = slab->first_segment; f->first < slab->end_segment;) {
        uint64_t left = slab->end_segment - f->first, n = f->wave < left ? f->wave : left;
        uint64_t to_period_end = per_period - f->first % per_period;
        sci_status st;

        if (f->hooks.transform && per_period > 1 && n > to_period_end)
            n = to_period_end;
        st = sci_parallel_for(f->run->pool, n, leaf_task, f);
        for (uint64_t i = 0; st == SCI_OK && i < n; i++)
            st = absorb(f, f->first + i, i);
        if (st != SCI_OK)
            return st;
        f->first += n;
    }
    return SCI_OK;
}

/* "(3, 0, 17)" */
static void
index_text(const sci_array *array, uint64_t element, char *text, size_t size)
{
    uint64_t index[SCI_MAX_RANK];
    size_t used;

    for (int a = array->rank - 1; a >= 0; a--) {
        index[a] = element % array->shape[a];
        element /= array->shape[a];
    }
    used = (size_t)snprintf(text, size, "(");
    for (int a = 0; a < array->rank && used < size; a++)
        used += (size_t)snprintf(text + used, size - used, "%s%" PRIu64, a ? ", " : "", index[a]);
    if (used < size)
        snprintf(text + used, size - used, ")");
}

sci_status
sci_fail_nonfinite(const sci_source *source, const sci_report *report)
{
    char place[256];

    index_text(&source->array, report->first_nonfinite, place, sizeof place);
    return sci_fail(SCI_ERR_NONFINITE,
                    "'%s': %" PRIu64 " of %" PRIu64
                    " values are %s, the first at index %s; "
                    "choose --nan ignore or --nan propagate",
                    source->name, report->nonfinite, report->elements,
                    source->nonfinite ? source->nonfinite : "NaN or infinite", place);
}

/* An array without elements has groups all the same. */
static sci_status
emit_empty_groups(sci_fitting *f)
{
    const sci_moments empty = sci_moments_empty();
    sci_status st = SCI_OK;

    for (uint64_t g = 0; st == SCI_OK && g < f->run->groups; g++)
        st = emit_rows(f, g, 1, &empty);
    return st;
}

sci_status
sci_fitting_finish(sci_fitting *f)
{
    const sci_run *run = f->run;
    sci_status st = SCI_OK;

    if (run->cut.segments == 0 && run->job.opt->shards == 0)
        st = emit_empty_groups(f);
    if (st == SCI_OK && f->tree.depth > 0)
        st = finish_period(f, (f->first - 1) / run->cut.segments_per_period);
    if (st != SCI_OK)
        return st;
    if (run->job.opt->nan != SCI_NAN_PROPAGATE) /* they are members that no count has */
        f->report.members += f->report.nonfinite;
    if (run->job.opt->shards == 0 && f->n_digest_nodes == 1)
        memcpy(f->report.digest, f->digest_nodes[0].digest.bytes, SCI_DIGEST_BYTES);
    if (f->report.nonfinite > 0 && run->job.opt->nan == SCI_NAN_REFUSE)
        return sci_fail_nonfinite(run->job.x, &f->report);
    return SCI_OK;
}

const sci_report *
sci_fitting_report(const sci_fitting *f)
{
    return &f->report;
}

const sci_digest_node *
sci_fitting_digests(const sci_fitting *f, size_t *n)
{
    *n = f->n_digest_nodes;
    return f->digest_nodes;
}
