/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include <sci/memory.h>

#include "applying.h"
#include "fitting.h"
#include "tree.h"

#define PIECE_ELEMENTS 131072 /* of a task */

struct sci_applying {
    sci_run *run;
    const sci_affine *affine;
    bool stream;
    sci_coefficients *coefficients; /* one a worker */
};

uint64_t
sci_applying_bytes(const sci_run *run, uint64_t rows)
{
    return (uint64_t)run->threads * rows * (3 * sizeof(double) + sizeof(int32_t));
}

sci_status
sci_applying_create(sci_applying **out, sci_run *run, const sci_affine *affine, uint64_t rows)
{
    sci_sink *sink = run->job.out;
    sci_applying *a = NULL;
    sci_status st = sci_alloc_zero(&a, 1, 1, sizeof *a);

    if (st != SCI_OK)
        return st;
    a->run = run;
    a->affine = affine;
    a->stream =
        sink->ops->address && run->count * sci_type_size(sink->array.type) > sci_cache_bytes();
    st = sci_alloc_zero(&a->coefficients, (size_t)run->threads, 1, sizeof *a->coefficients);
    for (int w = 0; st == SCI_OK && w < run->threads; w++)
        st = sci_coefficients_create(&a->coefficients[w], rows);
    if (st != SCI_OK) {
        sci_applying_free(a);
        return st;
    }
    *out = a;
    return SCI_OK;
}

void
sci_applying_free(sci_applying *a)
{
    if (!a)
        return;
    for (int w = 0; a->coefficients && w < a->run->threads; w++)
        sci_coefficients_clear(&a->coefficients[w]);
    sci_free(a->coefficients);
    sci_free(a);
}

sci_status
sci_applying_transform(void *context, sci_slab *slab, uint64_t first, uint64_t end,
                       uint64_t first_group, uint64_t n, const sci_moments *rows, int worker)
{
    sci_applying *a = context;
    const sci_run *run = a->run;
    sci_type out_type = run->job.out->array.type;
    sci_coefficients *coefficients = &a->coefficients[worker];
    sci_transform transform = { .affine = a->affine,
                                .coefficients = coefficients,
                                .out_type = out_type,
                                .nan = run->job.opt->nan,
                                .stream = a->stream };
    sci_stretch s = sci_slab_stretch(run, slab, &run->layout);

    /* The rows of a group do not change while this lives. */
    if (coefficients->first_group != first_group || coefficients->n != n)
        sci_coefficients_set(coefficients, a->affine, first_group, n, rows);
    sci_transform_apply(&transform, &s, first, end,
                        slab->out_elements + (first - slab->first) * sci_type_size(out_type));
    return SCI_OK;
}

/* ---- apply with given statistics ---- */

typedef struct apply_pass {
    sci_run *run;
    sci_applying *applying;
    const sci_rows_source *stats;
    bool check, digest;
    sci_moments *rows;       /* of one segment's groups a worker, or of the current period */
    uint64_t rows_of_period; /* whose they are; UINT64_MAX: nobody's */
    sci_slab *slab;
    uint64_t first, end, segment; /* of the current task list */
    sci_nonfinite *nonfinite;     /* one a worker */
    sci_digest *digests;
    sci_digest_node digest_nodes[SCI_TREE_NODES_MOST];
    size_t n_digest_nodes;
} apply_pass;

static void
note_nonfinite(apply_pass *p, uint64_t first, uint64_t end, int worker)
{
    sci_stretch s = sci_slab_stretch(p->run, p->slab, &p->run->fit_layout);
    sci_nonfinite found = sci_stretch_nonfinite(&s, first, end), *sum = &p->nonfinite[worker];

    if (found.count > 0 && (sum->count == 0 || found.first < sum->first))
        sum->first = found.first;
    sum->count += found.count;
}

static sci_status
piece_task(void *context, size_t index, int worker)
{
    apply_pass *p = context;
    const sci_segmentation *cut = &p->run->cut;
    uint64_t first = p->first + index * PIECE_ELEMENTS;
    uint64_t end = p->end - first < PIECE_ELEMENTS ? p->end : first + PIECE_ELEMENTS;
    uint64_t base = p->segment, period, last;

    if (p->check)
        note_nonfinite(p, first, end, worker);
    /* Only the groups of the periods that this piece touches: their rows begin with those of period
     * `base`. */
    period = first / cut->period_length;
    last = (end - 1) / cut->period_length;
    return sci_applying_transform(p->applying, p->slab, first, end, period * cut->period_groups,
                                  (last - period + 1) * cut->period_groups,
                                  p->rows + (period - base) * cut->period_groups, worker);
}

static sci_status
digest_task(void *context, size_t index, int worker)
{
    apply_pass *p = context;
    const sci_run *run = p->run;
    sci_segment segment = sci_run_segment(run, p->slab->first_segment + index);
    size_t size = sci_type_size(run->job.x->array.type);

    (void)worker;
    return sci_digest_of(run->job.opt->digest,
                         p->slab->x.raw + (segment.first - p->slab->first) * size,
                         (segment.end - segment.first) * size, &p->digests[index]);
}

static sci_status
take_digests(apply_pass *p)
{
    uint64_t n = p->slab->end_segment - p->slab->first_segment;
    sci_status st = sci_parallel_for(p->run->pool, n, digest_task, p);

    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        sci_digest_node leaf = { .index = p->slab->first_segment + i, .digest = p->digests[i] };

        st = sci_digest_nodes_insert(p->digest_nodes, &p->n_digest_nodes, p->run->cut.segments,
                                     p->run->job.opt->digest, &leaf);
    }
    return st;
}

/* Transform [first, end) of the slab, whose periods [first_period, last_period] have their rows
 * read now. */
static sci_status
apply_periods(apply_pass *p, uint64_t first, uint64_t end)
{
    const sci_segmentation *cut = &p->run->cut;
    uint64_t first_period = first / cut->period_length,
             last_period = (end - 1) / cut->period_length;
    uint64_t n = (last_period - first_period + 1) * cut->period_groups;
    sci_status st = SCI_OK;

    if (p->rows_of_period != first_period || first_period != last_period)
        st = p->stats->read(p->stats->context, first_period * cut->period_groups, n, p->rows);
    p->rows_of_period = first_period == last_period ? first_period : UINT64_MAX;
    p->first = first;
    p->end = end;
    p->segment = first_period;
    if (st == SCI_OK)
        st = sci_parallel_for(p->run->pool, (end - first + PIECE_ELEMENTS - 1) / PIECE_ELEMENTS,
                              piece_task, p);
    return st;
}

/* Periods whose rows are in memory at once. */
static uint64_t
window_periods(const sci_run *run)
{
    return run->cut.periods_per_segment > 0 ? run->cut.periods_per_segment : 1;
}

static sci_status
apply_process(void *context, sci_slab *slab)
{
    apply_pass *p = context;
    uint64_t window = window_periods(p->run) * p->run->cut.period_length;
    sci_status st = SCI_OK;

    p->slab = slab;
    if (p->digest)
        st = take_digests(p);
    for (uint64_t first = slab->first; st == SCI_OK && first < slab->end;) {
        uint64_t end = (first / window + 1) * window;

        end = end < slab->end ? end : slab->end;
        st = apply_periods(p, first, end);
        first = end;
    }
    return st;
}

static sci_status
apply_create(apply_pass *p, const sci_affine *affine, uint64_t slab_segments)
{
    sci_run *run = p->run;
    uint64_t rows = window_periods(run) * run->cut.period_groups;
    sci_status st = sci_applying_create(&p->applying, run, affine, rows);

    p->rows_of_period = UINT64_MAX;
    if (st == SCI_OK)
        st = sci_alloc(&p->rows, rows, 1, sizeof *p->rows);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->nonfinite, (size_t)run->threads, 1, sizeof *p->nonfinite);
    if (st == SCI_OK)
        st = sci_alloc(&p->digests, slab_segments, 1, sizeof *p->digests);
    return st;
}

static void
fill_report(const apply_pass *p, const sci_range *range, sci_report *report)
{
    memset(report, 0, sizeof *report);
    report->elements = range->end - range->first;
    for (int w = 0; w < p->run->threads; w++) {
        const sci_nonfinite *part = &p->nonfinite[w];

        if (part->count > 0 && (report->nonfinite == 0 || part->first < report->first_nonfinite))
            report->first_nonfinite = part->first;
        report->nonfinite += part->count;
    }
    if (p->digest && p->n_digest_nodes == 1)
        memcpy(report->digest, p->digest_nodes[0].digest.bytes, SCI_DIGEST_BYTES);
}

static uint64_t
apply_bytes(const sci_run *run)
{
    uint64_t rows = window_periods(run) * run->cut.period_groups;

    return rows * sizeof(sci_moments) + sci_applying_bytes(run, rows);
}

sci_status
sci_apply_pass(sci_run *run, const sci_affine *affine, const sci_rows_source *stats,
               const sci_range *range, bool check, bool digest, uint64_t progress_done,
               sci_report *report)
{
    apply_pass p = { .run = run, .stats = stats, .check = check, .digest = digest };
    sci_pass pass = { .run = run,
                      .context = &p,
                      .process = apply_process,
                      .range = *range,
                      .writes = true,
                      .own_bytes = apply_bytes,
                      .progress_done = progress_done };
    sci_status st;

    pass.progress_total = progress_done + range->end - range->first;
    st = sci_pass_plan(&pass, NULL);
    if (st == SCI_OK)
        st = apply_create(&p, affine, pass.slab_segments);
    if (st == SCI_OK)
        st = sci_pass_run(&pass);
    if (st == SCI_OK)
        fill_report(&p, range, report);
    sci_applying_free(p.applying);
    sci_free(p.rows);
    sci_free(p.nonfinite);
    sci_free(p.digests);
    return st;
}

/* Statistics are taken as they are given; only the elements may be refused. */
sci_status
sci_apply(sci_source *in, const sci_affine *a, const sci_rows_source *stats, const sci_range *range,
          const sci_options *opt, sci_sink *out, sci_report *report)
{
    sci_job job = { .opt = opt, .x = in, .out = out, .g = a->g, .h = a->h };
    bool floating = in->array.type == SCI_FLOAT16 || in->array.type == SCI_FLOAT32
                    || in->array.type == SCI_FLOAT64;
    sci_range whole;
    sci_report seen = { 0 };
    sci_run run;
    sci_status st = sci_run_open(&run, &job);

    if (st == SCI_OK && a->inverse && a->g->values.n > 0 && a->outside != SCI_OUTSIDE_APPLY)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s': members were chosen by their values, which it does not have any more",
                      in->name);
    whole = range ? *range : (sci_range){ 0, run.count };
    if (st == SCI_OK && (whole.first > whole.end || whole.end > run.count))
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s': elements beyond the end are asked for", in->name);
    if (st == SCI_OK)
        st = sci_apply_pass(&run, a, stats, &whole, floating && opt->nan == SCI_NAN_REFUSE,
                            whole.first == 0 && whole.end == run.count, 0, &seen);
    if (st == SCI_OK && seen.nonfinite > 0)
        st = sci_fail_nonfinite(in, &seen);
    if (report)
        *report = seen;
    sci_run_clear(&run);
    return st;
}
