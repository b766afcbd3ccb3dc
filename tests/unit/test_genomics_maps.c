/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limma's removeBatchEffect, z-scores and centring: laws that their results obey. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/expression.h>
#include <support/random.h>
#include <support/testing.h>

enum { CELLS = 24, GENES = 9, BATCHES = 3 };

/* Batches of 5, 8 and 11 cells; q numeric covariates. */
static expression
random_expression(uint64_t number, uint64_t q)
{
    expression e = expression_make(CELLS, GENES, BATCHES, q);
    random_stream r = random_start(number);

    for (int i = 0; i < CELLS; i++) {
        e.batch[i] = i < 5 ? 0 : i < 13 ? 1 : 2;
        for (uint64_t k = 0; k < q; k++)
            e.covariate[(uint64_t)i * q + k] = 3.0 + random_normal(&r);
        for (int g = 0; g < GENES; g++)
            e.values[i * GENES + g] = 5.0 + e.batch[i] * (1 + g % 3) + random_normal(&r);
    }
    return e;
}

static double *
mapped_by(sci_status (*make)(sci_column_map **, const sci_crossed *), const expression *e,
          sci_column_map **map)
{
    sci_crossed *table = expression_table(e);

    *map = NULL;
    assert_ok(make(map, table));
    sci_crossed_free(table);
    return expression_mapped(e, *map);
}

/* ---- limma ---- */

/* Sum-to-zero contrasts: every batch ends at the plain mean of the batches' means. */
static void
limma_brings_all_batches_to_one_mean(void **state)
{
    expression e = random_expression(1, 0), after = e;
    sci_crossed *before = expression_table(&e), *table;

    (void)state;
    after.values = expression_limma(&e, NULL, NULL);
    table = expression_table(&after);
    for (uint64_t g = 0; g < GENES; g++) {
        double mean = 0.0;

        for (uint64_t b = 0; b < BATCHES; b++)
            mean += sci_moments_mean(&before->moments[b * GENES + g]) / BATCHES;
        for (uint64_t b = 0; b < BATCHES; b++)
            assert_close(sci_moments_mean(&table->moments[b * GENES + g]), mean, 1e-14, 0.0);
    }
    sci_crossed_free(table);
    sci_crossed_free(before);
    free(after.values);
    expression_free(&e);
}

/* What a removed covariate explained inside the batches is gone; what a kept one did is as it was. */
static void
limma_removes_one_covariate_and_keeps_the_other(void **state)
{
    static const bool removed[] = { false, true }, none[] = { false, false };
    expression e = random_expression(2, 2), after = e;
    double *twice, *again;

    (void)state;
    after.values = expression_limma(&e, removed, NULL);
    twice = expression_limma(&after, removed, NULL);
    for (int i = 0; i < CELLS * GENES; i++)
        assert_close(twice[i], after.values[i], 1e-12, 0.0); /* nothing is left to remove */
    again = expression_limma(&after, none, NULL);
    for (int i = 0; i < CELLS * GENES; i++)
        assert_close(again[i], after.values[i], 1e-12, 0.0);
    free(again);
    free(twice);
    free(after.values);
    expression_free(&e);
}

/* The levels that have no cells, and a gene's missing values, matter to nobody else. */
static void
limma_leaves_out_levels_without_cells(void **state)
{
    expression e = random_expression(3, 1);
    double *expected = expression_limma(&e, NULL, NULL), *got;
    bool left_out[7];

    (void)state;
    for (int i = 0; i < CELLS; i++)
        e.batch[i] = 2 * e.batch[i] + 1; /* 1, 3, 5 of 6 */
    e.batches = 6;
    for (int i = 0; i < CELLS; i++)
        e.values[i * GENES + 4] = (double)NAN;
    got = expression_limma(&e, NULL, left_out);
    for (int i = 0; i < CELLS; i++) {
        assert_same_bytes(got + i * GENES, expected + i * GENES, 4, sizeof *got);
        assert_same_bytes(got + i * GENES + 5, expected + i * GENES + 5, GENES - 5, sizeof *got);
        assert_that(isnan(got[i * GENES + 4]));
    }
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        assert_that(!left_out[i]);
    free(got);
    free(expected);
    expression_free(&e);
}

/* The covariate is the same in all cells that have a value: its coefficient is left out, as limma does,
 * and the batches are removed as without it. */
static void
limma_leaves_out_what_a_genes_values_cannot_tell(void **state)
{
    expression e = random_expression(4, 1), bare = random_expression(4, 0);
    double *got, *expected;

    (void)state;
    for (int i = 0; i < CELLS; i++) {
        e.covariate[i] = i % 3 == 0 ? 1.7 : 0.3;
        bare.values[i * GENES] = e.values[i * GENES];
        if (i % 3 == 0)
            bare.values[i * GENES] = e.values[i * GENES] = (double)NAN;
    }
    got = expression_limma(&e, NULL, NULL);
    expected = expression_limma(&bare, NULL, NULL);
    for (int i = 0; i < CELLS; i++)
        assert_close(got[i * GENES], expected[i * GENES], 1e-14, 0.0);
    free(got);
    free(expected);
    expression_free(&e);
    expression_free(&bare);
}

static void
limma_needs_cells(void **state)
{
    expression e = random_expression(5, 0);
    sci_crossed *table;
    sci_column_map *map = NULL;

    (void)state;
    for (int i = 0; i < CELLS; i++)
        e.batch[i] = -1;
    table = expression_table(&e);
    assert_fails(limma_map(&map, table, NULL, NULL), SCI_ERR_DEGENERATE);
    sci_crossed_free(table);
    expression_free(&e);
}

static void
limma_of_one_batch_removes_only_covariates(void **state)
{
    static const bool removed[] = { true };
    expression e = random_expression(6, 1);
    double *got;

    (void)state;
    memset(e.batch, 0, CELLS * sizeof *e.batch);
    e.batches = 1;
    got = expression_limma(&e, NULL, NULL);
    assert_same_bytes(got, e.values, CELLS * GENES, sizeof *got);
    free(got);
    got = expression_limma(&e, removed, NULL);
    assert_that(got[0] != e.values[0] && isfinite(got[0]));
    free(got);
    expression_free(&e);
}

/* ---- z-scores and centring ---- */

static void
zscores_have_mean_0_and_variance_1_in_each_batch(void **state)
{
    expression e = random_expression(7, 0), after = e;
    sci_column_map *map = NULL;
    sci_crossed *table;

    (void)state;
    e.values[3 * GENES + 1] = (double)NAN;
    after.values = mapped_by(zscore_map, &e, &map);
    table = expression_table(&after);
    for (uint64_t i = 0; i < BATCHES * GENES; i++) {
        assert_close(sci_moments_mean(&table->moments[i]), 0.0, 0.0, 1e-14);
        assert_close(sci_moments_variance(&table->moments[i], 0), 1.0, 1e-13, 0.0);
    }
    sci_crossed_free(table);
    sci_column_map_free(map);
    free(after.values);
    expression_free(&e);
}

static void
a_constant_batch_gets_zeros_that_can_be_undone(void **state)
{
    expression e = random_expression(8, 0), after = e;
    sci_column_map *map = NULL;
    double *back;

    (void)state;
    for (int i = 0; i < CELLS; i++) {
        e.values[i * GENES] = 0.1;
        if (e.batch[i] == 1)
            e.values[i * GENES + 2] = -1e300;
        e.values[i * GENES + 3] = (double)NAN;
    }
    after.values = mapped_by(zscore_map, &e, &map);
    assert_ok(combat_map_invert(map));
    back = expression_mapped(&after, map);
    for (int i = 0; i < CELLS; i++) {
        assert_that(after.values[i * GENES] == 0.0 && back[i * GENES] == 0.1);
        assert_that(e.batch[i] != 1 || after.values[i * GENES + 2] == 0.0);
        assert_that(isnan(after.values[i * GENES + 3]));
        assert_close(back[i * GENES + 1], e.values[i * GENES + 1], 1e-14, 0.0);
    }
    free(back);
    free(after.values);
    sci_column_map_free(map);
    expression_free(&e);
}

static void
centring_moves_every_batch_to_the_mean_of_all_cells(void **state)
{
    static const double offsets[] = { 0.0, 1e9 };

    (void)state;
    for (size_t o = 0; o < ARRAY_LEN(offsets); o++) {
        expression e = random_expression(9, 0), after = e;
        sci_column_map *map = NULL;
        sci_crossed *table;

        for (int i = 0; i < CELLS * GENES; i++)
            e.values[i] = rint(e.values[i] * 64.0) / 64.0 + offsets[o];
        after.values = mapped_by(center_map, &e, &map);
        table = expression_table(&after);
        for (uint64_t g = 0; g < GENES; g++) {
            long double mean = 0.0L;

            for (int i = 0; i < CELLS; i++)
                mean += (long double)e.values[(uint64_t)i * GENES + g] / (long double)CELLS;
            for (uint64_t b = 0; b < BATCHES; b++)
                assert_close(sci_moments_mean(&table->moments[b * GENES + g]), (double)mean, 2e-16,
                             1e-14);
        }
        for (uint64_t i = 0; i < BATCHES * GENES; i++)
            assert_that(map->scale[i] == 1.0);
        sci_crossed_free(table);
        sci_column_map_free(map);
        free(after.values);
        expression_free(&e);
    }
}

static void
centring_keeps_the_bits_of_a_gene_that_is_centred(void **state)
{
    expression e = random_expression(10, 0);
    sci_column_map *map = NULL;
    double *got;

    (void)state;
    for (int i = 0; i < CELLS; i++)
        e.values[i * GENES] = 0.7; /* the same everywhere */
    got = mapped_by(center_map, &e, &map);
    for (uint64_t b = 0; b < BATCHES; b++)
        assert_that(map->shift[b * GENES] == 0.0 && signbit(map->shift[b * GENES]));
    free(got);
    sci_column_map_free(map);
    expression_free(&e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limma_brings_all_batches_to_one_mean),
        cmocka_unit_test(limma_removes_one_covariate_and_keeps_the_other),
        cmocka_unit_test(limma_leaves_out_levels_without_cells),
        cmocka_unit_test(limma_leaves_out_what_a_genes_values_cannot_tell),
        cmocka_unit_test(limma_needs_cells),
        cmocka_unit_test(limma_of_one_batch_removes_only_covariates),
        cmocka_unit_test(zscores_have_mean_0_and_variance_1_in_each_batch),
        cmocka_unit_test(a_constant_batch_gets_zeros_that_can_be_undone),
        cmocka_unit_test(centring_moves_every_batch_to_the_mean_of_all_cells),
        cmocka_unit_test(centring_keeps_the_bits_of_a_gene_that_is_centred),
    };

    return run_all(tests);
}
