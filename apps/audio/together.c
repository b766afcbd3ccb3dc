/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "together.h"

#include <sci/memory.h>

bool
audio_together_wanted(int scope)
{
    return scope == AUDIO_SCOPE_GROUP || scope == AUDIO_SCOPE_GLOBAL;
}

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

static sci_status
run_jobs(audio_collection *c, cli_job *jobs)
{
    cli_run run = { .doing = "fitting", .work = fit_one, .context = c, .jobs = jobs };

    run.n_jobs = c->inputs->n;
    for (size_t k = 0; k < run.n_jobs; k++)
        jobs[k].name = c->inputs->items[k].operand;
    cli_run_settings(&run, c->call->general, &((const audio_settings *)c->call->settings)->common);
    return cli_workers_run(&run) == 0 ? SCI_OK : sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
}

static sci_status
run_merge(audio_collection *c)
{
    cli_job last = { .name = "the statistics of all recordings" };
    cli_run run = {
        .doing = "merging", .work = merge_all, .context = c, .jobs = &last, .n_jobs = 1
    };
    sci_status st = SCI_OK;

    cli_run_settings(&run, c->call->general, &((const audio_settings *)c->call->settings)->common);
    if (cli_workers_run(&run) != 0)
        st = sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    else if (last.result.status != SCI_OK)
        st = sci_fail(last.result.status, "%s", last.result.message);
    cli_jobs_clear(&last, 1);
    return st;
}

sci_status
audio_together_fit(audio_collection *out, const cli_call *call, const cli_inputs *inputs)
{
    const audio_settings *s = call->settings;
    cli_job *jobs = NULL;
    sci_status st = sci_alloc_zero(&jobs, inputs->n, 1, sizeof *jobs);

    out->call = call;
    out->inputs = inputs;
    if (st == SCI_OK)
        st = cli_parcels_create(&out->parcels, inputs->n + 1, s->common.scratch);
    if (st == SCI_OK)
        st = cli_shared_alloc(&out->digest, AUDIO_DIGEST_ROOM, 1);
    if (st == SCI_OK)
        st = run_jobs(out, jobs);
    if (jobs != NULL)
        cli_jobs_clear(jobs, inputs->n);
    sci_free(jobs);
    return st == SCI_OK ? run_merge(out) : st;
}

void
audio_together_free(audio_collection *c)
{
    cli_parcels_free(&c->parcels);
    cli_shared_free(c->digest, AUDIO_DIGEST_ROOM, 1);
    c->digest = NULL;
}
