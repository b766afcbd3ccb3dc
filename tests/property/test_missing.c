/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NaN and infinities under each policy, in every kernel. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/example.h>
#include <support/testing.h>

enum { EXAMPLES = 60 };

/* Make about one in `every` elements NaN or infinite. x is a copy of the example's; kinds: 0 NaN
 * only, 1 with infinities. */
static double *
spoil(example *e, uint64_t number, uint64_t every, bool infinities)
{
    random_stream r = random_start(77 + number);
    double *x = example_own(e, test_alloc(e->n, sizeof *x));

    memcpy(x, e->pass.x, e->n * sizeof *x);
    for (uint64_t i = 0; i < e->n; i++) {
        if (random_below(&r, every) == 0)
            x[i] = !infinities || random_below(&r, 2) == 0 ? (double)NAN
                   : random_below(&r, 2) == 0              ? (double)INFINITY
                                                           : -(double)INFINITY;
    }
    e->pass.x = x;
    return x;
}

static void
make(example *e, uint64_t k)
{
    example_make(e, k, (example_kind)(k % EXAMPLE_KINDS), (example_second)(k % SECOND_KINDS),
                 (example_layer)(k % LAYER_KINDS), SCI_FLOAT64, 5.0, 2.0);
    e->pass.eps = 1e-5;
    e->pass.streamed = k % 2 == 0;
}

static void
ignored_values_are_left_out_and_come_out_as_they_are(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        double *y;
        long double *expected;

        make(&e, k);
        spoil(&e, k, 4, true);
        e.pass.options.nan = SCI_NAN_IGNORE;
        y = test_alloc(e.n, sizeof *y);
        expected = exact_forward(example_exact(&e));
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            assert_close(y[i], (double)expected[i], 1e-12, 1e-12);
        free(expected);
        free(y);
        example_clear(&e);
    }
}

static void
propagated_nan_spreads_over_its_group_and_no_further(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        double *y;
        long double *expected;

        make(&e, k);
        spoil(&e, k, 40, false);
        e.pass.options.nan = SCI_NAN_PROPAGATE;
        y = test_alloc(e.n, sizeof *y);
        expected = exact_forward(example_exact(&e));
        assert_ok(pass_normalize(&e.pass, y, NULL, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            assert_close(y[i], (double)expected[i], 1e-12, 1e-12);
        free(expected);
        free(y);
        example_clear(&e);
    }
}

static void
refused_values_are_counted_to_the_end_and_the_first_is_named(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        const exact_case *c;
        sci_report report;
        uint64_t members = 0, nonfinite = 0, first = 0;
        sci_stats *stats = NULL;

        make(&e, k);
        spoil(&e, k, 10, true);
        c = example_exact(&e);
        for (uint64_t i = e.n; i-- > 0;) {
            bool member = c->group[i] >= 0 && c->weight[i] > 0.0;

            members += member ? 1 : 0;
            if (member && !isfinite((double)c->x[i])) {
                nonfinite++;
                first = i;
            }
        }
        if (nonfinite == 0) { /* all of them are outside: no reason to refuse */
            assert_ok(pass_fit(&e.pass, &stats, &report));
            sci_stats_free(stats);
        } else {
            assert_fails(pass_fit(&e.pass, &stats, &report), SCI_ERR_NONFINITE);
            assert_null(stats);
            assert_count(report.first_nonfinite, first);
        }
        assert_count(report.nonfinite, nonfinite);
        assert_count(report.elements, e.n);
        assert_count(report.members, members);
        example_clear(&e);
    }
}

static void
refused_values_fail_normalize_and_gradient(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        double *y;

        example_make(&e, k, (example_kind)(k % (EXAMPLE_ALL + 1)), SECOND_NONE, LAYER_NONE,
                     SCI_FLOAT64, 5.0, 2.0);
        spoil(&e, k, 3, true)[e.n / 2] = (double)NAN;
        y = test_alloc(e.n, sizeof *y);
        assert_fails(pass_normalize(&e.pass, y, NULL, NULL), SCI_ERR_NONFINITE);
        assert_fails(pass_gradient(&e.pass, e.dy, y, NULL, NULL, NULL), SCI_ERR_NONFINITE);
        free(y);
        example_clear(&e);
    }
}

/* Payloads would differ between compilers: every NaN that is computed or stored is the canonical
 * one (elements that are kept keep their bits). */
static void
every_nan_is_the_canonical_one(void **state)
{
    static const uint64_t canonical = UINT64_C(0x7ff8000000000000);
    static const uint64_t strange[] = { UINT64_C(0xfff8000000000123),
                                        UINT64_C(0x7ff0000000000001) };

    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        double *x, *y;
        sci_moments *rows;
        const exact_case *c;
        uint64_t groups;

        make(&e, k);
        c = example_exact(&e);
        x = spoil(&e, k, 1000000, false);
        memcpy(&x[e.n / 2], &strange[k % 2], sizeof *x);
        e.pass.outside = (sci_outside)(k % 4);
        e.pass.options.nan = SCI_NAN_PROPAGATE;
        groups = partition_groups(&e.groups);
        y = test_alloc(e.n, sizeof *y);
        rows = test_alloc(groups, sizeof *rows);
        assert_ok(pass_normalize(&e.pass, y, rows, NULL));
        for (uint64_t i = 0; i < e.n; i++)
            if (isnan(y[i])
                && ((c->group[i] >= 0 && c->weight[i] > 0.0) || e.pass.outside == SCI_OUTSIDE_NAN))
                assert_same_bytes(&y[i], &canonical, 1, sizeof *y);
        for (uint64_t g = 0; g < groups; g++) {
            const double numbers[] = { rows[g].mean_hi, rows[g].mean_lo, rows[g].m2, rows[g].min,
                                       rows[g].max };

            for (size_t j = 0; j < ARRAY_LEN(numbers); j++)
                if (isnan(numbers[j]))
                    assert_same_bytes(&numbers[j], &canonical, 1, sizeof canonical);
        }
        free(rows);
        free(y);
        example_clear(&e);
    }
}

static void
nan_in_elements_outside_never_matters(void **state)
{
    (void)state;
    for (uint64_t k = 0; k < EXAMPLES; k++) {
        example e;
        const exact_case *c;
        double *x;
        sci_stats *clean = NULL, *dirty = NULL;

        make(&e, k);
        assert_ok(pass_fit(&e.pass, &clean, NULL));
        c = example_exact(&e);
        x = spoil(&e, k, 1000000, false);
        for (uint64_t i = 0; i < e.n; i++)
            if (c->group[i] < 0 || !(c->weight[i] > 0.0))
                x[i] = i % 2 == 0 ? (double)NAN : (double)INFINITY;
        assert_ok(pass_fit(&e.pass, &dirty, NULL));
        assert_same_bytes(sci_stats_moments(dirty), sci_stats_moments(clean),
                          sci_stats_groups(clean), sizeof(sci_moments));
        sci_stats_free(dirty);
        sci_stats_free(clean);
        example_clear(&e);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ignored_values_are_left_out_and_come_out_as_they_are),
        cmocka_unit_test(propagated_nan_spreads_over_its_group_and_no_further),
        cmocka_unit_test(refused_values_are_counted_to_the_end_and_the_first_is_named),
        cmocka_unit_test(refused_values_fail_normalize_and_gradient),
        cmocka_unit_test(every_nan_is_the_canonical_one),
        cmocka_unit_test(nan_in_elements_outside_never_matters),
    };

    return run_all(tests);
}
