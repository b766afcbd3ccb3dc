/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit: the statistics of recordings, of all together or of each group. */
#include <sci/memory.h>

#include "cli/batch.h"
#include "cli/outputs.h"
#include "cli/reads.h"
#include "cli/single.h"

#include "inputs.h"
#include "model.h"
#include "output.h"
#include "verbs.h"

static sci_status
fit_one(void *context, const cli_worker *worker)
{
    return audio_collection_fit(context, worker->job, worker);
}

static sci_status
put_together(void *context, const cli_worker *worker)
{
    audio_collection *c = context;
    audio_recipe recipe = { 0 };
    sci_stats *stats = NULL;
    sci_status st = audio_collection_merge(c, &stats, &recipe);

    if (st == SCI_OK)
        st = audio_stats_write(worker->temporary[0], c->call, stats, &recipe);
    sci_stats_free(stats);
    audio_recipe_clear(&recipe);
    return st;
}

static int
run(audio_collection *c, const cli_common *common)
{
    size_t n = c->inputs->n;
    cli_job *jobs = NULL, last = { .name = common->output, .targets = { common->output } };
    cli_run run = { .doing = "fitting", .work = fit_one, .context = c, .n_jobs = n };
    int code, signal_number;
    sci_status st = sci_alloc_zero(&jobs, n, 1, sizeof *jobs);

    if (st == SCI_OK)
        st = cli_parcels_create(&c->parcels, n, common->scratch);
    if (st != SCI_OK) {
        sci_free(jobs);
        return cli_misuse(c->call, st);
    }
    for (size_t k = 0; k < n; k++)
        jobs[k].name = c->inputs->items[k].operand;
    run.jobs = jobs;
    cli_run_settings(&run, c->call->general, common);
    signal_number = cli_workers_run(&run);
    code = signal_number != 0 ? CLI_EXIT_SIGNAL + signal_number : cli_failures_report(jobs, n);
    if (code == CLI_EXIT_OK) {
        run.work = put_together;
        run.jobs = &last;
        run.n_jobs = 1;
        run.doing = "merging";
        code = cli_worker_run_one(&run);
    }
    else if (signal_number == 0 && n > 1)
        cli_hint("no statistics were written: mend what failed, or leave it out");
    cli_parcels_free(&c->parcels);
    cli_jobs_clear(jobs, n);
    sci_free(jobs);
    return code;
}

static sci_status
check(const cli_call *call, cli_inputs *inputs)
{
    const audio_settings *s = call->settings;
    sci_status st = audio_recipe_check(call);

    if (st == SCI_OK)
        st = audio_inputs_expand(inputs, call, audio_extensions);
    if (st == SCI_OK)
        st = audio_inputs_grouped(call, inputs);
    if (st == SCI_OK)
        st = cli_target_check(s->common.output, s->common.force, inputs);
    if (st == SCI_OK)
        st = cli_target_unread(call, s->common.output);
    return st == SCI_OK ? cli_target_directory_check(s->common.output) : st;
}

int
audio_fit(const cli_call *call)
{
    const audio_settings *s = call->settings;
    cli_inputs inputs = { 0 };
    audio_collection c = { .call = call, .inputs = &inputs };
    sci_status st = check(call, &inputs);
    int code = st == SCI_OK ? run(&c, &s->common) : cli_misuse(call, st);

    cli_inputs_clear(&inputs);
    return code;
}
