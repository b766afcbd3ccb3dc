/* SPDX-License-Identifier: GPL-3.0-or-later */
/* apply: a model that is there already, or one made from a summary, on the cells of a file. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/single.h"

#include "describe.h"
#include "output.h"
#include "provenance.h"
#include "recode.h"
#include "stored.h"
#include "verbs.h"

typedef struct apply {
    genomics_job job;
    genomics_stored stored;
    genomics_record record; /* of the output */
    bool expands;           /* the input is in affine form */
    sci_column_map *map;    /* the model's for the genes of the file */
    genomics_output out;
    sci_map_report applied;
} apply;

static void
apply_clear(apply *a)
{
    genomics_output_clear(&a->out);
    sci_column_map_free(a->map);
    genomics_record_clear(&a->record);
    genomics_stored_clear(&a->stored);
    genomics_job_end(&a->job);
}

/* ---- which model ---- */

/* Those of the file's chosen genes that the summary has. */
static sci_status
select_genes(const apply *a, const anndata_texts *genes, unsigned char **selected)
{
    unsigned char *of_file = NULL;
    texts_index index = { 0 };
    sci_status st = genomics_job_selected(&a->job, &of_file);

    if (st != SCI_OK || of_file == NULL)
        return st;
    st = sci_alloc_zero(selected, genes->n, 1, 1);
    if (st == SCI_OK)
        st = texts_index_make(&index, &a->job.genes);
    for (uint64_t g = 0; st == SCI_OK && g < genes->n; g++) {
        int64_t place = texts_find(&index, genes->items[g]);

        (*selected)[g] = place >= 0 && of_file[place];
    }
    texts_index_clear(&index);
    sci_free(of_file);
    return st;
}

static sci_status
model_of_summary(apply *a)
{
    const genomics_summary *summary = &a->stored.summary;
    genomics_recipe recipe;
    genomics_terms terms = { 0 };
    sci_crossed *table = NULL;
    unsigned char *selected = NULL;
    sci_status st = genomics_recipe_make(&recipe, a->job.call);

    recipe.combat.threads = a->job.options.threads;
    if (st == SCI_OK)
        st = genomics_summary_model_table(summary, &terms, &table);
    if (st == SCI_OK)
        st = genomics_recipe_reference(&recipe, a->job.call, &terms);
    if (st == SCI_OK)
        st = genomics_rank_check(table, &terms, &recipe);
    if (st == SCI_OK)
        st = select_genes(a, &summary->genes, &selected);
    recipe.selected = selected;
    if (st == SCI_OK && recipe.method == GENOMICS_COMBAT && genomics_looks_like_counts(table))
        cli_warn("'%s' looks like counts; ComBat wants logarithms of normalized values",
                 a->job.settings->stats);
    if (st == SCI_OK)
        st = genomics_model_fit(&a->record.model, table, &terms, &summary->genes, &recipe);
    sci_free(selected);
    sci_crossed_free(table);
    genomics_terms_clear(&terms);
    return st;
}

/* A model is as it is. */
static sci_status
refuse_method_options(const cli_call *call)
{
    static const char *const options[] = { "method",    "nonparametric",   "mean-only",     "no-eb",
                                           "ref-batch", "eb-stop",         "zero-variance", "genes",
                                           "var-mask",  "drop-confounded", "layer" };
    size_t n = sizeof options / sizeof *options - 1; /* --layer is about the input */

    for (size_t i = 0; i < n; i++)
        if (cli_given(call, options[i]))
            return sci_fail(SCI_ERR_ARGUMENT,
                            "--%s: the model has been made already; give a summary of fit or merge "
                            "to make another",
                            options[i]);
    return SCI_OK;
}

/* Take the stored model over. */
static sci_status
use_record(apply *a)
{
    genomics_record *from = &a->stored.record;
    sci_status st = refuse_method_options(a->job.call);

    if (st != SCI_OK)
        return st;
    a->record.model = from->model;
    a->record.clip = from->clip;
    a->record.least = from->least;
    from->model = NULL;
    return SCI_OK;
}

static sci_status
load(apply *a, const char *path, const char *name)
{
    const genomics_settings *s = a->job.settings;
    bool summary;
    sci_status st = s->stats != NULL ? genomics_stored_read(&a->stored, s->stats) : SCI_OK;

    if (st == SCI_OK)
        st = genomics_job_open(&a->job, path, name, NULL);
    if (st == SCI_OK && s->stats == NULL) {
        st = genomics_stored_own(&a->stored, a->job.in);
        a->expands = true;
        if (st == SCI_OK && !a->stored.record.affine)
            st = sci_fail(SCI_ERR_ARGUMENT,
                          "'%s' is adjusted already, not in affine form; --stats names a model or "
                          "a summary to apply",
                          name);
        if (st == SCI_OK && s->layer == NULL) {
            sci_free(a->job.place);
            a->job.place = NULL;
            st = sci_strdup(&a->job.place, a->stored.record.place);
        }
    }
    summary = a->stored.record.model == NULL;
    if (st == SCI_OK && summary && s->frozen)
        st = sci_fail(SCI_ERR_ARGUMENT,
                      "--frozen extends a model; '%s' is a summary, from which a "
                      "new fit can be made",
                      s->stats);
    if (st == SCI_OK)
        st = summary ? model_of_summary(a) : use_record(a);
    return st;
}

/* ---- cells ---- */

static const char *
batch_key(const apply *a)
{
    const genomics_settings *s = a->job.settings;

    if (s->batch_key != NULL)
        return s->batch_key;
    return a->stored.summary.batch_key != NULL ? a->stored.summary.batch_key
                                               : a->stored.record.batch_key;
}

static sci_status
read_cells(apply *a)
{
    const genomics_settings *s = a->job.settings;
    const char *key = batch_key(a);
    genomics_columns columns = { 0 };
    sci_status st;

    if (*key == '\0')
        return sci_fail(SCI_ERR_ARGUMENT, "--batch-key is missing: the summary does not name it");
    st = genomics_columns_of(&columns, &a->record.model->terms, key);
    if (st == SCI_OK && s->batch_key == NULL && a->expands) {
        columns.codes = a->stored.record.codes;
        columns.n_codes = a->stored.record.n_codes;
    }
    if (st == SCI_OK)
        st = genomics_job_cells(&a->job, &columns, &a->record.model->terms, s->frozen, false);
    genomics_columns_clear(&columns);
    return st;
}

/* ---- batches that are new ---- */

/* Where the model's genes are in the file. */
static sci_status
model_columns(const apply *a, uint64_t **columns)
{
    const anndata_texts *genes = &a->record.model->genes;
    texts_index index = { 0 };
    sci_status st = sci_alloc(columns, genes->n, 1, sizeof **columns);

    if (st == SCI_OK)
        st = texts_index_make(&index, &a->job.genes);
    for (uint64_t g = 0; st == SCI_OK && g < genes->n; g++) {
        int64_t place = texts_find(&index, genes->items[g]);

        if (place < 0)
            st = sci_fail(SCI_ERR_REFUSED, "'%s' has not the gene '%s' of the model", a->job.name,
                          genes->items[g]);
        (*columns)[g] = (uint64_t)place;
    }
    texts_index_clear(&index);
    return st;
}

/* Labels of the new batches alone, and of all as the extended model has them. */
static sci_status
relabel(apply *a, anndata_texts *added, int32_t **only_new, int32_t **all)
{
    const genomics_cells *cells = &a->job.cells;
    const anndata_texts *known = &a->record.model->terms.batches, *file = &cells->terms.batches;
    int32_t *place = NULL;
    const char **names = NULL;
    texts_index index = { 0 };
    uint64_t n = 0;
    sci_status st = sci_alloc(&place, file->n, 1, sizeof *place);

    if (st == SCI_OK)
        st = sci_alloc(&names, file->n, 1, sizeof *names);
    if (st == SCI_OK)
        st = sci_alloc(only_new, cells->n, 1, sizeof **only_new);
    if (st == SCI_OK)
        st = sci_alloc(all, cells->n, 1, sizeof **all);
    if (st == SCI_OK)
        st = texts_index_make(&index, known);
    for (uint64_t b = 0; st == SCI_OK && b < file->n; b++) {
        int64_t found = texts_find(&index, file->items[b]);

        place[b] = (int32_t)(found >= 0 ? (uint64_t)found : known->n + n);
        if (found < 0)
            names[n++] = file->items[b];
    }
    for (uint64_t i = 0; st == SCI_OK && i < cells->n; i++) {
        int32_t b = place[cells->batch[i]];

        (*all)[i] = b;
        (*only_new)[i] = b >= (int32_t)known->n ? b - (int32_t)known->n : -1;
    }
    if (st == SCI_OK)
        st = texts_copy(added, n, names);
    texts_index_clear(&index);
    sci_free(place);
    sci_free(names);
    return st;
}

static sci_status
extend(apply *a)
{
    genomics_job *job = &a->job;
    anndata_texts added = { 0 };
    int32_t *only_new = NULL, *all = NULL;
    uint64_t *columns = NULL;
    sci_crossed *table = NULL, *part = NULL;
    sci_row_model rows = job->rows;
    sci_status st = relabel(a, &added, &only_new, &all);

    if (st == SCI_OK && added.n > 0) {
        rows.label = only_new;
        rows.levels = added.n;
        job->pass++;
        st = model_columns(a, &columns);
        if (st == SCI_OK)
            st = sci_crossed_fit(job->matrix, &rows, &job->options, &table, NULL);
        if (st == SCI_OK)
            st = genomics_recode(&part, table, NULL, 0, a->record.model->genes.n, columns);
        if (st == SCI_OK)
            st = genomics_model_extend(a->record.model, part, &added);
    }
    if (st == SCI_OK) {
        sci_free(job->cells.batch);
        job->cells.batch = all;
        job->rows.label = all;
        job->rows.levels = a->record.model->terms.batches.n;
        all = NULL;
        cli_note("%llu %s new and %s estimated against the model", (unsigned long long)added.n,
                 added.n == 1 ? "batch is" : "batches are", added.n == 1 ? "was" : "were");
    }
    anndata_texts_clear(&added);
    sci_crossed_free(table);
    sci_crossed_free(part);
    sci_free(columns);
    sci_free(only_new);
    sci_free(all);
    return st;
}

/* ---- output ---- */

static sci_status
make_map(apply *a)
{
    uint64_t unknown = 0, absent = 0;
    sci_status st =
        genomics_model_map(a->record.model, &a->job.genes, a->job.name, &a->map, &unknown, &absent);

    if (st != SCI_OK)
        return st;
    if (unknown > 0)
        cli_warn("%llu genes of '%s' are not in the model and stay as they are",
                 (unsigned long long)unknown, a->job.name);
    if (absent > 0)
        cli_note("%llu genes of the model are not in '%s'", (unsigned long long)absent,
                 a->job.name);
    a->map->clip = a->record.clip;
    a->map->least = a->record.least;
    return SCI_OK;
}

static sci_status
fill_record(apply *a)
{
    const genomics_job *job = &a->job;
    const genomics_settings *s = job->settings;
    genomics_record *r = &a->record;
    sci_status st = sci_strdup(&r->batch_key, batch_key(a));

    r->affine = s->emit == GENOMICS_AFFINE;
    if (st == SCI_OK)
        st = sci_strdup(&r->place, s->to != NULL && !r->affine ? s->to : job->place);
    if (st == SCI_OK)
        st = sci_strdup(&r->type, sci_type_name(sci_matrix_type(job->matrix)));
    if (st == SCI_OK)
        st = genomics_provenance(job->call, NULL, &r->provenance);
    if (st == SCI_OK && r->batch_key[0] == '@') {
        r->n_codes = job->cells.n;
        st = sci_alloc(&r->codes, r->n_codes, 1, sizeof *r->codes);
        if (st == SCI_OK)
            memcpy(r->codes, job->cells.batch, r->n_codes * sizeof *r->codes);
    }
    return st;
}

static sci_status
write_record(apply *a)
{
    bool alone = a->job.settings->emit == GENOMICS_PARAMS;
    char *path = NULL;
    sci_status st;

    if (a->expands) /* it takes the place of the one that was expanded */
        return genomics_record_write(a->out.file, a->stored.path, &a->record);
    st = alone ? sci_strdup(&path, GENOMICS_RECORDS "/apply")
               : genomics_record_name(anndata_file(a->job.in), "apply", &path);
    if (st == SCI_OK)
        st = genomics_record_write(a->out.file, path, &a->record);
    sci_free(path);
    return st;
}

static sci_status
emit(apply *a)
{
    const char *old = a->expands ? a->stored.path : NULL;
    sci_status st;

    switch (a->job.settings->emit) {
    case GENOMICS_AFFINE:
        st = genomics_output_copy(&a->out, &a->job, old);
        break;
    case GENOMICS_PARAMS:
        st = genomics_output_model(&a->out, &a->job);
        break;
    default:
        st = genomics_output_open(&a->out, &a->job, old);
        if (st == SCI_OK)
            st = genomics_output_apply(&a->out, &a->job, a->map, genomics_output_type(&a->job),
                                       &a->applied);
    }
    a->record.clipped = a->applied.clipped;
    if (st == SCI_OK)
        st = write_record(a);
    return st == SCI_OK ? genomics_output_close(&a->out, &a->job) : st;
}

static sci_status
say(const apply *a)
{
    cli_json json;

    genomics_describe_notes(a->record.model, a->job.worker->target[0]);
    if (!a->job.settings->common.json)
        return SCI_OK;
    cli_json_start(&json, stdout);
    cli_json_object(&json);
    genomics_describe_json(&json, a->record.model);
    cli_json_member_unsigned(&json, "clipped", a->applied.clipped);
    cli_json_object_end(&json);
    return cli_json_finish(&json);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const genomics_settings *s = single->call->settings;
    apply a = { 0 };
    sci_status st = genomics_job_start(&a.job, single->call, worker);

    if (st == SCI_OK)
        st = load(&a, single->inputs.items[0].path, single->inputs.items[0].operand);
    if (st == SCI_OK && cli_given(single->call, "clip-min")) {
        a.record.clip = true;
        a.record.least = s->clip_least;
    }
    if (st == SCI_OK)
        st = read_cells(&a);
    if (st == SCI_OK)
        st = genomics_job_matrix(&a.job, s->frozen ? 2 : 1);
    if (st == SCI_OK && s->frozen)
        st = extend(&a);
    if (st == SCI_OK)
        st = make_map(&a);
    if (st == SCI_OK)
        st = fill_record(&a);
    if (st == SCI_OK)
        st = emit(&a);
    if (st == SCI_OK)
        st = say(&a);
    apply_clear(&a);
    return st;
}

int
genomics_apply(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "applying", .work = work, .beside = s->stats
    };
    genomics_recipe recipe;
    sci_status st = genomics_recipe_make(&recipe, call);

    if (st == SCI_OK)
        st = genomics_output_check(call);
    if (st == SCI_OK && s->stats == NULL && s->emit != GENOMICS_DENSE)
        st =
            sci_fail(SCI_ERR_ARGUMENT, "without --stats the affine form is expanded, which makes a "
                                       "dense matrix");
    if (st == SCI_OK && s->stats == NULL && s->frozen)
        st = sci_fail(SCI_ERR_ARGUMENT, "--frozen needs the model that --stats names");
    if (st != SCI_OK)
        return cli_misuse(call, st);
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
