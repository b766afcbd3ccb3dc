/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members chosen by their own values: as a mask of the same elements would choose them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/example.h>
#include <support/large.h>
#include <support/testing.h>

enum { EXAMPLES = 220 };

/* A test of values, and the mask that says the same. */
typedef struct choice {
    pass_values values;
    double low[4096], high[4096];
    double *mask;
    partition masked;
} choice;

static bool
passes(const pass_values *v, uint64_t group, long double x)
{
    uint64_t at = v->n > 1 ? group : 0;

    if (isnan(v->low ? v->low[at] : 0.0) || isnan(v->high ? v->high[at] : 0.0))
        return false;
    if (isnan(x))
        return true;
    return !(v->nonzero && x == 0.0L)
           && (!v->low || isinf(v->low[at]) || x > (long double)v->low[at])
           && (!v->high || isinf(v->high[at]) || x < (long double)v->high[at]);
}

/* Bounds about mean ± sd, one or one a group, some missing; the mask of `p` in one more layer. */
static void
choice_make(choice *c, const pass *p, uint64_t number, double mean, double sd)
{
    const partition *groups = p->groups;
    uint64_t n = partition_elements(groups), bounds = partition_groups(groups);
    random_stream r = random_start(number + 90000);
    int64_t *group;
    partition_layer *layer;

    memset(c, 0, sizeof *c);
    bounds = number % 3 == 0 || bounds > ARRAY_LEN(c->low) ? 1 : bounds;
    for (uint64_t g = 0; g < bounds; g++) {
        c->low[g] = mean + sd * (random_normal(&r) - 1.5);
        c->high[g] = mean + sd * (random_normal(&r) + 1.5);
        if (g % 7 == 3)
            c->low[g] = (double)element_round(p->type, (long double)c->low[g]); /* exclusive */
        if (g % 7 == 5)
            c->low[g] = -INFINITY;
    }
    if (bounds > 4)
        c->high[bounds / 2] = (double)NAN;
    c->values = (pass_values){ number % 2 == 0, bounds, number % 5 ? c->low : NULL,
                               number % 4 ? c->high : NULL };
    c->mask = test_alloc(n, sizeof *c->mask);
    partition_assign(groups, &group, NULL);
    for (uint64_t i = 0; i < n; i++)
        c->mask[i] = group[i] >= 0
                     && passes(&c->values, (uint64_t)group[i],
                               element_get(p->x, p->type, p->swapped, i));
    free(group);
    c->masked = *groups;
    layer = &c->masked.masks[c->masked.n_masks++];
    layer->n_axes = groups->rank;
    for (int a = 0; a < groups->rank; a++)
        layer->axes[a] = a;
    layer->values = c->mask;
}

static void
make(example *e, uint64_t k, choice *c)
{
    sci_type type = element_types[k % ARRAY_LEN(element_types)];

    example_make(e, k, (example_kind)(k % EXAMPLE_KINDS), (example_second)(k % SECOND_KINDS),
                 (example_layer)(k / 3 % LAYER_KINDS), type, 2.0, 3.0);
    e->pass.eps = 1e-5;
    e->pass.output = k % 2 ? SCI_FLOAT64 : SCI_FLOAT32;
    e->pass.outside = (sci_outside)(k % 5);
    e->pass.outside_value = -7.25;
    e->pass.streamed = k % 3 == 0;
    choice_make(c, &e->pass, k, 2.0, 3.0);
}

static pass
as_mask(const example *e, const choice *c)
{
    pass p = e->pass;

    p.groups = &c->masked;
    return p;
}

static void
assert_near_rows(const sci_moments *a, const sci_moments *b, uint64_t n)
{
    for (uint64_t g = 0; g < n; g++) {
        assert_count(a[g].count, b[g].count);
        assert_close(a[g].mean_hi, b[g].mean_hi, 1e-13, 1e-13);
        assert_close(a[g].m2, b[g].m2, 1e-11, 1e-13);
    }
}

static void
chosen_values_are_a_mask(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        choice c;
        pass masked;
        uint64_t groups;
        double *y, *expected;
        sci_moments *rows, *expected_rows;
        sci_report report, expected_report;

        make(&e, k, &c);
        masked = as_mask(&e, &c);
        e.pass.values = &c.values;
        groups = partition_groups(e.pass.groups);
        y = test_alloc(e.n, sizeof *y);
        expected = test_alloc(e.n, sizeof *y);
        rows = test_alloc(groups, sizeof *rows);
        expected_rows = test_alloc(groups, sizeof *rows);
        memset(y, 0, e.n * sizeof *y);
        memset(expected, 0, e.n * sizeof *y);
        assert_ok(pass_normalize(&masked, expected, expected_rows, &expected_report));
        assert_ok(pass_normalize(&e.pass, y, rows, &report));
        assert_count(report.members, expected_report.members);
        if (e.groups.n_weights == 0) {
            assert_same_bytes(rows, expected_rows, groups, sizeof *rows);
        } else { /* rows of equal weight are blocks of their own */
            assert_near_rows(rows, expected_rows, groups);
        }
        for (uint64_t i = 0; i < e.n; i++) {
            double a = e.pass.output == SCI_FLOAT32 ? (double)((float *)(void *)y)[i] : y[i];
            double b = e.pass.output == SCI_FLOAT32 ? (double)((float *)(void *)expected)[i]
                                                    : expected[i];

            assert_close(a, b, e.pass.output == SCI_FLOAT32 ? 1e-6 : 1e-12, 1e-6);
        }
        free(y);
        free(expected);
        free(rows);
        free(expected_rows);
        free(c.mask);
        example_clear(&e);
    }
}

static void
applying_judges_as_fitting_does(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k += 3) {
        example e;
        choice c;
        sci_stats *stats = NULL;
        unsigned char *y, *again;

        make(&e, k, &c);
        e.pass.values = &c.values;
        y = test_alloc(e.n, sizeof(double));
        again = test_alloc(e.n, sizeof(double));
        assert_ok(pass_fit(&e.pass, &stats, NULL));
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        assert_ok(pass_apply(&e.pass, stats, false, NULL, again, NULL));
        assert_same_bytes(y, again, e.n, e.pass.output == SCI_FLOAT32 ? 4 : 8);
        sci_stats_free(stats);
        free(y);
        free(again);
        free(c.mask);
        example_clear(&e);
    }
}

static void
gradients_are_those_of_the_mask(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k += 2) {
        example e;
        choice c;
        pass masked;
        double *dx, *expected;

        make(&e, k, &c);
        e.pass.output = SCI_FLOAT64;
        masked = as_mask(&e, &c);
        e.pass.values = &c.values;
        dx = test_alloc(e.n, sizeof *dx);
        expected = test_alloc(e.n, sizeof *dx);
        assert_ok(pass_gradient(&masked, e.dy, expected, NULL, NULL, NULL));
        assert_ok(pass_gradient(&e.pass, e.dy, dx, NULL, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            assert_close(dx[i], expected[i], 1e-11, 1e-11);
        free(dx);
        free(expected);
        free(c.mask);
        example_clear(&e);
    }
}

/* Threads, budgets and pieces, for arrays of several segments. */
static void
no_byte_depends_on_how_it_is_run(void **state)
{
    (void)state;
    for (int number = 0; number < LARGE_CASES; number++) {
        large_case c;
        pass_values values = { true, 1, NULL, NULL };
        double low = -0.5;
        uint64_t groups;
        float *y, *expected;
        sci_moments *rows, *expected_rows;

        large_make(&c, number);
        values.low = number % 2 ? &low : NULL;
        c.pass.values = &values;
        c.pass.outside = (sci_outside)(number % 4);
        groups = partition_groups(&c.groups);
        y = test_alloc(c.n, sizeof *y);
        expected = test_alloc(c.n, sizeof *y);
        rows = test_alloc(groups, sizeof *rows);
        expected_rows = test_alloc(groups, sizeof *rows);
        test_context("%s, one thread, in memory", c.words);
        c.pass.options = (sci_options){ .threads = 1 };
        c.pass.streamed = false;
        assert_ok(pass_normalize(&c.pass, expected, expected_rows, NULL));
        for (int k = 0; k < 3; k++) {
            test_context("%s, run %d", c.words, k);
            c.pass.options = (sci_options){ .threads = 1 + 3 * (k % 2),
                                            .memory_bytes = k == 2 ? (uint64_t)256 << 20 : 0 };
            c.pass.streamed = k != 2;
            memset(y, 0xa5, c.n * sizeof *y);
            assert_ok(pass_normalize(&c.pass, y, rows, NULL));
            assert_same_bytes(rows, expected_rows, groups, sizeof *rows);
            assert_same_bytes(y, expected, c.n, sizeof *y);
        }
        free(y);
        free(expected);
        free(rows);
        free(expected_rows);
        large_clear(&c);
    }
}

/* ---- edges ---- */

enum { FEW = 8 };

static const partition whole = { .rank = 1, .shape = { FEW } };

static uint64_t
members_of(sci_type type, const void *x, bool nonzero, double low, double high, sci_nan_policy nan)
{
    pass_values values = { nonzero, 1, &low, &high };
    pass p = { .groups = &whole, .type = type, .x = x, .values = &values,
               .options = { .threads = 1, .nan = nan } };
    sci_stats *stats = NULL;
    sci_report report;

    assert_ok(pass_fit(&p, &stats, &report));
    sci_stats_free(stats);
    return report.members;
}

static void
bounds_are_exact_for_64_bit_integers(void **state)
{
    static const int64_t x[FEW] = { INT64_MIN, INT64_MIN + 1, -1, 0,
                                    1, ((int64_t)1 << 53) + 1, INT64_MAX - 1, INT64_MAX };
    static const uint64_t u[FEW] = { 0, 1, 2, ((uint64_t)1 << 53) + 1, (uint64_t)1 << 63,
                                     UINT64_MAX - 1, UINT64_MAX, 5 };

    (void)state;
    assert_count(members_of(SCI_INT64, x, false, -INFINITY, INFINITY, SCI_NAN_REFUSE), 8);
    assert_count(members_of(SCI_INT64, x, true, -INFINITY, INFINITY, SCI_NAN_REFUSE), 7);
    assert_count(members_of(SCI_INT64, x, false, 0x1p53, 0x1p63, SCI_NAN_REFUSE), 3);
    assert_count(members_of(SCI_INT64, x, false, -0x1p63, 0.5, SCI_NAN_REFUSE), 3);
    assert_count(members_of(SCI_INT64, x, false, 0x1p63, INFINITY, SCI_NAN_REFUSE), 0);
    assert_count(members_of(SCI_UINT64, u, false, 0x1p53, 0x1p64, SCI_NAN_REFUSE), 4);
    assert_count(members_of(SCI_UINT64, u, false, -3.0, 1.5, SCI_NAN_REFUSE), 2);
    assert_count(members_of(SCI_UINT64, u, false, -INFINITY, -1.0, SCI_NAN_REFUSE), 0);
}

static void
bounds_are_exact_for_single_precision(void **state)
{
    const float tenth = 0.1F; /* larger than 0.1 */
    const float x[FEW] = { tenth, nextafterf(tenth, 0.0F), 0.0F, -0.0F, 1.0F, 1e38F, -1e38F, 2.0F };

    (void)state;
    assert_count(members_of(SCI_FLOAT32, x, false, 0.1, 1e300, SCI_NAN_REFUSE), 4);
    assert_count(members_of(SCI_FLOAT32, x, false, (double)tenth, INFINITY, SCI_NAN_REFUSE), 3);
    assert_count(members_of(SCI_FLOAT32, x, true, -INFINITY, 0.1, SCI_NAN_REFUSE), 2);
    assert_count(members_of(SCI_FLOAT32, x, false, -1e300, 1e300, SCI_NAN_REFUSE), 8);
    assert_count(members_of(SCI_FLOAT32, x, false, 1.0, 2.0, SCI_NAN_REFUSE), 0);
}

static void
nan_is_left_to_its_policy(void **state)
{
    const double x[FEW] = { (double)NAN, 1.0, 2.0, 3.0, INFINITY, 0.0, -1.0, -2.0 };
    double low = 0.5, nan = (double)NAN;
    pass_values values = { true, 1, &low, NULL };
    pass p = { .groups = &whole, .type = SCI_FLOAT64, .x = x, .values = &values,
               .options = { .threads = 1 } };
    sci_stats *stats = NULL;
    sci_report report;

    (void)state;
    assert_fails(pass_fit(&p, &stats, &report), SCI_ERR_NONFINITE);
    assert_count(report.nonfinite, 2);
    assert_count(report.first_nonfinite, 0);
    assert_count(members_of(SCI_FLOAT64, x, true, 0.5, 2.5, SCI_NAN_IGNORE), 3); /* with NaN */
    p.options.nan = SCI_NAN_IGNORE;
    values.high = &nan;
    assert_ok(pass_fit(&p, &stats, &report));
    assert_count(report.members, 0);
    sci_stats_free(stats);
}

static void
what_makes_no_sense_is_refused(void **state)
{
    const double x[FEW] = { 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0 }, low[2] = { 0.0, 0.0 };
    uint64_t shape[2] = { 2, 4 };
    pass_values values = { true, 1, NULL, NULL };
    pass p = { .groups = &whole, .type = SCI_FLOAT64, .x = x, .values = &values,
               .output = SCI_FLOAT64, .options = { .threads = 1 } };
    sci_grouping *g = NULL;
    sci_stats *stats = NULL;
    double y[FEW];

    (void)state;
    assert_ok(sci_grouping_create(&g, 2, shape));
    assert_fails(sci_grouping_values(g, true, 2, low, NULL), SCI_ERR_SHAPE);
    assert_fails(sci_grouping_values(g, true, 0, NULL, NULL), SCI_ERR_SHAPE);
    assert_ok(sci_grouping_keep(g, 0));
    assert_ok(sci_grouping_values(g, true, 2, low, NULL));
    sci_grouping_free(g);
    assert_ok(pass_fit(&p, &stats, NULL));
    assert_fails(pass_apply(&p, stats, true, NULL, y, NULL), SCI_ERR_REFUSED);
    p.outside = SCI_OUTSIDE_APPLY;
    assert_ok(pass_apply(&p, stats, true, NULL, y, NULL));
    sci_stats_free(stats);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_values_are_a_mask),
        cmocka_unit_test(applying_judges_as_fitting_does),
        cmocka_unit_test(gradients_are_those_of_the_mask),
        cmocka_unit_test(no_byte_depends_on_how_it_is_run),
        cmocka_unit_test(bounds_are_exact_for_64_bit_integers),
        cmocka_unit_test(bounds_are_exact_for_single_precision),
        cmocka_unit_test(nan_is_left_to_its_policy),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };

    return run_all(tests);
}
