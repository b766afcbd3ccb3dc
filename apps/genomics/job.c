/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"

#include <string.h>

#include <sci/memory.h>

/* Several passes are one to whoever looks at the progress. */
static void
count_passes(void *context, uint64_t done, uint64_t total)
{
    const genomics_job *job = context;
    uint64_t before = (uint64_t)(job->pass > 0 ? job->pass - 1 : 0);

    job->worker->progress(job->worker->progress_context, before * total + done,
                          (uint64_t)job->passes * total);
}

sci_status
genomics_job_start(genomics_job *job, const cli_call *call, const cli_worker *worker)
{
    const genomics_settings *settings = call->settings;

    *job = (genomics_job){ .call = call, .settings = settings, .worker = worker, .passes = 1 };
    cli_worker_options(worker, &job->options);
    job->options.nan = SCI_NAN_IGNORE;
    if (worker->progress != NULL) {
        job->options.progress = count_passes;
        job->options.progress_context = job;
    }
    return cli_worker_h5(worker, &settings->common, &job->h5, &job->scratch);
}

sci_status
genomics_job_open(genomics_job *job, const char *path, const char *name, const char *place)
{
    const char *layer = job->settings->layer;
    sci_status st = anndata_open(&job->in, path);

    job->name = name;
    if (st == SCI_OK)
        st = anndata_names(job->in, ANNDATA_VAR, &job->genes);
    if (st == SCI_OK && layer == NULL)
        st = sci_strdup(&job->place, place != NULL ? place : "X");
    else if (st == SCI_OK)
        st = sci_format(&job->place, "layer:%s", layer);
    return st;
}

void
genomics_job_end(genomics_job *job)
{
    sci_matrix_free(job->matrix);
    genomics_cells_clear(&job->cells);
    sci_free(job->covariates);
    anndata_texts_clear(&job->genes);
    anndata_close(job->in);
    sci_free(job->place);
    sci_free(job->scratch);
    *job = (genomics_job){ 0 };
}

sci_status
genomics_job_cells(genomics_job *job, const genomics_columns *columns, const genomics_terms *known,
                   bool new_batches, bool full)
{
    genomics_columns named = *columns;
    sci_status st;

    named.name = job->name;
    st = genomics_cells_read(&job->cells, job->in, &named, known, new_batches);

    if (st == SCI_OK)
        st = genomics_cells_covariates(&job->cells, full, &job->covariates);
    if (st != SCI_OK)
        return st;
    job->rows = (sci_row_model){ .rows = job->cells.n,
                                 .levels = job->cells.terms.batches.n,
                                 .label = job->cells.batch,
                                 .covariates = genomics_terms_columns(&job->cells.terms, full),
                                 .covariate = job->covariates };
    return SCI_OK;
}

sci_status
genomics_job_matrix(genomics_job *job, int passes)
{
    sci_status st = anndata_matrix(job->in, job->place, &job->h5, &job->matrix);

    job->passes = passes;
    if (st == SCI_OK
        && (sci_matrix_rows(job->matrix) != anndata_length(job->in, ANNDATA_OBS)
            || sci_matrix_columns(job->matrix) != job->genes.n))
        st = sci_fail(SCI_ERR_FORMAT, "'%s' is not cells × genes as obs and var have them",
                      sci_matrix_name(job->matrix));
    if (st == SCI_OK && job->genes.n == 0)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has no genes", job->name);
    return st;
}

sci_status
genomics_job_fit(genomics_job *job, sci_crossed **out, sci_report *report)
{
    job->pass++;
    return sci_crossed_fit(job->matrix, &job->rows, &job->options, out, report);
}

/* ---- which genes ---- */

static sci_status
select_named(const genomics_job *job, const char *path, unsigned char *selected)
{
    anndata_texts names = { 0 };
    texts_index index = { 0 };
    uint64_t unknown = 0, found = 0;
    const char *first = NULL;
    sci_status st = genomics_lines_read(path, &names);

    if (st == SCI_OK)
        st = texts_index_make(&index, &names);
    for (uint64_t g = 0; st == SCI_OK && g < job->genes.n; g++) {
        selected[g] = texts_find(&index, job->genes.items[g]) >= 0;
        found += selected[g];
    }
    texts_index_clear(&index);
    if (st == SCI_OK)
        st = texts_index_make(&index, &job->genes);
    for (uint64_t k = 0; st == SCI_OK && k < names.n; k++) {
        if (texts_find(&index, names.items[k]) >= 0)
            continue;
        first = first != NULL ? first : names.items[k];
        unknown++;
    }
    if (st == SCI_OK && found == 0)
        st = sci_fail(SCI_ERR_REFUSED, "none of the %llu genes in '%s' is in '%s'",
                      (unsigned long long)names.n, path, job->name);
    else if (st == SCI_OK && unknown > 0)
        cli_warn("%llu of the %llu genes in '%s' are not in '%s': '%s'%s",
                 (unsigned long long)unknown, (unsigned long long)names.n, path, job->name, first,
                 unknown > 1 ? ", …" : "");
    texts_index_clear(&index);
    anndata_texts_clear(&names);
    return st;
}

static sci_status
select_masked(const genomics_job *job, const char *column, unsigned char *selected)
{
    anndata_column mask = { 0 };
    sci_status st = anndata_column_read(job->in, ANNDATA_VAR, column, &mask);

    if (st == SCI_OK && mask.kind != ANNDATA_BOOLEAN)
        st = sci_fail(SCI_ERR_ARGUMENT, "the column '%s' of var in '%s' is not true or false",
                      column, job->name);
    for (uint64_t g = 0; st == SCI_OK && g < job->genes.n; g++)
        selected[g] = mask.numbers[g] == 1.0;
    anndata_column_clear(&mask);
    return st;
}

sci_status
genomics_job_selected(const genomics_job *job, unsigned char **selected)
{
    const genomics_settings *s = job->settings;
    unsigned char *chosen = NULL;
    sci_status st;

    *selected = NULL;
    if (s->genes == NULL && s->var_mask == NULL)
        return SCI_OK;
    st = sci_alloc_zero(&chosen, job->genes.n, 1, 1);
    if (st == SCI_OK)
        st = s->genes != NULL ? select_named(job, s->genes, chosen)
                              : select_masked(job, s->var_mask, chosen);
    if (st == SCI_OK)
        *selected = chosen;
    else
        sci_free(chosen);
    return st;
}

/* ---- which columns ---- */

void
genomics_columns_clear(genomics_columns *columns)
{
    anndata_texts_clear(&columns->keep);
    anndata_texts_clear(&columns->removed);
    anndata_texts_clear(&columns->factors);
    *columns = (genomics_columns){ 0 };
}

static sci_status
refuse_repeated(const genomics_columns *c)
{
    anndata_texts all = { 0 };
    const char **names = NULL;
    texts_index index = { 0 };
    uint64_t n = 0;
    sci_status st = sci_alloc(&names, c->keep.n + c->removed.n + 2, 1, sizeof *names);

    for (uint64_t k = 0; st == SCI_OK && k < c->keep.n; k++)
        names[n++] = c->keep.items[k];
    for (uint64_t k = 0; st == SCI_OK && k < c->removed.n; k++)
        names[n++] = c->removed.items[k];
    if (st == SCI_OK && c->batch != NULL)
        names[n++] = c->batch;
    if (st == SCI_OK && c->batch2 != NULL)
        names[n++] = c->batch2;
    if (st == SCI_OK)
        st = texts_copy(&all, n, names);
    if (st == SCI_OK)
        st = texts_index_make(&index, &all);
    if (st == SCI_OK && texts_duplicate(&index) != NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "the column '%s' is named twice", texts_duplicate(&index));
    texts_index_clear(&index);
    anndata_texts_clear(&all);
    sci_free(names);
    return st;
}

static bool
is_among(const anndata_texts *texts, const char *name)
{
    for (uint64_t k = 0; k < texts->n; k++)
        if (strcmp(texts->items[k], name) == 0)
            return true;
    return false;
}

/* --as-factor says how a column is read that another option names. */
static sci_status
refuse_idle_factors(const genomics_columns *c)
{
    for (uint64_t k = 0; k < c->factors.n; k++) {
        const char *name = c->factors.items[k];

        if (is_among(&c->removed, name))
            return sci_fail(SCI_ERR_ARGUMENT,
                            "--remove takes '%s' as numbers, --as-factor as a factor: "
                            "--batch-key2 takes out a factor",
                            name);
        if (!is_among(&c->keep, name) && (c->batch == NULL || strcmp(c->batch, name) != 0)
            && (c->batch2 == NULL || strcmp(c->batch2, name) != 0))
            return sci_fail(SCI_ERR_ARGUMENT,
                            "--as-factor names '%s', which no other option uses: name it in "
                            "--keep or --batch-key too",
                            name);
    }
    return SCI_OK;
}

/* --keep and --covariates together. */
static sci_status
kept(const genomics_settings *s, anndata_texts *out)
{
    size_t n = s->keep.n + s->covariates.n;
    const char **options = NULL;
    sci_status st = sci_alloc(&options, n, 1, sizeof *options);

    for (size_t k = 0; st == SCI_OK && k < n; k++)
        options[k] = k < s->keep.n ? s->keep.items[k] : s->covariates.items[k - s->keep.n];
    if (st == SCI_OK)
        st = texts_of_options(out, n, options);
    sci_free(options);
    return st;
}

sci_status
genomics_columns_make(genomics_columns *out, const genomics_settings *s)
{
    genomics_columns c = { .batch = s->batch_key, .batch2 = s->batch_key2 };
    sci_status st = kept(s, &c.keep);

    if (st == SCI_OK)
        st = texts_of_options(&c.removed, s->removed.n, s->removed.items);
    if (st == SCI_OK)
        st = texts_of_options(&c.factors, s->factors.n, s->factors.items);
    if (st == SCI_OK && c.batch != NULL && (c.batch[0] == '\0' || strcmp(c.batch, "@") == 0))
        st = sci_fail(SCI_ERR_ARGUMENT, "--batch-key names no column");
    if (st == SCI_OK)
        st = refuse_repeated(&c);
    if (st == SCI_OK)
        st = refuse_idle_factors(&c);
    if (st == SCI_OK)
        *out = c;
    else
        genomics_columns_clear(&c);
    return st;
}

sci_status
genomics_columns_of(genomics_columns *out, const genomics_terms *terms, const char *batch)
{
    genomics_columns c = { .batch = batch };
    const char **keep = NULL, **removed = NULL;
    uint64_t n_keep = 0, n_removed = 0;
    sci_status st = sci_alloc(&keep, terms->n, 1, sizeof *keep);

    if (st == SCI_OK)
        st = sci_alloc(&removed, terms->n, 1, sizeof *removed);
    for (size_t t = 0; st == SCI_OK && t < terms->n; t++) {
        const genomics_term *term = &terms->items[t];

        if (term->role == GENOMICS_KEPT)
            keep[n_keep++] = term->name;
        else if (term->role == GENOMICS_REMOVED)
            removed[n_removed++] = term->name;
        else
            c.batch2 = term->name;
    }
    if (st == SCI_OK)
        st = texts_copy(&c.keep, n_keep, keep);
    if (st == SCI_OK)
        st = texts_copy(&c.removed, n_removed, removed);
    if (st == SCI_OK) /* the model says that they are batches */
        st = texts_copy(&c.factors, 1, &batch);
    sci_free(keep);
    sci_free(removed);
    if (st == SCI_OK)
        *out = c;
    else
        genomics_columns_clear(&c);
    return st;
}
