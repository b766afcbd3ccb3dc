/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements without a label, masked out or of weight 0; degenerate and empty groups; what is
 * refused. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/example.h>
#include <support/testing.h>

enum { EXAMPLES = 60 };

static void
make(example *e, uint64_t k, sci_outside outside)
{
    static const example_kind kinds[] = { EXAMPLE_MAP, EXAMPLE_STREAMED, EXAMPLE_TWO_LABELS,
                                          EXAMPLE_BATCH, EXAMPLE_LAYER };

    example_make(e, k, kinds[k % ARRAY_LEN(kinds)], (example_second)(k % SECOND_KINDS),
                 (example_layer)(k % LAYER_KINDS), SCI_FLOAT64, 20.0, 3.0);
    e->pass.eps = 1e-5;
    e->pass.outside = outside;
    e->pass.outside_value = 2.5;
    e->pass.streamed = k % 2 == 0;
}

/* Forward and dx with this policy against the reference. */
static void
check_policy(sci_outside outside)
{
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        double *y;
        long double *expected;

        make(&e, k, outside);
        y = test_alloc(e.n, sizeof *y);
        expected = exact_forward(example_exact(&e));
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            assert_close(y[i], (double)expected[i], 1e-12, 1e-12);
        free(expected);
        expected = exact_backward(example_exact(&e), e.dy, NULL, NULL);
        assert_ok(pass_gradient(&e.pass, e.dy, y, NULL, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            assert_close(y[i], (double)expected[i], 1e-12, 1e-12);
        free(expected);
        free(y);
        example_clear(&e);
    }
}

static void
kept_elements_are_converted(void **state)
{
    (void)state;
    check_policy(SCI_OUTSIDE_KEEP);
}

static void
applied_elements_are_normalized_with_their_group(void **state)
{
    (void)state;
    check_policy(SCI_OUTSIDE_APPLY);
}

static void
zeroed_elements_are_0(void **state)
{
    (void)state;
    check_policy(SCI_OUTSIDE_ZERO);
}

static void
elements_made_nan_are_nan(void **state)
{
    (void)state;
    check_policy(SCI_OUTSIDE_NAN);
}

static void
elements_given_a_value_have_it(void **state)
{
    (void)state;
    check_policy(SCI_OUTSIDE_VALUE);
}

static void
kept_elements_keep_their_bits(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        const exact_case *c;
        double *y;
        const double *x;

        make(&e, k, SCI_OUTSIDE_KEEP);
        c = example_exact(&e);
        x = e.pass.x;
        y = test_alloc(e.n, sizeof *y);
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            if (c->group[i] < 0 || !(c->weight[i] > 0.0))
                assert_same_bytes(&y[i], &x[i], 1, sizeof *y);
        free(y);
        example_clear(&e);
    }
}

/* ---- a small array whose columns are groups ---- */

enum { ROWS = 6, COLUMNS = 4 };

typedef struct small {
    partition groups;
    double x[ROWS * COLUMNS], mask[ROWS * COLUMNS], y[ROWS * COLUMNS];
    sci_moments rows[COLUMNS];
    pass pass;
} small;

/* Column 0 varies, 1 is constant, 2 has one member, 3 has none. */
static void
small_make(small *s)
{
    memset(s, 0, sizeof *s);
    s->groups = (partition){ .rank = 2, .shape = { ROWS, COLUMNS }, .n_factors = 1, .n_masks = 1 };
    s->groups.factors[0] = (partition_factor){ FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 };
    s->groups.masks[0] = (partition_layer){ 2, { 0, 1 }, s->mask };
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        s->x[i] = i % COLUMNS == 1 ? 4.5 : 1.0 + i;
        s->mask[i] = i % COLUMNS < 2 || i == 2 ? 1.0 : 0.0;
    }
    s->pass = (pass){ .groups = &s->groups, .type = SCI_FLOAT64, .x = s->x, .output = SCI_FLOAT64,
                      .options = { .threads = 1 } };
    test_context("varying, constant, single and empty columns");
}

static void
degenerate_and_empty_groups_are_counted(void **state)
{
    small s;
    sci_report report;

    (void)state;
    small_make(&s);
    assert_ok(pass_normalize(&s.pass, s.y, s.rows, &report));
    assert_count(report.constant_groups, 2); /* a single member is constant too */
    assert_count(report.empty_groups, 1);
    assert_count(report.members, 2 * ROWS + 1);
}

static void
empty_group_has_nan_statistics_and_is_no_error(void **state)
{
    small s;

    (void)state;
    small_make(&s);
    assert_ok(pass_normalize(&s.pass, s.y, s.rows, NULL));
    assert_count(s.rows[3].count, 0);
    assert_that(isnan(sci_moments_mean(&s.rows[3])) && isnan(sci_moments_variance(&s.rows[3], 0)));
    assert_that(isnan(sci_moments_sd(&s.rows[3], 0)));
}

static void
empty_group_is_the_identity_under_apply(void **state)
{
    small s;

    (void)state;
    small_make(&s);
    s.pass.outside = SCI_OUTSIDE_APPLY;
    assert_ok(pass_normalize(&s.pass, s.y, s.rows, NULL));
    for (int i = 3; i < ROWS * COLUMNS; i += COLUMNS)
        assert_same_bytes(&s.y[i], &s.x[i], 1, sizeof *s.y);
}

static void
single_member_has_no_variance_with_ddof_1(void **state)
{
    small s;

    (void)state;
    small_make(&s);
    s.pass.options.ddof = 1;
    assert_ok(pass_normalize(&s.pass, s.y, s.rows, NULL));
    assert_that(isnan(sci_moments_variance(&s.rows[2], 1)));
    assert_that(sci_moments_variance(&s.rows[2], 0) == 0.0);
}

static void
outputs_of_constant_groups_are_beta(void **state)
{
    static const double gamma[COLUMNS] = { 2.0, 3.0, 4.0, 5.0 },
                        beta[COLUMNS] = { 0.5, -1.5, 2.5, 7.0 };
    static const double epsilons[] = { 0.0, 1e-5 };
    partition columns;
    small s;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(epsilons); k++) {
        small_make(&s);
        columns = s.groups;
        columns.n_masks = 0;
        s.pass.second = &columns;
        s.pass.gamma = gamma;
        s.pass.beta = beta;
        s.pass.eps = epsilons[k];
        assert_ok(pass_normalize(&s.pass, s.y, s.rows, NULL));
        for (int i = 1; i < ROWS * COLUMNS; i += COLUMNS)
            assert_that(s.y[i] == beta[1]);
        assert_that(s.y[2] == beta[2]);
    }
}

/* torch's gradient of a constant group: scale·(g - mean(g)); without eps it is 0. */
static void
gradient_of_a_constant_group_is_that_of_torch(void **state)
{
    double dy[ROWS * COLUMNS], dx[ROWS * COLUMNS], mean = 0.0;
    small s;

    (void)state;
    small_make(&s);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        dy[i] = (double)(i * i % 7);
    for (int i = 1; i < ROWS * COLUMNS; i += COLUMNS)
        mean += dy[i] / ROWS;
    s.pass.eps = 0.25;
    assert_ok(pass_gradient(&s.pass, dy, dx, NULL, NULL, NULL));
    for (int i = 1; i < ROWS * COLUMNS; i += COLUMNS)
        assert_close(dx[i], 2.0 * (dy[i] - mean), 1e-14, 1e-14);
    s.pass.eps = 0.0;
    assert_ok(pass_gradient(&s.pass, dy, dx, NULL, NULL, NULL));
    for (int i = 1; i < ROWS * COLUMNS; i += COLUMNS)
        assert_that(dx[i] == 0.0);
}

/* ---- weights ---- */

static void
equal_weights_give_the_bytes_of_no_weights(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        sci_stats *plain = NULL, *weighted = NULL;
        double *equal;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_NONE, LAYER_NONE, SCI_FLOAT32,
                     7.0, 2.0);
        assert_ok(pass_fit(&e.pass, &plain, NULL));
        equal = test_alloc(e.groups.shape[0], sizeof *equal);
        for (uint64_t i = 0; i < e.groups.shape[0]; i++)
            equal[i] = 0.3;
        e.groups.weights[e.groups.n_weights++] = (partition_layer){ 1, { 0 }, equal };
        assert_ok(pass_fit(&e.pass, &weighted, NULL));
        assert_same_bytes(sci_stats_moments(weighted), sci_stats_moments(plain),
                          sci_stats_groups(plain), sizeof(sci_moments));
        sci_stats_free(weighted);
        sci_stats_free(plain);
        free(equal);
        example_clear(&e);
    }
}

static void
fit_with_weights_fails(double bad, int ddof)
{
    double weights[ROWS] = { 1.0, 2.0, 1.0, 1.0, 1.0, 1.0 };
    sci_stats *stats = NULL;
    small s;

    weights[3] = bad;
    small_make(&s);
    s.groups.n_masks = 0;
    s.groups.weights[s.groups.n_weights++] = (partition_layer){ 1, { 0 }, weights };
    s.pass.options.ddof = ddof;
    assert_fails(pass_fit(&s.pass, &stats, NULL), SCI_ERR_REFUSED);
    assert_null(stats);
}

static void
negative_weight_is_refused(void **state)
{
    (void)state;
    fit_with_weights_fails(-1.0, 0);
}

static void
nan_weight_is_refused(void **state)
{
    (void)state;
    fit_with_weights_fails((double)NAN, 0);
}

static void
unequal_weights_with_ddof_1_are_refused(void **state)
{
    (void)state;
    fit_with_weights_fails(1.0, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_elements_are_converted),
        cmocka_unit_test(applied_elements_are_normalized_with_their_group),
        cmocka_unit_test(zeroed_elements_are_0),
        cmocka_unit_test(elements_made_nan_are_nan),
        cmocka_unit_test(elements_given_a_value_have_it),
        cmocka_unit_test(kept_elements_keep_their_bits),
        cmocka_unit_test(degenerate_and_empty_groups_are_counted),
        cmocka_unit_test(empty_group_has_nan_statistics_and_is_no_error),
        cmocka_unit_test(empty_group_is_the_identity_under_apply),
        cmocka_unit_test(single_member_has_no_variance_with_ddof_1),
        cmocka_unit_test(outputs_of_constant_groups_are_beta),
        cmocka_unit_test(gradient_of_a_constant_group_is_that_of_torch),
        cmocka_unit_test(equal_weights_give_the_bytes_of_no_weights),
        cmocka_unit_test(negative_weight_is_refused),
        cmocka_unit_test(nan_weight_is_refused),
        cmocka_unit_test(unequal_weights_with_ddof_1_are_refused),
    };

    return run_all(tests);
}
