/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Principal components and measures of real and simulated cells, before and after ComBat, against
 * numpy, scikit-learn and scipy (reference/genomics, make_golden_metrics.py). The corrected matrices
 * do not exist here: components are computed through the map. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sci/h5_look.h>

#include <apps/genomics/metrics.h>
#include <apps/genomics/pca.h>
#include <support/expression.h>
#include <support/load.h>
#include <support/place.h>
#include <support/testing.h>

enum { COMPONENTS = 50, SHOWN = 3 };

typedef struct cells {
    char golden[PLACE_ROOM];
    expression e;
    int32_t *label;
    uint64_t labels;
} cells;

static cells
cells_load(const char *data, const char *golden, const char *batch, const char *label)
{
    cells c;
    char path[PLACE_ROOM];

    place_reference(path, data);
    place_reference(c.golden, golden);
    c.e = expression_load(path, batch);
    c.label = expression_codes(path, label, &c.labels);
    return c;
}

static void
cells_free(cells *c)
{
    expression_free(&c->e);
    free(c->label);
}

static pca *
components_of(const expression *e, const sci_column_map *map)
{
    sci_array shape = { 2, { e->cells, e->genes }, SCI_FLOAT64, false };
    sci_row_model rows = expression_rows(e);
    pca_input in = { .model = &rows, .map = map };
    sci_source *source = NULL;
    pca *p = NULL;

    assert_ok(sci_source_memory(&source, &shape, e->values, "cells"));
    assert_ok(sci_matrix_dense(&in.matrix, source));
    assert_ok(pca_compute(&p, &in, COMPONENTS, 1, NULL));
    sci_matrix_free(in.matrix);
    return p;
}

static void
check_components(const cells *c, const pca *p, const char *when)
{
    char name[128];
    loaded variance, ratio, first;

    snprintf(name, sizeof name, "/metrics/%s/pca_variance", when);
    variance = load_dataset(c->golden, name);
    snprintf(name, sizeof name, "/metrics/%s/pca_variance_ratio", when);
    ratio = load_dataset(c->golden, name);
    snprintf(name, sizeof name, "/metrics/%s/pca_first3", when);
    first = load_dataset(c->golden, name);
    assert_count(variance.n, COMPONENTS);
    assert_count(first.n, SHOWN * p->rows);
    for (size_t i = 0; i < COMPONENTS; i++) {
        assert_close(p->variance[i], variance.values[i], 1e-9, 0.0);
        assert_close(p->variance_ratio[i], ratio.values[i], 1e-9, 0.0);
    }
    for (size_t r = 0; r < p->rows; r++)
        for (size_t i = 0; i < SHOWN; i++)
            assert_close(p->scores[r * COMPONENTS + i], first.values[r * SHOWN + i], 0.0, 1e-6);
    loaded_free(&variance);
    loaded_free(&ratio);
    loaded_free(&first);
}

static double
golden_number(const cells *c, const char *when, const char *name)
{
    char object[128];
    sci_h5_file *file = NULL;
    double value = 0.0;

    snprintf(object, sizeof object, "/metrics/%s", when);
    assert_ok(sci_h5_file_open(&file, c->golden));
    assert_ok(sci_h5_file_number(file, object, name, &value));
    sci_h5_file_close(file);
    return value;
}

static void
check_metrics(const cells *c, const pca *p, const char *when)
{
    metrics_input in = { .cells = p->rows,
                         .components = p->components,
                         .scores = p->scores,
                         .variance = p->variance,
                         .batches = c->e.batches,
                         .labels = c->labels,
                         .batch = c->e.batch,
                         .label = c->label,
                         .threads = 2 };
    metrics m;

    assert_ok(metrics_of_cells(&m, &in));
    assert_count(m.sampled, p->rows);
    assert_close(m.pcr_batch, golden_number(c, when, "pcr_batch"), 0.0, 1e-9);
    assert_close(m.pcr_label, golden_number(c, when, "pcr_label"), 0.0, 1e-9);
    assert_close(2.0 * m.silhouette_label - 1.0, golden_number(c, when, "silhouette_label"), 0.0,
                 1e-9);
    assert_close(m.silhouette_batch, golden_number(c, when, "asw_batch_scib"), 0.0, 1e-9);
    assert_close(m.lisi_batch, golden_number(c, when, "lisi_batch_median"), 0.0, 1e-6);
    assert_close(m.lisi_label, golden_number(c, when, "lisi_label_median"), 0.0, 1e-6);
    assert_close(m.ilisi, golden_number(c, when, "ilisi_scaled"), 0.0, 1e-6);
    assert_close(m.clisi, golden_number(c, when, "clisi_scaled"), 0.0, 1e-6);
    assert_close(m.kbet, golden_number(c, when, "kbet_acceptance_k50"), 0.0, 1e-9);
}

/* The table by batch or by label of the values after a map. */
static double
r2_of(const cells *c, const sci_column_map *map, const int32_t *label, uint64_t levels,
      double *per_gene)
{
    expression e = c->e;
    sci_crossed *table;
    double *values = map ? expression_mapped(&c->e, map) : NULL, r2;

    if (map)
        e.values = values;
    e.batch = test_alloc(e.cells, sizeof *e.batch);
    for (uint64_t i = 0; i < e.cells; i++)
        e.batch[i] = label[i];
    e.batches = levels;
    e.covariates = 0;
    table = expression_table(&e);
    r2 = metrics_r2(table, per_gene);
    sci_crossed_free(table);
    free(e.batch);
    free(values);
    return r2;
}

/* numpy's mean counts a gene without variance as 1. */
static double
mean_share(const double *per_gene, uint64_t genes)
{
    double sum = 0.0;

    for (uint64_t g = 0; g < genes; g++)
        sum += isnan(per_gene[g]) ? 1.0 : per_gene[g];
    return sum / (double)genes;
}

static void
check_r2(const cells *c, const sci_column_map *map, const char *when)
{
    double *per_gene = test_alloc(c->e.genes, sizeof *per_gene);

    assert_close(r2_of(c, map, c->e.batch, c->e.batches, per_gene),
                 golden_number(c, when, "var_weighted_r2_batch"), 0.0, 1e-9);
    assert_close(mean_share(per_gene, c->e.genes), golden_number(c, when, "gene_r2_batch_mean"),
                 0.0, 1e-9);
    (void)r2_of(c, map, c->label, c->labels, per_gene);
    assert_close(mean_share(per_gene, c->e.genes), golden_number(c, when, "gene_r2_label_mean"),
                 0.0, 1e-9);
    free(per_gene);
}

static void
check(const cells *c, const sci_column_map *map, const char *when)
{
    pca *p = components_of(&c->e, map);

    test_context("%s", when);
    check_components(c, p, when);
    check_metrics(c, p, when);
    check_r2(c, map, when);
    pca_free(p);
}

static void
check_after(const cells *c, const char *when)
{
    combat_options options = COMBAT_OPTIONS;
    sci_crossed *table = expression_table(&c->e);
    combat_model *model = NULL;
    sci_column_map *map = NULL;

    assert_ok(combat_fit(&model, table, &options));
    assert_ok(combat_map(&map, model));
    check(c, map, when);
    sci_column_map_free(map);
    combat_model_free(model);
    sci_crossed_free(table);
}

static void
check_all(cells *c, const char *label)
{
    static const char *const labels[16] = { "a", "b", "c", "d", "e", "f", "g", "h",
                                            "i", "j", "k", "l", "m", "n", "o", "p" };

    assert_that(c->labels <= ARRAY_LEN(labels));
    check(c, NULL, "before");
    check_after(c, "after_combat");
    expression_design(
        &c->e, 1,
        &(design_variable){
            .name = label, .levels = c->labels, .labels = labels, .codes = c->label });
    check_after(c, "after_combat_cov");
}

static void
simulated_cells_agree(void **state)
{
    cells c = cells_load("genomics/simulated_600.h5ad", "genomics/golden_simulated.h5", "batch",
                         "cell_type");

    (void)state;
    check_all(&c, "cell_type");
    cells_free(&c);
}

static void
cells_of_pbmc68k_agree(void **state)
{
    cells c = cells_load("genomics/pbmc68k_700.h5ad", "genomics/golden_pbmc68k.h5", "gem_well",
                         "bulk_labels");

    (void)state;
    check_all(&c, "bulk_labels");
    cells_free(&c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulated_cells_agree),
        cmocka_unit_test(cells_of_pbmc68k_agree),
    };

    return run_all(tests);
}
