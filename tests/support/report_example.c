/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "report_example.h"
#include "testing.h"

const char *const report_story_names[STORIES] = { "good",    "little", "entangled",
                                                  "unmixed", "many",   "look" };

enum { NAME = 64, GENES = 1500, UNADJUSTED = 140 };

struct report_example {
    genomics_report r;
    report_story story;
    random_stream random;
    combat_model model;
    int32_t *batch, *label;
    char (*batch_text)[NAME], (*label_text)[NAME], (*gene_text)[NAME];
    const char **batch_names, **label_names, **gene_names;
    double *before, *after, *r2[4], *table; /* table: all arrays of the model */
    double ratio[2];
    report_gene unadjusted[UNADJUSTED];
};

static const report_fact facts[] = {
    { "input",
      "pbmc.h5ad, sha256 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" },
    { "method", "ComBat, parametric priors, EB stop as sva" },
    { "batch key", "batch" },
    { "program", "sci-genomics 0.1.0" },
};

static const char *const warnings[] = {
    "3 genes have the same value in all cells; they were left as they were."
};

/* ---- cells ---- */

static void
name_levels(char (*text)[NAME], const char **names, uint64_t n, const char *prefix, bool hostile)
{
    for (uint64_t k = 0; k < n; k++) {
        snprintf(text[k], NAME, "%s%llu", prefix, (unsigned long long)(k + 1));
        if (hostile && k % 7 == 3)
            snprintf(text[k], NAME, "<b>%llu & \"a very long name of a level\" \xff",
                     (unsigned long long)k);
        names[k] = text[k];
    }
}

static int32_t
draw_label(report_example *e, int32_t batch)
{
    uint64_t levels = e->r.label.levels;

    if (e->story == STORY_ENTANGLED) /* every batch has mostly a label of its own */
        return (int32_t)(random_uniform(&e->random) < 0.7 ? (uint64_t)batch % (levels - 1)
                                                          : random_below(&e->random, levels - 1));
    if (e->story == STORY_MANY) /* few large ones, many small ones */
        return (int32_t)(pow(random_uniform(&e->random), 2.5) * (double)levels);
    return (int32_t)random_below(&e->random, levels);
}

/* How far apart batches and labels are in the plane. */
static void
draw_cell(report_example *e, uint64_t i, double batches, double labels, double *out)
{
    double b = (double)e->batch[i], l = e->label ? (double)e->label[i] : 0.0;

    for (int k = 0; k < 2; k++)
        out[2 * i + (uint64_t)k] = random_normal(&e->random) * (k ? 0.8 : 1.0)
                                   + batches * sin(1.7 * b + k) + labels * cos(2.1 * l + 1.3 * k);
}

static void
make_cells(report_example *e)
{
    static const double distances[STORIES][4] = {
        { 4.0, 5.0, 0.1, 5.0 }, { 0.1, 5.0, 0.1, 5.0 }, { 3.0, 4.0, 0.3, 1.0 },
        { 5.0, 4.0, 1.2, 4.0 }, { 4.0, 6.0, 0.2, 6.0 }, { 4.0, 0.0, 0.0, 0.0 },
    };
    const double *d = distances[e->story];

    for (uint64_t i = 0; i < e->r.cells; i++) {
        e->batch[i] = (int32_t)random_below(&e->random, e->r.batch.levels);
        if (e->story == STORY_MANY && i % 100 == 0)
            e->batch[i] = -1;
        if (e->label)
            e->label[i] = draw_label(e, e->batch[i]);
        draw_cell(e, i, d[0], d[1], e->before);
        draw_cell(e, i, d[2], d[3], e->after);
    }
}

/* ---- genes ---- */

static void
make_genes(report_example *e)
{
    static const double shares[STORIES][4] = {
        /* batch before, after, label before, after */
        { 0.11, 0.004, 0.15, 0.16 }, { 0.009, 0.001, 0.18, 0.18 }, { 0.2, 0.01, 0.22, 0.09 },
        { 0.2, 0.006, 0.15, 0.15 },  { 0.12, 0.004, 0.2, 0.2 },    { 0.12, 0.0, 0.0, 0.0 },
    };

    for (int s = 0; s < 4; s++)
        for (uint64_t g = 0; g < GENES; g++) {
            double z = random_normal(&e->random);

            e->r2[s][g] =
                g % 500 == 7 ? (double)NAN : fmin(shares[e->story][s] * exp(0.9 * z - 0.4), 0.95);
        }
    for (size_t k = 0; k < UNADJUSTED; k++)
        e->unadjusted[k] =
            (report_gene){ e->gene_names[k * 7 % GENES],
                           k % 5 == 0 ? "constant over all cells" : "constant inside a batch" };
}

/* ---- measures ---- */

static void
make_metrics(report_example *e)
{
    static const metrics before[STORIES] = {
        { .r2_batch = 0.113,
          .r2_label = 0.178,
          .pcr_batch = 0.169,
          .pcr_label = 0.31,
          .silhouette_batch = 0.81,
          .silhouette_label = 0.625,
          .ilisi = 0.086,
          .clisi = 0.97,
          .lisi_batch = 1.34,
          .lisi_label = 1.09,
          .kbet = 0.06,
          .batch_score = 0.319,
          .label_score = 0.798,
          .overall = 0.606 },
        { .r2_batch = 0.0105,
          .r2_label = 0.18,
          .pcr_batch = 0.011,
          .pcr_label = 0.4,
          .silhouette_batch = 0.97,
          .silhouette_label = 0.557,
          .ilisi = 0.93,
          .clisi = 0.95,
          .lisi_batch = 2.86,
          .lisi_label = 1.15,
          .kbet = 0.986,
          .batch_score = 0.962,
          .label_score = 0.753,
          .overall = 0.837 },
        { .r2_batch = 0.21,
          .r2_label = 0.23,
          .pcr_batch = 0.3,
          .pcr_label = 0.35,
          .silhouette_batch = 0.7,
          .silhouette_label = 0.68,
          .ilisi = 0.1,
          .clisi = 0.98,
          .lisi_batch = 1.2,
          .lisi_label = 1.05,
          .kbet = 0.03,
          .batch_score = 0.277,
          .label_score = 0.83,
          .overall = 0.609 },
        { .r2_batch = 0.2,
          .r2_label = 0.15,
          .pcr_batch = 0.25,
          .pcr_label = 0.22,
          .silhouette_batch = 0.6,
          .silhouette_label = 0.61,
          .ilisi = 0.03,
          .clisi = 0.97,
          .lisi_batch = 1.1,
          .lisi_label = 1.1,
          .kbet = 0.01,
          .batch_score = 0.213,
          .label_score = 0.79,
          .overall = 0.56 },
        { .r2_batch = 0.12,
          .r2_label = 0.2,
          .pcr_batch = 0.17,
          .pcr_label = 0.31,
          .silhouette_batch = 0.8,
          .silhouette_label = 0.62,
          .ilisi = 0.2,
          .clisi = 0.96,
          .lisi_batch = 4.1,
          .lisi_label = 1.4,
          .kbet = 0.1,
          .batch_score = 0.367,
          .label_score = 0.79,
          .overall = 0.62,
          .sampled = 20000 },
        { .r2_batch = 0.12,
          .pcr_batch = 0.17,
          .ilisi = 0.1,
          .lisi_batch = 1.3,
          .kbet = 0.1,
          .batch_score = 0.1 },
    };
    static const metrics after[STORIES] = {
        { .r2_batch = 0.0005,
          .r2_label = 0.185,
          .pcr_batch = 0.0004,
          .pcr_label = 0.33,
          .silhouette_batch = 0.95,
          .silhouette_label = 0.643,
          .ilisi = 0.587,
          .clisi = 0.97,
          .lisi_batch = 3.35,
          .lisi_label = 1.08,
          .kbet = 0.3,
          .batch_score = 0.612,
          .label_score = 0.806,
          .overall = 0.729 },
        { .r2_batch = 0.00002,
          .r2_label = 0.178,
          .pcr_batch = 0.001,
          .pcr_label = 0.4,
          .silhouette_batch = 0.97,
          .silhouette_label = 0.556,
          .ilisi = 0.94,
          .clisi = 0.95,
          .lisi_batch = 2.88,
          .lisi_label = 1.15,
          .kbet = 0.987,
          .batch_score = 0.966,
          .label_score = 0.753,
          .overall = 0.838 },
        { .r2_batch = 0.01,
          .r2_label = 0.09,
          .pcr_batch = 0.01,
          .pcr_label = 0.12,
          .silhouette_batch = 0.93,
          .silhouette_label = 0.54,
          .ilisi = 0.6,
          .clisi = 0.81,
          .lisi_batch = 3.4,
          .lisi_label = 1.7,
          .kbet = 0.25,
          .batch_score = 0.593,
          .label_score = 0.675,
          .overall = 0.642 },
        { .r2_batch = 0.006,
          .r2_label = 0.15,
          .pcr_batch = 0.01,
          .pcr_label = 0.22,
          .silhouette_batch = 0.8,
          .silhouette_label = 0.61,
          .ilisi = 0.12,
          .clisi = 0.97,
          .lisi_batch = 1.5,
          .lisi_label = 1.1,
          .kbet = 0.04,
          .batch_score = 0.32,
          .label_score = 0.79,
          .overall = 0.602 },
        { .r2_batch = 0.004,
          .r2_label = 0.2,
          .pcr_batch = 0.005,
          .pcr_label = 0.31,
          .silhouette_batch = 0.92,
          .silhouette_label = 0.62,
          .ilisi = 0.7,
          .clisi = 0.96,
          .lisi_batch = 9.2,
          .lisi_label = 1.4,
          .kbet = 0.4,
          .batch_score = 0.673,
          .label_score = 0.79,
          .overall = 0.743,
          .sampled = 20000 },
        { .r2_batch = 0.0 },
    };

    e->r.before.metrics = before[e->story];
    e->r.after.metrics = after[e->story];
    e->r.before.metrics.r2_beyond = e->r.after.metrics.r2_beyond = (double)NAN;
    if (!e->label) {
        metrics *m = &e->r.before.metrics;

        m->r2_label = m->pcr_label = m->silhouette_batch = m->silhouette_label = m->clisi =
            m->lisi_label = m->label_score = m->overall = (double)NAN;
    }
}

/* ---- the model ---- */

static void
make_model(report_example *e)
{
    uint64_t B = e->r.batch.levels, n = B * GENES;
    combat_model *m = &e->model;
    double *priors;

    e->table = test_alloc(4 * n + 4 * B, sizeof *e->table);
    *m = (combat_model){ .levels = B, .columns = GENES };
    m->gamma_hat = e->table;
    m->delta_hat = m->gamma_hat + n;
    m->gamma_star = m->delta_hat + n;
    m->delta_star = m->gamma_star + n;
    priors = m->delta_star + n;
    m->gamma_bar = priors;
    m->t2 = priors + B;
    m->a = priors + 2 * B;
    m->b = priors + 3 * B;
    for (uint64_t b = 0; b < B; b++) {
        double mean = 0.6 * sin(1.3 * (double)b), sd = 0.3 + 0.05 * (double)(b % 4);

        m->gamma_bar[b] = mean;
        m->t2[b] = sd * sd;
        m->a[b] = 18.0;
        m->b[b] = 17.0;
        for (uint64_t g = 0; g < GENES; g++) {
            uint64_t at = b * GENES + g;

            m->gamma_hat[at] = mean + sd * random_normal(&e->random);
            m->delta_hat[at] = exp(0.25 * random_normal(&e->random));
            m->gamma_star[at] = 0.9 * m->gamma_hat[at] + 0.1 * mean;
            m->delta_star[at] = 0.7 * m->delta_hat[at] + 0.3;
            if (g % 11 == 0)
                m->gamma_hat[at] = m->delta_hat[at] = m->gamma_star[at] = m->delta_star[at] =
                    (double)NAN;
        }
    }
}

/* ---- the whole ---- */

static void
allocate(report_example *e)
{
    uint64_t B = e->r.batch.levels, L = e->r.label.levels, n = e->r.cells;

    e->batch = test_alloc(n, sizeof *e->batch);
    e->label = L > 0 ? test_alloc(n, sizeof *e->label) : NULL;
    e->batch_text = test_alloc(B, sizeof *e->batch_text);
    e->label_text = test_alloc(L + 1, sizeof *e->label_text);
    e->gene_text = test_alloc(GENES, sizeof *e->gene_text);
    e->batch_names = test_alloc(B, sizeof *e->batch_names);
    e->label_names = test_alloc(L + 1, sizeof *e->label_names);
    e->gene_names = test_alloc(GENES, sizeof *e->gene_names);
    e->before = test_alloc(2 * n, sizeof *e->before);
    e->after = test_alloc(2 * n, sizeof *e->after);
    for (int s = 0; s < 4; s++)
        e->r2[s] = test_alloc(GENES, sizeof *e->r2[s]);
}

static void
connect(report_example *e)
{
    genomics_report *r = &e->r;
    bool after = e->story != STORY_LOOK;

    r->input = e->story == STORY_MANY ? "<atlas & \"friends\">.h5ad" : "pbmc.h5ad";
    r->version = "0.1.0";
    r->done = after ? "ComBat with parametric empirical Bayes adjusted the batches." : NULL;
    r->gene_names = e->gene_names;
    r->batch.key = "batch";
    r->batch.names = e->batch_names;
    r->batch.codes = e->batch;
    r->label.key = e->label ? "cell_type" : NULL;
    r->label.names = e->label_names;
    r->label.codes = e->label;
    r->label_kept = e->story == STORY_GOOD;
    r->before.given = true;
    r->before.components = r->after.components = 2;
    r->before.scores = e->before;
    r->before.variance_ratio = r->after.variance_ratio = e->ratio;
    r->before.r2_batch = e->r2[0];
    r->before.r2_label = e->label ? e->r2[2] : NULL;
    r->n_facts = ARRAY_LEN(facts);
    r->facts = facts;
    if (!after)
        return;
    r->after.given = true;
    r->after.scores = e->after;
    r->after.r2_batch = e->r2[1];
    r->after.r2_label = e->r2[3];
    r->model = &e->model;
    r->n_warnings = e->story == STORY_LITTLE ? 0 : 1;
    r->warnings = warnings;
    r->n_unadjusted = e->story == STORY_LITTLE ? 3 : UNADJUSTED;
    r->unadjusted = e->unadjusted;
}

report_example *
report_example_make(report_story story)
{
    static const uint64_t cells[STORIES] = { 4000, 700, 3000, 6000, 60000, 2000 };
    static const uint64_t batches[STORIES] = { 5, 3, 4, 5, 40, 5 },
                          labels[STORIES] = { 4, 6, 5, 4, 30, 0 };
    report_example *e = test_alloc(1, sizeof *e);
    bool hostile = story == STORY_MANY;

    memset(e, 0, sizeof *e);
    e->story = story;
    e->random = random_start((uint64_t)story + 40);
    e->ratio[0] = 0.231;
    e->ratio[1] = 0.118;
    e->r.cells = cells[story];
    e->r.genes = GENES;
    e->r.batch.levels = batches[story];
    e->r.label.levels = labels[story];
    allocate(e);
    name_levels(e->batch_text, e->batch_names, e->r.batch.levels, "donor ", hostile);
    name_levels(e->label_text, e->label_names, e->r.label.levels, "T cells, kind ", hostile);
    name_levels(e->gene_text, e->gene_names, GENES, "GENE", hostile);
    make_cells(e);
    make_genes(e);
    make_metrics(e);
    make_model(e);
    connect(e);
    return e;
}

const genomics_report *
report_example_report(const report_example *e)
{
    return &e->r;
}

genomics_report *
report_example_edit(report_example *e)
{
    return &e->r;
}

void
report_example_free(report_example *e)
{
    free(e->batch);
    free(e->label);
    free(e->batch_text);
    free(e->label_text);
    free(e->gene_text);
    free((void *)(uintptr_t)e->batch_names);
    free((void *)(uintptr_t)e->label_names);
    free((void *)(uintptr_t)e->gene_names);
    free(e->before);
    free(e->after);
    for (int s = 0; s < 4; s++)
        free(e->r2[s]);
    free(e->table);
    free(e);
}
