/* SPDX-License-Identifier: GPL-3.0-or-later */
/* invert: the values before harmonize or apply. */
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/json.h"
#include "cli/single.h"

#include "output.h"
#include "stored.h"
#include "verbs.h"

typedef struct invert {
    genomics_job job;
    genomics_stored stored;
    bool own;   /* the model is the input's */
    bool alone; /* and nothing else is among its records */
    sci_column_map *map;
    genomics_output out;
} invert;

static void
invert_clear(invert *v)
{
    genomics_output_clear(&v->out);
    sci_column_map_free(v->map);
    genomics_stored_clear(&v->stored);
    genomics_job_end(&v->job);
}

static sci_status
look_around(invert *v)
{
    anndata_texts members = { 0 };
    sci_status st = sci_h5_file_members(anndata_file(v->job.in), GENOMICS_RECORDS, &members);

    v->alone = st == SCI_OK && members.n == 1;
    anndata_texts_clear(&members);
    return st;
}

static sci_status
load(invert *v, const char *path, const char *name)
{
    const genomics_settings *s = v->job.settings;
    sci_status st = genomics_job_open(&v->job, path, name, NULL);

    v->own = s->stats == NULL;
    if (st == SCI_OK)
        st = v->own ? genomics_stored_own(&v->stored, v->job.in)
                    : genomics_stored_read(&v->stored, s->stats);
    if (st == SCI_OK && v->own)
        st = look_around(v);
    if (st == SCI_OK && v->stored.record.model == NULL)
        st = sci_fail(SCI_ERR_ARGUMENT, "'%s' is a summary, not a model that could be undone",
                      s->stats);
    if (st != SCI_OK || !v->own)
        return st;
    if (s->layer != NULL && strcmp(v->job.place, v->stored.record.place) != 0)
        return sci_fail(SCI_ERR_REFUSED,
                        "the last correction of '%s' is that of its %s, not of its %s; without "
                        "--layer that one is undone",
                        name, v->stored.record.place, v->job.place);
    sci_free(v->job.place);
    v->job.place = NULL;
    return sci_strdup(&v->job.place, v->stored.record.place);
}

static sci_status
read_cells(invert *v)
{
    const genomics_settings *s = v->job.settings;
    const genomics_record *r = &v->stored.record;
    genomics_columns columns = { 0 };
    sci_status st = genomics_columns_of(&columns, &r->model->terms,
                                        s->batch_key != NULL ? s->batch_key : r->batch_key);

    if (st == SCI_OK && s->batch_key == NULL && v->own) {
        columns.codes = r->codes;
        columns.n_codes = r->n_codes;
    }
    if (st == SCI_OK)
        st = genomics_job_cells(&v->job, &columns, &r->model->terms, false, false);
    genomics_columns_clear(&columns);
    return st;
}

static sci_status
turn_round(invert *v)
{
    const genomics_record *r = &v->stored.record;
    uint64_t unknown = 0;
    sci_status st =
        genomics_model_map(r->model, &v->job.genes, v->job.name, &v->map, &unknown, NULL);

    if (st != SCI_OK)
        return st;
    v->map->clip = r->clipped > 0;
    v->map->least = r->least;
    return combat_map_invert(v->map);
}

/* What the values were before, as far as it is a floating-point type. */
static sci_type
type_before(const invert *v)
{
    if (cli_given(v->job.call, "dtype") || !v->own)
        return genomics_output_type(&v->job);
    return strcmp(v->stored.record.type, "f8") == 0 ? SCI_FLOAT64 : SCI_FLOAT32;
}

static sci_status
undo(invert *v)
{
    const char *to = v->job.settings->to;
    /* A corrected matrix that stays where it is needs its record. */
    bool stays = to != NULL && strcmp(to, v->job.place) != 0 && !v->stored.record.affine;
    const char *record = !v->own || stays ? NULL : v->alone ? GENOMICS_RECORDS : v->stored.path;
    sci_map_report report = { 0 };
    sci_status st;

    if (v->own && v->stored.record.affine) { /* the matrix was never touched */
        st = genomics_output_copy(&v->out, &v->job, record);
        return st == SCI_OK ? genomics_output_close(&v->out, &v->job) : st;
    }
    st = read_cells(v);
    if (st == SCI_OK)
        st = genomics_job_matrix(&v->job, 1);
    if (st == SCI_OK)
        st = turn_round(v);
    if (st == SCI_OK)
        st = genomics_output_open(&v->out, &v->job, record);
    if (st == SCI_OK)
        st = genomics_output_apply(&v->out, &v->job, v->map, type_before(v), &report);
    return st == SCI_OK ? genomics_output_close(&v->out, &v->job) : st;
}

static sci_status
say(const invert *v)
{
    const genomics_model *m = v->stored.record.model;
    cli_json json;

    cli_note("undone: %s of %llu genes in %llu batches", genomics_method_name(m->method),
             (unsigned long long)m->genes.n, (unsigned long long)m->terms.batches.n);
    if (!v->job.settings->common.json)
        return SCI_OK;
    cli_json_start(&json, stdout);
    cli_json_object(&json);
    cli_json_member_text(&json, "record", v->stored.path);
    cli_json_member_text(&json, "method", genomics_method_name(m->method));
    cli_json_object_end(&json);
    return cli_json_finish(&json);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    invert v = { 0 };
    sci_status st = genomics_job_start(&v.job, single->call, worker);

    if (st == SCI_OK)
        st = load(&v, single->inputs.items[0].path, single->inputs.items[0].operand);
    if (st == SCI_OK)
        st = undo(&v);
    if (st == SCI_OK)
        st = say(&v);
    invert_clear(&v);
    return st;
}

int
genomics_invert(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = {
        .call = call, .common = &s->common, .doing = "inverting", .work = work, .beside = s->stats
    };
    sci_status st = genomics_output_check(call);

    if (st != SCI_OK)
        return cli_misuse(call, st);
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
