/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same bytes for any number of threads, any memory, any shards, and by rows or by columns. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/matrices.h>
#include <support/random.h>
#include <support/testing.h>

#define MIB (UINT64_C(1) << 20)

static const int threads[] = { 1, 2, 3, 8 };
static const uint64_t budgets[] = { 0, 16 * MIB, 40 * MIB };

/* Large enough for several segments: they hold about 4 Mi elements, or 1 Mi where dense. */
static matrices_options
several_segments(void)
{
    return (matrices_options){ .rows = 4600,
                               .columns = 4001,
                               .levels = 3,
                               .covariates = 2,
                               .density = 0.005,
                               .mean = 2.0,
                               .sd = 1.0,
                               .type = SCI_FLOAT32,
                               .index_type = SCI_INT32,
                               .left_out = 0.02,
                               .covariate_mean = 3.0 };
}

static sci_crossed *
fit(const matrices *m, sci_matrix_layout layout, const sci_options *opt)
{
    sci_matrix *matrix = NULL;
    sci_crossed *t = NULL;

    assert_ok(matrices_open(m, layout, opt->threads != 3, &matrix));
    assert_ok(sci_crossed_fit(matrix, &m->model, opt, &t, NULL));
    sci_matrix_free(matrix);
    return t;
}

static void
check_fits(const matrices *m, sci_matrix_layout layout, const sci_crossed *expected)
{
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        for (size_t k = 0; k < ARRAY_LEN(budgets); k++) {
            sci_options opt = { .threads = threads[i], .memory_bytes = budgets[k] };
            sci_crossed *t;

            if (k > 0 && i != k) /* every number of threads once, every budget too */
                continue;
            test_context("layout %d, %d threads, %llu bytes", (int)layout, threads[i],
                         (unsigned long long)budgets[k]);
            t = fit(m, layout, &opt);
            matrices_same(t, expected);
            sci_crossed_free(t);
        }
}

static void
check_shards(const matrices *m, sci_matrix_layout layout, int n, const sci_crossed *expected)
{
    random_stream r = random_start((uint64_t)n);
    sci_crossed_shard *all = NULL;
    size_t *order = test_alloc((size_t)n, sizeof *order);
    sci_matrix *matrix = NULL;

    test_context("layout %d, %d shards", (int)layout, n);
    random_permutation(&r, (size_t)n, order);
    assert_ok(matrices_open(m, layout, true, &matrix));
    for (int i = 0; i < n; i++) {
        sci_options opt = { .threads = 1 + i % 3, .shard = (int)order[i] + 1, .shards = n };
        sci_crossed_shard *one = NULL;

        assert_ok(sci_crossed_fit_shard(matrix, &m->model, &opt, &one, NULL));
        if (!all)
            assert_ok(sci_crossed_shard_create(&all, one->segments));
        assert_that(i == 0 || n == 1 || sci_crossed_shard_whole(all) == NULL);
        for (size_t k = 0; k < one->n; k++)
            assert_ok(sci_crossed_shard_insert(all, &one->nodes[k]));
        sci_crossed_shard_free(one);
    }
    assert_that(sci_crossed_shard_whole(all) != NULL);
    matrices_same(sci_crossed_shard_whole(all), expected);
    sci_crossed_shard_free(all);
    sci_matrix_free(matrix);
    free(order);
}

static void
check_layouts(const matrices *m, sci_matrix_layout a, sci_matrix_layout b)
{
    static const int shards[] = { 1, 2, 3, 7 };
    sci_options opt = { .threads = 1 };
    sci_crossed *expected = fit(m, a, &opt);

    check_fits(m, a, expected);
    if (b != a)
        check_fits(m, b, expected);
    for (size_t i = 0; i < ARRAY_LEN(shards); i++) {
        check_shards(m, a, shards[i], expected);
        if (b != a)
            check_shards(m, b, shards[i], expected);
    }
    sci_crossed_free(expected);
}

static void
sparse_fits_have_the_same_bytes(void **state)
{
    matrices_options o = several_segments();
    matrices m;

    (void)state;
    matrices_make(&m, 1, &o);
    check_layouts(&m, SCI_MATRIX_CSR, SCI_MATRIX_CSC);
    matrices_clear(&m);
}

static void
so_have_unsorted_ones_with_missing_values(void **state)
{
    matrices_options o = several_segments();
    matrices m;

    (void)state;
    o.unsorted = o.duplicates = o.zeros = o.sorted_labels = true;
    o.missing = 0.001;
    o.type = SCI_FLOAT64;
    o.index_type = SCI_INT64;
    matrices_make(&m, 2, &o);
    check_layouts(&m, SCI_MATRIX_CSR, SCI_MATRIX_CSC);
    matrices_clear(&m);
}

static void
dense_fits_have_the_same_bytes(void **state)
{
    matrices_options o = several_segments();
    matrices m;

    (void)state;
    o.rows = 1100;
    o.density = 0.9;
    o.missing = 1e-5;
    matrices_make(&m, 3, &o);
    check_layouts(&m, SCI_MATRIX_DENSE, SCI_MATRIX_DENSE);
    matrices_clear(&m);
}

static void
dense_and_sparse_agree(void **state)
{
    matrices_options o = several_segments();
    sci_options opt = { .threads = 2 };
    sci_crossed *a, *b;
    matrices m;

    (void)state;
    o.rows = 2300;
    o.density = 0.01;
    o.missing = 0.001;
    matrices_make(&m, 4, &o);
    a = fit(&m, SCI_MATRIX_DENSE, &opt);
    b = fit(&m, SCI_MATRIX_CSR, &opt);
    for (uint64_t l = 0; l < o.levels; l++)
        for (uint64_t g = 0; g < o.columns; g++) {
            double scy_a[2], scy_b[2], scc_a[4], scc_b[4];
            sci_crossed_cell x = sci_crossed_get(a, l, g, NULL, scc_a, scy_a);
            sci_crossed_cell y = sci_crossed_get(b, l, g, NULL, scc_b, scy_b);

            assert_count(x.n, y.n);
            assert_close(x.mean, y.mean, 1e-12, 0.0);
            assert_close(x.syy, y.syy, 1e-12, 0.0);
            for (int k = 0; k < 2; k++)
                assert_close(scy_a[k], scy_b[k], 0.0, 1e-12 * sqrt(x.syy * scc_a[3 * k]));
        }
    sci_crossed_free(a);
    sci_crossed_free(b);
    matrices_clear(&m);
}

/* ---- applying ---- */

static sci_column_map *
make_map(const matrices *m)
{
    const matrices_options *o = &m->opt;
    random_stream r = random_start(77);
    sci_column_map *map = NULL;

    assert_ok(sci_column_map_create(&map, o->levels, o->columns, o->covariates));
    for (uint64_t i = 0; i < o->levels * o->columns; i++) {
        map->scale[i] = 0.5 + random_uniform(&r);
        map->shift[i] = random_normal(&r);
    }
    for (uint64_t i = 0; i < o->levels * o->columns * o->covariates; i++)
        map->slope[i] = random_normal(&r);
    return map;
}

static void
applied_maps_have_the_same_bytes(void **state)
{
    static const sci_matrix_layout layouts[] = { SCI_MATRIX_DENSE, SCI_MATRIX_CSR, SCI_MATRIX_CSC };
    matrices_options o = several_segments();
    sci_array array = { .rank = 2, .shape = { 1300, 2001 }, .type = SCI_FLOAT32 };
    float *expected, *got;
    sci_column_map *map;
    matrices m;

    (void)state;
    o.rows = array.shape[0];
    o.columns = array.shape[1];
    o.unsorted = o.duplicates = true;
    matrices_make(&m, 5, &o);
    map = make_map(&m);
    expected = test_alloc(o.rows * o.columns, sizeof *expected);
    got = test_alloc(o.rows * o.columns, sizeof *got);
    for (size_t l = 0; l < ARRAY_LEN(layouts); l++)
        for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
            sci_options opt = { .threads = threads[i], .memory_bytes = (6 + 20 * i) * MIB };
            float *out = l + i == 0 ? expected : got;
            sci_matrix *matrix = NULL;
            sci_sink *sink = NULL;

            test_context("layout %zu, %d threads", l, threads[i]);
            assert_ok(matrices_open(&m, layouts[l], i % 2 == 0, &matrix));
            assert_ok(sci_sink_memory(&sink, &array, out, "out"));
            memset(out, 1, o.rows * o.columns * sizeof *out);
            assert_ok(sci_column_map_apply(matrix, &m.model, map, &opt, sink, NULL));
            if (out == got)
                assert_same_bytes(got, expected, o.rows * o.columns, sizeof *got);
            sci_sink_free(sink);
            sci_matrix_free(matrix);
        }
    free(expected);
    free(got);
    sci_column_map_free(map);
    matrices_clear(&m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sparse_fits_have_the_same_bytes),
        cmocka_unit_test(so_have_unsorted_ones_with_missing_values),
        cmocka_unit_test(dense_fits_have_the_same_bytes),
        cmocka_unit_test(dense_and_sparse_agree),
        cmocka_unit_test(applied_maps_have_the_same_bytes),
    };

    return run_all(tests);
}
