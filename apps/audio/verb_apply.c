/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply: recordings, or features that are not normalized yet, by statistics that are there. */
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/message.h"
#include "cli/single.h"

#include "inputs.h"
#include "model.h"
#include "output.h"
#include "verbs.h"

typedef struct applying {
    const cli_call *call;
    const audio_settings *settings;
    audio_recipe recipe; /* of the statistics, with how to normalize as the command line says */
    sci_stats *stats;
} applying;

static sci_status
load_model(applying *a, const char *path)
{
    const audio_settings *s = a->settings;
    sci_status st = audio_model_load(path, &a->stats, &a->recipe);

    if (st != SCI_OK)
        return st;
    a->recipe.scope = s->group_by != NULL ? AUDIO_SCOPE_GROUP : AUDIO_SCOPE_GLOBAL;
    if (cli_given(a->call, "eps") || cli_given(a->call, "eps-rel")) {
        a->recipe.eps = cli_given(a->call, "eps") ? s->common.eps : 0.0;
        a->recipe.eps_rel = cli_given(a->call, "eps-rel") ? s->eps_rel : 0.0;
    }
    if (cli_given(a->call, "relax"))
        a->recipe.relax = s->relax;
    return SCI_OK;
}

static void
clear(applying *a)
{
    sci_stats_free(a->stats);
    audio_recipe_clear(&a->recipe);
}

/* ---- a recording ---- */

static sci_status
run_recording(applying *a, audio_normal *job, const sci_stats *rows)
{
    audio_output out = { 0 };
    audio_scaling scaling = { 0 };
    sci_rows_source source;
    sci_status st =
        audio_scaling_make(&scaling, &a->recipe, sci_stats_moments(rows), sci_stats_groups(rows),
                           job->partition.bands->kept, job->plain.g, false);

    if (st == SCI_OK)
        st = audio_output_open(&out, job);
    source = audio_scaling_rows(&scaling);
    if (st == SCI_OK)
        st = sci_apply(job->source, scaling.affine, &source, NULL, &job->c.options, out.features,
                       NULL);
    if (st == SCI_OK)
        st = audio_output_describe(&out, job, rows);
    if (st == SCI_OK)
        st = audio_output_close(&out, &job->c);
    audio_output_clear(&out);
    audio_scaling_clear(&scaling);
    return st;
}

static sci_status
apply_recording(applying *a, const cli_inputs *inputs, size_t input, const cli_worker *worker)
{
    audio_normal job = { 0 };
    sci_stats *rows = NULL;
    sci_status st = load_model(a, a->settings->stats);

    if (st == SCI_OK)
        st = audio_normal_begin(&job, a->call, inputs, input, worker, &a->recipe);
    if (st == SCI_OK)
        st = audio_model_rows(a->stats, a->settings->stats, &job, &rows);
    if (st == SCI_OK)
        st = run_recording(a, &job, rows);
    if (st == SCI_OK)
        audio_normal_note(&job, rows);
    sci_stats_free(rows);
    audio_normal_end(&job);
    return st;
}

/* ---- features ---- */

/* Rows of the model for them: their own, or those of --stats. */
static sci_status
stored_rows(applying *a, const audio_context *c, const cli_inputs *inputs, size_t input,
            const audio_stored *stored, sci_stats **rows)
{
    const char *path = a->settings->stats, *group = NULL;
    audio_partition p = { 0 };
    sci_array array = stored->source->array;
    sci_status st;

    (void)c;
    if (path == NULL)
        return sci_stats_copy(rows, stored->stats);
    st = audio_recipe_same(&stored->recipe, stored->path, &a->recipe, path);
    if (st == SCI_OK)
        st = audio_group_of(a->settings, inputs, input, &group);
    memmove(array.shape + 1, array.shape, 3 * sizeof array.shape[0]);
    array.shape[0] = 1;
    array.rank = 4;
    if (st == SCI_OK)
        st = audio_partition_make(&p, &stored->recipe, &array, a->settings->group_by, group);
    if (st == SCI_OK)
        st = sci_stats_select(rows, a->stats, path, p.g, NULL);
    audio_partition_clear(&p);
    return st;
}

static sci_status
run_stored(applying *a, audio_context *c, const audio_stored *stored, const sci_stats *rows)
{
    audio_output out = { 0 };
    audio_scaling scaling = { 0 };
    sci_rows_source source;
    sci_status st =
        audio_scaling_make(&scaling, &a->recipe, sci_stats_moments(rows), sci_stats_groups(rows),
                           stored->partition.bands->kept, stored->partition.g, false);

    if (st == SCI_OK)
        st = audio_output_replace(&out, c, stored);
    source = audio_scaling_rows(&scaling);
    if (st == SCI_OK)
        st = sci_apply(stored->source, scaling.affine, &source, NULL, &c->options, out.features,
                       NULL);
    if (st == SCI_OK)
        st = audio_output_restate(&out, c, &a->recipe, true, rows);
    if (st == SCI_OK)
        st = audio_output_close(&out, c);
    audio_output_clear(&out);
    audio_scaling_clear(&scaling);
    return st;
}

/* Without --stats lazy features have statistics and a recipe of their own. */
static sci_status
own_model(applying *a, const audio_stored *stored)
{
    sci_status st = load_model(a, stored->path);

    if (st == SCI_OK)
        a->recipe.scope = stored->recipe.scope;
    return st;
}

static sci_status
apply_stored(applying *a, const cli_inputs *inputs, size_t input, const cli_worker *worker)
{
    audio_context c = { 0 };
    audio_stored stored = { 0 };
    sci_stats *rows = NULL;
    const char *path = inputs->items[input].path;
    sci_status st = audio_context_start(&c, a->call, worker);

    if (st == SCI_OK)
        st = audio_stored_open(&stored, &c, path);
    if (st == SCI_OK && stored.normalized)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' is normalized already; 'invert' undoes that", path);
    if (st == SCI_OK && a->settings->stats == NULL && stored.stats == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' has no statistics of its own; --stats names them",
                      path);
    if (st == SCI_OK)
        st = a->settings->stats != NULL ? load_model(a, a->settings->stats) : own_model(a, &stored);
    if (st == SCI_OK)
        st = stored_rows(a, &c, inputs, input, &stored, &rows);
    if (st == SCI_OK)
        st = run_stored(a, &c, &stored, rows);
    sci_stats_free(rows);
    audio_stored_close(&stored);
    audio_context_end(&c);
    return st;
}

/* ---- the batch ---- */

static sci_status
apply_one(void *context, const cli_inputs *inputs, size_t input, const char *dataset,
          const cli_worker *worker)
{
    const cli_call *const *call = context;
    applying a = { .call = *call, .settings = (*call)->settings };
    bool stored = audio_is_hdf5(inputs->items[input].path);
    sci_status st;

    (void)dataset;
    if (!stored && a.settings->stats == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' is no file of features; --stats names statistics",
                      inputs->items[input].path);
    else
        st = stored ? apply_stored(&a, inputs, input, worker)
                    : apply_recording(&a, inputs, input, worker);
    clear(&a);
    return st;
}

static sci_status
arrange(void *context, cli_inputs *inputs)
{
    const cli_call *const *call = context;

    return audio_inputs_grouped(*call, inputs);
}

int
audio_apply(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_batch batch = { .call = call,
                        .common = &s->common,
                        .doing = "applying",
                        .extensions = audio_any_extensions(),
                        .extension = ".h5",
                        .arrange = arrange,
                        .work = apply_one,
                        .context = &call };

    if (cli_given(call, "eps") && cli_given(call, "eps-rel"))
        return cli_usage_error(call, "--eps or --eps-rel, not both");
    return cli_batch_run(&batch);
}
