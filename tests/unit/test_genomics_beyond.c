/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The share of the variance that batches explain beyond kept covariates. */
#include <math.h>
#include <stdlib.h>

#include <apps/genomics/beyond.h>

#include <support/expression.h>
#include <support/random.h>
#include <support/testing.h>

enum { CELLS = 60, GENES = 7, BATCHES = 3, KINDS = 3 };

/* Cells of three kinds, unlike in the batches, as two columns of 0 and 1, then a numeric covariate. */
static expression
random_cells(uint64_t number)
{
    expression e = expression_make(CELLS, GENES, BATCHES, KINDS);
    random_stream r = random_start(number);

    for (int i = 0; i < CELLS; i++) {
        int batch = i % BATCHES, kind = (i / 4 + batch * (i % 2)) % KINDS;

        e.batch[i] = batch;
        e.covariate[i * KINDS] = kind == 1;
        e.covariate[i * KINDS + 1] = kind == 2;
        e.covariate[i * KINDS + 2] = 50.0 + random_normal(&r);
        for (int g = 0; g < GENES; g++)
            e.values[i * GENES + g] = 8.0 + kind * (g % 3) + batch * (g % 2) + random_normal(&r);
    }
    return e;
}

static int
kind_of(const expression *e, int cell)
{
    const double *c = e->covariate + cell * KINDS;

    return c[0] > 0.0 ? 1 : c[1] > 0.0 ? 2 : 0;
}

/* Σ over the genes of the squares about the means of the cells with equal number[]. */
static double
squares(const double *values, const int *number, int numbers)
{
    double all = 0.0;

    for (int n = 0; n < numbers; n++)
        for (int g = 0; g < GENES; g++) {
            double sum = 0.0, count = 0.0;

            for (int i = 0; i < CELLS; i++)
                if (number[i] == n && !isnan(values[i * GENES + g])) {
                    sum += values[i * GENES + g];
                    count += 1.0;
                }
            for (int i = 0; i < CELLS; i++)
                if (number[i] == n && !isnan(values[i * GENES + g]))
                    all += pow(values[i * GENES + g] - sum / count, 2.0);
        }
    return all;
}

/* R² of batch × kind less R² of kind. */
static double
plainly(const expression *e, const double *values)
{
    int none[CELLS] = { 0 }, kind[CELLS], both[CELLS];

    for (int i = 0; i < CELLS; i++) {
        kind[i] = kind_of(e, i);
        both[i] = e->batch[i] * KINDS + kind[i];
    }
    return (squares(values, kind, KINDS) - squares(values, both, BATCHES * KINDS))
           / squares(values, none, 1);
}

static double
beyond(const expression *e, const sci_column_map *map, const bool *kept)
{
    sci_crossed *table = expression_table(e);
    double share = 0.0;

    assert_ok(genomics_beyond(&share, table, map, kept));
    sci_crossed_free(table);
    return share;
}

static const bool kinds_kept[KINDS] = { true, true, false };

static void
a_categorical_covariate_gives_the_difference_of_shares(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        expression e = random_cells(seed);

        if (seed % 2 == 0) /* some values are missing */
            for (int i = 0; i < CELLS; i += 7)
                e.values[i * GENES + (int)seed % GENES] = (double)NAN;
        assert_close(beyond(&e, NULL, kinds_kept), plainly(&e, e.values), 1e-12, 1e-13);
        expression_free(&e);
    }
}

static void
a_map_is_applied_first(void **state)
{
    expression e = random_cells(30);
    random_stream r = random_start(31);
    sci_column_map *map = NULL;
    double *moved;

    (void)state;
    assert_ok(sci_column_map_create(&map, BATCHES, GENES, KINDS));
    for (int i = 0; i < BATCHES * GENES; i++) {
        map->scale[i] = 1.0 + 0.2 * random_normal(&r);
        map->shift[i] = random_normal(&r);
    }
    for (int i = 0; i < BATCHES * KINDS * GENES; i++)
        map->slope[i] = 0.3 * random_normal(&r);
    moved = expression_mapped(&e, map);
    assert_close(beyond(&e, map, kinds_kept), plainly(&e, moved), 1e-11, 1e-12);
    free(moved);
    sci_column_map_free(map);
    expression_free(&e);
}

/* A covariate that nobody keeps changes nothing; a constant one is left out of the regressions. */
static void
only_kept_covariates_count(void **state)
{
    static const bool all[KINDS] = { true, true, true };
    expression e = random_cells(40);
    double share = beyond(&e, NULL, kinds_kept);

    (void)state;
    for (int i = 0; i < CELLS; i++)
        e.covariate[i * KINDS + 2] = 1e6;
    assert_close(beyond(&e, NULL, kinds_kept), share, 1e-13, 0.0);
    assert_close(beyond(&e, NULL, all), share, 1e-11, 0.0);
    expression_free(&e);
}

static void
one_batch_has_no_share(void **state)
{
    expression e = random_cells(50);

    (void)state;
    for (int i = 0; i < CELLS; i++)
        e.batch[i] = 1;
    assert_that(isnan(beyond(&e, NULL, kinds_kept)));
    expression_free(&e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_categorical_covariate_gives_the_difference_of_shares),
        cmocka_unit_test(a_map_is_applied_first),
        cmocka_unit_test(only_kept_covariates_count),
        cmocka_unit_test(one_batch_has_no_share),
    };

    return run_all(tests);
}
