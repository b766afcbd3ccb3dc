/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "batch.h"
#include "journal.h"
#include "reads.h"
#include "signals.h"

/* One batch under way. Jobs are the inputs that are not done yet. */
typedef struct state {
    const cli_batch *batch;
    cli_inputs inputs;
    cli_outputs outputs;
    bool journaled;
    cli_journal journal;
    char *(*needs)[CLI_NEEDS_MOST]; /* each input's */
    cli_reads reads;
    size_t n_jobs;
    cli_job *jobs;
    size_t *input_of;                 /* each job's */
    uint64_t *stamps;                 /* each job's */
    char *(*extras)[CLI_EXTRAS_MOST]; /* each job's further outputs */
} state;

/* ---- the plan: nothing is written before it stands ---- */

static sci_status
name_everything(state *s)
{
    const cli_batch *b = s->batch;
    char *directory = NULL, *dataset = NULL;
    cli_inputs_rules rules = { .recursive = b->common->recursive,
                               .manifest = b->common->manifest,
                               .glob = b->common->glob,
                               .null_list = b->common->null_list,
                               .dataset = b->common->dataset,
                               .datasets = b->datasets,
                               .extensions = b->extensions };
    sci_status st = cli_output_split(b->common->output, b->datasets, &directory, &dataset);

    rules.not_below = directory;
    if (st == SCI_OK)
        st = cli_inputs_expand(&s->inputs, (size_t)b->call->n_operands, b->call->operands, &rules);
    if (st == SCI_OK && b->arrange)
        st = b->arrange(b->context, &s->inputs);
    if (st == SCI_OK)
        st =
            cli_outputs_name(&s->outputs, &s->inputs, b->common->output, b->datasets, b->extension);
    if (st == SCI_OK && s->outputs.directory) {
        st = cli_journal_open(&s->journal, b->call, s->outputs.directory);
        s->journaled = st == SCI_OK;
    }
    if (st == SCI_OK && b->common->resume && !s->outputs.directory)
        st = sci_fail(SCI_ERR_ARGUMENT, "--resume is for several inputs with an output directory");
    sci_free(directory);
    sci_free(dataset);
    return st;
}

/* The table of failures has its name in the output directory. */
static sci_status
refuse_table_name(const state *s, const char *output)
{
    if (!s->inputs.many
        || strcmp(output + strlen(s->outputs.directory), "/" CLI_FAILURES_NAME) != 0)
        return SCI_OK;
    return sci_fail(SCI_ERR_ARGUMENT, "'%s' is where the table of failures goes", output);
}

static sci_status
check_target(const state *s, const char *target)
{
    sci_status st = cli_target_check(target, s->batch->common->force, &s->inputs);

    if (st == SCI_OK)
        st = cli_reads_check(&s->reads, target);
    if (st == SCI_ERR_EXISTS && s->batch->common->resume)
        st = sci_fail(SCI_ERR_EXISTS,
                      "'%s' was made from another input or with other options, or has changed "
                      "since; --force replaces it",
                      target);
    /* Directories below an output directory are made; that of a single output is as the user says.
     */
    if (st == SCI_OK && !s->outputs.directory)
        st = cli_target_directory_check(target);
    return st;
}

/* The files that no output may replace. */
static sci_status
find_needs(state *s)
{
    const cli_batch *b = s->batch;
    char *table = NULL;
    sci_status st = cli_reads_options(&s->reads, b->call);

    if (st == SCI_OK)
        st = sci_alloc_zero(&s->needs, s->inputs.n, 1, sizeof *s->needs);
    for (size_t k = 0; st == SCI_OK && b->needs && k < s->inputs.n; k++) {
        st = b->needs(b->context, &s->inputs, k, s->needs[k]);
        for (int i = 0; st == SCI_OK && i < CLI_NEEDS_MOST; i++)
            if (s->needs[k][i])
                st = cli_reads_add(&s->reads, "a file that goes with an input", s->needs[k][i]);
    }
    if (st == SCI_OK && s->inputs.many) {
        st = sci_format(&table, "%s/" CLI_FAILURES_NAME, s->outputs.directory);
        if (st == SCI_OK)
            st = cli_reads_check(&s->reads, table);
    }
    sci_free(table);
    return st;
}

static void
free_extras(char *extras[CLI_EXTRAS_MOST])
{
    for (int k = 0; k < CLI_EXTRAS_MOST; k++) {
        sci_free(extras[k]);
        extras[k] = NULL;
    }
}

static sci_status
check_extras(const state *s, const char *output, char *const extras[CLI_EXTRAS_MOST])
{
    sci_status st = SCI_OK;

    for (int k = 0; st == SCI_OK && k < CLI_EXTRAS_MOST; k++) {
        bool twice = extras[k] && strcmp(extras[k], output) == 0;

        for (int i = 0; i < k && extras[k]; i++)
            twice = twice || (extras[i] && strcmp(extras[k], extras[i]) == 0);
        if (twice)
            st = sci_fail(SCI_ERR_ARGUMENT, "'%s' is asked for twice, as two different outputs",
                          extras[k]);
        else if (extras[k])
            st = check_target(s, extras[k]);
    }
    return st;
}

static sci_status
plan_job(state *s, size_t input)
{
    const cli_batch *b = s->batch;
    const char *output = s->outputs.paths[input];
    cli_job *job = &s->jobs[s->n_jobs];
    uint64_t stamp = 0;
    char **extras = s->extras[s->n_jobs];
    sci_status st = SCI_OK;

    if (s->journaled)
        st = cli_journal_stamp(&s->journal, &s->inputs.items[input], s->needs[input],
                               CLI_NEEDS_MOST, &stamp);
    if (st != SCI_OK)
        return st;
    if (b->common->resume && cli_journal_has(&s->journal, stamp, output))
        return SCI_OK;
    st = refuse_table_name(s, output);
    if (st == SCI_OK)
        st = check_target(s, output);
    if (st == SCI_OK && b->extra)
        st = b->extra(b->context, &s->inputs, input, output, extras);
    if (st == SCI_OK)
        st = check_extras(s, output, extras);
    if (st != SCI_OK) {
        free_extras(extras);
        return st;
    }
    *job = (cli_job){ .name = s->inputs.items[input].operand, .targets = { output } };
    memcpy(job->targets + 1, extras, sizeof s->extras[0]);
    s->input_of[s->n_jobs] = input;
    s->stamps[s->n_jobs] = stamp;
    s->n_jobs++;
    return SCI_OK;
}

static sci_status
plan(state *s)
{
    size_t n;
    sci_status st = name_everything(s);

    if (st != SCI_OK)
        return st;
    n = s->inputs.n;
    st = find_needs(s);
    if (st == SCI_OK)
        st = sci_alloc(&s->jobs, n, 1, sizeof *s->jobs);
    if (st == SCI_OK)
        st = sci_alloc(&s->input_of, n, 1, sizeof *s->input_of);
    if (st == SCI_OK)
        st = sci_alloc(&s->stamps, n, 1, sizeof *s->stamps);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->extras, n, 1, sizeof *s->extras);
    for (size_t k = 0; k < n && st == SCI_OK; k++)
        st = plan_job(s, k);
    return st;
}

static void
state_clear(state *s)
{
    cli_jobs_clear(s->jobs, s->n_jobs);
    for (size_t k = 0; s->needs && k < s->inputs.n; k++)
        for (int i = 0; i < CLI_NEEDS_MOST; i++)
            sci_free(s->needs[k][i]);
    sci_free(s->needs);
    cli_reads_clear(&s->reads);
    for (size_t k = 0; k < s->n_jobs; k++)
        free_extras(s->extras[k]);
    sci_free(s->extras);
    sci_free(s->stamps);
    sci_free(s->input_of);
    sci_free(s->jobs);
    if (s->journaled)
        cli_journal_close(&s->journal);
    cli_outputs_clear(&s->outputs);
    cli_inputs_clear(&s->inputs);
}

/* ---- the work ---- */

static sci_status
make_directories(const state *s)
{
    sci_status st = SCI_OK;

    if (!s->outputs.directory)
        return SCI_OK;
    for (size_t k = 0; k < s->n_jobs && st == SCI_OK; k++) {
        st = cli_target_directory_make(s->jobs[k].targets[0]);
        for (int i = 1; st == SCI_OK && i < CLI_TARGETS_MOST; i++)
            if (s->jobs[k].targets[i])
                st = cli_target_directory_check(s->jobs[k].targets[i]);
    }
    return st;
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const state *s = context;

    return s->batch->work(s->batch->context, &s->inputs, s->input_of[worker->job],
                          s->outputs.dataset, worker);
}

/* Noted before the output has its name: a batch that is killed in between makes it again, and one that is
 * killed after it knows it. */
static void
note_done(void *context, size_t job, const char *temporary)
{
    const state *s = context;

    if (s->journaled)
        cli_journal_add(&s->journal, s->stamps[job], s->jobs[job].targets[0], temporary);
}

static bool
any_interrupted(const state *s)
{
    for (size_t k = 0; k < s->n_jobs; k++)
        if (s->jobs[k].result.status == SCI_ERR_INTERRUPTED)
            return true;
    return false;
}

static int
carry_out(state *s)
{
    cli_run run = { .doing = s->batch->doing,
                    .work = work,
                    .context = s,
                    .jobs = s->jobs,
                    .n_jobs = s->n_jobs,
                    .done = note_done };
    sci_status st;
    int code;

    if (s->inputs.n > s->n_jobs)
        cli_note("%zu of %zu inputs are done already", s->inputs.n - s->n_jobs, s->inputs.n);
    cli_run_settings(&run, s->batch->call->general, s->batch->common);
    (void)cli_workers_run(&run); /* the results say it all */
    st = s->inputs.many ? cli_failures_write(s->jobs, s->n_jobs, s->outputs.directory) : SCI_OK;
    if (st != SCI_OK)
        cli_error_status(st);
    if (s->batch->after && !any_interrupted(s)) {
        sci_status after = s->batch->after(s->batch->context, &s->inputs, s->outputs.paths);

        if (after != SCI_OK)
            cli_error_status(after);
        st = st == SCI_OK ? after : st;
    }
    code = cli_failures_report(s->jobs, s->n_jobs);
    return code == CLI_EXIT_OK ? cli_exit_of(st) : code;
}

int
cli_batch_run(const cli_batch *batch)
{
    state s = { .batch = batch };
    cli_signals signals;
    sci_status st = plan(&s);
    int code;

    if (st == SCI_OK)
        st = make_directories(&s);
    if (st == SCI_ERR_ARGUMENT) {
        code = cli_usage_error(batch->call, "%s", sci_message());
    } else if (st != SCI_OK) {
        cli_error_status(st);
        code = cli_exit_of(st);
    } else {
        cli_signals_hold(&signals); /* also between the workers' end and the last word */
        code = carry_out(&s);
        cli_signals_over();
        cli_signals_release(&signals);
    }
    state_clear(&s);
    return code;
}
