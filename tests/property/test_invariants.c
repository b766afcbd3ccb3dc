/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must hold whatever the numbers are. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/example.h>
#include <support/testing.h>

enum { EXAMPLES = 80 };

static void
make(example *e, uint64_t k, sci_type type)
{
    example_make(e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_NONE,
                 (example_layer)(k % LAYER_KINDS), type, 12.0, 5.0);
    e->pass.streamed = k % 2 == 0;
}

static bool
is_member(const exact_case *c, uint64_t i)
{
    return c->group[i] >= 0 && c->weight[i] > 0.0;
}

static void
outputs_of_a_group_have_mean_0_and_variance_1(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        exact_case c;
        exact_moments *m;
        double *y;
        long double *members;

        make(&e, k, SCI_FLOAT64);
        c = *example_exact(&e);
        y = test_alloc(e.n, sizeof *y);
        members = test_alloc(e.n, sizeof *members);
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            members[i] = (long double)y[i];
        c.x = members;
        m = exact_moments_of(&c);
        for (uint64_t g = 0; g < c.groups; g++) {
            if (m[g].count == 0)
                continue;
            assert_close((double)m[g].mean, 0.0, 0.0, 1e-13);
            assert_close((double)(m[g].m2 / m[g].weight), m[g].min == m[g].max ? 0.0 : 1.0, 1e-13,
                         0.0);
        }
        free(m);
        free(members);
        free(y);
        example_clear(&e);
    }
}

/* x·2^k is exact, so z is the same to the last bit. */
static void
scaling_by_a_power_of_two_changes_no_bit_of_the_output(void **state)
{
    static const int exponents[] = { -40, 1, 60 };

    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        double *x, *y, *scaled_y;
        const double *old;

        make(&e, k, SCI_FLOAT64);
        e.pass.outside = SCI_OUTSIDE_ZERO;
        old = e.pass.x;
        x = test_alloc(e.n, sizeof *x);
        y = test_alloc(e.n, sizeof *y);
        scaled_y = test_alloc(e.n, sizeof *scaled_y);
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            x[i] = ldexp(old[i], exponents[k % ARRAY_LEN(exponents)]);
        e.pass.x = x;
        assert_ok(pass_normalize(&e.pass, scaled_y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            assert_ulps(scaled_y[i], y[i], 0);
        free(scaled_y);
        free(y);
        free(x);
        example_clear(&e);
    }
}

static void
affine_input_gives_the_predicted_table(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        double *x;
        sci_stats *before = NULL, *after = NULL;

        make(&e, k, SCI_FLOAT32); /* so that 3·x + 1000 is exact in double */
        x = test_alloc(e.n, sizeof *x);
        for (uint64_t i = 0; i < e.n; i++)
            x[i] = 3.0 * (double)element_get(e.pass.x, SCI_FLOAT32, false, i) + 1000.0;
        assert_ok(pass_fit(&e.pass, &before, NULL));
        e.pass.x = x;
        e.pass.type = SCI_FLOAT64;
        assert_ok(pass_fit(&e.pass, &after, NULL));
        for (uint64_t g = 0; g < sci_stats_groups(before); g++) {
            const sci_moments *m = &sci_stats_moments(before)[g],
                              *of = &sci_stats_moments(after)[g];

            assert_count(of->count, m->count);
            assert_close(sci_moments_mean(of), 3.0 * sci_moments_mean(m) + 1000.0, 1e-15, 0.0);
            assert_close(sci_moments_variance(of, 0), 9.0 * sci_moments_variance(m, 0), 1e-14, 0.0);
        }
        sci_stats_free(after);
        sci_stats_free(before);
        free(x);
        example_clear(&e);
    }
}

static void
permuting_members_changes_only_the_last_bits(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        random_stream r = random_start(900 + k);
        uint64_t n = 2 + random_below(&r, 30000);
        partition groups = { .rank = 1, .shape = { n } };
        double *x = elements_normal(&r, SCI_FLOAT64, false, n, 1e4, 1.0),
               *shuffled = test_alloc(n, sizeof *shuffled);
        size_t *order = test_alloc(n, sizeof *order);
        pass p = { .groups = &groups, .type = SCI_FLOAT64, .x = x };
        sci_stats *before = NULL, *after = NULL;

        test_context("permutation %d of %d", (int)k, (int)n);
        random_permutation(&r, n, order);
        for (uint64_t i = 0; i < n; i++)
            shuffled[i] = x[order[i]];
        assert_ok(pass_fit(&p, &before, NULL));
        p.x = shuffled;
        assert_ok(pass_fit(&p, &after, NULL));
        assert_ulps(sci_moments_mean(sci_stats_moments(after)),
                    sci_moments_mean(sci_stats_moments(before)), 1);
        assert_close(sci_stats_moments(after)->m2, sci_stats_moments(before)->m2, 1e-14, 0.0);
        sci_stats_free(after);
        sci_stats_free(before);
        free(order);
        free(shuffled);
        free(x);
    }
}

/* Group numbers follow the sorted levels and nothing else: other label values permute the rows. */
static void
renaming_labels_permutes_the_rows_bit_for_bit(void **state)
{
    static const int64_t renamed[] = { 12, -7, 100, 3 }; /* sorted: -7, 3, 12, 100 */
    static const uint64_t row_of[] = { 2, 0, 3, 1 };
    enum { N = 5000, W = 7 };
    random_stream r = random_start(4);
    float *x = elements_normal(&r, SCI_FLOAT32, false, N * W, 3.0, 1.0);
    int64_t first[N], second[N];
    partition groups = { .rank = 2, .shape = { N, W }, .n_factors = 1 };
    pass p = { .groups = &groups, .type = SCI_FLOAT32, .x = x };
    sci_stats *before = NULL, *after = NULL;

    (void)state;
    test_context("four labels");
    for (int i = 0; i < N; i++) {
        first[i] = (int64_t)random_below(&r, 4);
        second[i] = renamed[first[i]];
    }
    groups.factors[0] = (partition_factor){ FACTOR_VALUES, 1, { 0 }, first, 0, false, 0 };
    assert_ok(pass_fit(&p, &before, NULL));
    groups.factors[0].values = second;
    assert_ok(pass_fit(&p, &after, NULL));
    for (int g = 0; g < 4; g++)
        assert_same_bytes(&sci_stats_moments(after)[row_of[g]], &sci_stats_moments(before)[g], 1,
                          sizeof(sci_moments));
    sci_stats_free(after);
    sci_stats_free(before);
    free(x);
}

static void
excluded_elements_never_matter(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        random_stream r = random_start(300 + k);
        example e;
        const exact_case *c;
        float *x;
        sci_stats *before = NULL, *after = NULL;

        make(&e, k, SCI_FLOAT32);
        c = example_exact(&e);
        x = example_own(&e, test_alloc(e.n, sizeof *x));
        memcpy(x, e.pass.x, e.n * sizeof *x);
        assert_ok(pass_fit(&e.pass, &before, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            if (!is_member(c, i))
                x[i] = (float)(1e30 * random_normal(&r));
        e.pass.x = x;
        assert_ok(pass_fit(&e.pass, &after, NULL));
        assert_same_bytes(sci_stats_moments(after), sci_stats_moments(before),
                          sci_stats_groups(before), sizeof(sci_moments));
        sci_stats_free(after);
        sci_stats_free(before);
        example_clear(&e);
    }
}

/* y does not change when x is shifted or, without eps, stretched: dx is orthogonal to 1 and to z. */
static void
gradient_is_orthogonal_to_shifts_and_stretches(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        const exact_case *c;
        double *dx, *z;
        long double *along, *across;

        make(&e, k, SCI_FLOAT64);
        e.groups.n_weights = 0;
        c = example_exact(&e);
        dx = test_alloc(e.n, sizeof *dx);
        z = test_alloc(e.n, sizeof *z);
        along = test_alloc(c->groups, sizeof *along);
        across = test_alloc(c->groups, sizeof *across);
        assert_ok(pass_normalize(&e.pass, z, NULL, NULL));
        assert_ok(pass_gradient(&e.pass, e.dy, dx, NULL, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++) {
            if (!is_member(c, i))
                continue;
            along[c->group[i]] += (long double)dx[i];
            across[c->group[i]] += (long double)dx[i] * (long double)z[i];
        }
        for (uint64_t g = 0; g < c->groups; g++) {
            assert_close((double)along[g], 0.0, 0.0, 1e-12);
            assert_close((double)across[g], 0.0, 0.0, 1e-12);
        }
        free(across);
        free(along);
        free(z);
        free(dx);
        example_clear(&e);
    }
}

static void
fit_then_apply_gives_the_bytes_of_normalize(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < 2 * EXAMPLES; k++) {
        example e;
        sci_stats *stats = NULL;
        float *once, *twice;
        sci_moments *rows;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), (example_second)(k % SECOND_KINDS),
                     (example_layer)(k % LAYER_KINDS), element_types[k % ARRAY_LEN(element_types)],
                     50.0, 20.0);
        e.pass.output = SCI_FLOAT32;
        e.pass.eps = 1e-5;
        e.pass.outside = (sci_outside)(k % 4);
        once = test_alloc(e.n, sizeof *once);
        twice = test_alloc(e.n, sizeof *twice);
        rows = test_alloc(partition_groups(&e.groups), sizeof *rows);
        assert_ok(pass_normalize(&e.pass, once, rows, NULL));
        assert_ok(pass_fit(&e.pass, &stats, NULL));
        assert_ok(pass_apply(&e.pass, stats, false, NULL, twice, NULL));
        assert_same_bytes(sci_stats_moments(stats), rows, sci_stats_groups(stats), sizeof *rows);
        assert_same_bytes(twice, once, e.n, sizeof *once);
        sci_stats_free(stats);
        free(rows);
        free(twice);
        free(once);
        example_clear(&e);
    }
}

/* Rows handed over as they become final are the rows of the table. */
static sci_status
collect_rows(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    memcpy((sci_moments *)context + first_group, rows, n * sizeof *rows);
    return SCI_OK;
}

static void
rows_of_fit_rows_are_the_table(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        sci_array array = { .type = SCI_FLOAT32 };
        sci_rows_sink sink = { collect_rows, NULL };
        sci_stats *stats = NULL;
        sci_source *source = NULL;
        partition_built built;

        make(&e, k, SCI_FLOAT32);
        assert_ok(pass_fit(&e.pass, &stats, NULL));
        sink.context = example_own(&e, test_alloc(sci_stats_groups(stats), sizeof(sci_moments)));
        array.rank = e.groups.rank;
        memcpy(array.shape, e.groups.shape, sizeof array.shape);
        assert_ok(partition_build(&e.groups, false, &built));
        assert_ok(sci_source_memory(&source, &array, e.pass.x, "x"));
        assert_ok(sci_fit_rows(source, built.grouping, &e.pass.options, &sink, NULL));
        assert_same_bytes(sink.context, sci_stats_moments(stats), sci_stats_groups(stats),
                          sizeof(sci_moments));
        sci_source_free(source);
        partition_clear(&built);
        sci_stats_free(stats);
        example_clear(&e);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outputs_of_a_group_have_mean_0_and_variance_1),
        cmocka_unit_test(scaling_by_a_power_of_two_changes_no_bit_of_the_output),
        cmocka_unit_test(affine_input_gives_the_predicted_table),
        cmocka_unit_test(permuting_members_changes_only_the_last_bits),
        cmocka_unit_test(renaming_labels_permutes_the_rows_bit_for_bit),
        cmocka_unit_test(excluded_elements_never_matter),
        cmocka_unit_test(gradient_is_orthogonal_to_shifts_and_stretches),
        cmocka_unit_test(fit_then_apply_gives_the_bytes_of_normalize),
        cmocka_unit_test(rows_of_fit_rows_are_the_table),
    };

    return run_all(tests);
}
