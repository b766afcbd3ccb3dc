/* SPDX-License-Identifier: BSD-3-Clause */
/* Three passes: the moments of x, the sums of the gradient, dx. */
#include <string.h>

#include <sci/memory.h>

#include "../stats/backward.h"
#include "fitting.h"

#define PIECE_ELEMENTS 131072

typedef struct gradient {
    sci_run *run;
    const sci_affine *affine;
    sci_moments *rows;             /* of all groups */
    sci_coefficients coefficients; /* of all groups */
    sci_pair_sums *g_sums, *h_sums;
    uint64_t h_groups;
    sci_pair_sums *g_parts, *h_parts; /* of the segments of a wave, one after the other */
    sci_slab *slab;
    uint64_t first; /* segment of a wave */
    sci_nonfinite *dy_parts,
        dy_nonfinite; /* NaN and infinities of dy: of the segments of a wave, and so far */
} gradient;

static sci_backward
backward_of(const gradient *z, const sci_coefficients *coefficients)
{
    return (sci_backward){ .affine = z->affine,
                           .coefficients = coefficients,
                           .dy_type = z->run->dy_type,
                           .out_type = z->run->job.out->array.type,
                           .dy = z->slab->dy.elements,
                           .nan = z->run->job.opt->nan,
                           .ddof = z->affine->ddof };
}

/* The coefficients of some of the groups, seen as a window of their own. */
static sci_coefficients
window_of(const gradient *z, uint64_t first_group, uint64_t n)
{
    sci_coefficients c = z->coefficients;

    c.hi += first_group;
    c.lo += first_group;
    c.scale += first_group;
    c.exponent += first_group;
    c.first_group = first_group;
    c.n = n;
    return c;
}

/* ---- first pass ---- */

static sci_status
keep_rows(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    gradient *z = context;

    memcpy(z->rows + first_group, rows, n * sizeof *rows);
    return SCI_OK;
}

static sci_status
fit_x(gradient *z, sci_pass *pass, sci_report *report)
{
    sci_fitting_hooks hooks = { .context = z, .rows = keep_rows };
    sci_fitting *fitting = NULL;
    sci_status st = sci_fitting_create(&fitting, z->run, &hooks);

    pass->context = fitting;
    pass->process = sci_fitting_process;
    if (st == SCI_OK)
        st = sci_pass_run(pass);
    if (st == SCI_OK) {
        st = sci_fitting_finish(fitting);
        *report = *sci_fitting_report(fitting);
    }
    sci_fitting_free(fitting);
    return st;
}

/* ---- second pass ---- */

static sci_status
sums_task(void *context, size_t index, int worker)
{
    gradient *z = context;
    const sci_run *run = z->run;
    sci_segment segment = sci_run_segment(run, z->first + index);
    sci_coefficients window = window_of(z, segment.first_group, segment.groups);
    sci_backward b = backward_of(z, &window);
    sci_stretch s = sci_slab_stretch(run, z->slab, &run->layout);
    sci_pair_sums *g_part = z->g_parts + index * run->segment_groups,
                  *h_part = z->h_parts + index * z->h_groups;

    (void)worker;
    s.type = run->dy_type;
    s.elements = z->slab->dy.elements;
    z->dy_parts[index] = sci_stretch_nonfinite(&s, segment.first, segment.end);
    s = sci_slab_stretch(run, z->slab, &run->layout);
    memset(g_part, 0, run->segment_groups * sizeof *g_part);
    memset(h_part, 0, z->h_groups * sizeof *h_part);
    sci_backward_sums(&b, &s, segment.first, segment.end, g_part, h_part);
    return SCI_OK;
}

static void
add_sums(sci_pair_sums *into, const sci_pair_sums *from, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        sci_sum_merge(&into[i].a, &from[i].a);
        sci_sum_merge(&into[i].az, &from[i].az);
    }
}

static sci_status
sums_process(void *context, sci_slab *slab)
{
    gradient *z = context;
    const sci_run *run = z->run;
    uint64_t wave = (uint64_t)run->threads;

    z->slab = slab;
    for (z->first = slab->first_segment; z->first < slab->end_segment; z->first += wave) {
        uint64_t left = slab->end_segment - z->first, n = wave < left ? wave : left;
        sci_status st = sci_parallel_for(run->pool, n, sums_task, z);

        if (st != SCI_OK)
            return st;
        for (uint64_t i = 0; i < n; i++) { /* in the order of segments, whoever summed them */
            sci_segment segment = sci_run_segment(run, z->first + i);

            add_sums(z->g_sums + segment.first_group, z->g_parts + i * run->segment_groups,
                     segment.groups);
            add_sums(z->h_sums, z->h_parts + i * z->h_groups, z->h_groups);
            if (z->dy_nonfinite.count == 0)
                z->dy_nonfinite.first = z->dy_parts[i].first;
            z->dy_nonfinite.count += z->dy_parts[i].count;
        }
    }
    return SCI_OK;
}

/* ---- third pass ---- */

static sci_status
dx_task(void *context, size_t index, int worker)
{
    gradient *z = context;
    const sci_run *run = z->run;
    const sci_segmentation *cut = &run->cut;
    uint64_t first = z->slab->first + index * PIECE_ELEMENTS;
    uint64_t end = z->slab->end - first < PIECE_ELEMENTS ? z->slab->end : first + PIECE_ELEMENTS;
    uint64_t group = first / cut->period_length * cut->period_groups;
    uint64_t groups = ((end - 1) / cut->period_length + 1) * cut->period_groups - group;
    sci_coefficients window = window_of(z, group, groups);
    sci_backward b = backward_of(z, &window);
    sci_stretch s = sci_slab_stretch(run, z->slab, &run->layout);

    (void)worker;
    sci_backward_apply(&b, &s, first, end, z->g_sums + group, z->rows + group,
                       z->slab->out_elements
                           + (first - z->slab->first) * sci_type_size(b.out_type));
    return SCI_OK;
}

static sci_status
dx_process(void *context, sci_slab *slab)
{
    gradient *z = context;

    z->slab = slab;
    return sci_parallel_for(
        z->run->pool, (slab->end - slab->first + PIECE_ELEMENTS - 1) / PIECE_ELEMENTS, dx_task, z);
}

/* ---- all of it ---- */

static sci_status
run_pass(gradient *z, sci_pass *pass, sci_status (*process)(void *, sci_slab *), bool writes,
         uint64_t done)
{
    sci_status st;

    pass->context = z;
    pass->process = process;
    pass->reads_dy = true;
    pass->writes = writes;
    pass->progress_done = done;
    st = sci_pass_plan(pass, NULL);
    return st == SCI_OK ? sci_pass_run(pass) : st;
}

static uint64_t
groups_of_h(const sci_run *run)
{
    return run->job.h ? sci_grouping_groups(run->job.h) : 1;
}

static uint64_t
table_bytes(const sci_run *run)
{
    uint64_t h_groups = groups_of_h(run);
    uint64_t group =
        sizeof(sci_moments) + sizeof(sci_pair_sums) + 3 * sizeof(double) + sizeof(int32_t);
    uint64_t parts =
        (uint64_t)run->threads * (run->segment_groups + h_groups) * sizeof(sci_pair_sums);

    return run->groups * group + h_groups * sizeof(sci_pair_sums) + parts;
}

static uint64_t
fit_bytes(const sci_run *run)
{
    return sci_fitting_bytes(run) + table_bytes(run);
}

static sci_status
allocate(gradient *z)
{
    const sci_run *run = z->run;
    uint64_t threads = (uint64_t)run->threads;
    sci_status st = sci_alloc(&z->rows, run->groups, 1, sizeof *z->rows);

    if (st == SCI_OK)
        st = sci_coefficients_create(&z->coefficients, run->groups);
    if (st == SCI_OK)
        st = sci_alloc_zero(&z->g_sums, run->groups, 1, sizeof *z->g_sums);
    if (st == SCI_OK)
        st = sci_alloc_zero(&z->h_sums, z->h_groups, 1, sizeof *z->h_sums);
    if (st == SCI_OK)
        st = sci_alloc(&z->g_parts, threads, run->segment_groups, sizeof *z->g_parts);
    if (st == SCI_OK)
        st = sci_alloc(&z->h_parts, threads, z->h_groups, sizeof *z->h_parts);
    if (st == SCI_OK)
        st = sci_alloc(&z->dy_parts, threads, 1, sizeof *z->dy_parts);
    return st;
}

static sci_status
run_gradient(gradient *z, sci_report *report)
{
    sci_run *run = z->run;
    sci_pass pass = { .run = run,
                      .range = { 0, run->count },
                      .own_bytes = fit_bytes,
                      .progress_total = 3 * run->count };
    sci_status st;

    st = sci_pass_plan(&pass, NULL); /* refuses what is too large before it is allocated */
    if (st == SCI_OK)
        st = allocate(z);
    if (st == SCI_OK)
        st = fit_x(z, &pass, report);
    if (st != SCI_OK)
        return st;
    sci_coefficients_set(&z->coefficients, z->affine, 0, run->groups, z->rows);
    pass.own_bytes = table_bytes;
    st = run_pass(z, &pass, sums_process, false, run->count);
    if (st == SCI_OK && z->dy_nonfinite.count > 0 && run->job.opt->nan == SCI_NAN_REFUSE) {
        sci_report bad = { .elements = run->count,
                           .nonfinite = z->dy_nonfinite.count,
                           .first_nonfinite = z->dy_nonfinite.first };

        st = sci_fail_nonfinite(run->job.dy, &bad);
    }
    if (st == SCI_OK)
        st = run_pass(z, &pass, dx_process, true, 2 * run->count);
    return st;
}

sci_status
sci_gradient(sci_source *x, sci_source *dy, const sci_affine *a, const sci_options *opt,
             sci_sink *dx, double *dgamma, double *dbeta, sci_report *report)
{
    sci_options options = *opt;
    sci_job job = { .opt = &options, .x = x, .dy = dy, .out = dx, .g = a->g, .h = a->h };
    gradient z = { .affine = a };
    sci_report seen = { 0 };
    sci_run run;
    sci_status st;

    if (opt->shards > 0 || a->inverse)
        return sci_fail(SCI_ERR_ARGUMENT, "a gradient is of a whole forward map");
    if (dx->array.type != SCI_FLOAT32 && dx->array.type != SCI_FLOAT64)
        return sci_fail(SCI_ERR_TYPE, "'%s': a gradient is written as f4 or f8", dx->name);
    options.ddof = a->ddof;
    st = sci_run_open(&run, &job);
    z.run = &run;
    z.h_groups = a->h ? sci_grouping_groups(a->h) : 1;
    if (st == SCI_OK)
        st = run_gradient(&z, &seen);
    for (uint64_t h = 0; st == SCI_OK && h < z.h_groups; h++) {
        if (dgamma)
            dgamma[h] = z.h_sums[h].az.hi + z.h_sums[h].az.lo;
        if (dbeta)
            dbeta[h] = z.h_sums[h].a.hi + z.h_sums[h].a.lo;
    }
    if (report)
        *report = seen;
    sci_free(z.rows);
    sci_coefficients_clear(&z.coefficients);
    sci_free(z.g_sums);
    sci_free(z.h_sums);
    sci_free(z.g_parts);
    sci_free(z.h_parts);
    sci_free(z.dy_parts);
    sci_run_clear(&run);
    return st;
}
