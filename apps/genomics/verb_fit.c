/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit: the summary of cells by batch, of one or several inputs, or a shard of it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/single.h"

#include "describe.h"
#include "plan.h"
#include "provenance.h"
#include "recode.h"
#include "stored.h"
#include "summary.h"
#include "verbs.h"
#include "job.h"

typedef struct fit {
    const cli_single *single;
    const cli_worker *worker;
    const genomics_settings *settings;
    genomics_columns columns;
    genomics_plan plan;
    bool planned;
    size_t n;
    genomics_summary *parts; /* one an input */
} fit;

/* ---- one input ---- */

/* How the values are scaled, as far as the file says it. */
static sci_status
find_transform(genomics_job *job, char **out)
{
    bool logged = false;
    sci_status st = sci_h5_file_has(anndata_file(job->in), "/uns/log1p", &logged);

    if (st != SCI_OK)
        return st;
    return sci_strdup(out, logged                                              ? "log1p"
                           : sci_type_is_integer(sci_matrix_type(job->matrix)) ? "counts"
                                                                               : "other");
}

/* The file's columns in the order of the plan. */
static sci_status
plan_columns(const fit *f, const genomics_job *job, uint64_t **columns)
{
    texts_index index = { 0 };
    uint64_t absent = 0;
    const char *first = NULL;
    sci_status st = sci_alloc(columns, f->plan.genes.n, 1, sizeof **columns);

    if (st == SCI_OK)
        st = texts_index_make(&index, &job->genes);
    for (uint64_t g = 0; st == SCI_OK && g < f->plan.genes.n; g++) {
        int64_t place = texts_find(&index, f->plan.genes.items[g]);

        if (place < 0 && first == NULL)
            first = f->plan.genes.items[g];
        absent += place < 0;
        (*columns)[g] = (uint64_t)place;
    }
    if (st == SCI_OK && absent > 0)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has not the gene '%s' of the plan%s", job->name, first,
                      absent > 1 ? " (nor others)" : "");
    texts_index_clear(&index);
    return st;
}

static sci_status
choose_genes(sci_crossed **table, uint64_t n, const uint64_t *columns)
{
    sci_crossed *chosen = NULL;
    sci_status st = genomics_recode(&chosen, *table, NULL, 0, n, columns);

    if (st != SCI_OK)
        return st;
    sci_crossed_free(*table);
    *table = chosen;
    return SCI_OK;
}

static sci_status
follow_plan(const fit *f, const genomics_job *job, genomics_summary *s)
{
    uint64_t *columns = NULL, n = f->plan.genes.n;
    sci_status st = plan_columns(f, job, &columns);

    if (st == SCI_OK && s->table != NULL)
        st = choose_genes(&s->table, n, columns);
    for (size_t k = 0; st == SCI_OK && s->shard != NULL && k < s->shard->n; k++)
        st = choose_genes(&s->shard->nodes[k].table, n, columns);
    sci_free(columns);
    if (st == SCI_OK && strcmp(s->transform, f->plan.transform) != 0)
        st = sci_fail(SCI_ERR_REFUSED, "the values of '%s' are %s, the plan wants %s", job->name,
                      s->transform, f->plan.transform);
    if (st != SCI_OK)
        return st;
    return texts_copy(&s->genes, n, (const char *const *)f->plan.genes.items);
}

/* Extremes are values of single cells. Of a gene that is the same everywhere in a batch they are the
 * mean, which shows it anyway. */
static void
hide_extremes(sci_crossed *table)
{
    for (uint64_t i = 0; i < table->levels * table->columns; i++) {
        sci_moments *m = &table->moments[i];

        if (m->count == 0 || m->min == m->max)
            continue;
        m->min = -HUGE_VAL;
        m->max = HUGE_VAL;
    }
}

static sci_status
check_sizes(const genomics_job *job, int64_t least)
{
    const genomics_cells *cells = &job->cells;
    char list[500] = "";
    size_t used = 0;

    for (uint64_t b = 0; b < cells->terms.batches.n && used < sizeof list; b++)
        if (cells->sizes[b] < (uint64_t)least)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s'%.60s' (%llu)",
                                     used == 0 ? "" : ", ", cells->terms.batches.items[b],
                                     (unsigned long long)cells->sizes[b]);
    if (used == 0)
        return SCI_OK;
    return sci_fail(
        SCI_ERR_REFUSED,
        "batches of '%s' with fewer than %lld cells would leave the site: %s; sums over "
        "so few give single cells away",
        job->name, (long long)least, list);
}

static sci_status
make_tables(genomics_job *job, genomics_summary *s)
{
    const cli_shard *shard = &job->settings->common.shard;

    if (shard->total == 0)
        return genomics_job_fit(job, &s->table, NULL);
    job->options.shard = shard->number;
    job->options.shards = shard->total;
    job->pass++;
    return sci_crossed_fit_shard(job->matrix, &job->rows, &job->options, &s->shard, NULL);
}

/* Which part it is, is not a property of the whole. */
static void
forget_part(char *provenance)
{
    char *at = strstr(provenance, " --shard=");

    if (at != NULL) {
        size_t n = strcspn(at + 1, " \n") + 1;

        memmove(at, at + n, strlen(at + n) + 1);
    }
}

static sci_status
name_summary(const fit *f, genomics_job *job, genomics_summary *s)
{
    sci_status st = genomics_terms_copy(&s->terms, &job->cells.terms);

    if (st == SCI_OK)
        st = sci_strdup(&s->batch_key, f->columns.batch[0] == '@' ? "" : f->columns.batch);
    if (st == SCI_OK)
        st = sci_strdup(&s->matrix, job->place);
    if (st == SCI_OK)
        st = find_transform(job, &s->transform);
    if (st == SCI_OK)
        st = sci_strdup(&s->plan, f->planned ? f->plan.hash : "");
    if (st == SCI_OK)
        st = genomics_provenance(job->call, NULL, &s->provenance);
    if (st == SCI_OK)
        forget_part(s->provenance);
    s->shared = f->settings->share;
    if (st == SCI_OK && f->planned)
        return follow_plan(f, job, s);
    return st == SCI_OK ? texts_copy(&s->genes, job->genes.n, (const char *const *)job->genes.items)
                        : st;
}

static sci_status
fit_input(fit *f, size_t i)
{
    const genomics_settings *s = f->settings;
    const cli_input *input = &f->single->inputs.items[i];
    genomics_summary *part = &f->parts[i];
    genomics_job job;
    sci_status st = genomics_job_start(&job, f->single->call, f->worker);

    if (st == SCI_OK)
        st = genomics_job_open(&job, input->path, input->operand,
                               f->planned ? f->plan.matrix : NULL);
    if (st == SCI_OK)
        st = genomics_stored_warn(job.in, job.name, job.place);
    if (st == SCI_OK)
        st = genomics_job_cells(&job, &f->columns, f->planned ? &f->plan.terms : NULL,
                                f->plan.terms.batches.n == 0, true);
    if (st == SCI_OK && s->share)
        st = check_sizes(&job, s->min_cells);
    if (st == SCI_OK)
        st = genomics_job_matrix(&job, (int)f->n);
    job.pass = (int)i;
    if (st == SCI_OK)
        st = make_tables(&job, part);
    if (st == SCI_OK)
        st = name_summary(f, &job, part);
    if (st == SCI_OK && s->share && part->table != NULL)
        hide_extremes(part->table);
    for (size_t k = 0; st == SCI_OK && s->share && part->shard != NULL && k < part->shard->n; k++)
        hide_extremes(part->shard->nodes[k].table);
    genomics_job_end(&job);
    return st;
}

/* ---- all ---- */

static sci_status
read_plan(fit *f)
{
    const genomics_settings *s = f->settings;
    sci_status st;

    if (s->plan == NULL)
        return genomics_columns_make(&f->columns, s);
    st = genomics_plan_read(&f->plan, s->plan);
    f->planned = st == SCI_OK;
    return st == SCI_OK ? genomics_columns_of(&f->columns, &f->plan.terms, s->batch_key) : st;
}

/* The plan that the summary follows: of its own making, for the others. */
static sci_status
write_plan(genomics_summary *s, const char *path)
{
    genomics_plan plan = { 0 };
    sci_status st = genomics_terms_copy(&plan.terms, &s->terms);

    if (st == SCI_OK) {
        anndata_texts_clear(&plan.terms.batches); /* every site has its own */
        st = texts_copy(&plan.genes, s->genes.n, (const char *const *)s->genes.items);
    }
    if (st == SCI_OK)
        st = sci_strdup(&plan.matrix, s->matrix);
    if (st == SCI_OK)
        st = sci_strdup(&plan.transform, s->transform);
    if (st == SCI_OK)
        st = genomics_plan_write(&plan, path);
    if (st == SCI_OK) {
        sci_free(s->plan);
        s->plan = NULL;
        st = sci_strdup(&s->plan, plan.hash);
    }
    genomics_plan_clear(&plan);
    return st;
}

static sci_status
put_together(fit *f, genomics_summary *out)
{
    const char **names = NULL;
    sci_status st = SCI_OK;

    if (f->n == 1) {
        *out = f->parts[0];
        f->parts[0] = (genomics_summary){ 0 };
        return SCI_OK;
    }
    st = sci_alloc(&names, f->n, 1, sizeof *names);
    for (size_t i = 0; st == SCI_OK && i < f->n; i++)
        names[i] = f->single->inputs.items[i].operand;
    if (st == SCI_OK)
        st = genomics_summary_merge(out, f->n, f->parts, names, GENOMICS_INNER);
    if (st == SCI_OK)
        st = genomics_provenance(f->single->call, NULL, &out->provenance);
    sci_free(names);
    return st;
}

static sci_status
say(const fit *f, const genomics_summary *s)
{
    char batches[1024];
    cli_json json;

    genomics_describe_batches(&s->terms, genomics_summary_cells(s), batches, sizeof batches);
    cli_note("%s%llu genes, %llu batches: %s", s->table == NULL ? "a shard of the summary of " : "",
             (unsigned long long)s->genes.n, (unsigned long long)s->terms.batches.n, batches);
    if (!f->settings->common.json)
        return SCI_OK;
    cli_json_start(&json, stdout);
    cli_json_object(&json);
    genomics_describe_summary_json(&json, s);
    cli_json_object_end(&json);
    return cli_json_finish(&json);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    fit f = { .single = single,
              .worker = worker,
              .settings = single->call->settings,
              .n = single->inputs.n };
    const cli_common *common = &f.settings->common;
    genomics_summary whole = { 0 };
    sci_status st = read_plan(&f);

    if (st == SCI_OK)
        st = sci_alloc_zero(&f.parts, f.n, 1, sizeof *f.parts);
    for (size_t i = 0; st == SCI_OK && i < f.n; i++)
        st = fit_input(&f, i);
    if (st == SCI_OK)
        st = put_together(&f, &whole);
    if (st == SCI_OK && f.settings->write_plan != NULL)
        st = write_plan(&whole, worker->temporary[1]);
    if (st == SCI_OK)
        st = genomics_summary_write(&whole, worker->temporary[0], common->verify, !common->no_sync);
    if (st == SCI_OK)
        st = say(&f, &whole);
    for (size_t i = 0; f.parts != NULL && i < f.n; i++)
        genomics_summary_clear(&f.parts[i]);
    sci_free(f.parts);
    genomics_summary_clear(&whole);
    genomics_columns_clear(&f.columns);
    genomics_plan_clear(&f.plan);
    return st;
}

static sci_status
check(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    static const char *const planned[] = { "keep",      "covariates", "remove",    "batch-key2",
                                           "as-factor", "layer",      "write-plan" };
    genomics_columns columns = { 0 };
    sci_status st = SCI_OK;

    if (s->batch_key == NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "option '--batch-key COLUMN|@FILE' is missing");
    for (size_t i = 0; s->plan != NULL && i < sizeof planned / sizeof *planned; i++)
        if (cli_given(call, planned[i]))
            return sci_fail(SCI_ERR_ARGUMENT, "--%s: the plan says that already", planned[i]);
    if (cli_given(call, "min-cells") && !s->share)
        return sci_fail(SCI_ERR_ARGUMENT, "--min-cells is a matter of --share");
    if (call->n_operands > 1 && s->common.shard.total > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "--shard is a part of one input, not of %d",
                        call->n_operands);
    if (call->n_operands > 1 && s->batch_key[0] == '@')
        return sci_fail(SCI_ERR_ARGUMENT, "a file of labels belongs to one input, not to %d",
                        call->n_operands);
    st = genomics_columns_make(&columns, s);
    genomics_columns_clear(&columns);
    return st;
}

int
genomics_fit(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = { .call = call,
                          .common = &s->common,
                          .doing = "fitting",
                          .extra = { s->write_plan },
                          .work = work };
    sci_status st = check(call);

    if (st != SCI_OK)
        return cli_misuse(call, st);
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
