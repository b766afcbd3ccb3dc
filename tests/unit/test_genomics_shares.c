/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shares of variance between levels, corrected on the way, against two plain passes over the
 * corrected matrix. */
#include <math.h>
#include <stdlib.h>

#include <apps/genomics/shares.h>
#include <support/matrices.h>
#include <support/random.h>
#include <support/testing.h>

enum { ROWS = 120, COLUMNS = 40, BATCHES = 3, LABELS = 5 };

static double
corrected(const matrices *m, const sci_column_map *map, size_t r, size_t g)
{
    double x = m->truth[r * COLUMNS + g];
    size_t l = (size_t)m->label[r];

    if (!map || m->label[r] < 0)
        return x;
    x = x * map->scale[l * COLUMNS + g] + map->shift[l * COLUMNS + g];
    for (size_t v = 0; v < 2; v++)
        x += m->covariate[r * 2 + v] * map->slope[(l * 2 + v) * COLUMNS + g];
    return map->clip && x < map->least ? map->least : x;
}

/* Between and total of one column over the rows that both levels have. */
static void
plain(const matrices *m, const sci_column_map *map, const int32_t *level, const int32_t *other,
      size_t g, double *between, double *total)
{
    double mean[LABELS] = { 0 }, count[LABELS] = { 0 }, grand = 0.0, n = 0.0;

    for (size_t r = 0; r < ROWS; r++)
        if (level[r] >= 0 && other[r] >= 0) {
            mean[level[r]] += corrected(m, map, r, g);
            count[level[r]] += 1.0;
            grand += corrected(m, map, r, g);
            n += 1.0;
        }
    grand /= n;
    *between = *total = 0.0;
    for (size_t l = 0; l < LABELS; l++)
        if (count[l] > 0.0)
            *between += count[l] * pow(mean[l] / count[l] - grand, 2.0);
    for (size_t r = 0; r < ROWS; r++)
        if (level[r] >= 0 && other[r] >= 0)
            *total += pow(corrected(m, map, r, g) - grand, 2.0);
}

static void
check_share(const matrices *m, const sci_column_map *map, const share *s, const int32_t *other)
{
    double between_all = 0.0, total_all = 0.0;

    for (size_t g = 0; g < COLUMNS; g++) {
        double between, total;

        plain(m, map, s->level, other, g, &between, &total);
        assert_close(s->per_gene[g], between / total, 1e-9, 1e-12);
        between_all += between;
        total_all += total;
    }
    assert_close(s->overall, between_all / total_all, 1e-10, 0.0);
}

static sci_column_map *
make_map(random_stream *r, bool clip)
{
    sci_column_map *map = NULL;

    assert_ok(sci_column_map_create(&map, BATCHES, COLUMNS, 2));
    for (size_t i = 0; i < BATCHES * COLUMNS; i++) {
        map->scale[i] = 0.5 + random_uniform(r);
        map->shift[i] = random_normal(r);
    }
    for (size_t i = 0; i < 2 * BATCHES * COLUMNS; i++)
        map->slope[i] = 0.3 * random_normal(r);
    map->clip = clip;
    map->least = -0.5;
    return map;
}

static void
shares_are_between_over_total(void **state)
{
    static const double densities[] = { 0.1, 0.7 };

    (void)state;
    for (size_t d = 0; d < ARRAY_LEN(densities); d++)
        for (int mapped = 0; mapped < 3; mapped++) {
            matrices m;
            matrices_options opt = { .rows = ROWS,
                                     .columns = COLUMNS,
                                     .levels = BATCHES,
                                     .covariates = 2,
                                     .density = densities[d],
                                     .mean = 3.0,
                                     .sd = 1.0,
                                     .type = SCI_FLOAT64,
                                     .index_type = SCI_INT32,
                                     .left_out = 0.1 };
            random_stream r = random_start(5 + d);
            sci_column_map *map = mapped > 0 ? make_map(&r, mapped == 2) : NULL;
            int32_t label[ROWS];
            double by_batch[COLUMNS], by_label[COLUMNS];
            share shares[2] = { { .levels = BATCHES, .per_gene = by_batch },
                                { .levels = LABELS, .per_gene = by_label } };
            pca_input in = { .map = map };

            matrices_make(&m, 8 + d, &opt);
            for (size_t i = 0; i < ROWS; i++)
                label[i] = (int32_t)random_below(&r, LABELS + 1) - 1;
            shares[0].level = m.label;
            shares[1].level = label;
            in.model = &m.model;
            for (int layout = 0; layout < 3; layout++) {
                test_context("density %zu, mapped %d, layout %d", d, mapped, layout);
                assert_ok(matrices_open(&m, (sci_matrix_layout)layout, false, &in.matrix));
                assert_ok(shares_compute(&in, 2, shares, &(sci_options){ .threads = 2 }));
                check_share(&m, map, &shares[0], label);
                check_share(&m, map, &shares[1], m.label);
                sci_matrix_free(in.matrix);
            }
            sci_column_map_free(map);
            matrices_clear(&m);
        }
}

static void
genes_without_variance_have_no_share(void **state)
{
    double x[30][4];
    int32_t level[30], one[30] = { 0 };
    sci_array shape = { 2, { 30, 4 }, SCI_FLOAT64, false };
    sci_source *source = NULL;
    pca_input in = { 0 };
    double per_gene[4];
    share s = { .level = level, .levels = 3, .per_gene = per_gene };

    (void)state;
    for (size_t r = 0; r < 30; r++) {
        level[r] = (int32_t)(r % 3);
        x[r][0] = 0.1;
        x[r][1] = (double)(r % 3);
        x[r][2] = 1e3 + 1e-6 * (double)(r / 3);
        x[r][3] = 0.0;
    }
    assert_ok(sci_source_memory(&source, &shape, x, "few"));
    assert_ok(sci_matrix_dense(&in.matrix, source));
    assert_ok(shares_compute(&in, 1, &s, NULL));
    assert_that(isnan(per_gene[0]) && isnan(per_gene[3]));
    assert_close(per_gene[1], 1.0, 1e-12, 0.0);
    assert_close(per_gene[2], 0.0, 0.0, 1e-6);
    /* With one level nothing lies between. */
    s.level = one;
    assert_ok(shares_compute(&in, 1, &s, NULL));
    assert_that(isnan(s.overall) && isnan(per_gene[1]));
    sci_matrix_free(in.matrix);
}

/* A gene with the same value in every cell, stored sparsely beside empty ones. */
static void
constant_gene_of_a_sparse_matrix_has_no_share(void **state)
{
    double values[30];
    int32_t indices[30], level[30];
    int64_t indptr[31];
    sci_array shape = { 1, { 30 }, SCI_FLOAT64, false };
    sci_array places = { 1, { 30 }, SCI_INT32, false };
    sci_source *v = NULL, *i = NULL;
    pca_input in = { 0 };
    double per_gene[8];
    share s = { .level = level, .levels = 2, .per_gene = per_gene };

    (void)state;
    for (int r = 0; r < 30; r++) {
        values[r] = 0.7;
        indices[r] = 5;
        level[r] = r % 2;
        indptr[r] = r;
    }
    indptr[30] = 30;
    assert_ok(sci_source_memory(&v, &shape, values, "values"));
    assert_ok(sci_source_memory(&i, &places, indices, "indices"));
    assert_ok(sci_matrix_sparse(&in.matrix, SCI_MATRIX_CSR, 30, 8, v, i, indptr, "sparse"));
    assert_ok(shares_compute(&in, 1, &s, NULL));
    for (size_t g = 0; g < 8; g++)
        assert_that(isnan(per_gene[g]));
    assert_that(isnan(s.overall));
    sci_matrix_free(in.matrix);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_between_over_total),
        cmocka_unit_test(genes_without_variance_have_no_share),
        cmocka_unit_test(constant_gene_of_a_sparse_matrix_has_no_share),
    };

    return run_all(tests);
}
