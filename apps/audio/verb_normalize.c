/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normalize: recordings to features of which every band has mean 0 and variance 1. */
#include <string.h>

#include <sci/memory.h>

#include "cli/batch.h"
#include "cli/single.h"

#include "inputs.h"
#include "output.h"
#include "pack.h"
#include "picture.h"
#include "scoped.h"
#include "together.h"
#include "verbs.h"

/* The whole call. */
typedef struct normalizing {
    const cli_call *call;
    int scope;                   /* audio_scope */
    audio_collection collection; /* of scopes group and global */
    audio_chain *spare;          /* of a worker, between its recordings */
} normalizing;

/* ---- one recording ---- */

static sci_status
write_output(audio_normal *job, const sci_stats *model)
{
    audio_output out = { 0 };
    audio_scoped scoped = { 0 };
    sci_status st = audio_scoped_make(&scoped, job, model);

    if (st == SCI_OK)
        st = audio_output_open(&out, job);
    if (st == SCI_OK)
        st = audio_scoped_apply(&scoped, job, out.features);
    if (st == SCI_OK)
        st = audio_output_describe(&out, job, scoped.rows);
    if (st == SCI_OK && job->recipe.phase)
        st = audio_output_phase(&out, job);
    if (st == SCI_OK)
        st = audio_output_close(&out, &job->c);
    if (st == SCI_OK)
        st = audio_flowing_keep(&scoped.flowing, job);
    if (st == SCI_OK)
        audio_normal_note(job, scoped.rows);
    audio_output_clear(&out);
    audio_scoped_clear(&scoped);
    return st;
}

static sci_status
normalize_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
              const cli_worker *worker)
{
    normalizing *n = context;
    audio_normal job = { .spare = &n->spare };
    audio_recipe shared = { 0 };
    sci_stats *model = NULL;
    bool together = audio_together_wanted(n->scope);
    sci_status st = together ? audio_collection_take(&n->collection, &model, &shared) : SCI_OK;

    (void)dataset;
    if (st == SCI_OK)
        st = audio_normal_begin(&job, n->call, inputs, input, worker, together ? &shared : NULL);
    if (st == SCI_OK)
        st = write_output(&job, model);
    if (st == SCI_OK && worker->temporary[1] != NULL)
        st = audio_picture_of(&job, worker->temporary[0], worker->temporary[1]);
    sci_stats_free(model);
    audio_recipe_clear(&shared);
    audio_normal_end(&job);
    return st;
}

/* ---- the batch ---- */

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

/* A first round over all recordings where they share statistics. */
static sci_status
arrange(void *context, cli_inputs *inputs)
{
    normalizing *n = context;
    sci_status st = audio_inputs_grouped(n->call, inputs);

    if (st != SCI_OK || !audio_together_wanted(n->scope))
        return st;
    return audio_together_fit(&n->collection, n->call, inputs);
}

/* What the statistics of all recordings are: outputs of others are not done (--resume). */
static sci_status
needs(void *context, const cli_inputs *inputs, size_t input, char *words[CLI_NEEDS_MOST])
{
    const normalizing *n = context;

    (void)inputs;
    (void)input;
    return n->collection.digest == NULL
               ? SCI_OK
               : sci_format(&words[0], "statistics %s", n->collection.digest);
}

/* ---- the call ---- */

static sci_status
check_pack(const audio_settings *s, int scope)
{
    if (!s->pack)
        return SCI_OK;
    if (s->lazy || s->phase || s->picture != NULL || s->common.resume)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--pack does not go with --lazy, --complex, --picture and "
                        "--resume");
    if (scope == AUDIO_SCOPE_RUNNING && s->state != NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--pack does not go with --state");
    return SCI_OK;
}

static sci_status
check_call(normalizing *n)
{
    const audio_settings *s = n->call->settings;
    int scope = n->scope = audio_scope_of(n->call);
    bool table = scope == AUDIO_SCOPE_FILE || audio_together_wanted(scope);
    sci_status st = audio_recipe_check(n->call);

    if (st != SCI_OK)
        return st;
    if (scope == AUDIO_SCOPE_GROUP && s->group_by == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--scope group needs --group-by and --manifest");
    if (scope != AUDIO_SCOPE_GROUP && s->group_by != NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "--group-by goes with --scope group");
    if (s->lazy && !table)
        return sci_fail(SCI_ERR_ARGUMENT, "--lazy goes with --scope file, group and global");
    if (s->state != NULL && (s->common.jobs > 1 || s->common.resume))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--state goes from one recording to the next, without --jobs and --resume");
    return check_pack(s, scope);
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
                        .arrange = arrange,
                        .extra = picture_name,
                        .needs = needs,
                        .work = normalize_one,
                        .context = &n };
    sci_status st = check_call(&n);
    int code;

    if (st != SCI_OK)
        return cli_misuse(call, st);
    if (s->pack)
        return audio_pack_run(call, n.scope);
    code = cli_batch_run(&batch);
    audio_together_free(&n.collection);
    return code;
}
