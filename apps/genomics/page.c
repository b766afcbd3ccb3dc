/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci.h>

#include "describe.h"
#include "metrics.h"
#include "pca.h"
#include "recode.h"
#include "report.h"

enum { COMPONENTS = 50 };
#define LABEL_TABLE_MOST (UINT64_C(256) << 20) /* bytes of the table of batches × labels */

/* Before or after. */
typedef struct stage {
    pca *components;
    double *r2_batch, *r2_label;
    double r2_beyond; /* of batch beyond the labels, if there is r2_label */
    metrics measures;
    bool measured;
} stage;

typedef struct drawing {
    const genomics_page *page;
    const char *label_key;
    anndata_column label;
    const int32_t *labels; /* NULL: there are none */
    sci_crossed *by_label; /* levels batch·labels + label */
    stage before, after;
} drawing;

/* Nothing is known yet. */
static metrics
no_measures(void)
{
    const double unknown = (double)NAN;

    return (metrics){ .r2_batch = unknown,
                      .r2_label = unknown,
                      .pcr_batch = unknown,
                      .pcr_label = unknown,
                      .silhouette_batch = unknown,
                      .silhouette_label = unknown,
                      .ilisi = unknown,
                      .clisi = unknown,
                      .lisi_batch = unknown,
                      .lisi_label = unknown,
                      .kbet = unknown,
                      .batch_score = unknown,
                      .label_score = unknown,
                      .overall = unknown };
}

static void
stage_clear(stage *s)
{
    pca_free(s->components);
    sci_free(s->r2_batch);
    sci_free(s->r2_label);
}

/* ---- labels ---- */

/* --label-key, or else the first factor to keep. */
static sci_status
read_labels(drawing *d)
{
    const genomics_terms *terms = &d->page->job->cells.terms;
    sci_status st;

    d->label_key = d->page->job->settings->label_key;
    for (size_t t = 0; d->label_key == NULL && t < terms->n; t++)
        if (!terms->items[t].numeric && terms->items[t].role == GENOMICS_KEPT)
            d->label_key = terms->items[t].name;
    if (d->label_key == NULL)
        return SCI_OK;
    st = anndata_column_read(d->page->job->in, ANNDATA_OBS, d->label_key, &d->label);
    if (st == SCI_OK)
        st = anndata_column_as_factor(&d->label);
    d->labels = d->label.codes;
    return st;
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

    if (d->labels == NULL || L < 2 || bytes > LABEL_TABLE_MOST)
        return SCI_OK;
    st = sci_alloc(&both, job->cells.n, 1, sizeof *both);
    if (st != SCI_OK)
        return st;
    for (uint64_t i = 0; i < job->cells.n; i++)
        both[i] = d->labels[i] < 0
                      ? -1
                      : (int32_t)((uint64_t)job->rows.label[i] * L + (uint64_t)d->labels[i]);
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
explain_labels(const drawing *d, const sci_column_map *map, stage *s)
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
        st = sci_alloc(&s->r2_label, folded->columns, 1, sizeof *s->r2_label);
    if (st == SCI_OK)
        s->measures.r2_label = metrics_r2(folded, s->r2_label);
    if (st == SCI_OK)
        s->r2_beyond = metrics_r2(moved, NULL) - s->measures.r2_label;
    sci_crossed_free(moved);
    sci_crossed_free(folded);
    return st;
}

/* ---- stages ---- */

static sci_status
explain_batches(const drawing *d, const sci_column_map *map, stage *s)
{
    const sci_crossed *table = d->page->table;
    sci_crossed *moved = NULL;
    sci_status st = sci_alloc(&s->r2_batch, table->columns, 1, sizeof *s->r2_batch);

    if (st == SCI_OK && map != NULL)
        st = genomics_recode_mapped(&moved, table, 1, map);
    if (st == SCI_OK)
        s->measures.r2_batch = metrics_r2(map != NULL ? moved : table, s->r2_batch);
    sci_crossed_free(moved);
    return st;
}

static sci_status
find_components(const drawing *d, const sci_column_map *map, stage *s)
{
    genomics_job *job = d->page->job;
    pca_input in = { .matrix = job->matrix, .model = map != NULL ? &job->rows : NULL, .map = map };
    sci_status st;

    job->pass++;
    st = pca_compute(&s->components, &in, COMPONENTS, 0, &job->options);
    if (st == SCI_ERR_NONFINITE || st == SCI_ERR_DEGENERATE) { /* the page says less then */
        cli_note("the page has no principal components: %s", sci_message());
        return SCI_OK;
    }
    return st;
}

static sci_status
measure(const drawing *d, const sci_column_map *map, stage *s)
{
    const genomics_job *job = d->page->job;
    metrics_input in;
    sci_status st = find_components(d, map, s);

    if (st == SCI_OK && s->components != NULL) {
        in = (metrics_input){ .cells = s->components->rows,
                              .components = s->components->components,
                              .scores = s->components->scores,
                              .variance = s->components->variance,
                              .batches = job->rows.levels,
                              .labels = d->labels != NULL ? d->label.levels.n : 0,
                              .batch = job->rows.label,
                              .label = d->labels,
                              .threads = job->options.threads,
                              .stop = job->options.stop };
        st = metrics_of_cells(&s->measures, &in);
        s->measured = st == SCI_OK;
    }
    if (st == SCI_OK)
        st = explain_batches(d, map, s);
    if (st == SCI_OK)
        st = explain_labels(d, map, s);
    if (st == SCI_OK && s->measured)
        metrics_overall(&s->measures);
    return st;
}

static report_stage
report_of(const stage *s)
{
    const pca *p = s->components;

    return (report_stage){ .given = true,
                           .components = p != NULL ? p->components : 0,
                           .scores = p != NULL && p->components >= 2 ? p->scores : NULL,
                           .variance_ratio = p != NULL ? p->variance_ratio : NULL,
                           .r2_batch = s->r2_batch,
                           .r2_label = s->r2_label,
                           .r2_beyond = s->r2_label != NULL ? &s->r2_beyond : NULL,
                           .metrics = s->measures };
}

/* ---- the page ---- */

static sci_status
list_unadjusted(const genomics_model *m, report_gene **out, size_t *n)
{
    sci_status st = sci_alloc(out, m->genes.n, 1, sizeof **out);

    *n = 0;
    for (uint64_t g = 0; st == SCI_OK && g < m->genes.n; g++)
        if (m->unadjusted[g] != 0 && !(m->unadjusted[g] & GENOMICS_NOT_SELECTED))
            (*out)[(*n)++] = (report_gene){ m->genes.items[g], genomics_reason(m->unadjusted[g]) };
    return st;
}

static bool
is_kept(const genomics_terms *terms, const char *key)
{
    for (size_t t = 0; key != NULL && t < terms->n; t++)
        if (terms->items[t].role == GENOMICS_KEPT && strcmp(terms->items[t].name, key) == 0)
            return true;
    return false;
}

static sci_status
write(const drawing *d, const char *path)
{
    const genomics_page *page = d->page;
    const genomics_job *job = page->job;
    const genomics_model *m = page->record->model;
    const genomics_settings *s = job->settings;
    char done[600];
    const report_fact facts[] = { { "program", "sci-genomics " SCI_VERSION },
                                  { "matrix", job->place },
                                  { "method", genomics_method_name(m->method) },
                                  { "provenance", page->record->provenance } };
    report_gene *unadjusted = NULL;
    genomics_report report = { .input = job->name,
                               .version = SCI_VERSION,
                               .done = done,
                               .cells = job->cells.n,
                               .genes = job->genes.n,
                               .gene_names = (const char *const *)job->genes.items,
                               .batch = { .key = s->batch_key,
                                          .levels = job->rows.levels,
                                          .names = (const char *const *)m->terms.batches.items,
                                          .codes = job->rows.label },
                               .label_kept = is_kept(&m->terms, d->label_key),
                               .before = report_of(&d->before),
                               .after = report_of(&d->after),
                               .model = m->combat,
                               .n_warnings = page->n_warnings,
                               .warnings = page->warnings,
                               .n_facts = sizeof facts / sizeof *facts,
                               .facts = facts };
    sci_status st = list_unadjusted(m, &unadjusted, &report.n_unadjusted);

    report.unadjusted = unadjusted;
    genomics_describe_done(m, done, sizeof done);
    if (d->labels != NULL)
        report.label = (report_factor){ .key = d->label_key,
                                        .levels = d->label.levels.n,
                                        .names = (const char *const *)d->label.levels.items,
                                        .codes = d->labels };
    if (st == SCI_OK)
        st = genomics_report_write(path, &report);
    sci_free(unadjusted);
    return st;
}

sci_status
genomics_page_write(const genomics_page *page, const char *path)
{
    drawing d = { .page = page,
                  .before = { .measures = no_measures() },
                  .after = { .measures = no_measures() } };
    sci_status st = read_labels(&d);

    if (st == SCI_OK)
        st = fit_labels(&d);
    if (st == SCI_OK)
        st = measure(&d, NULL, &d.before);
    if (st == SCI_OK)
        st = measure(&d, page->record->model->map, &d.after);
    if (st == SCI_OK)
        st = write(&d, path);
    anndata_column_clear(&d.label);
    sci_crossed_free(d.by_label);
    stage_clear(&d.before);
    stage_clear(&d.after);
    return st;
}
