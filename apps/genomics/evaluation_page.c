/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation_page.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sci.h>

#include "report.h"

enum { FACTS_MOST = 8, TEXT_ROOM = 256 };

/* The report, and what it points at. */
typedef struct work {
    const evaluation_page *page;
    genomics_report report;
    char *done;
    const char **batches; /* in the order of the model's, if it has the same */
    int32_t *codes;
    report_gene *unadjusted;
    report_fact facts[FACTS_MOST];
    char texts[FACTS_MOST][TEXT_ROOM];
} work;

/* ---- parts ---- */

static report_stage
stage_of(const genomics_evaluation *e, bool genes)
{
    if (!e)
        return (report_stage){ .given = false };
    return (report_stage){ .given = true,
                           .components = e->pca->components,
                           .scores = e->pca->scores,
                           .variance_ratio = e->pca->variance_ratio,
                           .r2_batch = genes ? e->r2_batch : NULL,
                           .r2_label = genes ? e->r2_label : NULL,
                           .metrics = e->metrics };
}

/* place[k]: which of the model's batches the k-th of the file is. False unless they are the same. */
static bool
match_batches(const anndata_texts *file, const anndata_texts *model, int32_t *place)
{
    texts_index index = { 0 };
    bool same = file->n == model->n && texts_index_make(&index, model) == SCI_OK;

    for (uint64_t k = 0; same && k < file->n; k++) {
        place[k] = (int32_t)texts_find(&index, file->items[k]);
        same = place[k] >= 0;
    }
    texts_index_clear(&index);
    return same;
}

static sci_status
fill_batches(work *w)
{
    const genomics_factor *batch = w->page->batch;
    const genomics_model *model = w->page->model;
    uint64_t n = batch->levels.n;
    int32_t *place = NULL;
    bool matched;
    sci_status st = sci_alloc(&place, n, 1, sizeof *place);

    if (st == SCI_OK)
        st = sci_alloc(&w->batches, n, 1, sizeof *w->batches);
    if (st == SCI_OK)
        st = sci_alloc(&w->codes, batch->n, 1, sizeof *w->codes);
    if (st != SCI_OK)
        goto out;
    matched = model != NULL && match_batches(&batch->levels, &model->terms.batches, place);
    for (uint64_t k = 0; k < n; k++) {
        place[k] = matched ? place[k] : (int32_t)k;
        w->batches[place[k]] = batch->levels.items[k];
    }
    for (uint64_t i = 0; i < batch->n; i++)
        w->codes[i] = batch->codes[i] < 0 ? -1 : place[batch->codes[i]];
    w->report.batch =
        (report_factor){ .key = batch->key, .levels = n, .names = w->batches, .codes = w->codes };
    w->report.model = matched ? model->combat : NULL;
out:
    sci_free(place);
    return st;
}

static sci_status
fill_unadjusted(work *w)
{
    const genomics_model *m = w->page->model;
    sci_status st = sci_alloc(&w->unadjusted, m->genes.n, 1, sizeof *w->unadjusted);

    for (uint64_t g = 0; st == SCI_OK && g < m->genes.n; g++)
        if (m->unadjusted[g] != 0)
            w->unadjusted[w->report.n_unadjusted++] =
                (report_gene){ m->genes.items[g], genomics_reason(m->unadjusted[g]) };
    w->report.unadjusted = w->unadjusted;
    return st;
}

/* "combat adjusted 1998 of 2000 genes, keeping cell_type" */
static sci_status
fill_done(work *w)
{
    const genomics_model *m = w->page->model;
    uint64_t adjusted = genomics_model_counts(m).adjusted;
    bool first = true;
    sci_status st = sci_format(&w->done, "%s adjusted %" PRIu64 " of %" PRIu64 " genes",
                               genomics_method_name(m->method), adjusted, m->genes.n);

    for (size_t t = 0; st == SCI_OK && t < m->terms.n; t++) {
        const genomics_term *term = &m->terms.items[t];

        if (term->role != GENOMICS_KEPT)
            continue;
        st = text_append(&w->done, "%s %s", first ? ", keeping" : ",", term->name);
        first = false;
        if (w->page->label && strcmp(term->name, w->page->label->key) == 0)
            w->report.label_kept = true;
    }
    if (st == SCI_OK)
        st = text_append(&w->done, ".");
    w->report.done = w->done;
    return st;
}

static void add_fact(work *w, const char *name, const char *format, ...) SCI_PRINTF(3, 4);

static void
add_fact(work *w, const char *name, const char *format, ...)
{
    size_t k = w->report.n_facts++;
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(w->texts[k], TEXT_ROOM, format, arguments);
    va_end(arguments);
    w->facts[k] = (report_fact){ name, w->texts[k] };
}

static void
fill_facts(work *w)
{
    const genomics_evaluation *e = w->page->before;
    const metrics *m = &e->metrics;

    add_fact(w, "principal components", "%" PRIu64 ", %s", e->pca->components,
             e->pca->exact ? "exact" : "block Krylov iteration");
    if (m->sampled < m->cells)
        add_fact(w, "cells in pairwise measures",
                 "%" PRIu64 " drawn of %" PRIu64 " (seed %" PRId64 "), each against all",
                 m->sampled, m->cells, w->page->seed);
    else
        add_fact(w, "cells in pairwise measures", "all %" PRIu64, m->cells);
    if (w->page->model)
        add_fact(w, "method", "%s", genomics_method_name(w->page->model->method));
    add_fact(w, "sci-genomics", "%s", SCI_VERSION);
    w->report.facts = w->facts;
}

/* ---- all ---- */

static sci_status
fill(work *w)
{
    const evaluation_page *page = w->page;
    genomics_report *r = &w->report;
    sci_status st;

    *r = (genomics_report){ .input = page->input,
                            .version = SCI_VERSION,
                            .cells = page->batch->n,
                            .genes = page->genes->n,
                            .gene_names = (const char *const *)page->genes->items,
                            .before = stage_of(page->before, true),
                            .after = stage_of(page->after, page->same_genes),
                            .n_warnings = page->n_warnings,
                            .warnings = page->warnings };
    if (page->label)
        r->label = (report_factor){ .key = page->label->key,
                                    .levels = page->label->levels.n,
                                    .names = (const char *const *)page->label->levels.items,
                                    .codes = page->label->codes };
    st = fill_batches(w);
    if (st == SCI_OK && page->model)
        st = fill_unadjusted(w);
    if (st == SCI_OK && page->model)
        st = fill_done(w);
    fill_facts(w);
    return st;
}

sci_status
evaluation_page_write(const char *path, const evaluation_page *page)
{
    work w = { .page = page };
    sci_status st = fill(&w);

    if (st == SCI_OK)
        st = genomics_report_write(path, &w.report);
    sci_free(w.done);
    sci_free(w.batches);
    sci_free(w.codes);
    sci_free(w.unadjusted);
    return st;
}
