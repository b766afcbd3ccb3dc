/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays without elements and axes of size 0 or 1: no error, nothing out of bounds. */
#include <math.h>
#include <stdlib.h>

#include <support/passes.h>
#include <support/testing.h>

enum { ONE_GROUP, KEPT_FIRST, KEPT_LAST, LABELLED, GROUPINGS };

static const uint64_t shapes[][3] = {
    { 0, 4, 4 }, { 4, 0, 4 }, { 4, 4, 0 }, { 0, 0, 0 }, { 1, 0, 1 }
};
static const int64_t labels[] = { 0, 1, 0, 1 };

static partition
partition_with(const uint64_t shape[3], int grouping)
{
    partition p = { .rank = 3, .shape = { shape[0], shape[1], shape[2] } };

    if (grouping == KEPT_FIRST)
        p.factors[p.n_factors++] = (partition_factor){ FACTOR_KEEP, 1, { 0 }, NULL, 0, false, 0 };
    if (grouping == KEPT_LAST)
        p.factors[p.n_factors++] = (partition_factor){ FACTOR_KEEP, 1, { 2 }, NULL, 0, false, 0 };
    if (grouping == LABELLED && shape[1] == 4)
        p.factors[p.n_factors++] =
            (partition_factor){ FACTOR_VALUES, 1, { 1 }, labels, 0, false, 0 };
    return p;
}

static void
check_empty(const uint64_t shape[3], int grouping, bool streamed)
{
    static const float nothing[1];
    partition groups = partition_with(shape, grouping);
    pass p = { .groups = &groups,
               .type = SCI_FLOAT32,
               .x = nothing,
               .output = SCI_FLOAT32,
               .streamed = streamed,
               .single_dy = true,
               .options = { .threads = 2 } };
    float y[1] = { 7.0f };
    double dgamma = 7.0, dbeta = 7.0;
    sci_moments rows[8];
    sci_stats *stats = NULL;
    sci_report report;

    test_context("shape %d,%d,%d, grouping %d%s", (int)shape[0], (int)shape[1], (int)shape[2],
                 grouping, streamed ? ", in pieces" : "");
    assert_ok(pass_fit(&p, &stats, &report));
    assert_count(sci_stats_groups(stats), partition_groups(&groups));
    assert_count(report.elements, 0);
    for (uint64_t g = 0; g < sci_stats_groups(stats); g++)
        assert_that(sci_stats_moments(stats)[g].count == 0
                    && isnan(sci_moments_mean(&sci_stats_moments(stats)[g])));
    assert_ok(pass_apply(&p, stats, false, NULL, y, NULL));
    assert_ok(pass_normalize(&p, y, rows, NULL));
    assert_ok(pass_gradient(&p, nothing, y, &dgamma, &dbeta, NULL));
    assert_that(y[0] == 7.0f);
    assert_that(dgamma == 0.0 && dbeta == 0.0);
    sci_stats_free(stats);
}

static void
arrays_without_elements_are_no_error(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(shapes); k++) {
        for (int grouping = ONE_GROUP; grouping < GROUPINGS; grouping++) {
            check_empty(shapes[k], grouping, false);
            check_empty(shapes[k], grouping, true);
        }
    }
}

static void
scalar_array_is_one_constant_group(void **state)
{
    partition groups = { .rank = 0 };
    double x = 42.0, y = 1.0;
    pass p = { .groups = &groups, .type = SCI_FLOAT64, .x = &x, .output = SCI_FLOAT64 };
    sci_moments row;

    (void)state;
    test_context("rank 0");
    assert_ok(pass_normalize(&p, &y, &row, NULL));
    assert_that(y == 0.0 && row.count == 1 && sci_moments_mean(&row) == 42.0);
}

static void
more_shards_than_segments_leave_some_empty(void **state)
{
    partition groups = { .rank = 1, .shape = { 3 } };
    double x[] = { 1.0, 2.0, 6.0 };
    pass p = { .groups = &groups, .type = SCI_FLOAT64, .x = x };
    sci_stats *parts[5] = { NULL };

    (void)state;
    test_context("3 elements in 5 shards");
    for (int i = 0; i < 5; i++) {
        p.options.shard = i + 1;
        p.options.shards = 5;
        assert_ok(pass_fit(&p, &parts[i], NULL));
    }
    for (int i = 1; i < 5; i++)
        assert_ok(sci_stats_merge(parts[0], parts[i]));
    assert_that(!sci_stats_is_shard(parts[0]));
    assert_that(sci_moments_mean(sci_stats_moments(parts[0])) == 3.0);
    for (int i = 0; i < 5; i++)
        sci_stats_free(parts[i]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_without_elements_are_no_error),
        cmocka_unit_test(scalar_array_is_one_constant_group),
        cmocka_unit_test(more_shards_than_segments_leave_some_empty),
    };

    return run_all(tests);
}
