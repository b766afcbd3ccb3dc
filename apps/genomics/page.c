/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <sci.h>

#include "evaluation_page.h"
#include "recode.h"

#define LABEL_TABLE_MOST (UINT64_C(256) << 20) /* bytes of the table of batches × labels */

typedef struct drawing {
    const genomics_page *page;
    genomics_factor batch, label; /* batch: borrowed; label.key NULL: there are none */
    sci_crossed *by_label;        /* levels batch·labels + label */
    genomics_evaluation before, after;
} drawing;

/* ---- labels ---- */

/* --label-key, or else the first factor to keep. */
static sci_status
read_labels(drawing *d)
{
    const genomics_job *job = d->page->job;
    const genomics_terms *terms = &job->cells.terms;
    const char *key = job->settings->label_key;

    for (size_t t = 0; key == NULL && t < terms->n; t++)
        if (!terms->items[t].numeric && terms->items[t].role == GENOMICS_KEPT)
            key = terms->items[t].name;
    return key != NULL ? genomics_factor_read(&d->label, job->in, key, "labels") : SCI_OK;
}

/* One more pass: moments by batch and label, for the variance that the labels explain. */
static sci_status
fit_labels(drawing *d)
{
    genomics_job *job = d->page->job;
    uint64_t L = d->label.levels.n, B = job->rows.levels;
    uint64_t bytes = B * L * job->genes.n * (sizeof(sci_moments) + 8 * job->rows.covariates);
    sci_row_model rows = job->rows;
    int32_t *both = NULL;
    sci_status st;

    if (d->label.key == NULL || L < 2 || bytes > LABEL_TABLE_MOST)
        return SCI_OK;
    st = sci_alloc(&both, job->cells.n, 1, sizeof *both);
    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < job->cells.n; i++)
        both[i] = d->label.codes[i] < 0
                      ? -1
                      : (int32_t)((uint64_t)job->rows.label[i] * L + (uint64_t)d->label.codes[i]);
    rows.label = both;
    rows.levels = B * L;
    job->pass++;
    st = sci_crossed_fit(job->matrix, &rows, &job->options, &d->by_label, NULL);
    sci_free(both);
    return st;
}

/* Batches of each label put together. */
static sci_status
fold_batches(const sci_crossed *by_label, uint64_t labels, sci_crossed **out)
{
    uint64_t *level = NULL;
    sci_crossed *folded = NULL;
    sci_status st = sci_alloc(&level, by_label->levels, 1, sizeof *level);

    for (uint64_t l = 0; st == SCI_OK && l < by_label->levels; l++)
        level[l] = l % labels;
    if (st == SCI_OK)
        st = sci_crossed_create(&folded, labels, by_label->columns, 0);
    if (st == SCI_OK)
        st = sci_crossed_merge(folded, by_label, level, NULL);
    sci_free(level);
    if (st == SCI_OK)
        *out = folded;
    else
        sci_crossed_free(folded);
    return st;
}

static sci_status
explain_labels(const drawing *d, const sci_column_map *map, genomics_evaluation *e)
{
    uint64_t L = d->label.levels.n;
    sci_crossed *moved = NULL, *folded = NULL;
    const double none = 0.0; /* a matrix of no rows */
    sci_status st;

    if (d->by_label == NULL)
        return SCI_OK;
    if (map != NULL)
        st = genomics_recode_mapped(&moved, d->by_label, L, map);
    else /* the same without covariates */
        st = genomics_recode(&moved, d->by_label, &none, 0, 0, NULL);
    if (st == SCI_OK)
        st = fold_batches(moved, L, &folded);
    if (st == SCI_OK)
        st = sci_alloc(&e->r2_label, folded->columns, 1, sizeof *e->r2_label);
    if (st == SCI_OK)
        e->metrics.r2_label = metrics_r2(folded, e->r2_label);
    if (st == SCI_OK)
        e->metrics.r2_beyond = metrics_r2(moved, NULL) - e->metrics.r2_label;
    sci_crossed_free(moved);
    sci_crossed_free(folded);
    return st;
}

/* ---- stages ---- */

static sci_status
explain_batches(const drawing *d, const sci_column_map *map, genomics_evaluation *e)
{
    const sci_crossed *table = d->page->table;
    sci_crossed *moved = NULL;
    sci_status st = sci_alloc(&e->r2_batch, table->columns, 1, sizeof *e->r2_batch);

    if (st == SCI_OK && map != NULL)
        st = genomics_recode_mapped(&moved, table, 1, map);
    if (st == SCI_OK)
        e->metrics.r2_batch = metrics_r2(map != NULL ? moved : table, e->r2_batch);
    sci_crossed_free(moved);
    return st;
}

static sci_status
find_components(const drawing *d, const sci_column_map *map, genomics_evaluation *e)
{
    genomics_job *job = d->page->job;
    pca_input in = { .matrix = job->matrix, .model = map != NULL ? &job->rows : NULL, .map = map };
    sci_status st;

    job->pass++;
    st = pca_compute(&e->pca, &in, EVALUATION_COMPONENTS, 0, &job->options);
    if (st == SCI_ERR_NONFINITE || st == SCI_ERR_DEGENERATE) { /* the page says less then */
        cli_note("the page has no principal components: %s", sci_message());
        return SCI_OK;
    }
    return st;
}

static sci_status
measure(const drawing *d, const sci_column_map *map, genomics_evaluation *e)
{
    const genomics_job *job = d->page->job;
    metrics_input in;
    sci_status st;

    e->metrics = metrics_unknown();
    st = find_components(d, map, e);
    if (st == SCI_OK && e->pca != NULL) {
        in = (metrics_input){ .cells = e->pca->rows,
                              .components = e->pca->components,
                              .scores = e->pca->scores,
                              .variance = e->pca->variance,
                              .batches = d->batch.levels.n,
                              .labels = d->label.levels.n,
                              .batch = d->batch.codes,
                              .label = d->label.codes,
                              .threads = job->options.threads,
                              .stop = job->options.stop };
        st = metrics_of_cells(&e->metrics, &in);
    }
    if (st == SCI_OK)
        st = explain_batches(d, map, e);
    if (st == SCI_OK)
        st = explain_labels(d, map, e);
    return st;
}

/* ---- the page ---- */

static sci_status
write(const drawing *d, const char *path)
{
    const genomics_page *page = d->page;
    const genomics_job *job = page->job;
    const evaluation_page all = { .input = job->name,
                                  .genes = &job->genes,
                                  .batch = &d->batch,
                                  .label = d->label.key != NULL ? &d->label : NULL,
                                  .before = &d->before,
                                  .after = &d->after,
                                  .same_genes = true,
                                  .model = page->record->model,
                                  .matrix = job->place,
                                  .provenance = page->record->provenance,
                                  .n_warnings = page->n_warnings,
                                  .warnings = page->warnings };

    return evaluation_page_write(path, &all);
}

sci_status
genomics_page_write(const genomics_page *page, const char *path)
{
    genomics_job *job = page->job;
    drawing d = { .page = page,
                  .batch = { .key = job->settings->batch_key,
                             .levels = job->cells.terms.batches,
                             .n = job->cells.n,
                             .codes = job->cells.batch } };
    sci_status st = read_labels(&d);

    if (st == SCI_OK)
        st = fit_labels(&d);
    if (st == SCI_OK)
        st = measure(&d, NULL, &d.before);
    if (st == SCI_OK)
        st = measure(&d, page->record->model->map, &d.after);
    if (st == SCI_OK)
        st = write(&d, path);
    genomics_factor_clear(&d.label);
    sci_crossed_free(d.by_label);
    genomics_evaluation_clear(&d.before);
    genomics_evaluation_clear(&d.after);
    return st;
}
