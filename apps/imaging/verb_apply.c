/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply: images on the scale of a model. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/message.h"
#include "cli/single.h"

#include "mapped.h"
#include "model.h"
#include "normal.h"
#include "pairs.h"
#include "verbs.h"

typedef struct applying {
    imaging_normal job;
    imaging_settings settings; /* with the method of the model */
    imaging_model model;
    sci_source *curved;
} applying;

/* ---- centre and scale ---- */

static sci_status
take_moments(applying *a)
{
    imaging_normal *job = &a->job;
    sci_stats *rows = NULL;
    sci_status st;

    if (sci_stats_is_shard(a->model.stats))
        return sci_fail(SCI_ERR_REFUSED, "'%s' is a shard; put all shards together with 'merge'",
                        a->settings.stats);
    st = sci_stats_select(&rows, a->model.stats, a->settings.stats, job->groups.g, NULL);
    if (st == SCI_OK)
        st = sci_alloc(&job->scaling.rows, job->groups.n, 1, sizeof *job->scaling.rows);
    if (st == SCI_OK)
        memcpy(job->scaling.rows, sci_stats_moments(rows),
               job->groups.n * sizeof *job->scaling.rows);
    job->scaling.stats = rows;
    return st;
}

static sci_status
take_limits(applying *a)
{
    imaging_normal *job = &a->job;
    const imaging_model *m = &a->model;
    const imaging_only *only = NULL;
    sci_status st;

    if (m->limits == NULL)
        return imaging_model_unfinished(m, a->settings.stats);
    if (m->n != job->groups.n)
        return sci_fail(SCI_ERR_REFUSED, "'%s' has %" PRIu64 " channels, the model '%s' %" PRIu64,
                        job->volume->name, job->groups.n, a->settings.stats, m->n);
    st = sci_alloc(&job->low, m->n, 1, sizeof *job->low);
    if (st == SCI_OK)
        st = sci_alloc(&job->high, m->n, 1, sizeof *job->high);
    for (uint64_t i = 0; i < m->n && st == SCI_OK; i++) {
        job->low[i] = m->limits[i * CT_LIMITS];
        job->high[i] = m->limits[i * CT_LIMITS + CT_LIMITS - 1];
    }
    if (st == SCI_OK)
        st = imaging_normal_inside(job, &only);
    if (st == SCI_OK)
        st = imaging_limits_clamp(&job->clamped, job->source, &job->groups, &job->c, job->volume,
                                  job->low, job->high, only);
    if (st == SCI_OK)
        st = imaging_normal_change(job, job->clamped);
    return st;
}

/* ---- Nyul ---- */

/* The image's own landmarks to the standard scale; the outer pieces go on. */
static sci_status
make_curves(applying *a, const sci_quantiles *q)
{
    imaging_normal *job = &a->job;
    uint64_t n = job->groups.n;
    imaging_step step = { .kind = STEP_CURVE, .n_points = NYUL_POINTS };
    double *x = NULL, *y = NULL;
    sci_status st = sci_alloc(&x, n, NYUL_POINTS, sizeof *x);

    if (st == SCI_OK)
        st = sci_alloc(&y, n, NYUL_POINTS, sizeof *y);
    for (uint64_t i = 0; i < n && st == SCI_OK; i++) {
        for (size_t k = 0; k < NYUL_POINTS; k++)
            x[i * NYUL_POINTS + k] = sci_quantiles_value(q, i, k);
        imaging_nyul_scale(&a->model, i, y + i * NYUL_POINTS);
        if (!(x[i * NYUL_POINTS + NYUL_POINTS - 1] > x[i * NYUL_POINTS]))
            st =
                sci_fail(SCI_ERR_DEGENERATE,
                         "'%s': its 1st and 99th percentile are both %.9g; there is no scale in it",
                         job->volume->name, x[i * NYUL_POINTS]);
    }
    if (st == SCI_OK)
        st = imaging_groups_blocks(&job->groups, &job->c, job->volume, &step.blocks, &step.last);
    step.x = job->curve_x = x;
    step.y = job->curve_y = y;
    job->n_points = NYUL_POINTS;
    if (st == SCI_OK)
        st = imaging_normal_inside(job, &step.only);
    if (st == SCI_OK)
        st = imaging_mapped_create(&a->curved, job->source, 1, &step);
    if (st == SCI_OK)
        st = imaging_normal_change(job, a->curved);
    return st;
}

static sci_status
take_landmarks(applying *a)
{
    imaging_normal *job = &a->job;
    double p[NYUL_POINTS];
    sci_quantiles *q = NULL;
    sci_status st = SCI_OK;

    if (a->model.n != job->groups.n)
        return sci_fail(SCI_ERR_REFUSED, "'%s' has %" PRIu64 " channels, the model '%s' %" PRIu64,
                        job->volume->name, job->groups.n, a->settings.stats, a->model.n);
    for (int k = 0; k < NYUL_POINTS; k++)
        p[k] = imaging_nyul_percent[k] / 100.0;
    st = sci_quantiles_fit(&q, job->source, job->groups.g, &job->c.options, NYUL_POINTS, p, NULL,
                           NULL);
    if (st == SCI_OK)
        st = make_curves(a, q);
    if (st == SCI_OK)
        st = sci_alloc(&job->scaling.rows, job->groups.n, 1, sizeof *job->scaling.rows);
    for (uint64_t i = 0; i < job->groups.n && st == SCI_OK; i++)
        job->scaling.rows[i] = imaging_row(0.0, 1.0, 0);
    sci_quantiles_free(q);
    return st;
}

/* ---- the pass ---- */

static sci_status
read_rows(void *context, uint64_t first_group, uint64_t n, sci_moments *rows)
{
    memcpy(rows, (const sci_moments *)context + first_group, n * sizeof *rows);
    return SCI_OK;
}

static sci_status
find_scaling(applying *a)
{
    sci_status st = SCI_OK;

    if (a->model.method == IMAGING_NYUL)
        st = take_landmarks(a);
    else
        st = take_moments(a);
    if (st == SCI_OK && a->model.method == IMAGING_CT)
        st = take_limits(a);
    a->job.scaling.n = a->job.groups.n;
    return st;
}

static sci_status
run(applying *a, const char *dataset)
{
    imaging_normal *job = &a->job;
    const cli_worker *w = job->c.worker;
    sci_rows_source rows = { .read = read_rows };
    sci_status st = find_scaling(a);

    job->n_rows = job->groups.n;
    if (st == SCI_OK)
        st = sci_alloc(&job->rows, job->n_rows, 1, sizeof *job->rows);
    if (st == SCI_OK)
        memcpy(job->rows, job->scaling.rows, job->n_rows * sizeof *job->rows);
    job->eps = imaging_eps(&job->c, &job->members);
    if (st == SCI_OK)
        st = imaging_normal_affine(job);
    if (st == SCI_OK)
        st = imaging_output_create(&job->output, &job->c, job->volume, w->temporary[0],
                                   w->target[0], dataset, imaging_normal_type(job));
    if (st == SCI_OK && a->model.method != IMAGING_NYUL)
        imaging_scaling_settle(&job->scaling, &job->c, &job->members, &job->troubles);
    rows.context = job->scaling.rows;
    if (st == SCI_OK)
        st = sci_apply(job->source, job->affine, &rows, NULL, &job->c.options,
                       imaging_output_sink(job->output), &job->report);
    if (st == SCI_OK)
        st = sci_stats_head(&job->head, job->source, job->groups.g, &job->c.options, &job->report,
                            cli_operand_name(job->volume->name));
    if (st == SCI_OK && a->model.method != IMAGING_NYUL)
        st = imaging_normal_judge(job);
    return st == SCI_OK ? imaging_output_flush(job->output) : st;
}

/* What the model is of is known only now. */
static sci_status
check_options(const applying *a, const cli_call *call)
{
    int method = a->model.method;

    if (method != IMAGING_ZSCORE && a->job.labels != NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--labels: '%s' is a model of %s, which knows no labels",
                        a->settings.stats, method == IMAGING_CT ? "ct" : "nyul");
    if (method == IMAGING_NYUL && (cli_given(call, "eps") || cli_given(call, "on-degenerate")))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "%s: '%s' is a model of nyul, which divides by no standard deviation",
                        cli_given(call, "eps") ? "--eps" : "--on-degenerate", a->settings.stats);
    return SCI_OK;
}

static sci_status
apply_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
          const cli_worker *worker)
{
    const cli_call *const *call = context;
    applying a = { .settings = *(const imaging_settings *)(*call)->settings };
    sci_status st = imaging_normal_begin(&a.job, *call, inputs, input, worker);

    if (st == SCI_OK)
        st = imaging_model_load(&a.model, a.settings.stats);
    if (st == SCI_OK)
        st = check_options(&a, *call);
    a.settings.method = a.model.method;
    a.settings.weights = IMAGING_NONE; /* they are in the model */
    a.job.c.settings = &a.settings;
    a.job.c.pooled = true;
    a.job.c.options.ddof = a.model.ddof;
    if (st == SCI_OK)
        st = imaging_normal_prepare(&a.job, &inputs->items[input]);
    if (st == SCI_OK)
        st = run(&a, dataset);
    if (st == SCI_OK)
        st = imaging_normal_finish(&a.job, inputs);
    sci_source_free(a.curved);
    imaging_model_clear(&a.model);
    imaging_normal_clear(&a.job);
    return st;
}

int
imaging_apply(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "applying",
                        .extensions = imaging_extensions,
                        .datasets = true,
                        .extra = imaging_normal_extras,
                        .needs = imaging_pair_needs,
                        .work = apply_one,
                        .after = imaging_normal_after,
                        .context = &call };
    sci_status st = imaging_members_check(call);

    return st == SCI_OK ? cli_batch_run(&batch) : cli_misuse(call, st);
}
