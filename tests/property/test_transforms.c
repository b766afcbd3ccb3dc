/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics, outputs and all three gradients against long double, over random shapes, groupings,
 * masks and weights: within 1e-12·(1 + |y|). */
#include <math.h>
#include <stdlib.h>

#include <support/elements.h>
#include <support/example.h>
#include <support/testing.h>

enum { SHAPES = 50 };
#define TOLERANCE 1e-12

static double
random_mean(uint64_t number)
{
    static const double means[] = { 0.0, 1.0, -30.0, 100.0 };

    return means[number % ARRAY_LEN(means)];
}

static void
check_moments(example *e, const sci_moments *rows)
{
    const exact_case *c = example_exact(e);
    exact_moments *m = exact_moments_of(c);

    for (uint64_t g = 0; g < c->groups; g++) {
        assert_count(rows[g].count, m[g].count);
        if (m[g].count == 0) {
            assert_that(isnan(sci_moments_mean(&rows[g]))
                        && isnan(sci_moments_variance(&rows[g], 0)));
            continue;
        }
        assert_close(rows[g].weight, (double)m[g].weight, TOLERANCE, 0.0);
        assert_close(sci_moments_mean(&rows[g]), (double)m[g].mean, TOLERANCE, TOLERANCE);
        assert_close(sci_moments_variance(&rows[g], 0), (double)(m[g].m2 / m[g].weight), TOLERANCE,
                     0.0);
        assert_that(rows[g].min == (double)m[g].min && rows[g].max == (double)m[g].max);
    }
    free(m);
}

static void
check_forward(example *e)
{
    const exact_case *c = example_exact(e);
    double *y = test_alloc(e->n, sizeof *y);
    sci_moments *rows = test_alloc(c->groups, sizeof *rows);
    long double *expected = exact_forward(c);

    assert_ok(pass_normalize(&e->pass, y, rows, NULL));
    for (uint64_t i = 0; i < e->n; i++)
        assert_close(y[i], (double)expected[i], TOLERANCE, TOLERANCE);
    check_moments(e, rows);
    free(expected);
    free(rows);
    free(y);
}

static void
check_gradient(example *e)
{
    const exact_case *c = example_exact(e);
    uint64_t seconds = c->second == NULL ? 1 : c->seconds;
    double *dx = test_alloc(e->n, sizeof *dx);
    double *dgamma = test_alloc(seconds, sizeof *dgamma),
           *dbeta = test_alloc(seconds, sizeof *dbeta);
    long double *exact_dgamma = test_alloc(seconds, sizeof *exact_dgamma);
    long double *exact_dbeta = test_alloc(seconds, sizeof *exact_dbeta);
    long double *expected = exact_backward(c, e->dy, exact_dgamma, exact_dbeta);

    assert_ok(pass_gradient(&e->pass, e->dy, dx, dgamma, dbeta, NULL));
    for (uint64_t i = 0; i < e->n; i++)
        assert_close(dx[i], (double)expected[i], TOLERANCE, TOLERANCE);
    for (uint64_t h = 0; h < seconds; h++) {
        assert_close(dgamma[h], (double)exact_dgamma[h], TOLERANCE, TOLERANCE);
        assert_close(dbeta[h], (double)exact_dbeta[h], TOLERANCE, TOLERANCE);
    }
    free(expected);
    free(exact_dbeta);
    free(exact_dgamma);
    free(dbeta);
    free(dgamma);
    free(dx);
}

static void
check_kind(example_kind kind, example_layer layer)
{
    exact_needs_extended();
    for (uint64_t k = 0; k < SHAPES; k++) {
        example e;

        example_make(&e, k, kind, (example_second)(k % SECOND_KINDS), layer, SCI_FLOAT64,
                     random_mean(k), 1.0);
        e.pass.eps = k % 5 == 0 ? 0.0 : 1e-5;
        e.pass.streamed = k % 2 == 1;
        check_forward(&e);
        check_gradient(&e);
        example_clear(&e);
    }
}

static void
batch_norm_agrees_with_long_double(void **state)
{
    (void)state;
    check_kind(EXAMPLE_BATCH, LAYER_NONE);
}

static void
layer_norm_agrees_with_long_double(void **state)
{
    (void)state;
    check_kind(EXAMPLE_LAYER, LAYER_NONE);
}

static void
instance_norm_agrees_with_long_double(void **state)
{
    (void)state;
    check_kind(EXAMPLE_INSTANCE, LAYER_NONE);
}

static void
group_norm_agrees_with_long_double(void **state)
{
    (void)state;
    check_kind(EXAMPLE_GROUP, LAYER_NONE);
}

static void
other_groupings_agree_with_long_double(void **state)
{
    (void)state;
    for (example_kind kind = EXAMPLE_ALL; kind < EXAMPLE_KINDS; kind++)
        check_kind(kind, LAYER_NONE);
}

static void
masks_agree_with_long_double(void **state)
{
    (void)state;
    for (example_kind kind = 0; kind < EXAMPLE_KINDS; kind++) {
        check_kind(kind, LAYER_MASK);
        check_kind(kind, LAYER_AXIS_MASK);
    }
}

static void
weights_agree_with_long_double(void **state)
{
    (void)state;
    for (example_kind kind = 0; kind < EXAMPLE_KINDS; kind++) {
        check_kind(kind, LAYER_WEIGHTS);
        check_kind(kind, LAYER_AXIS_WEIGHTS);
        check_kind(kind, LAYER_BOTH);
    }
}

static void
ddof_1_agrees_with_long_double(void **state)
{
    (void)state;
    exact_needs_extended();
    for (uint64_t k = 0; k < 3 * SHAPES; k++) {
        example e;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_CHANNEL,
                     k % 2 == 0 ? LAYER_NONE : LAYER_MASK, SCI_FLOAT64, 3.0, 2.0);
        e.pass.options.ddof = 1;
        e.pass.eps = 1e-3;
        check_forward(&e);
        check_gradient(&e);
        example_clear(&e);
    }
}

/* Values are kept small enough for every type; float16 holds them to 11 bits, the reference sees
 * the same. */
static void
every_element_type_agrees_with_long_double(void **state)
{
    (void)state;
    exact_needs_extended();
    for (uint64_t k = 0; k < 10 * ARRAY_LEN(element_types); k++) {
        sci_type type = element_types[k % ARRAY_LEN(element_types)];
        example e;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_CHANNEL,
                     (example_layer)(k % LAYER_KINDS), type, 60.0, 20.0);
        e.pass.eps = 1e-5;
        check_forward(&e);
        check_gradient(&e);
        example_clear(&e);
    }
}

static void
float_outputs_are_the_rounded_answer_to_1_ulp(void **state)
{
    (void)state;
    exact_needs_extended();
    for (uint64_t k = 0; k < 4 * SHAPES; k++) {
        example e;
        float *y;
        long double *expected;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_NONE, LAYER_NONE, SCI_FLOAT32,
                     1e5, 1.0);
        e.pass.output = SCI_FLOAT32;
        e.pass.eps = 1e-5;
        y = test_alloc(e.n, sizeof *y);
        expected = exact_forward(example_exact(&e));
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            assert_ulps_f32(y[i], (float)expected[i], 1);
        free(expected);
        free(y);
        example_clear(&e);
    }
}

/* The reference's gradient is the slope of the reference's output: L = Σ dy·y by central
 * differences. */
static void
reference_gradient_is_the_slope_of_the_reference_output(void **state)
{
    (void)state;
    exact_needs_extended();
    for (uint64_t k = 0; k < 2 * EXAMPLE_KINDS; k++) {
        example e;
        exact_case c;
        long double *x, *dx, step = 1e-5L;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_CONDITIONAL,
                     (example_layer)(k % LAYER_KINDS), SCI_FLOAT64, 0.5, 1.0);
        e.pass.eps = 1e-2;
        e.pass.outside = k % 2 == 0 ? SCI_OUTSIDE_KEEP : SCI_OUTSIDE_APPLY;
        c = *example_exact(&e);
        x = test_alloc(e.n, sizeof *x);
        for (uint64_t i = 0; i < e.n; i++)
            x[i] = c.x[i];
        c.x = x;
        dx = exact_backward(&c, e.dy, NULL, NULL);
        for (uint64_t i = 0; i < e.n; i += 1 + e.n / 7) {
            long double old = x[i], loss[2] = { 0.0L, 0.0L };

            for (int side = 0; side < 2; side++) {
                long double *y;

                x[i] = side == 0 ? old - step : old + step;
                y = exact_forward(&c);
                for (uint64_t j = 0; j < e.n; j++)
                    loss[side] += (long double)e.dy[j] * y[j];
                free(y);
            }
            x[i] = old;
            assert_close((double)dx[i], (double)((loss[1] - loss[0]) / (2.0L * step)), 1e-5, 1e-5);
        }
        free(dx);
        free(x);
        example_clear(&e);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_gradient_is_the_slope_of_the_reference_output),
        cmocka_unit_test(batch_norm_agrees_with_long_double),
        cmocka_unit_test(layer_norm_agrees_with_long_double),
        cmocka_unit_test(instance_norm_agrees_with_long_double),
        cmocka_unit_test(group_norm_agrees_with_long_double),
        cmocka_unit_test(other_groupings_agree_with_long_double),
        cmocka_unit_test(masks_agree_with_long_double),
        cmocka_unit_test(weights_agree_with_long_double),
        cmocka_unit_test(ddof_1_agrees_with_long_double),
        cmocka_unit_test(every_element_type_agrees_with_long_double),
        cmocka_unit_test(float_outputs_are_the_rounded_answer_to_1_ulp),
    };

    return run_all(tests);
}
