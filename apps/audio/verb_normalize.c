/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normalize: recordings to features of which every band has mean 0 and variance 1. */
#include <string.h>

#include <sci/memory.h>

#include "cli/batch.h"
#include "cli/message.h"
#include "cli/single.h"

#include "flowing.h"
#include "inputs.h"
#include "model.h"
#include "output.h"
#include "picture.h"
#include "verbs.h"

/* The whole call. */
typedef struct normalizing {
    const cli_call *call;
    int scope; /* audio_scope */
    audio_collection
        collection; /* of scopes group and global; its last parcel is of all together */
} normalizing;

/* ---- one recording ---- */

/* The rows that a recording is normalized with. */
static sci_status
find_rows(audio_normal *job, sci_stats *model, sci_stats **rows)
{
    if (model != NULL)
        return audio_model_rows(model, "the statistics of all recordings", job, rows);
    return audio_normal_fit(job, rows);
}

static sci_status
make_scaling(audio_normal *job, const sci_stats *rows, audio_scaling *scaling)
{
    uint64_t groups = sci_grouping_groups(job->plain.g);

    if (rows == NULL || job->c.settings->lazy)
        return audio_scaling_identity(scaling, groups, job->plain.g, job->recipe.masked_out != 0);
    return audio_scaling_make(scaling, &job->recipe, sci_stats_moments(rows), groups,
                              job->partition.bands->kept, job->plain.g, false);
}

/* The features, normalized on the way (flowing) or by these rows, into the output. */
static sci_status
write_features(audio_normal *job, const sci_stats *rows, const audio_flowing *flowing,
               audio_output *out)
{
    sci_source *source = flowing->source != NULL ? flowing->source : job->source;
    audio_scaling scaling = { 0 };
    sci_rows_source table;
    sci_status st = make_scaling(job, rows, &scaling);

    if (st == SCI_OK)
        st = audio_output_open(out, &job->c, &job->source->array);
    table = audio_scaling_rows(&scaling);
    if (st == SCI_OK)
        st = sci_apply(source, scaling.affine, &table, NULL, &job->c.options, out->features, NULL);
    audio_scaling_clear(&scaling);
    return st;
}

static sci_status
write_output(audio_normal *job, const sci_stats *rows)
{
    audio_output out = { 0 };
    audio_flowing flowing = { 0 };
    sci_status st = SCI_OK;

    if (job->recipe.scope == AUDIO_SCOPE_SLIDING || job->recipe.scope == AUDIO_SCOPE_RUNNING)
        st = audio_flowing_make(&flowing, job);
    if (st == SCI_OK)
        st = write_features(job, rows, &flowing, &out);
    if (st == SCI_OK)
        st = audio_output_describe(&out, job, rows);
    if (st == SCI_OK && job->recipe.phase)
        st = audio_output_phase(&out, job);
    if (st == SCI_OK)
        st = audio_output_close(&out, &job->c);
    if (st == SCI_OK)
        st = audio_flowing_keep(&flowing, job);
    audio_output_clear(&out);
    audio_flowing_clear(&flowing);
    return st;
}

static bool
has_table(const audio_recipe *r)
{
    return r->scope == AUDIO_SCOPE_FILE || r->scope == AUDIO_SCOPE_GROUP
           || r->scope == AUDIO_SCOPE_GLOBAL;
}

static sci_status
normalize_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
              const cli_worker *worker)
{
    normalizing *n = context;
    audio_normal job = { 0 };
    audio_recipe shared = { 0 };
    sci_stats *model = NULL, *rows = NULL;
    bool together = n->collection.call != NULL;
    sci_status st = together ? audio_collection_take(&n->collection, &model, &shared) : SCI_OK;

    (void)dataset;
    if (st == SCI_OK)
        st = audio_normal_begin(&job, n->call, inputs, input, worker, together ? &shared : NULL);
    if (st == SCI_OK && has_table(&job.recipe))
        st = find_rows(&job, model, &rows);
    if (st == SCI_OK)
        st = write_output(&job, rows);
    if (st == SCI_OK && worker->temporary[1] != NULL)
        st = audio_picture_of(&job, worker->temporary[0], worker->temporary[1]);
    if (st == SCI_OK)
        audio_normal_note(&job, rows);
    sci_stats_free(rows);
    sci_stats_free(model);
    audio_recipe_clear(&shared);
    audio_normal_end(&job);
    return st;
}

/* The picture of an input, below the directory of --picture. */
static sci_status
picture_name(void *context, const cli_inputs *inputs, size_t input, const char *output,
             char *extras[CLI_EXTRAS_MOST])
{
    const normalizing *n = context;
    const audio_settings *s = n->call->settings;
    sci_status st;

    (void)output;
    if (s->picture == NULL)
        return SCI_OK;
    st = sci_format(&extras[0], "%s/%s.png", s->picture, inputs->items[input].relative);
    return st == SCI_OK ? cli_target_directory_make(extras[0]) : st;
}

/* ---- recordings that share statistics ---- */

static sci_status
fit_one(void *context, const cli_worker *worker)
{
    return audio_collection_fit(context, worker->job, worker);
}

static sci_status
merge_all(void *context, const cli_worker *worker)
{
    (void)worker;
    return audio_collection_keep(context);
}

/* A first round over all recordings. One that fails here fails again, with its message, in the second. */
static sci_status
fit_together(void *context, cli_inputs *inputs)
{
    normalizing *n = context;
    const cli_common *common = &((const audio_settings *)n->call->settings)->common;
    cli_job *jobs = NULL, last = { .name = "the statistics of all recordings" };
    cli_run run = { .doing = "fitting", .work = fit_one, .context = &n->collection };
    sci_status st = audio_inputs_grouped(n->call, inputs);

    if (st != SCI_OK || (n->scope != AUDIO_SCOPE_GROUP && n->scope != AUDIO_SCOPE_GLOBAL))
        return st;
    n->collection.call = n->call;
    n->collection.inputs = inputs;
    st = sci_alloc_zero(&jobs, inputs->n, 1, sizeof *jobs);
    if (st == SCI_OK)
        st = cli_parcels_create(&n->collection.parcels, inputs->n + 1, common->scratch);
    for (size_t k = 0; k < inputs->n && st == SCI_OK; k++)
        jobs[k].name = inputs->items[k].operand;
    run.jobs = jobs;
    run.n_jobs = inputs->n;
    cli_run_settings(&run, n->call->general, common);
    if (st == SCI_OK && cli_workers_run(&run) != 0)
        st = sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    if (jobs != NULL)
        cli_jobs_clear(jobs, inputs->n);
    sci_free(jobs);
    if (st != SCI_OK)
        return st;
    run.jobs = &last;
    run.n_jobs = 1;
    run.work = merge_all;
    run.doing = "merging";
    if (cli_workers_run(&run) != 0)
        st = sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    else if (last.result.status != SCI_OK)
        st = sci_fail(last.result.status, "%s", last.result.message);
    cli_jobs_clear(&last, 1);
    return st;
}

/* ---- the call ---- */

static sci_status
check_call(normalizing *n)
{
    const audio_settings *s = n->call->settings;
    int scope = n->scope = audio_scope_of(n->call);
    sci_status st = audio_recipe_check(n->call);

    if (st != SCI_OK)
        return st;
    if (scope == AUDIO_SCOPE_GROUP && s->group_by == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--scope group needs --group-by and --manifest");
    if (scope != AUDIO_SCOPE_GROUP && s->group_by != NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--group-by goes with --scope group");
    if (s->lazy
        && (scope == AUDIO_SCOPE_NONE || scope == AUDIO_SCOPE_RUNNING
            || scope == AUDIO_SCOPE_SLIDING))
        return sci_fail(SCI_ERR_ARGUMENT, "--lazy goes with --scope file, group and global");
    if (s->state != NULL && (s->common.jobs > 1 || s->common.resume))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--state goes from one recording to the next, without --jobs and --resume");
    return SCI_OK;
}

int
audio_normalize(const cli_call *call)
{
    const audio_settings *s = call->settings;
    normalizing n = { .call = call };
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "normalizing",
                        .extensions = audio_extensions,
                        .extension = ".h5",
                        .arrange = fit_together,
                        .extra = picture_name,
                        .work = normalize_one,
                        .context = &n };
    sci_status st = check_call(&n);
    int code = st == SCI_OK ? cli_batch_run(&batch) : cli_misuse(call, st);

    cli_parcels_free(&n.collection.parcels);
    return code;
}
