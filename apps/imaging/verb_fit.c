/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit: one model of many images. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/message.h"
#include "cli/provenance.h"
#include "cli/single.h"

#include "model.h"
#include "normal.h"
#include "pairs.h"
#include "verbs.h"

/* How the voxels of an image count. */
typedef struct voxels {
    double mm3; /* of each; NaN: unknown or unlike */
    bool weighted;
} voxels;

/* The models of all images, each by itself, and what they are called. */
typedef struct fitting {
    const cli_single *single;
    const cli_worker *worker;
    imaging_model refined; /* of --refine; its counts say what is counted now */
    imaging_model *parts;
    const char **names;
    voxels *voxels;
} fitting;

/* ---- one image ---- */

static sci_status
count_ct(imaging_model *part, imaging_normal *job, const imaging_model *refined)
{
    bool done = false;
    sci_status st = SCI_OK;

    if (refined->counts == NULL) {
        st = sci_quantiles_create(&part->counts, job->groups.n, job->source->array.type, CT_LIMITS,
                                  imaging_ct_p, NULL);
    } else {
        st = sci_quantiles_copy(&part->counts, refined->counts);
        if (st == SCI_OK)
            st = sci_quantiles_advance(part->counts, &done);
        if (st == SCI_OK && done)
            st = sci_fail(SCI_ERR_REFUSED, "'%s' has all that it needs; there is no round to add",
                          job->c.settings->refine);
    }
    return st == SCI_OK ? sci_quantiles_count(part->counts, job->source, job->groups.g,
                                              &job->c.options, NULL)
                        : st;
}

static sci_status
find_landmarks(imaging_model *part, imaging_normal *job)
{
    char digest[80];
    const char *texts[2] = { digest, cli_operand_name(job->volume->name) };
    double p[NYUL_POINTS];
    sci_quantiles *q = NULL;
    sci_status st;

    for (int k = 0; k < NYUL_POINTS; k++)
        p[k] = imaging_nyul_percent[k] / 100.0;
    part->n_images = 1;
    st = sci_quantiles_fit(&q, job->source, job->groups.g, &job->c.options, NYUL_POINTS, p, NULL,
                           &job->report);
    if (st == SCI_OK)
        st = sci_alloc(&part->landmarks, part->n, NYUL_POINTS, sizeof *part->landmarks);
    for (uint64_t i = 0; i < part->n && st == SCI_OK; i++) {
        double *x = part->landmarks + i * NYUL_POINTS;

        for (size_t k = 0; k < NYUL_POINTS; k++)
            x[k] = sci_quantiles_value(q, i, k);
        if (!(x[NYUL_POINTS - 1] > x[0]))
            st =
                sci_fail(SCI_ERR_DEGENERATE,
                         "'%s': its 1st and 99th percentile are both %.9g; there is no scale in it",
                         job->volume->name, x[0]);
    }
    cli_digest_text(job->c.options.digest, job->report.digest, digest);
    if (st == SCI_OK)
        st = sci_texts_copy(&part->digests, 1, &texts[0]);
    if (st == SCI_OK)
        st = sci_texts_copy(&part->names, 1, &texts[1]);
    sci_quantiles_free(q);
    return st;
}

/* The table needs the digest of the content for the order of merging; percentiles do not give it. */
static sci_status
fit_part(imaging_model *part, imaging_normal *job, const imaging_model *refined)
{
    int method = job->c.settings->method;
    sci_status st;

    *part = (imaging_model){ .method = method, .ddof = job->c.options.ddof, .n = job->groups.n };
    st = sci_fit(job->source, job->groups.g, &job->c.options, &part->stats, &job->report);
    if (st == SCI_OK && job->members.equal_mm3 > 0.0 && !sci_stats_is_weighted(part->stats))
        st = sci_stats_weigh(part->stats, job->members.equal_mm3);
    if (st == SCI_OK && job->report.members == 0 && job->c.options.shards == 0)
        st = sci_fail(SCI_ERR_DEGENERATE, "'%s': no voxel is inside the mask", job->volume->name);
    if (st == SCI_OK && method == IMAGING_CT)
        st = count_ct(part, job, refined);
    if (st == SCI_OK && method == IMAGING_NYUL) {
        sci_stats_free(part->stats);
        part->stats = NULL;
        st = find_landmarks(part, job);
    }
    return st;
}

static sci_status
fit_one(fitting *f, size_t i)
{
    imaging_normal job = { 0 };
    sci_status st = imaging_normal_begin(&job, f->single->call, &f->single->inputs, i, f->worker);

    job.c.pooled = true;
    job.c.options.shard = f->single->common->shard.number;
    job.c.options.shards = f->single->common->shard.total;
    if (st == SCI_OK)
        st = imaging_normal_prepare(&job, &f->single->inputs.items[i]);
    if (st == SCI_OK)
        st = fit_part(&f->parts[i], &job, &f->refined);
    if (st == SCI_OK)
        f->voxels[i] = (voxels){ imaging_geometry_voxel_mm3(&job.volume->geometry),
                                 job.members.weighted };
    imaging_normal_clear(&job);
    return st;
}

/* Of images that are put together. */
static sci_status
compare_voxels(const fitting *f)
{
    const imaging_settings *s = f->single->call->settings;
    bool warned = s->weights != IMAGING_AUTO || !imaging_method_is_moments(s->method);

    for (size_t i = 1; i < f->single->inputs.n; i++) {
        const voxels *a = &f->voxels[0], *b = &f->voxels[i];

        if (a->weighted != b->weighted)
            return sci_fail(SCI_ERR_REFUSED,
                            "slices differ in thickness in '%s' and not in '%s'; --weights volume "
                            "counts the voxels of both by their mm3, --weights none all alike",
                            f->names[a->weighted ? 0 : i], f->names[a->weighted ? i : 0]);
        if (!warned && fabs(a->mm3 - b->mm3) > 1e-3 * a->mm3) {
            cli_warn("the voxels of '%s' have %.6g mm3 and those of '%s' %.6g mm3, and all count "
                     "alike; --weights volume counts them by their volume",
                     f->names[0], a->mm3, f->names[i], b->mm3);
            warned = true;
        }
    }
    return SCI_OK;
}

/* ---- all of them ---- */

/* Wider types need further rounds over the same images, which are here: the limits follow at once,
 * while the counts of this round stay for merging. */
static sci_status
count_on(fitting *f, sci_quantiles *counts)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; i < f->single->inputs.n && st == SCI_OK; i++) {
        imaging_normal job = { 0 };

        st = imaging_normal_begin(&job, f->single->call, &f->single->inputs, i, f->worker);
        job.c.pooled = true;
        if (st == SCI_OK)
            st = imaging_normal_prepare(&job, &f->single->inputs.items[i]);
        if (st == SCI_OK)
            st = sci_quantiles_count(counts, job.source, job.groups.g, &job.c.options, NULL);
        imaging_normal_clear(&job);
    }
    return st;
}

static sci_status
find_limits(fitting *f, imaging_model *model)
{
    sci_quantiles *counts = NULL;
    bool done = false;
    sci_status st;

    if (model->counts == NULL || model->limits != NULL || sci_quantiles_is_partial(model->counts))
        return SCI_OK;
    st = sci_quantiles_copy(&counts, model->counts);
    if (st == SCI_OK)
        st = sci_quantiles_advance(counts, &done);
    while (st == SCI_OK && !done) {
        st = count_on(f, counts);
        if (st == SCI_OK)
            st = sci_quantiles_advance(counts, &done);
    }
    if (st == SCI_OK)
        st = sci_alloc(&model->limits, model->n, CT_LIMITS, sizeof *model->limits);
    for (uint64_t i = 0; i < model->n && st == SCI_OK; i++)
        for (size_t k = 0; k < CT_LIMITS; k++)
            model->limits[i * CT_LIMITS + k] = sci_quantiles_value(counts, i, k);
    sci_quantiles_free(counts);
    return st;
}

static sci_status
fit_all(fitting *f, imaging_model *model)
{
    const imaging_settings *s = f->single->call->settings;
    size_t n = f->single->inputs.n;
    sci_status st = SCI_OK;

    imaging_columns_warn(&f->single->inputs);
    if (s->refine != NULL)
        st = imaging_model_load(&f->refined, s->refine);
    if (st == SCI_OK && s->refine != NULL && f->refined.counts == NULL)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' counts nothing; --refine goes with a model of --method ct", s->refine);
    if (st == SCI_OK && s->refine != NULL && sci_quantiles_is_partial(f->refined.counts))
        st = imaging_model_unfinished(&f->refined, s->refine);
    for (size_t i = 0; i < n && st == SCI_OK; i++) {
        f->names[i] = f->single->inputs.items[i].operand;
        st = fit_one(f, i);
    }
    if (st == SCI_OK)
        st = compare_voxels(f);
    if (st == SCI_OK)
        st = imaging_model_merge(model, n, f->parts, f->names);
    return st == SCI_OK ? find_limits(f, model) : st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    fitting f = { .single = context, .worker = worker };
    const cli_common *common = f.single->common;
    imaging_model model = { 0 };
    char *provenance = NULL;
    sci_status st = sci_alloc_zero(&f.parts, f.single->inputs.n, 1, sizeof *f.parts);

    if (st == SCI_OK)
        st = sci_alloc_zero(&f.names, f.single->inputs.n, 1, sizeof *f.names);
    if (st == SCI_OK)
        st = sci_alloc(&f.voxels, f.single->inputs.n, 1, sizeof *f.voxels);
    if (st == SCI_OK)
        st = fit_all(&f, &model);
    if (st == SCI_OK)
        st = cli_provenance_text(&provenance, f.single->call, 0, NULL, NULL);
    if (st == SCI_OK)
        st = imaging_model_save(&model, worker->temporary[0], provenance, common->verify,
                                !common->no_sync);
    if (st == SCI_OK)
        imaging_model_note_unfinished(&model, worker->target[0]);
    for (size_t i = 0; f.parts != NULL && i < f.single->inputs.n; i++)
        imaging_model_clear(&f.parts[i]);
    sci_free(f.parts);
    sci_free(f.names);
    sci_free(f.voxels);
    sci_free(provenance);
    imaging_model_clear(&f.refined);
    imaging_model_clear(&model);
    return st;
}

static sci_status
check(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    bool shard = s->common.shard.total > 0;
    sci_status st = imaging_members_check(call);

    if (st == SCI_OK && s->method != IMAGING_ZSCORE && s->method != IMAGING_CT
        && s->method != IMAGING_NYUL)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--method: a model is of zscore, ct or nyul; the others take "
                      "each image by itself");
    if (st == SCI_OK && shard && s->method != IMAGING_ZSCORE)
        st = sci_fail(SCI_ERR_ARGUMENT, "--shard goes with --method zscore");
    if (st == SCI_OK && shard && call->n_operands != 1)
        st = sci_fail(SCI_ERR_ARGUMENT, "--shard divides one image");
    if (st == SCI_OK && shard && s->weights == IMAGING_VOLUME)
        st = sci_fail(SCI_ERR_ARGUMENT, "--shard does not go with --weights volume, which puts "
                                        "whole images together");
    if (st == SCI_OK && s->method == IMAGING_NYUL)
        st = imaging_unweighted_check(call);
    if (st == SCI_OK && s->method == IMAGING_NYUL && cli_given(call, "ddof"))
        st = sci_fail(SCI_ERR_ARGUMENT, "--ddof goes with --method zscore and ct");
    if (st == SCI_OK && s->refine != NULL && s->method != IMAGING_CT)
        st = sci_fail(SCI_ERR_ARGUMENT, "--refine goes with --method ct");
    if (st == SCI_OK && s->labels != NULL && s->method != IMAGING_ZSCORE)
        st = sci_fail(SCI_ERR_ARGUMENT, "--labels goes with --method zscore");
    return st;
}

int
imaging_fit(const cli_call *call)
{
    const imaging_settings *s = call->settings;
    cli_single single = { .call = call,
                          .common = &s->common,
                          .doing = "fitting",
                          .extensions = imaging_extensions,
                          .datasets = true,
                          .beside = s->refine,
                          .work = work };
    sci_status st = check(call);

    return st == SCI_OK ? cli_single_run(&single, (size_t)call->n_operands, call->operands)
                        : cli_misuse(call, st);
}
