/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rank that is read off means and grams is the rank of the columns themselves, by Gram-Schmidt in
 * long double over rows, batches first, as R's qr with its tolerance of 1e-7. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/expression.h>
#include <support/random.h>
#include <support/testing.h>

enum { ROUNDS = 150, COLUMNS_MOST = 24 };

/* What is left of x after its part along each of n orthonormal vectors is taken away, twice. */
static long double
rest_of(long double *x, const long double *basis, uint64_t n, uint64_t rows)
{
    long double norm = 0.0L;

    for (int pass = 0; pass < 2; pass++)
        for (uint64_t j = 0; j < n; j++) {
            long double along = 0.0L;

            for (uint64_t i = 0; i < rows; i++)
                along += x[i] * basis[j * rows + i];
            for (uint64_t i = 0; i < rows; i++)
                x[i] -= along * basis[j * rows + i];
        }
    for (uint64_t i = 0; i < rows; i++)
        norm += x[i] * x[i];
    return sqrtl(norm);
}

/* Append the column unless the others determine it. */
static bool
joins(long double *basis, uint64_t *n, const double *column, uint64_t stride, uint64_t rows)
{
    long double *x = basis + *n * rows, norm = 0.0L, rest;

    for (uint64_t i = 0; i < rows; i++) {
        x[i] = (long double)column[i * stride];
        norm += x[i] * x[i];
    }
    rest = rest_of(x, basis, *n, rows);
    if (!(rest > 1e-7L * sqrtl(norm)))
        return false;
    for (uint64_t i = 0; i < rows; i++)
        x[i] /= rest;
    (*n)++;
    return true;
}

/* Levels, numbers, and sums of what was there before. */
static void
fill_column(expression *e, uint64_t k, random_stream *r)
{
    uint64_t q = e->covariates, kind = random_below(r, 6);
    uint64_t a = k > 0 ? random_below(r, k) : 0, b = k > 0 ? random_below(r, k) : 0;
    uint64_t level = random_below(r, 4);

    for (uint64_t i = 0; i < e->cells; i++) {
        const double *c = e->covariate + i * q;
        double value = kind == 0 ? random_normal(r) * 30.0 : (double)(random_below(r, 4) == level);

        if (kind == 3 && k > 0)
            value = c[a] + 2.0 * c[b];
        if (kind == 4)
            value = (double)(e->batch[i] == (int32_t)level) * 0.3;
        if (kind == 5 && k > 0)
            value = c[a] - c[b] + (double)(e->batch[i] % 2);
        e->covariate[i * q + k] = value;
    }
}

static expression
random_design(uint64_t round)
{
    random_stream r = random_start(round);
    uint64_t cells = (uint64_t)random_between(&r, 4, 90), batches = random_below(&r, 5) + 1;
    expression e = expression_make(cells, 0, batches, random_below(&r, COLUMNS_MOST) + 1);

    for (uint64_t i = 0; i < cells; i++)
        e.batch[i] = (int32_t)random_below(&r, batches);
    for (uint64_t k = 0; k < e.covariates; k++)
        fill_column(&e, k, &r);
    return e;
}

static void
the_same_columns_are_aliased_as_by_rows(void **state)
{
    size_t found = 0, free_ones = 0;

    (void)state;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        expression e = random_design(round);
        sci_row_model rows = expression_rows(&e);
        long double *basis = test_alloc((e.batches + e.covariates + 1) * e.cells, sizeof *basis);
        double *indicator = test_alloc(e.cells, sizeof *indicator);
        sci_crossed *table = NULL;
        bool aliased[COLUMNS_MOST];
        uint64_t n = 0;

        test_context("round %llu", (unsigned long long)round);
        assert_ok(design_table(&table, &rows));
        assert_ok(design_aliased(table, aliased, NULL));
        for (uint64_t b = 0; b < e.batches; b++) {
            for (uint64_t i = 0; i < e.cells; i++)
                indicator[i] = e.batch[i] == (int32_t)b;
            joins(basis, &n, indicator, 1, e.cells);
        }
        for (uint64_t k = 0; k < e.covariates; k++) {
            bool expected = !joins(basis, &n, e.covariate + k, e.covariates, e.cells);

            test_context("round %llu, column %llu of %llu", (unsigned long long)round,
                         (unsigned long long)k, (unsigned long long)e.covariates);
            if (design_is_intercept(table, k))
                continue;
            assert_that(aliased[k] == expected);
            found += expected;
            free_ones += !expected;
        }
        sci_crossed_free(table);
        free(basis);
        free(indicator);
        expression_free(&e);
    }
    assert_that(found > ROUNDS && free_ones > ROUNDS); /* both kinds were there */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_columns_are_aliased_as_by_rows),
    };

    return run_all(tests);
}
