/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "corrected.h"

#include <string.h>

#include <sci/memory.h>

void
genomics_corrected_clear(genomics_corrected *corrected)
{
    genomics_record_clear(&corrected->record);
    sci_column_map_free(corrected->map);
    *corrected = (genomics_corrected){ 0 };
}

static sci_status
last_record(genomics_corrected *c, const genomics_job *job)
{
    sci_h5_file *file = anndata_file(job->in);
    anndata_texts records = { 0 };
    sci_status st = genomics_record_find(file, &records);

    if (st == SCI_OK && records.n > 0)
        st = genomics_record_read(&c->record, file, job->name, records.items[records.n - 1]);
    anndata_texts_clear(&records);
    return st;
}

/* Batches and covariates of the cells as the model has them. */
static sci_status
read_cells(const genomics_corrected *c, genomics_job *job)
{
    const genomics_terms *terms = &c->record.model->terms;
    genomics_columns columns = { 0 };
    sci_status st = genomics_columns_of(&columns, terms, c->record.batch_key);

    columns.codes = c->record.codes;
    columns.n_codes = c->record.n_codes;
    if (st == SCI_OK)
        st = genomics_job_cells(job, &columns, terms, false, false);
    genomics_columns_clear(&columns);
    return st;
}

sci_status
genomics_corrected_find(genomics_corrected *out, genomics_job *job)
{
    genomics_corrected c = { .input = { .matrix = job->matrix } };
    sci_status st = last_record(&c, job);
    bool here = st == SCI_OK && c.record.model != NULL && c.record.affine
                && strcmp(c.record.place, job->place) == 0;

    if (here)
        st = read_cells(&c, job);
    if (here && st == SCI_OK)
        st = genomics_model_map(c.record.model, &job->genes, job->name, &c.map, NULL, NULL);
    if (here && st == SCI_OK) {
        c.map->clip = c.record.clip;
        c.map->least = c.record.least;
        c.input.map = c.map;
        c.input.model = &job->rows;
        cli_note("'%s' is in affine form: it is corrected while it is read", job->name);
    }
    if (st == SCI_OK)
        *out = c;
    else
        genomics_corrected_clear(&c);
    return st;
}

/* ---- progress ---- */

static void
count(void *context, uint64_t done, uint64_t total)
{
    genomics_passes *p = context;
    const cli_worker *worker = p->job->worker;

    if (done < p->last)
        p->pass++;
    if (p->pass >= p->passes)
        p->passes = p->pass + 1;
    p->last = done;
    worker->progress(worker->progress_context, p->pass * total + done, p->passes * total);
}

void
genomics_passes_start(genomics_passes *p, const genomics_job *job, uint64_t expected,
                      sci_options *options)
{
    *p = (genomics_passes){ .job = job, .passes = expected };
    *options = job->options;
    if (job->worker->progress == NULL)
        return;
    options->progress = count;
    options->progress_context = p;
}
