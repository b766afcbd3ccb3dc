/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluation_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci.h>

#include "describe.h"
#include "report.h"

enum { FACTS_MOST = 7, TEXT_ROOM = 256 };

/* The report, and what it points at. */
typedef struct work {
    const evaluation_page *page;
    genomics_report report;
    char done[600], components[TEXT_ROOM], pairwise[TEXT_ROOM], neighbours[TEXT_ROOM];
    const char **batches; /* in the order of the model's, if it has the same */
    int32_t *codes;
    report_gene *unadjusted;
    report_fact facts[FACTS_MOST];
} work;

/* ---- parts ---- */

static report_stage
stage_of(const genomics_evaluation *e, bool genes)
{
    const pca *p = e ? e->pca : NULL;

    if (!e)
        return (report_stage){ .given = false };
    return (report_stage){ .given = true,
                           .components = p ? p->components : 0,
                           .scores = p && p->components >= 2 ? p->scores : NULL,
                           .variance_ratio = p ? p->variance_ratio : NULL,
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
        if (m->unadjusted[g] != 0 && !(m->unadjusted[g] & GENOMICS_NOT_SELECTED))
            w->unadjusted[w->report.n_unadjusted++] =
                (report_gene){ m->genes.items[g], genomics_reason(m->unadjusted[g]) };
    w->report.unadjusted = w->unadjusted;
    return st;
}

static void
fill_done(work *w)
{
    const genomics_terms *terms = &w->page->model->terms;

    genomics_describe_done(w->page->model, w->done, sizeof w->done);
    w->report.done = w->done;
    for (size_t t = 0; w->page->label && t < terms->n; t++)
        if (terms->items[t].role == GENOMICS_KEPT
            && strcmp(terms->items[t].name, w->page->label->key) == 0)
            w->report.label_kept = true;
}

static void
add_fact(work *w, const char *name, const char *value)
{
    w->facts[w->report.n_facts++] = (report_fact){ name, value };
}

static void
fill_facts(work *w)
{
    const evaluation_page *page = w->page;
    const metrics *m = &page->before->metrics;
    const pca *p = page->before->pca;

    add_fact(w, "program", "sci-genomics " SCI_VERSION);
    if (page->matrix)
        add_fact(w, "matrix", page->matrix);
    if (page->model)
        add_fact(w, "method", genomics_method_name(page->model->method));
    if (p) {
        (void)snprintf(w->components, sizeof w->components, "%" PRIu64 ", %s", p->components,
                       p->exact ? "exact" : "block Krylov iteration");
        add_fact(w, "principal components", w->components);
    }
    if (p && m->sampled < m->cells)
        (void)snprintf(w->pairwise, sizeof w->pairwise,
                       "%" PRIu64 " drawn of %" PRIu64 " (seed %" PRId64 "), each against all",
                       m->sampled, m->cells, page->seed);
    else
        (void)snprintf(w->pairwise, sizeof w->pairwise, "all %" PRIu64, m->cells);
    (void)snprintf(w->neighbours, sizeof w->neighbours, "%" PRIu64 ", of kBET %" PRIu64,
                   m->neighbours, m->kbet_neighbours);
    if (p) {
        add_fact(w, "cells in pairwise measures", w->pairwise);
        add_fact(w, "neighbours of a cell", w->neighbours);
    }
    if (page->provenance)
        add_fact(w, "provenance", page->provenance);
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
        fill_done(w);
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
    sci_free(w.batches);
    sci_free(w.codes);
    sci_free(w.unadjusted);
    return st;
}
