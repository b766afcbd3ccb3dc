/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Undoing a normalization: the bound of ENGINE rule 18 for float32, exact for integers. */
#include <math.h>
#include <stdlib.h>

#include <support/elements.h>
#include <support/example.h>
#include <support/testing.h>

enum { EXAMPLES = 120 };

/* The forward of an example into elements of `output`, and its table. */
static void *
forward(example *e, sci_type output, sci_stats **stats)
{
    void *y = test_alloc(e->n, sci_type_size(output));

    e->pass.output = output;
    assert_ok(pass_fit(&e->pass, stats, NULL));
    assert_ok(pass_apply(&e->pass, *stats, false, NULL, y, NULL));
    return y;
}

/* The inverse of y (of type `stored`) into elements of `output`. */
static void *
backward(const example *e, const void *y, sci_type stored, sci_type output, const sci_stats *stats)
{
    pass undo = e->pass;
    void *x = test_alloc(e->n, sci_type_size(output));

    undo.x = y;
    undo.type = stored;
    undo.swapped = false;
    undo.output = output;
    assert_ok(pass_apply(&undo, stats, true, NULL, x, NULL));
    return x;
}

/* |x' - x| <= 2^-23·max(|x|, |x - mean|) + 2^-24·|y|/|gamma·scale|; elements outside come back as
 * they are. */
static void
check_bound(example *e)
{
    const exact_case *c = example_exact(e);
    exact_moments *m = exact_moments_of(c);
    sci_stats *stats = NULL;
    float *y = forward(e, SCI_FLOAT32, &stats);
    float *back = backward(e, y, SCI_FLOAT32, SCI_FLOAT32, stats);
    const float *x = e->pass.x;

    for (uint64_t i = 0; i < e->n; i++) {
        const exact_moments *of = c->group[i] < 0 ? NULL : &m[c->group[i]];
        double mean, scale, gamma = 1.0, bound;

        if (of == NULL || !(c->weight[i] > 0.0)) {
            assert_ulps_f32(back[i], x[i], 0);
            continue;
        }
        mean = (double)of->mean;
        scale = (double)exact_scale(of, c->eps, c->ddof);
        if (c->gamma != NULL && c->second[i] >= 0)
            gamma = c->gamma[c->second[i]];
        bound = 0x1p-23 * fmax(fabs((double)x[i]), fabs((double)x[i] - mean)) +
                0x1p-24 * fabs((double)y[i]) / fabs(gamma * scale);
        assert_close((double)back[i], (double)x[i], 0.0, bound);
    }
    sci_stats_free(stats);
    free(back);
    free(y);
    free(m);
}

static void
floats_come_back_within_the_bound(void **state)
{
    static const double means[] = { 0.0, 1.0, -1e3, 1e6 };

    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), (example_second)(k % SECOND_KINDS),
                     (example_layer)(k % LAYER_KINDS), SCI_FLOAT32, means[k % ARRAY_LEN(means)],
                     1.0);
        e.pass.eps = k % 2 == 0 ? 1e-5 : 0.0;
        check_bound(&e);
        example_clear(&e);
    }
}

static void
check_integers(sci_type type, sci_type stored, double mean, double sd)
{
    for (uint64_t k = 0; k < EXAMPLES / 4; k++) {
        example e;
        sci_stats *stats = NULL;
        void *y, *x;

        example_make(&e, k, (example_kind)(k % EXAMPLE_KINDS), (example_second)(k % SECOND_KINDS),
                     LAYER_NONE, type, mean, sd);
        e.pass.beta = NULL;
        e.pass.eps = 1e-5;
        y = forward(&e, stored, &stats);
        x = backward(&e, y, stored, type, stats);
        assert_same_bytes(x, e.pass.x, e.n, sci_type_size(type));
        sci_stats_free(stats);
        free(x);
        free(y);
        example_clear(&e);
    }
}

static void
integers_of_8_and_16_bits_come_back_exactly(void **state)
{
    (void)state;
    check_integers(SCI_INT8, SCI_FLOAT32, 3.0, 60.0);
    check_integers(SCI_UINT8, SCI_FLOAT32, 128.0, 60.0);
    check_integers(SCI_INT16, SCI_FLOAT32, -300.0, 15000.0);
    check_integers(SCI_UINT16, SCI_FLOAT32, 60000.0, 9000.0);
}

static void
wider_integers_come_back_exactly_from_doubles(void **state)
{
    (void)state;
    check_integers(SCI_INT32, SCI_FLOAT64, 1e5, 1e9);
    check_integers(SCI_UINT32, SCI_FLOAT64, 4e9, 2e8);
    check_integers(SCI_INT64, SCI_FLOAT64, -1e13, 1e12);
    check_integers(SCI_UINT64, SCI_FLOAT64, 1e13, 1e12);
}

static void
gamma_of_0_is_refused(void **state)
{
    uint64_t shape[] = { 2, 3 };
    double gamma[] = { 1.0, 0.0, 2.0 };
    sci_grouping *g = NULL;
    sci_affine *a = NULL;

    (void)state;
    assert_ok(sci_grouping_create(&g, 2, shape));
    assert_ok(sci_grouping_keep(g, 1));
    assert_ok(sci_affine_create(&a, g, 1e-5, 0));
    assert_ok(sci_affine_scale_shift(a, g, gamma, NULL));
    assert_fails(sci_affine_invert(a), SCI_ERR_REFUSED);
    sci_affine_free(a);
    sci_grouping_free(g);
}

static void
constant_group_comes_back_as_its_mean(void **state)
{
    static const double epsilons[] = { 0.0, 1e-5 };
    float x[12], *back, *y;
    partition groups = { .rank = 2, .shape = { 4, 3 } };

    (void)state;
    for (int i = 0; i < 12; i++)
        x[i] = 0.1f + (float)(i % 3);
    groups.factors[groups.n_factors++] =
        (partition_factor){ FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 };
    for (size_t k = 0; k < ARRAY_LEN(epsilons); k++) {
        example e = { .n = 12 };
        sci_stats *stats = NULL;

        test_context("eps %g", epsilons[k]);
        e.pass = (pass){ .groups = &groups, .type = SCI_FLOAT32, .x = x, .eps = epsilons[k] };
        y = forward(&e, SCI_FLOAT32, &stats);
        back = backward(&e, y, SCI_FLOAT32, SCI_FLOAT32, stats);
        assert_same_bytes(back, x, 12, sizeof *x);
        sci_stats_free(stats);
        free(back);
        free(y);
    }
}

/* Writing back rounds to the nearest integer and stays inside the type. */
static void
integers_are_rounded_and_clamped(void **state)
{
    static const double y[] = { 0.4, 0.6, -0.6, 300.0, -1e9, 127.4 };
    static const int8_t expected[] = { 0, 1, -1, 127, -128, 127 };
    partition groups = { .rank = 1, .shape = { ARRAY_LEN(y) } };
    static const double unit[] = { -1.0, 1.0, -1.0, 1.0, -1.0, 1.0 }; /* mean 0, variance 1 */
    pass p = { .groups = &groups, .type = SCI_FLOAT64, .x = unit, .output = SCI_INT8 };
    sci_stats *stats = NULL;
    int8_t x[ARRAY_LEN(y)];

    (void)state;
    test_context("clamping");
    assert_ok(pass_fit(&p, &stats, NULL));
    p.x = y;
    assert_ok(pass_apply(&p, stats, true, NULL, x, NULL));
    assert_same_bytes(x, expected, ARRAY_LEN(y), sizeof *x);
    sci_stats_free(stats);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_come_back_within_the_bound),
        cmocka_unit_test(integers_of_8_and_16_bits_come_back_exactly),
        cmocka_unit_test(wider_integers_come_back_exactly_from_doubles),
        cmocka_unit_test(gamma_of_0_is_refused),
        cmocka_unit_test(constant_group_comes_back_as_its_mean),
        cmocka_unit_test(integers_are_rounded_and_clamped),
    };

    return run_all(tests);
}
