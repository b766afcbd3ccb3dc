/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normalize: every group of an image to a common centre and spread. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/message.h"
#include "cli/number.h"
#include "cli/single.h"

#include "bids.h"
#include "mapped.h"
#include "maps.h"
#include "normal.h"
#include "pairs.h"
#include "verbs.h"

static sci_status
clip(imaging_normal *job)
{
    const char *text = job->c.settings->clip;
    const imaging_only *only = NULL;
    double percent[2];
    sci_status st;

    job->measured = job->source;
    if (text == NULL && job->c.settings->method == IMAGING_CT)
        text = IMAGING_CT_CLIP;
    if (text == NULL)
        return SCI_OK;
    st = imaging_clip_parse(text, percent);
    if (st == SCI_OK && job->c.settings->over != NULL)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--clip takes percentiles of an image, --over time takes every "
                      "voxel by itself");
    if (st == SCI_OK)
        st = sci_alloc(&job->low, job->groups.n_kept, 1, sizeof *job->low);
    if (st == SCI_OK)
        st = sci_alloc(&job->high, job->groups.n_kept, 1, sizeof *job->high);
    if (st == SCI_OK)
        st = imaging_limits_find(&job->groups, &job->c, job->source, percent, job->low, job->high);
    for (uint64_t i = 0; st == SCI_OK && i < job->groups.n_kept; i++)
        if (isnan(job->low[i])) { /* no voxels: nothing to limit */
            job->low[i] = -(double)INFINITY;
            job->high[i] = (double)INFINITY;
        }
    if (st == SCI_OK)
        st = imaging_normal_inside(job, &only);
    if (st == SCI_OK)
        st = imaging_limits_clamp(&job->clamped, job->source, &job->groups, &job->c, job->volume,
                                  job->low, job->high, only);
    if (st == SCI_OK)
        st = imaging_normal_change(job, job->clamped);
    if (st == SCI_OK && job->c.settings->method != IMAGING_CT)
        job->measured = job->source; /* nnU-Net's CT scheme takes mean and sd before the limits */
    return st;
}

/* ---- the passes ---- */

static sci_status
see_rows(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    imaging_normal *job = context;

    for (uint64_t i = 0; i < n; i++) {
        (void)imaging_trouble_see(&job->troubles, first_group + i, &rows[i]);
        if (first_group + i < job->n_rows)
            job->rows[first_group + i] = rows[i];
    }
    return SCI_OK;
}

/* Moments and transform at once where a period fits in memory. */
static sci_status
run_fused(imaging_normal *job)
{
    const sci_rows_sink rows = { .append = see_rows, .context = job };
    sci_status st;

    job->n_rows = job->groups.n < NORMAL_ROWS_KEPT ? job->groups.n : NORMAL_ROWS_KEPT;
    st = sci_alloc_zero(&job->rows, job->n_rows, 1, sizeof *job->rows);
    if (st == SCI_OK)
        st = sci_normalize(job->source, job->affine, &job->c.options,
                           imaging_output_sink(job->output), &rows, &job->report);
    return st;
}

static sci_status
read_rows(void *context, uint64_t first_group, uint64_t n, sci_moments *rows)
{
    const imaging_scaling *scaling = context;

    memcpy(rows, scaling->rows + first_group, n * sizeof *rows);
    return SCI_OK;
}

/* Statistics first, then what --min-voxels and --on-degenerate make of them, then the transform. */
static sci_status
run_tabled(imaging_normal *job)
{
    sci_rows_source rows = { .read = read_rows, .context = &job->scaling };
    sci_report second;
    sci_status st = imaging_scaling_find(&job->scaling, &job->groups, &job->members, &job->c,
                                         job->volume, job->measured, job->eps, &job->report);

    if (st != SCI_OK)
        return st;
    job->n_rows = job->scaling.n;
    st = sci_alloc(&job->rows, job->n_rows, 1, sizeof *job->rows);
    if (st == SCI_OK)
        memcpy(job->rows, job->scaling.rows, job->n_rows * sizeof *job->rows);
    imaging_scaling_settle(&job->scaling, &job->c, &job->members, &job->troubles);
    if (st == SCI_OK)
        st = sci_apply(job->source, job->affine, &rows, NULL, &job->c.options,
                       imaging_output_sink(job->output), &second);
    return st;
}

static bool
wants_table(const imaging_normal *job)
{
    return !imaging_method_is_moments(job->c.settings->method) || job->members.labels != NULL
           || job->c.settings->method == IMAGING_CT
           || job->c.settings->degenerate == DEGENERATE_KEEP;
}

static sci_status
run(imaging_normal *job, const char *dataset)
{
    const cli_worker *w = job->c.worker;
    sci_status st;

    job->eps = imaging_eps(&job->c, &job->members);
    st = imaging_normal_affine(job);

    if (st == SCI_OK)
        st = imaging_output_create(&job->output, &job->c, job->volume, w->temporary[0],
                                   w->target[0], dataset, imaging_normal_type(job));
    if (st == SCI_OK)
        st = wants_table(job) ? run_tabled(job) : run_fused(job);
    if (st == SCI_OK)
        st = sci_stats_head(&job->head, job->source, job->groups.g, &job->c.options, &job->report,
                            cli_operand_name(job->volume->name));
    if (st == SCI_OK)
        st = imaging_normal_judge(job);
    return st == SCI_OK ? imaging_output_flush(job->output) : st;
}

/* ---- the batch ---- */

static sci_status
normalize_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
              const cli_worker *worker)
{
    const cli_call *const *call = context;
    imaging_normal job = { 0 };
    sci_status st = imaging_normal_begin(&job, *call, inputs, input, worker);

    if (st == SCI_OK && job.c.settings->like == LIKE_TORCHIO && !cli_given(*call, "ddof"))
        job.c.options.ddof = 1;
    if (st == SCI_OK && job.mask == NULL && job.c.settings->like == LIKE_MONAI)
        job.mask = "nonzero";
    if (st == SCI_OK)
        st = imaging_normal_prepare(&job, &inputs->items[input]);
    if (st == SCI_OK)
        st = clip(&job);
    if (st == SCI_OK)
        st = run(&job, dataset);
    if (st == SCI_OK)
        st = imaging_normal_finish(&job, inputs);
    imaging_normal_clear(&job);
    return st;
}

/* What is another tool's number is not with another divisor. */
static sci_status
check_like(const cli_call *call)
{
    static const char *const names[] = { "none", "torchio", "monai", "nnunet" };
    const imaging_settings *s = call->settings;
    int64_t ddof = s->like == LIKE_TORCHIO ? 1 : 0;

    if (s->like == LIKE_NONE)
        return SCI_OK;
    if (cli_given(call, "ddof") && s->common.ddof != ddof)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--ddof %d: %s divides by n%s; leave out --ddof or --like",
                        (int)s->common.ddof, names[s->like], ddof == 1 ? " - 1" : "");
    if (cli_given(call, "eps") && s->common.eps != 0.0)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--eps: %s adds nothing to the variance; leave out --eps or --like",
                        names[s->like]);
    return SCI_OK;
}

static sci_status
check_call(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    double percent[2];
    bool order = !imaging_method_is_moments(s->method);
    sci_status st = imaging_members_check(call);

    if (st == SCI_OK && s->clip != NULL)
        st = imaging_clip_parse(s->clip, percent);
    if (st == SCI_OK && s->method == IMAGING_GROUP && s->groups == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--method group needs --groups: a number, or a file with a group "
                      "for each channel");
    if (st == SCI_OK && s->method == IMAGING_NYUL)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "nyul maps images to a scale that several of them share: 'fit "
                      "--method nyul IMAGES -o model.h5', then 'apply IMAGES --stats "
                      "model.h5'");
    if (st == SCI_OK && s->method == IMAGING_WHITESTRIPE && s->labels != NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "whitestripe takes the whole brain; leave out --labels");
    if (st == SCI_OK && s->groups != NULL && s->method != IMAGING_GROUP)
        st = sci_fail(SCI_ERR_ARGUMENT, "--groups goes with --method group");
    if (st == SCI_OK && s->like != LIKE_NONE && s->method != IMAGING_ZSCORE)
        st = sci_fail(SCI_ERR_ARGUMENT, "--like goes with --method zscore");
    if (st == SCI_OK)
        st = check_like(call);
    if (st == SCI_OK && order && cli_given(call, "ddof"))
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--ddof goes with methods that divide by a standard deviation "
                      "of all voxels");
    if (st == SCI_OK && order)
        st = imaging_unweighted_check(call);
    return st;
}

static sci_status
after(void *context, const cli_inputs *inputs, char *const *outputs)
{
    const cli_call *const *call = context;
    sci_status st = imaging_bids_describe(*call, inputs, outputs);

    return st == SCI_OK ? imaging_normal_after(context, inputs, outputs) : st;
}

int
imaging_normalize(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "normalizing",
                        .extensions = imaging_extensions,
                        .extension = NULL,
                        .datasets = true,
                        .arrange = imaging_bids_arrange,
                        .extra = imaging_normal_extras,
                        .needs = imaging_pair_needs,
                        .work = normalize_one,
                        .after = after,
                        .context = &call };
    sci_status st = check_call(call);

    return st == SCI_OK ? cli_batch_run(&batch) : cli_misuse(call, st);
}
