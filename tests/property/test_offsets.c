/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Data far from zero: no digit is lost, whichever kernel adds it up, and constant groups give
 * exact zeros. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/exact.h>
#include <support/passes.h>
#include <support/random.h>
#include <support/testing.h>

enum { SETS = 200, COLUMNS = 5, TARGET = 3 };

/* How the members of a set lie in the array. */
typedef enum placing {
    PLACED_ALONE,   /* the whole array: run kernel */
    PLACED_COLUMN,  /* one column of several: columns kernel */
    PLACED_MASKED,  /* every other element or so: compacted */
    PLACED_LABELLED /* labels along the inner axis: compacted or columns */
} placing;

static const char *const placing_words[] = { "alone", "as a column", "masked", "labelled" };

/* The shape of a distribution: normal, uniform, or a few large values. */
static double
draw(random_stream *r, unsigned shape)
{
    double z;

    switch (shape) {
    case 0: return random_normal(r);
    case 1: return random_uniform(r) * 4.0 - 2.0;
    default:
        z = random_normal(r);
        return random_below(r, 50) == 0 ? z * 100.0 : z;
    }
}

static sci_moments
fit_placed(placing how, sci_type type, const void *set, uint64_t n, random_stream *r)
{
    size_t size = sci_type_size(type);
    uint64_t stride = how == PLACED_ALONE ? 1 : COLUMNS;
    unsigned char *x = test_alloc(n * stride, size);
    double *mask = test_alloc(n * stride, sizeof *mask);
    int64_t labels[COLUMNS] = { 7, 0, 7, 2, 0 };
    partition groups = { .rank = 2, .shape = { n, stride } };
    pass p = { .groups = &groups, .type = type, .x = x, .options = { .threads = 1 } };
    sci_stats *stats = NULL;
    uint64_t wanted = 0;
    sci_moments m;

    for (uint64_t i = 0; i < n * stride; i++) {
        element_set(x, type, false, i,
                    (long double)(random_normal(r) * 1e12)); /* noise to be kept out */
        mask[i] = 0.0;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = how == PLACED_MASKED ? i * stride + random_below(r, stride)
                      : how == PLACED_ALONE ? i : i * stride + TARGET;

        memcpy(x + at * size, (const unsigned char *)set + i * size, size);
        mask[at] = 1.0;
    }
    if (how == PLACED_COLUMN) {
        groups.factors[groups.n_factors++] =
            (partition_factor){ FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 };
        wanted = TARGET;
    } else if (how == PLACED_LABELLED) {
        groups.factors[groups.n_factors++] =
            (partition_factor){ FACTOR_VALUES, 1, { 1 }, labels, 0, false, 0 };
        wanted = 1; /* levels 0, 2, 7 */
    } else if (how == PLACED_MASKED) {
        groups.masks[groups.n_masks++] = (partition_layer){ 2, { 0, 1 }, mask };
    }
    assert_ok(pass_fit(&p, &stats, NULL));
    m = sci_stats_moments(stats)[wanted];
    sci_stats_free(stats);
    free(mask);
    free(x);
    return m;
}

static exact_moments
exact_of(sci_type type, const void *set, uint64_t n)
{
    long double *x = test_alloc(n, sizeof *x);
    int64_t *group = test_alloc(n, sizeof *group);
    double *weight = test_alloc(n, sizeof *weight);
    exact_case c = { .n = n, .x = x, .group = group, .weight = weight, .groups = 1 };
    exact_moments *rows, m;

    for (uint64_t i = 0; i < n; i++) {
        x[i] = element_get(set, type, false, i);
        weight[i] = 1.0;
    }
    rows = exact_moments_of(&c);
    m = rows[0];
    free(rows);
    free(weight);
    free(group);
    free(x);
    return m;
}

static void
check_set(placing how, sci_type type, uint64_t number, double largest_offset)
{
    random_stream r = random_start(number);
    uint64_t n = 2 + random_below(&r, number % 4 == 0 ? 20000 : 2000);
    double sd = exp2((double)random_between(&r, -20, 20));
    double offset = (random_uniform(&r) * 2.0 - 1.0) * pow(largest_offset, random_uniform(&r)) * sd;
    unsigned shape = (unsigned)random_below(&r, 3);
    void *set = test_alloc(n, sci_type_size(type));
    exact_moments expected;
    sci_moments m;

    exact_needs_extended();
    for (uint64_t i = 0; i < n; i++)
        element_set(set, type, false, i, (long double)(offset + sd * draw(&r, shape)));
    expected = exact_of(type, set, n);
    m = fit_placed(how, type, set, n, &r);
    test_context("set %d, %s, %s, n %d, offset %g, sd %g", (int)number, placing_words[how],
                 sci_type_name(type), (int)n, offset, sd);
    assert_count(m.count, n);
    assert_digits(sci_moments_sd(&m, 0), sqrtl(expected.m2 / (long double)n), 15.0);
    /* Where the mean itself cancels, its error is measured against the spread. */
    if (fabsl(expected.mean) * sqrtl((long double)n) >= sqrtl(expected.m2))
        assert_digits(sci_moments_mean(&m), expected.mean, 15.0);
    else
        assert_close(sci_moments_mean(&m), (double)expected.mean, 0.0,
                     1e-15 * (double)sqrtl(expected.m2 / (long double)n));
    assert_that(m.min == (double)expected.min && m.max == (double)expected.max);
    free(set);
}

static void
doubles_have_15_digits_up_to_1e9_sd_from_zero(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < SETS; k++)
        check_set(PLACED_ALONE, SCI_FLOAT64, k, 1e9);
}

static void
columns_have_15_digits_up_to_1e9_sd_from_zero(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < SETS; k++)
        check_set(PLACED_COLUMN, SCI_FLOAT64, k, 1e9);
}

static void
masked_members_have_15_digits_up_to_1e9_sd_from_zero(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < SETS; k++)
        check_set(PLACED_MASKED, SCI_FLOAT64, k, 1e9);
}

static void
labelled_members_have_15_digits_up_to_1e9_sd_from_zero(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < SETS; k++)
        check_set(PLACED_LABELLED, SCI_FLOAT64, k, 1e9);
}

static void
floats_have_15_digits_up_to_1e6_sd_from_zero(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < SETS; k++)
        check_set((placing)(k % 4), SCI_FLOAT32, k, 1e6);
}

/* Largest error of z of float32 data with this mean and sd 1; exact in long double. */
static double
largest_z_error(placing how, double mean, uint64_t n)
{
    random_stream r = random_start((uint64_t)mean);
    uint64_t stride = how == PLACED_COLUMN ? COLUMNS : 1;
    float *x = elements_normal(&r, SCI_FLOAT32, false, n * stride, mean, 1.0);
    float *y = test_alloc(n * stride, sizeof *y);
    partition groups = { .rank = 2, .shape = { n, stride } };
    pass p = { .groups = &groups, .type = SCI_FLOAT32, .x = x, .output = SCI_FLOAT32 };
    double worst = 0.0;

    if (how == PLACED_COLUMN)
        groups.factors[groups.n_factors++] =
            (partition_factor){ FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 };
    assert_ok(pass_normalize(&p, y, NULL, NULL));
    for (uint64_t column = 0; column < stride; column++) {
        float *values = test_alloc(n, sizeof *values);
        exact_moments m;

        for (uint64_t i = 0; i < n; i++)
            values[i] = x[i * stride + column];
        m = exact_of(SCI_FLOAT32, values, n);
        for (uint64_t i = 0; i < n; i++) {
            long double z = ((long double)values[i] - m.mean) * exact_scale(&m, 0.0, 0);

            worst = fmax(worst, (double)fabsl(z - (long double)y[i * stride + column]));
        }
        free(values);
    }
    free(y);
    free(x);
    return worst;
}

static void
z_of_floats_at_1e7_is_within_5e_7(void **state)
{
    static const double means[] = { 0.0, 1e4, 1e6, 1e7, -1e7 };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(means); k++) {
        test_context("mean %g", means[k]);
        assert_close(largest_z_error(PLACED_ALONE, means[k], 65536), 0.0, 0.0, 5e-7);
        assert_close(largest_z_error(PLACED_COLUMN, means[k], 20000), 0.0, 0.0, 5e-7);
    }
}

/* Constant groups of every type: their y are +0, and they are counted. */
static void
check_constant(sci_type type, placing how, double eps)
{
    uint64_t n = 3000, stride = how == PLACED_ALONE ? 1 : COLUMNS;
    random_stream r = random_start(type);
    partition groups = { .rank = 2, .shape = { n, stride } };
    void *x = test_alloc(n * stride, sci_type_size(type));
    double *y = test_alloc(n * stride, sizeof *y), *zeros = test_alloc(n * stride, sizeof *zeros);
    double *mask = test_alloc(n * stride, sizeof *mask);
    pass p = { .groups = &groups, .type = type, .x = x, .output = SCI_FLOAT64, .eps = eps };
    sci_moments *rows = test_alloc(stride, sizeof *rows);
    sci_report report;

    if (how == PLACED_COLUMN)
        groups.factors[groups.n_factors++] =
            (partition_factor){ FACTOR_KEEP, 1, { 1 }, NULL, 0, false, 0 };
    if (how == PLACED_MASKED)
        groups.masks[groups.n_masks++] = (partition_layer){ 2, { 0, 1 }, mask };
    p.outside = how == PLACED_MASKED ? SCI_OUTSIDE_ZERO : SCI_OUTSIDE_KEEP;
    for (uint64_t i = 0; i < n * stride; i++) {
        element_set(x, type, false, i, sci_type_is_integer(type) ? element_most(type) : 0.1L);
        mask[i] = random_below(&r, 3) == 0 ? 0.0 : 1.0;
    }
    test_context("%s, %s, eps %g", sci_type_name(type), placing_words[how], eps);
    assert_ok(pass_normalize(&p, y, rows, &report));
    assert_same_bytes(y, zeros, n * stride, sizeof *y);
    assert_count(report.constant_groups, partition_groups(&groups));
    assert_that(rows[0].m2 == 0.0);
    assert_that(sci_moments_mean(&rows[0]) == (double)element_get(x, type, false, 0));
    free(rows);
    free(mask);
    free(zeros);
    free(y);
    free(x);
}

static void
constant_groups_give_exact_zeros(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(element_types); k++) {
        for (placing how = PLACED_ALONE; how <= PLACED_MASKED; how++) {
            check_constant(element_types[k], how, 0.0);
            check_constant(element_types[k], how, 1e-5);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_have_15_digits_up_to_1e9_sd_from_zero),
        cmocka_unit_test(columns_have_15_digits_up_to_1e9_sd_from_zero),
        cmocka_unit_test(masked_members_have_15_digits_up_to_1e9_sd_from_zero),
        cmocka_unit_test(labelled_members_have_15_digits_up_to_1e9_sd_from_zero),
        cmocka_unit_test(floats_have_15_digits_up_to_1e6_sd_from_zero),
        cmocka_unit_test(z_of_floats_at_1e7_is_within_5e_7),
        cmocka_unit_test(constant_groups_give_exact_zeros),
    };

    return run_all(tests);
}
