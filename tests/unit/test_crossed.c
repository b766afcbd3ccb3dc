/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Crossed tables as values: merging parts of a matrix gives the table of the whole. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/matrices.h>
#include <support/testing.h>

static matrices_options
plain(void)
{
    return (matrices_options){ .rows = 120,
                               .columns = 11,
                               .levels = 3,
                               .covariates = 2,
                               .density = 0.6,
                               .mean = 5.0,
                               .sd = 2.0,
                               .type = SCI_FLOAT64,
                               .index_type = SCI_INT32,
                               .covariate_mean = 40.0 };
}

/* The table of dense rows [first, end) and columns [left, right). */
static sci_crossed *
fit_part(const matrices *m, uint64_t first, uint64_t end, uint64_t left, uint64_t right)
{
    uint64_t n = end - first, width = right - left, q = m->opt.covariates;
    double *x = test_alloc(n * width + 1, sizeof *x);
    sci_array array = { .rank = 2, .shape = { n, width }, .type = SCI_FLOAT64 };
    sci_row_model model = { .rows = n,
                            .levels = m->opt.levels,
                            .label = m->label + first,
                            .covariates = q,
                            .covariate = m->covariate + first * q };
    sci_options opt = { .threads = 1 };
    sci_source *source = NULL;
    sci_matrix *matrix = NULL;
    sci_crossed *t = NULL;

    for (uint64_t r = 0; r < n; r++)
        memcpy(x + r * width, m->truth + (first + r) * m->opt.columns + left, width * sizeof *x);
    assert_ok(sci_source_memory(&source, &array, x, "part"));
    assert_ok(sci_matrix_dense(&matrix, source));
    assert_ok(sci_crossed_fit(matrix, &model, &opt, &t, NULL));
    sci_matrix_free(matrix);
    free(x);
    return t;
}

static void
check_cells(const sci_crossed *a, uint64_t la, uint64_t ga, const sci_crossed *b, uint64_t lb,
            uint64_t gb, double tol)
{
    double ma[4], mb[4], ca[16], cb[16], ya[4], yb[4];
    sci_crossed_cell x = sci_crossed_get(a, la, ga, ma, ca, ya);
    sci_crossed_cell y = sci_crossed_get(b, lb, gb, mb, cb, yb);
    uint64_t q = a->covariates;

    assert_count(x.n, y.n);
    assert_close(x.mean, y.mean, tol, 0.0);
    assert_close(x.syy, y.syy, tol, 0.0);
    for (uint64_t k = 0; k < q; k++) {
        double scale = sqrt(cb[k * q + k]);

        assert_close(ma[k], mb[k], tol, tol);
        assert_close(ya[k], yb[k], 0.0, tol * scale * sqrt(y.syy) + 1e-300);
        for (uint64_t l = 0; l < q; l++)
            assert_close(ca[k * q + l], cb[k * q + l], 0.0, tol * scale * sqrt(cb[l * q + l]));
    }
}

static void
check_split(const matrices_options *o, uint64_t number)
{
    static const uint64_t cuts[] = { 0, 1, 37, 60, 119, 120 };
    sci_crossed *whole;
    matrices m;

    matrices_make(&m, number, o);
    for (uint64_t r = 60; r < o->rows; r++) /* sites differ in their covariates */
        m.covariate[r * o->covariates] += 25.0;
    whole = fit_part(&m, 0, o->rows, 0, o->columns);
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++) {
        sci_crossed *a = fit_part(&m, 0, cuts[i], 0, o->columns);
        sci_crossed *b = fit_part(&m, cuts[i], o->rows, 0, o->columns);

        test_context("cut at %llu", (unsigned long long)cuts[i]);
        assert_ok(sci_crossed_merge(a, b, NULL, NULL));
        for (uint64_t l = 0; l < o->levels; l++) {
            assert_count(a->rows[l], whole->rows[l]);
            for (uint64_t g = 0; g < o->columns; g++)
                check_cells(a, l, g, whole, l, g, 1e-12);
        }
        sci_crossed_free(a);
        sci_crossed_free(b);
    }
    sci_crossed_free(whole);
    matrices_clear(&m);
}

static void
parts_merge_to_the_whole(void **state)
{
    matrices_options o = plain();

    (void)state;
    check_split(&o, 1);
}

static void
parts_with_missing_values_merge_to_the_whole(void **state)
{
    matrices_options o = plain();

    (void)state;
    o.missing = 0.1;
    check_split(&o, 2);
}

/* Level and column numbers of `from` mean others of `into`. */
static void
levels_and_columns_are_placed_by_number(void **state)
{
    static const uint64_t levels[] = { 4, 0, 2 };
    static const uint64_t columns[] = { 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 };
    matrices_options o = plain();
    sci_crossed *part, *into = NULL;
    matrices m;

    (void)state;
    matrices_make(&m, 3, &o);
    part = fit_part(&m, 0, o.rows, 0, o.columns);
    assert_ok(sci_crossed_create(&into, 5, o.columns, o.covariates));
    assert_ok(sci_crossed_merge(into, part, levels, columns));
    for (uint64_t l = 0; l < o.levels; l++)
        for (uint64_t g = 0; g < o.columns; g++)
            check_cells(into, levels[l], columns[g], part, l, g, 0.0);
    assert_count(into->rows[1], 0);
    sci_crossed_free(part);
    sci_crossed_free(into);
    matrices_clear(&m);
}

/* Columns 0…7 of the first half and 4…10 of the second: elsewhere a half's values are missing. */
static void
columns_that_a_part_does_not_have_are_missing_there(void **state)
{
    static const uint64_t first[] = { 0, 1, 2, 3, 4, 5, 6, 7 }, second[] = { 4, 5, 6, 7, 8, 9, 10 };
    matrices_options o = plain();
    matrices m;

    (void)state;
    matrices_make(&m, 4, &o);
    for (int order = 0; order < 2; order++) {
        sci_crossed *a = fit_part(&m, 0, 60, 0, 8), *b = fit_part(&m, 60, 120, 4, 11), *into = NULL;
        sci_crossed *whole, *half_a, *half_b;

        assert_ok(sci_crossed_create(&into, o.levels, o.columns, o.covariates));
        assert_ok(sci_crossed_merge(into, order ? b : a, NULL, order ? second : first));
        assert_ok(sci_crossed_merge(into, order ? a : b, NULL, order ? first : second));
        whole = fit_part(&m, 0, 120, 0, 11);
        half_a = fit_part(&m, 0, 60, 0, 11);
        half_b = fit_part(&m, 60, 120, 0, 11);
        for (uint64_t l = 0; l < o.levels; l++)
            for (uint64_t g = 0; g < o.columns; g++) {
                test_context("level %llu, column %llu", (unsigned long long)l,
                             (unsigned long long)g);
                check_cells(into, l, g, g < 4 ? half_a : g < 8 ? whole : half_b, l, g, 1e-11);
            }
        sci_crossed_free(a);
        sci_crossed_free(b);
        sci_crossed_free(into);
        sci_crossed_free(whole);
        sci_crossed_free(half_a);
        sci_crossed_free(half_b);
    }
    matrices_clear(&m);
}

static void
an_empty_table_changes_nothing(void **state)
{
    matrices_options o = plain();
    sci_crossed *t, *copy = NULL, *empty = NULL;
    matrices m;

    (void)state;
    o.missing = 0.1;
    matrices_make(&m, 5, &o);
    t = fit_part(&m, 0, o.rows, 0, o.columns);
    assert_ok(sci_crossed_copy(&copy, t));
    matrices_same(copy, t);
    assert_ok(sci_crossed_create(&empty, o.levels, o.columns, o.covariates));
    assert_ok(sci_crossed_merge(t, empty, NULL, NULL));
    matrices_same(t, copy);
    assert_ok(sci_crossed_merge(empty, copy, NULL, NULL));
    matrices_same(empty, copy);
    sci_crossed_free(t);
    sci_crossed_free(copy);
    sci_crossed_free(empty);
    matrices_clear(&m);
}

static void
merges_that_make_no_sense_are_refused(void **state)
{
    static const uint64_t twice[] = { 0, 0, 1 }, beyond[] = { 0, 1, 3 };
    sci_crossed *a = NULL, *b = NULL, *c = NULL;

    (void)state;
    assert_ok(sci_crossed_create(&a, 2, 3, 1));
    assert_ok(sci_crossed_create(&b, 2, 3, 2));
    assert_ok(sci_crossed_create(&c, 3, 3, 1));
    assert_fails(sci_crossed_merge(a, b, NULL, NULL), SCI_ERR_SHAPE);
    assert_fails(sci_crossed_merge(a, c, NULL, NULL), SCI_ERR_SHAPE);
    assert_fails(sci_crossed_merge(c, a, NULL, twice), SCI_ERR_ARGUMENT);
    assert_fails(sci_crossed_merge(c, a, NULL, beyond), SCI_ERR_SHAPE);
    assert_fails(sci_crossed_create(&a, 0, 3, 1), SCI_ERR_ARGUMENT);
    assert_fails(sci_crossed_create(&a, UINT64_MAX / 2, 3, 1), SCI_ERR_NOMEM);
    sci_crossed_free(a);
    sci_crossed_free(b);
    sci_crossed_free(c);
}

/* ---- shards ---- */

static sci_crossed_node
node_at(uint64_t level, uint64_t index)
{
    sci_crossed_node node = { .level = level, .index = index };

    assert_ok(sci_crossed_create(&node.table, 1, 2, 1));
    node.table->rows[0] = 7;
    node.table->moments[0] = (sci_moments){ .count = 1, .weight = 1.0, .mean_hi = (double)index };
    return node;
}

static void
nodes_climb_in_any_order(void **state)
{
    static const uint64_t order[] = { 4, 1, 0, 3, 2 };
    sci_crossed_shard *shard = NULL;

    (void)state;
    assert_ok(sci_crossed_shard_create(&shard, 5));
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        sci_crossed_node node = node_at(0, order[i]);

        assert_that(sci_crossed_shard_whole(shard) == NULL);
        assert_ok(sci_crossed_shard_insert(shard, &node));
        assert_that(node.table == NULL);
    }
    assert_that(sci_crossed_shard_whole(shard) != NULL);
    assert_count(shard->n, 1);
    assert_count(sci_crossed_shard_whole(shard)->moments[0].count, 5);
    assert_count(sci_crossed_shard_whole(shard)->rows[0], 7);
    sci_crossed_shard_free(shard);
}

static void
nodes_that_are_there_or_lie_inside_others_are_refused(void **state)
{
    sci_crossed_shard *shard = NULL;
    sci_crossed_node node = node_at(1, 0);

    (void)state;
    assert_ok(sci_crossed_shard_create(&shard, 5));
    assert_ok(sci_crossed_shard_insert(shard, &node));
    node = node_at(1, 0);
    assert_fails(sci_crossed_shard_insert(shard, &node), SCI_ERR_REFUSED);
    assert_that(node.table == NULL);
    node = node_at(0, 1);
    assert_fails(sci_crossed_shard_insert(shard, &node), SCI_ERR_REFUSED);
    assert_message_has("segments 1 to 1 are there already");
    node = node_at(2, 0);
    assert_fails(sci_crossed_shard_insert(shard, &node), SCI_ERR_REFUSED);
    node = node_at(0, 5);
    assert_fails(sci_crossed_shard_insert(shard, &node), SCI_ERR_ARGUMENT);
    node = node_at(0, 2);
    node.table->rows[0] = 8;
    assert_fails(sci_crossed_shard_insert(shard, &node), SCI_ERR_REFUSED);
    assert_message_has("one matrix");
    sci_crossed_shard_free(shard);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_merge_to_the_whole),
        cmocka_unit_test(parts_with_missing_values_merge_to_the_whole),
        cmocka_unit_test(levels_and_columns_are_placed_by_number),
        cmocka_unit_test(columns_that_a_part_does_not_have_are_missing_there),
        cmocka_unit_test(an_empty_table_changes_nothing),
        cmocka_unit_test(merges_that_make_no_sense_are_refused),
        cmocka_unit_test(nodes_climb_in_any_order),
        cmocka_unit_test(nodes_that_are_there_or_lie_inside_others_are_refused),
    };

    return run_all(tests);
}
