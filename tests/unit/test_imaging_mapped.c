/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources that compute their elements from another source's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <apps/imaging/mapped.h>

#include <support/elements.h>
#include <support/faults.h>
#include <support/random.h>
#include <support/streamed.h>
#include <support/testing.h>

enum { C = 3, Z = 5, L = 7000, N = C * Z * L };

static const sci_array volume = { .rank = 3, .shape = { C, Z, L }, .type = SCI_INT16 };

static int16_t *
volume_elements(void)
{
    random_stream r = random_start(1);

    return elements_normal(&r, SCI_INT16, false, N, 400.0, 60.0);
}

/* The whole mapped array, read in one go. */
static double *
read_mapped(sci_source *inner, size_t n_steps, const imaging_step *steps)
{
    double *y = test_alloc(N, sizeof *y);
    sci_source *mapped = NULL;

    assert_ok(imaging_mapped_create(&mapped, inner, n_steps, steps));
    assert_count(mapped->array.type, SCI_FLOAT64);
    assert_that(!mapped->array.swapped);
    assert_ok(sci_source_read(mapped, 0, N, y));
    sci_source_free(mapped);
    return y;
}

static void
slices_have_scales_of_their_own(void **state)
{
    int16_t *x = volume_elements();
    double slope[C * Z], intercept[C * Z], *y;
    imaging_step step = { .kind = STEP_SCALE, .blocks = C * Z, .a = slope, .b = intercept };
    sci_source *inner = NULL;

    (void)state;
    for (int k = 0; k < C * Z; k++) {
        slope[k] = 0.25 + k;
        intercept[k] = -3.0 * k;
    }
    assert_ok(sci_source_memory(&inner, &volume, x, "x"));
    y = read_mapped(inner, 1, &step);
    for (int i = 0; i < N; i++)
        assert_that(y[i] == x[i] * slope[i / L] + intercept[i / L]);
    sci_source_free(inner);
    free(y);
    free(x);
}

static void
steps_follow_each_other(void **state)
{
    int16_t *x = volume_elements();
    double slope = 0.5, intercept = 10.0, low = 100.0, high = 250.0, *y;
    imaging_step steps[] = {
        { .kind = STEP_SCALE, .blocks = 1, .a = &slope, .b = &intercept },
        { .kind = STEP_CLAMP, .blocks = 1, .a = &low, .b = &high },
    };
    sci_source *inner = NULL;

    (void)state;
    assert_ok(sci_source_memory(&inner, &volume, x, "x"));
    y = read_mapped(inner, ARRAY_LEN(steps), steps);
    for (int i = 0; i < N; i++)
        assert_that(y[i] == fmin(fmax(x[i] * 0.5 + 10.0, low), high));
    sci_source_free(inner);
    free(y);
    free(x);
}

/* Channels that are the last axis: each element its own scale, wherever a stretch begins. */
static void
a_last_axis_of_channels_is_scaled_element_by_element(void **state)
{
    sci_array colours = { .rank = 2, .shape = { N / 3, 3 }, .type = SCI_INT16 };
    int16_t *x = volume_elements();
    static const double slope[] = { 1.0, 2.0, 4.0 }, low[] = { -1.0, 300.0, 900.0 },
                        high[] = { 350.0, 800.0, 1800.0 };
    imaging_step steps[] = {
        { .kind = STEP_SCALE, .last = 3, .a = slope, .b = low },
        { .kind = STEP_CLAMP, .last = 3, .a = low, .b = high },
        { .kind = STEP_CURVE,
          .last = 3,
          .n_points = 2,
          .x = (const double[]){ 0, 1, 0, 1, 0, 1 },
          .y = (const double[]){ 0, 1, 0, 2, 0, 3 } },
    };
    double *y = test_alloc(N, sizeof *y);
    sci_source *inner = NULL, *mapped = NULL;

    (void)state;
    assert_ok(sci_source_memory(&inner, &colours, x, "x"));
    assert_ok(imaging_mapped_create(&mapped, inner, 3, steps));
    assert_ok(sci_source_read(mapped, 1, N - 1, y + 1));
    for (int i = 1; i < N; i++) {
        int k = i % 3;

        assert_that(y[i] == (k + 1) * fmin(fmax(x[i] * slope[k] + low[k], low[k]), high[k]));
    }
    sci_source_free(mapped);
    sci_source_free(inner);
    free(y);
    free(x);
}

static void
a_curve_goes_on_beyond_its_ends(void **state)
{
    static const double x[] = { 0.0, 10.0, 10.0, 20.0 }, y[] = { 1.0, 2.0, 5.0, 25.0 };
    static const double in[] = { -10.0, 0.0, 5.0, 10.0, 15.0, 20.0, 30.0 },
                        expected[] = { 0.0, 1.0, 1.5, 5.0, 15.0, 25.0, 45.0 };
    sci_array array = { .rank = 1, .shape = { ARRAY_LEN(in) }, .type = SCI_FLOAT64 };
    imaging_step step = { .kind = STEP_CURVE, .blocks = 1, .n_points = 4, .x = x, .y = y };
    sci_source *inner = NULL, *mapped = NULL;
    double out[ARRAY_LEN(in)];

    (void)state;
    assert_ok(sci_source_memory(&inner, &array, in, "x"));
    assert_ok(imaging_mapped_create(&mapped, inner, 1, &step));
    assert_ok(sci_source_read(mapped, 0, ARRAY_LEN(in), out));
    for (size_t i = 0; i < ARRAY_LEN(in); i++)
        assert_close(out[i], expected[i], 1e-15, 0.0);
    sci_source_free(mapped);
    sci_source_free(inner);
}

static void
nan_stays_nan(void **state)
{
    sci_array array = { .rank = 1, .shape = { 3 }, .type = SCI_FLOAT32 };
    const float in[] = { NAN, INFINITY, -1.0f };
    double one = 1.0, zero = 0.0, high = 5.0, out[3];
    imaging_step steps[] = {
        { .kind = STEP_SCALE, .blocks = 1, .a = &one, .b = &zero },
        { .kind = STEP_CLAMP, .blocks = 1, .a = &zero, .b = &high },
    };
    sci_source *inner = NULL, *mapped = NULL;

    (void)state;
    assert_ok(sci_source_memory(&inner, &array, in, "x"));
    assert_ok(imaging_mapped_create(&mapped, inner, 2, steps));
    assert_ok(sci_source_read(mapped, 0, 3, out));
    assert_that(isnan(out[0]) && out[1] == 5.0 && out[2] == 0.0);
    sci_source_free(mapped);
    sci_source_free(inner);
}

/* Every type in both byte orders, in memory and in pieces, divided by a field of its own type. */
/* Bounds of two blocks, the second without any: nothing is above NaN. */
static void
tests_of_values_give_1_and_0(void **state)
{
    double x[8] = { -1.0, 0.0, 2.0, (double)NAN, 3.0, (double)INFINITY, -0.0, (double)NAN };
    const double low[2] = { 0.0, (double)NAN }, high[2] = { 2.0, 3.0 }, zero = 0.0;
    const double above[8] = { 0, 0, 1, 1, 0, 0, 0, 0 }, differs[8] = { 1, 0, 1, 1, 1, 1, 0, 1 };
    const imaging_step steps[3] = { { .kind = STEP_ABOVE, .blocks = 2, .a = low },
                                    { .kind = STEP_DIFFERS, .blocks = 1, .a = &zero },
                                    { .kind = STEP_WITHIN, .blocks = 1, .a = low, .b = high } };
    sci_array array = { .rank = 1, .shape = { 8 }, .type = SCI_FLOAT64 };
    sci_source *inner = NULL, *mapped = NULL;
    double y[8];

    (void)state;
    assert_ok(sci_source_memory(&inner, &array, x, "x"));
    for (int k = 0; k < 3; k++) {
        assert_ok(imaging_mapped_create(&mapped, inner, 1, &steps[k]));
        assert_ok(sci_source_read(mapped, 0, 8, y));
        sci_source_free(mapped);
        for (int i = 0; i < 8; i++)
            if (k < 2)
                assert_that(y[i] == (k == 0 ? above : differs)[i]);
            else if (x[i] >= 0.0 && x[i] <= 2.0)
                assert_that(y[i] == x[i]);
            else
                assert_that(isnan(y[i]));
    }
    sci_source_free(inner);
}

static void
every_type_is_divided_by_a_field(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * ARRAY_LEN(element_types); k++) {
        sci_array array = volume, field = volume;
        random_stream r = random_start(2 + k);
        sci_source *inner = NULL, *divisor = NULL;
        imaging_step step = { .kind = STEP_DIVIDE };
        void *x, *by;
        double *y;

        array.type = element_types[k / 2];
        array.swapped = k % 2 == 1;
        field.type = SCI_FLOAT32;
        field.swapped = k % 3 == 0;
        x = elements_normal(&r, array.type, array.swapped, N, 60.0, 9.0);
        by = elements_normal(&r, field.type, field.swapped, N, 8.0, 1.0);
        test_context("%s", element_words(array.type, array.swapped));
        if (k % 4 < 2) {
            assert_ok(sci_source_memory(&inner, &array, x, "x"));
            assert_ok(streamed_source(&divisor, &field, by, "b"));
        } else {
            assert_ok(streamed_source(&inner, &array, x, "x"));
            assert_ok(streamed_source(&divisor, &field, by, "b"));
        }
        step.divisor = divisor;
        y = read_mapped(inner, 1, &step);
        for (uint64_t i = 0; i < N; i++)
            assert_that(y[i]
                        == (double)element_get(x, array.type, array.swapped, i)
                               / (double)element_get(by, field.type, field.swapped, i));
        sci_source_free(inner);
        sci_source_free(divisor);
        free(y);
        free(x);
        free(by);
    }
}

static sci_status
fit_mapped(sci_source *inner, sci_source *divisor, int threads, sci_stats **stats)
{
    double slope = 0.5, intercept = 10.0;
    imaging_step steps[] = {
        { .kind = STEP_SCALE, .blocks = 1, .a = &slope, .b = &intercept },
        { .kind = STEP_DIVIDE, .divisor = divisor },
    };
    sci_options options = { .threads = threads };
    sci_grouping *g = NULL;
    sci_source *mapped = NULL;
    sci_status st = imaging_mapped_create(&mapped, inner, divisor != NULL ? 2 : 1, steps);

    if (st == SCI_OK)
        st = sci_grouping_create(&g, 3, volume.shape);
    if (st == SCI_OK)
        st = sci_grouping_keep(g, 0);
    if (st == SCI_OK)
        st = sci_fit(mapped, g, &options, stats, NULL);
    sci_grouping_free(g);
    sci_source_free(mapped);
    return st;
}

/* The engine's passes, with tasks of the inner source and the arithmetic on several threads. */
static void
passes_see_the_mapped_values(void **state)
{
    int16_t *x = volume_elements();
    sci_source *streamed = NULL;
    sci_moments first[C];

    (void)state;
    assert_ok(streamed_source(&streamed, &volume, x, "x"));
    for (int threads = 1; threads <= 4; threads++) {
        sci_stats *stats = NULL;
        sci_moments rows[C];
        sci_rows_source from;

        assert_ok(fit_mapped(streamed, streamed, threads, &stats));
        from = sci_stats_rows(stats);
        assert_ok(from.read(from.context, 0, C, rows));
        if (threads == 1)
            memcpy(first, rows, sizeof first);
        assert_same_bytes(rows, first, C, sizeof *rows);
        for (int c = 0; c < C; c++) {
            long double sum = 0.0L;

            for (int i = c * Z * L; i < (c + 1) * Z * L; i++)
                sum += (long double)((x[i] * 0.5 + 10.0) / x[i]);
            assert_count(rows[c].count, Z * L);
            assert_close(rows[c].mean_hi, (double)(sum / (Z * L)), 1e-13, 0.0);
        }
        sci_stats_free(stats);
    }
    sci_source_free(streamed);
    free(x);
}

/* Nothing waits for a task that failed. */
static void
a_failure_of_the_inner_source_is_its_own(void **state)
{
    static const streamed_step steps[] = { STREAMED_START, STREAMED_FETCH, STREAMED_PREPARE,
                                           STREAMED_DECODE };
    int16_t *x = volume_elements();

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(steps); k++) {
        for (int threads = 1; threads <= 3; threads++) {
            sci_source *inner = NULL;
            sci_stats *stats = NULL;

            assert_ok(streamed_source(&inner, &volume, x, "x"));
            streamed_source_fail(inner, steps[k], 0);
            assert_fails(fit_mapped(inner, NULL, threads, &stats), SCI_ERR_IO);
            assert_message_has("asked to fail");
            sci_source_free(inner);
        }
    }
    free(x);
}

static void
what_does_not_fit_is_refused(void **state)
{
    static const double two[] = { 2.0, 1.0 };
    int16_t *x = volume_elements();
    sci_array other = { .rank = 3, .shape = { Z, C, L }, .type = SCI_INT16 };
    sci_source *inner = NULL, *field = NULL, *mapped = NULL;
    imaging_step seven = { .kind = STEP_SCALE, .blocks = 11, .a = two, .b = two },
                 last = { .kind = STEP_SCALE, .last = 2, .a = two, .b = two },
                 down = { .kind = STEP_CURVE, .blocks = 1, .n_points = 2, .x = two, .y = two },
                 field_step = { .kind = STEP_DIVIDE };

    (void)state;
    assert_ok(sci_source_memory(&inner, &volume, x, "x"));
    assert_ok(sci_source_memory(&field, &other, x, "field"));
    field_step.divisor = field;
    assert_fails(imaging_mapped_create(&mapped, inner, 1, &seven), SCI_ERR_SHAPE);
    assert_fails(imaging_mapped_create(&mapped, inner, 1, &last), SCI_ERR_SHAPE);
    assert_fails(imaging_mapped_create(&mapped, inner, 1, &down), SCI_ERR_ARGUMENT);
    assert_fails(imaging_mapped_create(&mapped, inner, 1, &field_step), SCI_ERR_SHAPE);
    assert_message_has("'field'");
    sci_source_free(inner);
    sci_source_free(field);
    free(x);
}

static sci_status
map_and_read(sci_source *inner, double *y)
{
    static const double x[] = { 0.0, 1.0, 0.0, 2.0, 0.0, 1.0 };
    imaging_step steps[] = {
        { .kind = STEP_SCALE, .blocks = 1, .a = x + 1, .b = x },
        { .kind = STEP_CURVE, .blocks = C, .n_points = 2, .x = x, .y = x },
        { .kind = STEP_DIVIDE, .divisor = inner },
    };
    sci_source *mapped = NULL;
    sci_status st = imaging_mapped_create(&mapped, inner, 3, steps);

    if (st == SCI_OK) {
        st = sci_source_read(mapped, 0, N, y);
        sci_source_free(mapped);
    }
    return st;
}

static void
every_allocation_may_fail(void **state)
{
    int16_t *x = volume_elements();
    double *y = test_alloc(N, sizeof *y);
    sci_status st = SCI_ERR_NOMEM;
    sci_source *inner = NULL;

    (void)state;
    assert_ok(streamed_source(&inner, &volume, x, "x"));
    for (long n = 0; st != SCI_OK; n++) {
        faults_memory(n, false);
        st = map_and_read(inner, y);
        assert_count(faults_memory_live(), 0);
        if (st != SCI_OK)
            assert_fails(st, SCI_ERR_NOMEM);
        assert_that(n > 8 || st != SCI_OK);
    }
    faults_memory_end();
    sci_source_free(inner);
    free(x);
    free(y);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_have_scales_of_their_own),
        cmocka_unit_test(steps_follow_each_other),
        cmocka_unit_test(a_last_axis_of_channels_is_scaled_element_by_element),
        cmocka_unit_test(a_curve_goes_on_beyond_its_ends),
        cmocka_unit_test(nan_stays_nan),
        cmocka_unit_test(tests_of_values_give_1_and_0),
        cmocka_unit_test(every_type_is_divided_by_a_field),
        cmocka_unit_test(passes_see_the_mapped_values),
        cmocka_unit_test(a_failure_of_the_inner_source_is_its_own),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return run_all(tests);
}
