/* SPDX-License-Identifier: GPL-3.0-or-later */
/* harmonize: estimate the effects of the batches and take them out, in two passes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "cli/outputs.h"
#include "cli/signals.h"
#include "cli/single.h"

#include "concat.h"
#include "describe.h"
#include "output.h"
#include "page.h"
#include "provenance.h"
#include "recode.h"
#include "stored.h"
#include "verbs.h"

enum { MANY_BATCHES = 50 };

typedef struct harmonize {
    genomics_job job;
    genomics_recipe recipe;
    unsigned char *selected;
    sci_crossed *table;
    sci_report report;
    genomics_record record;
    genomics_output out;
    sci_map_report applied;
    size_t n_warnings;
    char warnings[4][400]; /* for the page */
} harmonize;

static void
harmonize_clear(harmonize *h)
{
    genomics_output_clear(&h->out);
    genomics_record_clear(&h->record);
    sci_crossed_free(h->table);
    sci_free(h->selected);
    genomics_job_end(&h->job);
}

static void warn(harmonize *h, const char *format, ...) SCI_PRINTF(2, 3);

/* A warning that the page repeats. */
static void
warn(harmonize *h, const char *format, ...)
{
    char *text = h->warnings[h->n_warnings];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof h->warnings[0], format, args);
    va_end(args);
    cli_warn("%s", text);
    if (h->n_warnings + 1 < sizeof h->warnings / sizeof *h->warnings)
        h->n_warnings++;
}

/* ---- before the matrix is read ---- */

/* What is unusual about the batches. */
static void
note_batches(harmonize *h)
{
    const genomics_cells *cells = &h->job.cells;
    uint64_t n = cells->terms.batches.n, single = 0;
    const char *first = NULL;

    for (uint64_t b = 0; b < n; b++)
        if (cells->sizes[b] == 1) {
            first = first != NULL ? first : cells->terms.batches.items[b];
            single++;
        }
    if (n > MANY_BATCHES)
        cli_note("%llu batches: is '%s' really the column of batches?", (unsigned long long)n,
                 h->job.settings->batch_key);
    if (single > 0 && h->recipe.method == GENOMICS_COMBAT && !h->recipe.combat.mean_only)
        warn(h, "the batch '%s'%s has one cell: only the means of all batches are corrected", first,
             single > 1 ? " (and more)" : "");
}

static sci_status
check_design(harmonize *h)
{
    sci_crossed *cells = NULL;
    sci_status st =
        genomics_cells_table(&h->job.cells, h->job.rows.covariates, h->job.covariates, &cells);

    if (st == SCI_OK)
        st = genomics_rank_check(cells, &h->job.cells.terms, &h->recipe);
    sci_crossed_free(cells);
    return st;
}

static sci_status
prepare(harmonize *h, const char *path, const char *name)
{
    genomics_job *job = &h->job;
    genomics_columns columns = { 0 };
    sci_status st = genomics_recipe_make(&h->recipe, job->call);

    h->recipe.combat.threads = job->options.threads;
    if (st == SCI_OK)
        st = genomics_columns_make(&columns, job->settings);
    if (st == SCI_OK)
        st = genomics_job_open(job, path, name, NULL);
    if (st == SCI_OK)
        st = genomics_stored_warn(job->in, name, job->place);
    if (st == SCI_OK)
        st = genomics_job_cells(job, &columns, NULL, false, false);
    if (st == SCI_OK)
        st = genomics_recipe_reference(&h->recipe, job->call, &job->cells.terms);
    if (st == SCI_OK)
        st = check_design(h);
    if (st == SCI_OK)
        note_batches(h);
    if (st == SCI_OK)
        st = genomics_job_selected(job, &h->selected);
    h->recipe.selected = h->selected;
    genomics_columns_clear(&columns);
    return st;
}

/* Several inputs become one temporary file, which is then the input. */
static sci_status
put_together(harmonize *h, const cli_inputs *inputs, const char *path)
{
    const genomics_settings *s = h->job.settings;
    concat_request request = { .n = inputs->n, .outer = s->join == GENOMICS_OUTER };
    const char **paths = NULL;
    sci_h5_output *out = NULL;
    sci_status st = sci_alloc(&paths, 2 * inputs->n, 1, sizeof *paths);

    for (size_t i = 0; st == SCI_OK && i < inputs->n; i++) {
        paths[i] = inputs->items[i].path;
        paths[inputs->n + i] = inputs->items[i].operand;
    }
    if (st == SCI_OK) {
        request.paths = paths;
        request.names = paths + inputs->n;
        st = sci_h5_output_create(&out, path);
    }
    if (st == SCI_OK) {
        sci_h5_output_digests(out, false);
        st = genomics_concat_write(out, &request, &h->job.options, &h->job.h5);
    }
    if (st == SCI_OK) {
        st = sci_h5_output_close(out, false, false);
        out = NULL;
    }
    sci_h5_output_free(out);
    sci_free(paths);
    return st;
}

static sci_status
prepare_all(harmonize *h, const cli_inputs *inputs, const char *together)
{
    sci_status st;

    if (inputs->n == 1)
        return prepare(h, inputs->items[0].path, inputs->items[0].operand);
    st = put_together(h, inputs, together);
    return st == SCI_OK ? prepare(h, together, "the inputs together") : st;
}

/* ---- the model ---- */

static sci_status
fill_record(harmonize *h)
{
    const genomics_job *job = &h->job;
    const genomics_settings *s = job->settings;
    genomics_record *r = &h->record;
    sci_status st = sci_strdup(&r->batch_key, s->batch_key);

    r->affine = s->emit == GENOMICS_AFFINE;
    r->clip = cli_given(job->call, "clip-min");
    r->least = s->clip_least;
    if (st == SCI_OK)
        st = sci_strdup(&r->place, s->to != NULL && !r->affine ? s->to : job->place);
    if (st == SCI_OK)
        st = sci_strdup(&r->type, sci_type_name(sci_matrix_type(job->matrix)));
    if (st == SCI_OK)
        st = genomics_provenance(job->call, &h->report, &r->provenance);
    if (st == SCI_OK && s->batch_key[0] == '@' && s->emit != GENOMICS_PARAMS) {
        r->n_codes = job->cells.n;
        st = sci_alloc(&r->codes, r->n_codes, 1, sizeof *r->codes);
        if (st == SCI_OK)
            memcpy(r->codes, job->cells.batch, r->n_codes * sizeof *r->codes);
    }
    return st;
}

static sci_status
estimate(harmonize *h)
{
    genomics_job *job = &h->job;
    int passes =
        (job->settings->emit == GENOMICS_DENSE ? 2 : 1) + (job->settings->report != NULL ? 3 : 0);
    sci_status st = genomics_job_matrix(job, passes);

    if (st == SCI_OK)
        st = genomics_job_fit(job, &h->table, &h->report);
    if (st == SCI_OK && h->recipe.method == GENOMICS_COMBAT && genomics_looks_like_counts(h->table))
        warn(h,
             "'%s' looks like counts; ComBat wants logarithms of normalized values: run "
             "'normalize --log1p' first",
             sci_matrix_name(job->matrix));
    if (st == SCI_OK)
        st = genomics_model_fit(&h->record.model, h->table, &job->cells.terms, &job->genes,
                                &h->recipe);
    return st == SCI_OK ? fill_record(h) : st;
}

/* ---- outputs ---- */

static sci_status
write_record(harmonize *h)
{
    char *path = NULL;
    sci_status st = genomics_record_name(anndata_file(h->job.in), h->job.call->verb->name, &path);

    if (st == SCI_OK)
        st = genomics_record_write(h->out.file, path, &h->record);
    sci_free(path);
    return st;
}

static sci_status
emit_dense(harmonize *h)
{
    sci_column_map *map = h->record.model->map;
    sci_status st = genomics_output_open(&h->out, &h->job, NULL);

    map->clip = h->record.clip;
    map->least = h->record.least;
    if (st == SCI_OK)
        st = genomics_output_apply(&h->out, &h->job, map, genomics_output_type(&h->job),
                                   &h->applied);
    h->record.clipped = h->applied.clipped;
    return st == SCI_OK ? write_record(h) : st;
}

static sci_status
emit_affine(harmonize *h)
{
    sci_status st = genomics_output_copy(&h->out, &h->job, NULL);

    return st == SCI_OK ? write_record(h) : st;
}

static sci_status
emit_params(harmonize *h)
{
    char *path = NULL;
    sci_status st = genomics_output_model(&h->out, &h->job);

    if (st == SCI_OK)
        st = sci_format(&path, GENOMICS_RECORDS "/%s", h->job.call->verb->name);
    if (st == SCI_OK)
        st = genomics_record_write(h->out.file, path, &h->record);
    sci_free(path);
    return st;
}

static sci_status
draw(harmonize *h, const char *path)
{
    const char *warnings[sizeof h->warnings / sizeof *h->warnings];
    const genomics_page page = { .job = &h->job,
                                 .record = &h->record,
                                 .table = h->table,
                                 .n_warnings = h->n_warnings,
                                 .warnings = warnings };

    for (size_t i = 0; i < h->n_warnings; i++)
        warnings[i] = h->warnings[i];
    return genomics_page_write(&page, path);
}

static sci_status
say(const harmonize *h)
{
    const genomics_settings *s = h->job.settings;
    cli_json json;

    genomics_describe_notes(h->record.model, h->job.worker->target[0]);
    if (h->applied.clipped > 0)
        cli_note("%llu values below %g were raised to it", (unsigned long long)h->applied.clipped,
                 h->record.least);
    if (!s->common.json)
        return SCI_OK;
    cli_json_start(&json, stdout);
    cli_json_object(&json);
    genomics_describe_json(&json, h->record.model);
    cli_json_member_unsigned(&json, "clipped", h->applied.clipped);
    cli_json_object_end(&json);
    return cli_json_finish(&json);
}

typedef struct whole_call {
    cli_single single;
    char *together; /* the file for several inputs; NULL */
} whole_call;

static sci_status
work(void *context, const cli_worker *worker)
{
    const whole_call *all = context;
    const genomics_settings *s = all->single.call->settings;
    harmonize h = { 0 };
    sci_status st = genomics_job_start(&h.job, all->single.call, worker);

    if (st == SCI_OK)
        st = prepare_all(&h, &all->single.inputs, all->together);
    if (st == SCI_OK)
        st = estimate(&h);
    if (st == SCI_OK)
        st = s->emit == GENOMICS_DENSE    ? emit_dense(&h)
             : s->emit == GENOMICS_AFFINE ? emit_affine(&h)
                                          : emit_params(&h);
    if (st == SCI_OK)
        st = genomics_output_close(&h.out, &h.job);
    if (st == SCI_OK && s->report != NULL)
        st = draw(&h, worker->temporary[1]);
    if (st == SCI_OK)
        st = say(&h);
    harmonize_clear(&h);
    return st;
}

/* ---- the call ---- */

/* Made here, so that it goes away whatever becomes of the worker. */
static sci_status
make_room(const genomics_settings *s, char **path)
{
    const char *scratch = s->common.scratch;
    char *target = NULL;
    sci_status st = cli_target_directory_check(s->common.output);

    if (st == SCI_OK && scratch != NULL)
        st = sci_format(&target, "%s/%s", scratch, "together.h5ad");
    if (st == SCI_OK)
        st = sci_temporary_create(path, scratch != NULL ? target : s->common.output);
    sci_free(target);
    return st;
}

/* Options that would be without effect. */
static sci_status
refuse_idle(const cli_call *call)
{
    const genomics_settings *s = call->settings;

    if (call->n_operands < 2 && cli_given(call, "join"))
        return sci_fail(SCI_ERR_ARGUMENT, "--join is about several inputs, and there is one");
    if (s->label_key != NULL && s->report == NULL)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--label-key colours the cells of --report; --keep names what must "
                        "survive");
    return SCI_OK;
}

int
genomics_harmonize(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    whole_call all = {
        .single = { .call = call, .common = &s->common, .doing = "harmonizing", .work = work }
    };
    genomics_recipe recipe;
    genomics_columns columns = { 0 };
    cli_signals signals;
    int code;
    sci_status st = genomics_recipe_make(&recipe, call);

    if (st == SCI_OK)
        st = refuse_idle(call);
    if (st == SCI_OK)
        st = genomics_columns_make(&columns, s);
    genomics_columns_clear(&columns);
    if (st == SCI_OK)
        st = genomics_output_check(call);
    cli_signals_hold(&signals); /* as long as there is a file to clean up */
    if (st == SCI_OK && call->n_operands > 1)
        st = make_room(s, &all.together);
    all.single.extra[0] = s->report;
    all.single.context = &all;
    code = st == SCI_OK
               ? cli_single_run(&all.single, (size_t)call->n_operands, call->operands)
               : cli_misuse(call, st);
    sci_temporary_discard(all.together);
    sci_free(all.together);
    cli_signals_release(&signals);
    return code;
}
