/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles are those of the sorted members, whatever their type. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/file.h>
#include <sci/h5.h>

#include <support/elements.h>
#include <support/place.h>
#include <support/quantiles.h>
#include <support/testing.h>

enum { EXAMPLES = 44, FEW = 8 };

static const double some[] = { 0.5, 0.0, 1.0, 0.01, 0.99, 0.3333, 0.25 };
static const partition whole = { .rank = 1, .shape = { FEW } };

static void
assert_quantiles(const sci_quantiles *q, const double *expected, uint64_t groups, size_t n)
{
    for (uint64_t g = 0; g < groups; g++)
        for (size_t k = 0; k < n; k++)
            assert_close(sci_quantiles_value(q, g, k), expected[g * n + k], 0.0, 0.0);
}

static void
make(example *e, uint64_t k)
{
    sci_type type = element_types[k % ARRAY_LEN(element_types)];

    example_make(e, k, (example_kind)(k % EXAMPLE_KINDS), SECOND_NONE,
                 (example_layer)(k / 5 % LAYER_KINDS), type, 0.5, k % 4 == 0 ? 1.0 : 30.0);
    e->pass.streamed = k % 2 == 0;
    e->pass.options = (sci_options){ .threads = 1 + (int)(k % 3) };
}

static void
quantiles_are_those_of_sorted_members(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        sci_quantiles *q = NULL;
        sci_report report;
        double *expected;

        make(&e, k);
        expected = sorted_quantiles(&e, ARRAY_LEN(some), some, NULL);
        assert_ok(pass_quantiles(&e.pass, ARRAY_LEN(some), some, NULL, &q, &report));
        assert_quantiles(q, expected, partition_groups(&e.groups), ARRAY_LEN(some));
        assert_count(report.elements, e.n);
        sci_quantiles_free(q);
        free(expected);
        example_clear(&e);
    }
}

static void
deviations_are_those_of_sorted_deviations(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k += 3) {
        example e;
        sci_quantiles *q = NULL, *plain = NULL;
        uint64_t groups;
        double *expected, *centre, half = 0.5, mad;

        make(&e, k);
        groups = partition_groups(&e.groups);
        centre = sorted_quantiles(&e, 1, &half, NULL);
        expected = sorted_quantiles(&e, ARRAY_LEN(some), some, centre);
        assert_ok(pass_quantiles(&e.pass, ARRAY_LEN(some), some, centre, &q, NULL));
        assert_quantiles(q, expected, groups, ARRAY_LEN(some));
        assert_ok(pass_quantiles(&e.pass, 0, NULL, NULL, &plain, NULL));
        for (uint64_t g = 0; sci_quantiles_whole(plain) && g < groups; g++) {
            assert_ok(sci_quantiles_deviation(plain, g, 0.5, centre[g], &mad));
            assert_close(mad, expected[g * ARRAY_LEN(some)], 0.0, 0.0);
        }
        sci_quantiles_free(q);
        sci_quantiles_free(plain);
        free(expected);
        free(centre);
        example_clear(&e);
    }
}

/* Of integers that are counted one by one; other types are refused. */
static void
moments_are_those_of_the_histogram(void **state)
{
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(element_types); t++) {
        sci_type type = element_types[t];
        random_stream r = random_start(t);
        partition all = { .rank = 1, .shape = { 5000 } };
        void *x = elements_normal(&r, type, false, 5000, 60.0, 20.0);
        pass p = { .groups = &all, .type = type, .x = x, .options = { .threads = 1 } };
        bool small = sci_type_is_integer(type) && sci_type_size(type) <= 2;
        long double sum = 0, m2 = 0;
        sci_quantiles *q = NULL;
        sci_moments m;
        double min = HUGE_VAL, max = -HUGE_VAL;

        test_context("%s", element_words(type, false));
        assert_ok(pass_quantiles(&p, 0, NULL, NULL, &q, NULL));
        if (!small) {
            assert_fails(sci_quantiles_moments(q, 0, &m), SCI_ERR_ARGUMENT);
        } else {
            for (uint64_t i = 0; i < 5000; i++) {
                double v = (double)element_get(x, type, false, i);

                sum += (long double)v;
                min = v < min ? v : min;
                max = v > max ? v : max;
            }
            for (uint64_t i = 0; i < 5000; i++) {
                long double d = (long double)element_get(x, type, false, i) - sum / 5000;

                m2 += d * d;
            }
            assert_ok(sci_quantiles_moments(q, 0, &m));
            assert_count(m.count, 5000);
            assert_close(m.weight, 5000.0, 0.0, 0.0);
            assert_close(m.mean_hi, (double)(sum / 5000), 3e-16, 0.0);
            assert_close((double)((long double)m.mean_hi + m.mean_lo - sum / 5000), 0.0, 0.0,
                         1e-15);
            assert_close(m.m2, (double)m2, 1e-15, 0.0);
            assert_close(m.min, min, 0.0, 0.0);
            assert_close(m.max, max, 0.0, 0.0);
        }
        sci_quantiles_free(q);
        free(x);
    }
}

static void
either_byte_order_gives_the_same(void **state)
{
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(element_types); t++) {
        sci_type type = element_types[t];
        random_stream r = random_start(t);
        uint64_t shape = 1000;
        partition all = { .rank = 1, .shape = { shape } };
        void *x = elements_normal(&r, type, false, shape, 3.0, 20.0);
        void *swapped = test_alloc(shape, 8);
        sci_quantiles *a = NULL, *b = NULL;
        pass p = { .groups = &all, .type = type, .x = x, .options = { .threads = 1 } };

        for (uint64_t i = 0; i < shape; i++)
            element_set(swapped, type, true, i, element_get(x, type, false, i));
        test_context("%s", element_words(type, true));
        assert_ok(pass_quantiles(&p, ARRAY_LEN(some), some, NULL, &a, NULL));
        p.x = swapped;
        p.swapped = true;
        assert_ok(pass_quantiles(&p, ARRAY_LEN(some), some, NULL, &b, NULL));
        for (size_t k = 0; k < ARRAY_LEN(some); k++)
            assert_close(sci_quantiles_value(a, 0, k), sci_quantiles_value(b, 0, k), 0.0, 0.0);
        sci_quantiles_free(a);
        sci_quantiles_free(b);
        free(x);
        free(swapped);
    }
}

static double
one_quantile(sci_type type, const void *x, double p, sci_nan_policy nan)
{
    pass run = { .groups = &whole, .type = type, .x = x, .options = { .threads = 1, .nan = nan } };
    sci_quantiles *q = NULL;
    double value;

    assert_ok(pass_quantiles(&run, 1, &p, NULL, &q, NULL));
    value = sci_quantiles_value(q, 0, 0);
    sci_quantiles_free(q);
    return value;
}

static void
zeros_of_both_signs_are_zero(void **state)
{
    const double x[FEW] = { -0.0, 0.0, -0.0, -0.0, 0.0, -1.0, 1.0, -0.0 };
    const float y[FEW] = { -0.0F, 0.0F, -0.0F, -0.0F, 0.0F, -1.0F, 1.0F, -0.0F };
    double zero = one_quantile(SCI_FLOAT64, x, 0.2, SCI_NAN_REFUSE);

    (void)state;
    assert_that(zero == 0.0 && !signbit(zero));
    zero = one_quantile(SCI_FLOAT32, y, 0.5, SCI_NAN_REFUSE);
    assert_that(zero == 0.0 && !signbit(zero));
}

static void
extremes_are_found_exactly(void **state)
{
    const int64_t i[FEW] = { INT64_MIN, INT64_MAX, 0, -1, 1, 2, 3, 4 };
    const uint64_t u[FEW] = { 0, UINT64_MAX, 1, 2, 3, 4, 5, 6 };
    const double d[FEW] = { -DBL_MAX, DBL_MAX, DBL_MAX, -DBL_MAX, 5e-324, -5e-324, 0.0, 1.0 };

    (void)state;
    assert_close(one_quantile(SCI_INT64, i, 0.0, SCI_NAN_REFUSE), -0x1p63, 0.0, 0.0);
    assert_close(one_quantile(SCI_INT64, i, 1.0, SCI_NAN_REFUSE), 0x1p63, 0.0, 0.0);
    assert_close(one_quantile(SCI_UINT64, u, 1.0, SCI_NAN_REFUSE), 0x1p64, 0.0, 0.0);
    assert_close(one_quantile(SCI_FLOAT64, d, 1.0, SCI_NAN_REFUSE), DBL_MAX, 0.0, 0.0);
    assert_close(one_quantile(SCI_FLOAT64, d, 3.0 / 7.0, SCI_NAN_REFUSE), 0.0, 0.0, 0.0);
    assert_close(one_quantile(SCI_FLOAT64, d, 2.0 / 7.0, SCI_NAN_REFUSE), -5e-324, 0.0, 0.0);
    /* between ±DBL_MAX, whose difference overflows */
    assert_that(isfinite(one_quantile(SCI_FLOAT64,
                                      (const double[FEW]){ -DBL_MAX, DBL_MAX, -DBL_MAX, DBL_MAX,
                                                           -DBL_MAX, DBL_MAX, -DBL_MAX, DBL_MAX },
                                      0.5, SCI_NAN_REFUSE)));
}

static void
nan_follows_its_policy(void **state)
{
    const double x[FEW] = { 4.0, (double)NAN, 1.0, INFINITY, 2.0, -INFINITY, 3.0, 5.0 };
    const double y[FEW] = { 4.0, 0.5, 1.0, INFINITY, 2.0, -INFINITY, 3.0, 5.0 };
    pass p = { .groups = &whole, .type = SCI_FLOAT64, .x = x, .options = { .threads = 1 } };
    sci_quantiles *q = NULL;
    sci_report report;
    bool done;

    (void)state;
    assert_ok(sci_quantiles_create(&q, 1, SCI_FLOAT64, 1, some, NULL));
    assert_fails(pass_count(&p, q, &report), SCI_ERR_NONFINITE);
    assert_count(report.nonfinite, 3);
    assert_count(report.first_nonfinite, 1);
    assert_count(report.members, FEW);
    assert_fails(pass_count(&p, q, &report), SCI_ERR_ARGUMENT); /* it can only be freed */
    assert_fails(sci_quantiles_advance(q, &done), SCI_ERR_ARGUMENT);
    sci_quantiles_free(q);
    assert_close(one_quantile(SCI_FLOAT64, x, 0.5, SCI_NAN_IGNORE), 3.0, 0.0, 0.0);
    assert_that(isnan(one_quantile(SCI_FLOAT64, x, 0.5, SCI_NAN_PROPAGATE)));
    assert_close(one_quantile(SCI_FLOAT64, y, 1.0, SCI_NAN_PROPAGATE), INFINITY, 0.0, 0.0);
    assert_close(one_quantile(SCI_FLOAT64, y, 0.0, SCI_NAN_PROPAGATE), -INFINITY, 0.0, 0.0);
}

static void
unlike_members_in_a_later_round_are_refused(void **state)
{
    float x[FEW] = { 1, 2, 3, 4, 5, 6, 7, 8 }, y[FEW] = { 11, 12, 13, 14, 15, 16, 17, 18 };
    pass_values positive = { true, 1, &(double){ 2.5 }, NULL };
    pass p = { .groups = &whole, .type = SCI_FLOAT32, .x = x, .options = { .threads = 1 } };

    (void)state;
    for (int change = 0; change < 2; change++) {
        sci_quantiles *q = NULL;
        bool done = false;

        p.x = x;
        p.values = NULL;
        assert_ok(sci_quantiles_create(&q, 1, SCI_FLOAT32, 1, some, NULL));
        assert_ok(pass_count(&p, q, NULL));
        assert_ok(sci_quantiles_advance(q, &done));
        assert_that(!done);
        if (change == 0)
            p.values = &positive;
        else
            p.x = y;
        assert_that(sci_quantiles_is_partial(q));
        assert_ok(pass_count(&p, q, NULL));
        assert_that(sci_quantiles_is_partial(q) == (change == 0));
        assert_fails(sci_quantiles_advance(q, &done), SCI_ERR_REFUSED);
        sci_quantiles_free(q);
    }
}

static void
histograms_count_every_value(void **state)
{
    const uint8_t x[FEW] = { 0, 255, 3, 3, 7, 128, 64, 3 };
    pass p = { .groups = &whole, .type = SCI_UINT8, .x = x, .options = { .threads = 1 } };
    sci_quantiles *q = NULL;
    uint64_t counts[4], at = 0, n = 0, count;
    double value, before = -1.0;

    (void)state;
    assert_ok(pass_quantiles(&p, 0, NULL, NULL, &q, NULL));
    assert_ok(sci_quantiles_histogram(q, 0, 0.0, 8.0, 4, counts));
    assert_count(counts[0], 1);
    assert_count(counts[1], 3);
    assert_count(counts[2], 0);
    assert_count(counts[3], 1);
    assert_ok(sci_quantiles_histogram(q, 0, 0.0, 255.0, 4, counts));
    assert_count(counts[3], 1);
    while (sci_quantiles_next(q, 0, &at, &value, &count)) {
        assert_that(value > before);
        before = value;
        n += count;
    }
    assert_count(n, FEW);
    assert_fails(sci_quantiles_histogram(q, 0, 3.0, 3.0, 4, counts), SCI_ERR_ARGUMENT);
    sci_quantiles_free(q);
}

static void
impossible_requests_are_refused(void **state)
{
    const double beyond = 1.5;
    const int16_t x[FEW] = { 1 };
    pass p = { .groups = &whole, .type = SCI_INT16, .x = x, .options = { .threads = 1 } };
    sci_quantiles *q = NULL, *other = NULL;
    bool done;

    (void)state;
    assert_fails(sci_quantiles_create(&q, 1, SCI_INT16, 1, &beyond, NULL), SCI_ERR_ARGUMENT);
    assert_fails(sci_quantiles_create(&q, 0, SCI_INT16, 1, some, NULL), SCI_ERR_ARGUMENT);
    assert_ok(sci_quantiles_create(&q, 2, SCI_INT16, 1, some, NULL));
    assert_fails(pass_count(&p, q, NULL), SCI_ERR_SHAPE);
    sci_quantiles_free(q);
    assert_ok(sci_quantiles_create(&q, 1, SCI_UINT16, 1, some, NULL));
    assert_fails(pass_count(&p, q, NULL), SCI_ERR_SHAPE);
    assert_ok(sci_quantiles_create(&other, 1, SCI_UINT16, 1, some + 1, NULL));
    assert_fails(sci_quantiles_merge(q, other), SCI_ERR_REFUSED);
    assert_ok(sci_quantiles_advance(q, &done)); /* of nothing */
    assert_that(done && isnan(sci_quantiles_value(q, 0, 0)));
    assert_fails(sci_quantiles_advance(q, &done), SCI_ERR_ARGUMENT);
    sci_quantiles_free(q);
    sci_quantiles_free(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_sorted_members),
        cmocka_unit_test(deviations_are_those_of_sorted_deviations),
        cmocka_unit_test(moments_are_those_of_the_histogram),
        cmocka_unit_test(either_byte_order_gives_the_same),
        cmocka_unit_test(zeros_of_both_signs_are_zero),
        cmocka_unit_test(extremes_are_found_exactly),
        cmocka_unit_test(nan_follows_its_policy),
        cmocka_unit_test(unlike_members_in_a_later_round_are_refused),
        cmocka_unit_test(histograms_count_every_value),
        cmocka_unit_test(impossible_requests_are_refused),
    };

    return run_all(tests);
}
