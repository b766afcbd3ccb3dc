/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evaluate: how much of the batches and of the biology is in a matrix, before and after. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "cli/single.h"

#include "corrected.h"
#include "evaluation_page.h"
#include "evaluation_text.h"
#include "verbs.h"

enum { WARNINGS_MOST = 4, PASSES = 6 };

/* One of the files, or the same one again as its affine form means it. */
typedef struct side {
    genomics_job job;
    genomics_corrected corrected;
    genomics_evaluation evaluation;
} side;

typedef struct evaluate {
    side before, after;
    bool both, affine; /* affine: `after` is the file of `before` */
    genomics_factor batch, label;
    bool labelled;
    char *warnings[WARNINGS_MOST];
    size_t n_warnings;
} evaluate;

static void
side_clear(side *s)
{
    genomics_evaluation_clear(&s->evaluation);
    genomics_corrected_clear(&s->corrected);
    genomics_job_end(&s->job);
}

static void
evaluate_clear(evaluate *e)
{
    side_clear(&e->before);
    side_clear(&e->after);
    genomics_factor_clear(&e->batch);
    genomics_factor_clear(&e->label);
    for (size_t i = 0; i < e->n_warnings; i++)
        sci_free(e->warnings[i]);
}

/* Said now, and on the page. */
static sci_status
warn(evaluate *e, char *text)
{
    if (text == NULL || e->n_warnings == WARNINGS_MOST) {
        sci_free(text);
        return SCI_ERR_NOMEM;
    }
    cli_warn("%s", text);
    e->warnings[e->n_warnings++] = text;
    return SCI_OK;
}

/* ---- files ---- */

static sci_status
open_side(side *s, const cli_call *call, const cli_worker *worker, const cli_input *input)
{
    sci_status st = genomics_job_start(&s->job, call, worker);

    if (st == SCI_OK)
        st = genomics_job_open(&s->job, input->path, input->operand, NULL);
    if (st == SCI_OK)
        st = genomics_job_matrix(&s->job, 1);
    if (st == SCI_OK)
        st = genomics_corrected_find(&s->corrected, &s->job);
    return st;
}

static sci_status
warn_missing(evaluate *e, const genomics_factor *f, const char *what)
{
    char *text = NULL;
    sci_status st;

    if (f->missing == 0)
        return SCI_OK;
    st = sci_format(&text, "%" PRIu64 " cells have no %s in '%s' and are left out of the measures",
                    f->missing, what, f->key);
    return st == SCI_OK ? warn(e, text) : st;
}

static sci_status
read_factors(evaluate *e)
{
    const genomics_settings *s = e->before.job.settings;
    anndata *a = e->before.job.in;
    sci_status st = genomics_factor_read(&e->batch, a, s->batch_key, "batches");

    if (st == SCI_OK && s->label_key != NULL) {
        st = genomics_factor_read(&e->label, a, s->label_key, "labels");
        e->labelled = st == SCI_OK;
    }
    if (st == SCI_OK)
        st = warn_missing(e, &e->batch, "batch");
    if (st == SCI_OK && e->labelled)
        st = warn_missing(e, &e->label, "label");
    if (st == SCI_OK && e->batch.levels.n < 2) {
        char *text = NULL;

        st = sci_format(&text, "'%s' has one batch: what needs several is not defined",
                        s->batch_key);
        if (st == SCI_OK)
            st = warn(e, text);
    }
    return st;
}

/* Both files have to be of the same cells, in the same order. */
static sci_status
compare_cells(const side *before, const side *after)
{
    anndata_texts a = { 0 }, b = { 0 };
    sci_status st = anndata_names(before->job.in, ANNDATA_OBS, &a);

    if (st == SCI_OK)
        st = anndata_names(after->job.in, ANNDATA_OBS, &b);
    if (st == SCI_OK && a.n != b.n)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has %" PRIu64 " cells and '%s' %" PRIu64,
                      before->job.name, a.n, after->job.name, b.n);
    for (uint64_t i = 0; st == SCI_OK && i < a.n; i++)
        if (a.items[i] == NULL || b.items[i] == NULL || strcmp(a.items[i], b.items[i]) != 0)
            st = sci_fail(SCI_ERR_REFUSED,
                          "cell %" PRIu64 " is '%s' in '%s' and '%s' in '%s'; both need the same "
                          "cells in the same order",
                          i + 1, a.items[i] ? a.items[i] : "", before->job.name,
                          b.items[i] ? b.items[i] : "", after->job.name);
    anndata_texts_clear(&a);
    anndata_texts_clear(&b);
    return st;
}

static sci_status
open_all(evaluate *e, const cli_single *single, const cli_worker *worker)
{
    const cli_inputs *inputs = &single->inputs;
    sci_status st = open_side(&e->before, single->call, worker, &inputs->items[0]);

    e->both = inputs->n == 2;
    if (st == SCI_OK && e->both)
        st = open_side(&e->after, single->call, worker, &inputs->items[1]);
    if (st == SCI_OK && e->both)
        st = compare_cells(&e->before, &e->after);
    e->affine = st == SCI_OK && !e->both && e->before.corrected.map != NULL;
    return st == SCI_OK ? read_factors(e) : st;
}

/* ---- measures ---- */

static sci_status
measure(const evaluate *e, const side *s, const pca_input *in, genomics_evaluation *out)
{
    const genomics_settings *settings = s->job.settings;
    genomics_passes passes;
    sci_options options;

    genomics_passes_start(&passes, &s->job, PASSES, &options);
    return genomics_evaluate_matrix(out, in, &e->batch, e->labelled ? &e->label : NULL,
                                    (uint64_t)settings->common.seed, &options);
}

/* A file in affine form is its own before. */
static sci_status
measure_all(evaluate *e)
{
    pca_input plain = { .matrix = e->before.job.matrix };
    sci_status st = measure(e, &e->before, e->affine ? &plain : &e->before.corrected.input,
                            &e->before.evaluation);

    if (st == SCI_OK && e->affine)
        st = measure(e, &e->before, &e->before.corrected.input, &e->after.evaluation);
    if (st == SCI_OK && e->both)
        st = measure(e, &e->after, &e->after.corrected.input, &e->after.evaluation);
    return st;
}

/* ---- results ---- */

static sci_status
print(const evaluate *e)
{
    const genomics_evaluation *after = e->both || e->affine ? &e->after.evaluation : NULL;
    genomics_evaluated evaluated = { .before_name = e->before.job.name,
                                     .after_name = e->both ? e->after.job.name : e->before.job.name,
                                     .before = &e->before.evaluation,
                                     .after = after,
                                     .batch = &e->batch,
                                     .label = e->labelled ? &e->label : NULL };

    return e->before.job.settings->common.json ? genomics_evaluated_json(&evaluated)
                                               : genomics_evaluated_text(&evaluated);
}

/* The model is that of the file that was corrected. */
static sci_status
write_page(const evaluate *e, const char *path)
{
    const side *last = e->both ? &e->after : &e->before;
    evaluation_page page = { .input = last->job.name,
                           .genes = &e->before.job.genes,
                           .batch = &e->batch,
                           .label = e->labelled ? &e->label : NULL,
                           .before = &e->before.evaluation,
                           .after = e->both || e->affine ? &e->after.evaluation : NULL,
                           .same_genes =
                               e->affine || texts_equal(&e->before.job.genes, &e->after.job.genes),
                           .model = e->both || e->affine ? last->corrected.record.model : NULL,
                           .seed = e->before.job.settings->common.seed,
                           .n_warnings = e->n_warnings,
                           .warnings = (const char *const *)e->warnings };

    return evaluation_page_write(path, &page);
}

static sci_status
work(void *context, const cli_worker *worker)
{
    const cli_single *single = context;
    const genomics_settings *s = single->call->settings;
    evaluate e = { 0 };
    sci_status st = open_all(&e, single, worker);

    if (st == SCI_OK)
        st = measure_all(&e);
    if (st == SCI_OK && s->report != NULL)
        st = write_page(&e, worker->temporary[0]);
    if (st == SCI_OK)
        st = print(&e);
    evaluate_clear(&e);
    return st;
}

int
genomics_evaluate(const cli_call *call)
{
    const genomics_settings *s = call->settings;
    cli_single single = { .call = call, .common = &s->common, .doing = "evaluating", .work = work };

    if (s->batch_key[0] == '\0' || strcmp(s->batch_key, "@") == 0)
        return cli_usage_error(call, "--batch-key names no column");
    single.extra[0] = s->report;
    return cli_single_run(&single, (size_t)call->n_operands, call->operands);
}
