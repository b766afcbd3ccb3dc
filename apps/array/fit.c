/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit: the table of groups of one or several inputs, a shard of it, or a step of running
 * statistics. */
#include <unistd.h>

#include <sci/file.h>
#include <sci/handover.h>
#include <sci/memory.h>
#include <sci/select.h>

#include "cli/batch.h"
#include "cli/outputs.h"
#include "cli/parcels.h"
#include "cli/reads.h"

#include "groups.h"
#include "running.h"
#include "single.h"
#include "table.h"
#include "verbs.h"

/* The whole call. */
typedef struct fit {
    const cli_call *call;
    const array_settings *settings;
    cli_inputs inputs;
    cli_parcels tables; /* of each input, where a last worker puts them together */
} fit;

/* ---- one input ---- */

typedef struct job {
    const fit *fit;
    array_context c;
    sci_source *input;
    array_recipe recipe;
    array_groups groups;
} job;

static void
job_clear(job *j)
{
    array_groups_clear(&j->groups);
    array_recipe_clear(&j->recipe);
    sci_source_free(j->input);
    array_context_end(&j->c);
}

static sci_status
prepare(job *j, const fit *f, const cli_worker *worker)
{
    sci_status st = array_context_start(&j->c, f->call, worker);

    j->fit = f;
    if (st == SCI_OK)
        st = array_input_open(&j->c, &f->inputs.items[worker->job], &j->input);
    if (st == SCI_OK)
        st = array_recipe_from_settings(&j->recipe, f->settings);
    if (st == SCI_OK)
        st = array_groups_make(&j->groups, &j->c, &j->recipe, j->input, ARRAY_NEW);
    return st;
}

/* A table that is whole in memory: of a shard, or of one of several inputs. */
static sci_status
fit_table(job *j, sci_stats **table)
{
    const cli_common *common = &j->fit->settings->common;
    array_tee tee = { 0 };
    sci_status st;

    j->c.options.shard = common->shard.number;
    j->c.options.shards = common->shard.total;
    st = sci_fit(j->input, j->groups.g, &j->c.options, table, NULL);
    if (st == SCI_OK)
        st = sci_stats_rename(*table, cli_operand_name(j->input->name));
    if (st == SCI_OK) {
        array_tee_table(&tee, *table);
        array_tee_note(&tee, *table, j->input->name);
    }
    return st;
}

static sci_status
fit_shard(job *j, const char *path)
{
    const cli_common *common = &j->fit->settings->common;
    sci_stats *table = NULL;
    char *provenance = NULL;
    sci_status st = fit_table(j, &table);

    if (st == SCI_OK)
        st = array_provenance(j->fit->call, table, &provenance);
    if (st == SCI_OK)
        st = array_stats_write(path, table, &j->recipe, provenance, common->verify,
                               !common->no_sync);
    sci_free(provenance);
    sci_stats_free(table);
    return st;
}

/* What the worker that puts the tables of all inputs together gets. */
typedef struct part {
    const sci_stats *table;
    const array_recipe *recipe;
} part;

static sci_status
write_part(void *context, int fd)
{
    const part *p = context;
    sci_status st = sci_stats_put(p->table, fd);

    return st == SCI_OK ? array_recipe_put(p->recipe, fd) : st;
}

static sci_status
fit_part(job *j, cli_parcels *tables)
{
    sci_stats *table = NULL;
    sci_status st = fit_table(j, &table);

    if (st == SCI_OK) {
        part p = { table, &j->recipe };

        st = cli_parcels_put(tables, j->c.worker->job, write_part, &p);
    }
    sci_stats_free(table);
    return st;
}

/* The one input of a call: rows go into the file as they become final. */
static sci_status
fit_rows(job *j, const char *path)
{
    const cli_common *common = &j->fit->settings->common;
    sci_h5_output *out = NULL;
    sci_h5_rows *rows = NULL;
    sci_stats *head = NULL;
    array_tee tee = { 0 };
    sci_rows_sink sink = array_tee_sink(&tee);
    sci_report report;
    char *provenance = NULL;
    sci_status st = sci_h5_output_create(&out, path);

    if (st == SCI_OK)
        st = sci_h5_output_rows(out, "/", &rows, &tee.next);
    if (st == SCI_OK)
        st = sci_fit_rows(j->input, j->groups.g, &j->c.options, &sink, &report);
    if (st == SCI_OK)
        st = sci_stats_head(&head, j->input, j->groups.g, &j->c.options, &report,
                            cli_operand_name(j->input->name));
    if (st == SCI_OK)
        st = sci_h5_rows_finish(rows, head);
    if (st == SCI_OK)
        st = array_provenance(j->fit->call, head, &provenance);
    if (st == SCI_OK)
        st = array_stats_describe(out, &j->recipe, provenance);
    sci_h5_rows_free(rows);
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, common->verify, !common->no_sync);
        out = NULL;
    }
    if (st == SCI_OK)
        array_tee_note(&tee, head, j->input->name);
    sci_h5_output_free(out);
    sci_free(provenance);
    sci_stats_free(head);
    return st;
}

static sci_status
fit_one(void *context, const cli_worker *worker)
{
    fit *f = context;
    job j = { 0 };
    sci_status st = prepare(&j, f, worker);

    if (st == SCI_OK && f->tables.n > 0)
        st = fit_part(&j, &f->tables);
    else if (st == SCI_OK && f->settings->common.shard.total > 0)
        st = fit_shard(&j, worker->temporary[0]);
    else if (st == SCI_OK)
        st = fit_rows(&j, worker->temporary[0]);
    job_clear(&j);
    return st;
}

/* ---- putting them together ---- */

/* The tables and what their recipes share. */
static sci_status
take_all(const fit *f, sci_stats **tables, array_recipe *recipe)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < f->inputs.n; i++) {
        array_recipe one = { 0 };
        bool there = false;
        int fd = -1;

        st = cli_parcels_take(&f->tables, i, &fd, &there);
        if (st == SCI_OK && !there)
            st = sci_fail(SCI_ERR_IO, "no table of '%s'", f->inputs.items[i].operand);
        if (st == SCI_OK)
            st = sci_stats_take(&tables[i], fd);
        if (st == SCI_OK)
            st = array_recipe_take(i == 0 ? recipe : &one, fd);
        if (fd >= 0)
            (void)close(fd);
        if (st == SCI_OK && i > 0 && array_recipe_join(recipe, &one) != SCI_OK)
            array_recipe_clear(recipe); /* the table says by itself what its groups are */
        array_recipe_clear(&one);
    }
    return st;
}

static sci_status
merge_tables(const fit *f, sci_stats **out, array_recipe *recipe)
{
    sci_stats **tables = NULL;
    const char **names = NULL;
    size_t n = f->inputs.n;
    sci_status st = sci_alloc_zero(&tables, n, 1, sizeof *tables);

    if (st == SCI_OK)
        st = sci_alloc(&names, n, 1, sizeof *names);
    for (size_t i = 0; st == SCI_OK && i < n; i++)
        names[i] = f->inputs.items[i].operand;
    if (st == SCI_OK)
        st = take_all(f, tables, recipe);
    if (st == SCI_OK)
        st = sci_stats_merge_all(out, n, (const sci_stats *const *)tables, names);
    for (size_t i = 0; tables != NULL && i < n; i++)
        sci_stats_free(tables[i]);
    sci_free(tables);
    sci_free(names);
    return st;
}

static sci_status
put_together(void *context, const cli_worker *worker)
{
    const fit *f = context;
    const cli_common *common = &f->settings->common;
    sci_stats *table = NULL;
    array_recipe recipe = { 0 };
    char *provenance = NULL;
    sci_status st = merge_tables(f, &table, &recipe);

    if (st == SCI_OK && f->settings->running != NULL)
        st = array_running_step(f->call, &table);
    if (st == SCI_OK)
        st = array_provenance(f->call, table, &provenance);
    if (st == SCI_OK)
        st = array_stats_write(worker->temporary[0], table, recipe.axes != NULL ? &recipe : NULL,
                               provenance, common->verify, !common->no_sync);
    sci_free(provenance);
    array_recipe_clear(&recipe);
    sci_stats_free(table);
    return st;
}

/* ---- the call ---- */

/* Every input into a table of its own, then all into one. */
static int
run_many(fit *f)
{
    const cli_common *common = &f->settings->common;
    const char *target = f->settings->running != NULL ? f->settings->running : common->output;
    cli_job *jobs = NULL;
    cli_job last = { .name = target, .targets = { target } };
    cli_run run = { .doing = "fitting", .work = fit_one, .context = f, .n_jobs = f->inputs.n };
    int code = CLI_EXIT_OK, signal_number = 0;
    sci_status st = sci_alloc_zero(&jobs, f->inputs.n, 1, sizeof *jobs);

    if (st == SCI_OK)
        st = cli_parcels_create(&f->tables, f->inputs.n, common->scratch);
    for (size_t i = 0; st == SCI_OK && i < f->inputs.n; i++)
        jobs[i].name = f->inputs.items[i].operand;
    if (st != SCI_OK) {
        code = cli_misuse(f->call, st);
        goto out;
    }
    run.jobs = jobs;
    cli_run_settings(&run, f->call->general, common);
    signal_number = cli_workers_run(&run);
    code = signal_number != 0 ? CLI_EXIT_SIGNAL + signal_number
                              : cli_failures_report(jobs, f->inputs.n);
    if (code == CLI_EXIT_OK) {
        run.work = put_together;
        run.jobs = &last;
        run.n_jobs = 1;
        run.doing = "merging";
        code = cli_worker_run_one(&run);
    }
out:
    cli_parcels_free(&f->tables);
    if (jobs != NULL)
        cli_jobs_clear(jobs, f->inputs.n);
    sci_free(jobs);
    return code;
}

static int
run_single(fit *f)
{
    const cli_common *common = &f->settings->common;
    cli_job only = { .name = f->inputs.items[0].operand, .targets = { common->output } };
    cli_run run = { .doing = "fitting", .work = fit_one, .context = f, .jobs = &only, .n_jobs = 1 };

    cli_run_settings(&run, f->call->general, common);
    return cli_worker_run_one(&run);
}

static sci_status
check(fit *f)
{
    const array_settings *s = f->settings;
    const char *target = s->running != NULL ? s->running : s->common.output;
    cli_inputs_rules rules = { .recursive = s->common.recursive,
                               .manifest = s->common.manifest,
                               .dataset = s->common.dataset,
                               .datasets = true,
                               .extensions = array_extensions };
    array_recipe recipe = { 0 };
    sci_status st = array_recipe_from_settings(&recipe, s);

    array_recipe_clear(&recipe);
    if (st == SCI_OK)
        st = cli_inputs_expand(&f->inputs, (size_t)f->call->n_operands, f->call->operands, &rules);
    if (st == SCI_OK && f->inputs.n > 1 && s->common.shard.total > 0)
        st = sci_fail(SCI_ERR_ARGUMENT, "--shard is a part of one input, not of %zu", f->inputs.n);
    if (st == SCI_OK)
        st = cli_target_check(target, s->common.force || s->running != NULL, &f->inputs);
    if (st == SCI_OK)
        st = cli_target_unread(f->call, target);
    if (st == SCI_OK)
        st = cli_target_directory_check(target);
    return st;
}

int
array_fit(const cli_call *call)
{
    fit f = { .call = call, .settings = call->settings };
    const char *misuse = array_running_misuse(call);
    sci_status st;
    int code;

    if (misuse != NULL)
        return cli_usage_error(call, "%s", misuse);
    st = check(&f);
    if (st != SCI_OK)
        code = cli_misuse(call, st);
    else
        code = f.inputs.n > 1 || f.settings->running != NULL ? run_many(&f) : run_single(&f);
    cli_inputs_clear(&f.inputs);
    return code;
}
