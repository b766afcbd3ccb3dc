/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 64 groups on which textbook formulas fail, with exact answers (hard_groups.txt says where
 * from). */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/place.h>
#include <support/testing.h>

enum { CASES = 64 };

typedef struct hard_case {
    char name[48], x[32], mean[48], m2[48], sd[48], y0[32], y1[32], propagated[8];
    sci_type type;
    uint64_t n, count;
} hard_case;

static hard_case cases[CASES];
static unsigned char *store;
static size_t store_size;

static sci_type
type_named(const char *name)
{
    for (size_t k = 0; k < ARRAY_LEN(element_types); k++)
        if (strcmp(sci_type_name(element_types[k]), name) == 0)
            return element_types[k];
    test_failed(__FILE__, __LINE__, "no type is named '%s'", name);
}

static int
read_cases(void **state)
{
    char path[PLACE_ROOM], row[512], type[8];
    FILE *file;
    int n = 0;

    (void)state;
    place_source(path, "tests/golden/hard_groups.bin");
    store = place_read(path, &store_size);
    place_source(path, "tests/golden/hard_groups.txt");
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(row, sizeof row, file) != NULL) {
        hard_case *c = &cases[n];

        if (row[0] == '#')
            continue;
        assert_that(n < CASES);
        assert_count(sscanf(row,
                            "%47s %7s %" SCNu64 " %31s %" SCNu64 " %47s %47s %47s %31s %31s %7s",
                            c->name, type, &c->n, c->x, &c->count, c->mean, c->m2, c->sd, c->y0,
                            c->y1, c->propagated),
                     11);
        c->type = type_named(type);
        n++;
    }
    fclose(file);
    assert_count(n, CASES);
    return 0;
}

static int
free_cases(void **state)
{
    (void)state;
    free(store);
    return 0;
}

/* `n` stored elements of `size` bytes; freed by free(). */
static void *
elements_at(const char *where, uint64_t n, size_t size)
{
    unsigned char *bytes = test_alloc(n, size);

    if (where[0] == '=') {
        for (uint64_t i = 0; i < n * size; i++) {
            unsigned byte = 0;

            assert_count(sscanf(where + 1 + 2 * (i % size), "%2x", &byte), 1);
            bytes[i] = (unsigned char)byte;
        }
    } else if (where[0] != '-') {
        size_t first = strtoull(where, NULL, 10);

        assert_that(first + n * size <= store_size);
        memcpy(bytes, store + first, n * size);
    }
    return bytes;
}

static bool
is_constant(const hard_case *c)
{
    return c->count > 0 && strtold(c->sd, NULL) == 0.0L;
}

/* "stretch" cases, whose squares leave double. */
static bool
squares_fit(const hard_case *c)
{
    long double m2 = c->count > 0 ? strtold(c->m2, NULL) : 0.0L;

    return m2 == 0.0L || (m2 > 0x1p-1000L && m2 < 0x1p1000L);
}

typedef struct setting {
    sci_source *source;
    sci_grouping *grouping;
    sci_array array;
    void *x;
} setting;

static setting
set_up(const hard_case *c)
{
    setting s = { .array = { .rank = 1, .shape = { c->n }, .type = c->type } };

    test_context("%s", c->name);
    s.x = elements_at(c->x, c->n, sci_type_size(c->type));
    assert_ok(sci_source_memory(&s.source, &s.array, s.x, c->name));
    assert_ok(sci_grouping_create(&s.grouping, s.array.rank, s.array.shape));
    return s;
}

static void
tear_down(setting *s)
{
    sci_grouping_free(s->grouping);
    sci_source_free(s->source);
    free(s->x);
}

static sci_moments
fit_case(const hard_case *c, sci_nan_policy nan)
{
    setting s = set_up(c);
    sci_options options = { .threads = 1, .nan = nan };
    sci_stats *stats = NULL;
    sci_moments m;

    assert_ok(sci_fit(s.source, s.grouping, &options, &stats, NULL));
    m = sci_stats_moments(stats)[0];
    sci_stats_free(stats);
    tear_down(&s);
    return m;
}

static void
count_is_that_of_the_finite_members(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++)
        assert_count(fit_case(&cases[k], SCI_NAN_IGNORE).count, cases[k].count);
}

static void
mean_is_within_4_ulp(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_moments m = fit_case(&cases[k], SCI_NAN_IGNORE);

        if (cases[k].count == 0)
            assert_that(isnan(sci_moments_mean(&m)));
        else
            assert_ulps(sci_moments_mean(&m), strtod(cases[k].mean, NULL), 4);
    }
}

static void
mean_of_integers_is_correctly_rounded(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_moments m = fit_case(&cases[k], SCI_NAN_IGNORE);

        if (sci_type_is_integer(cases[k].type))
            assert_ulps(sci_moments_mean(&m), strtod(cases[k].mean, NULL), 0);
    }
}

static void
m2_is_within_1e_14(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_moments m = fit_case(&cases[k], SCI_NAN_IGNORE);

        if (cases[k].count > 0 && squares_fit(&cases[k]))
            assert_close(ldexp(m.m2, 2 * m.exponent), strtod(cases[k].m2, NULL), 1e-14, 0.0);
    }
}

static void
sd_is_within_1e_14_even_where_squares_leave_double(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_moments m = fit_case(&cases[k], SCI_NAN_IGNORE);
        double sd = cases[k].count > 0 ? strtod(cases[k].sd, NULL) : 0.0;

        if (cases[k].count == 0)
            assert_that(isnan(sci_moments_sd(&m, 0)));
        else /* a subnormal sd is itself rounded to a multiple of the smallest double */
            assert_close(sci_moments_sd(&m, 0), sd, 1e-14, sd < 0x1p-1022 ? 0x1p-1074 : 0.0);
    }
}

static void
constant_group_has_m2_of_exactly_0(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_moments m = fit_case(&cases[k], SCI_NAN_IGNORE);

        if (is_constant(&cases[k])) {
            assert_that(sci_moments_is_constant(&m));
            assert_that(m.m2 == 0.0);
        }
    }
}

static void
values_alone_give_the_same_answer_as_fit(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_moments fitted, m;
        void *x;

        if (cases[k].type == SCI_FLOAT16)
            continue;
        fitted = fit_case(&cases[k], SCI_NAN_IGNORE);
        x = elements_at(cases[k].x, cases[k].n, sci_type_size(cases[k].type));
        assert_ok(sci_moments_of(&m, cases[k].type, x, cases[k].n, SCI_NAN_IGNORE));
        assert_same_bytes(&m, &fitted, 1, sizeof m);
        free(x);
    }
}

static void
propagate_gives_the_mean_of_ieee_and_no_spread(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_moments m;

        if (strcmp(cases[k].propagated, "-") == 0)
            continue;
        m = fit_case(&cases[k], SCI_NAN_PROPAGATE);
        assert_close(sci_moments_mean(&m), strtod(cases[k].propagated, NULL), 0.0, 0.0);
        assert_that(isnan(sci_moments_variance(&m, 0)));
        assert_that(isnan(sci_moments_sd(&m, 0)));
    }
}

static void
refuse_counts_the_missing_values_and_names_the_first(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        sci_options options = { .threads = 1 };
        sci_report report;
        sci_stats *stats = NULL;
        setting s;
        uint64_t first = 0, missing = 0;

        if (strcmp(cases[k].propagated, "-") == 0)
            continue;
        s = set_up(&cases[k]);
        for (uint64_t i = cases[k].n; i-- > 0;) {
            if (!isfinite((double)element_get(s.x, cases[k].type, false, i))) {
                first = i;
                missing++;
            }
        }
        assert_fails(sci_fit(s.source, s.grouping, &options, &stats, &report), SCI_ERR_NONFINITE);
        assert_null(stats);
        assert_count(report.nonfinite, missing);
        assert_count(report.first_nonfinite, first);
        tear_down(&s);
    }
}

/* y of a case in float32; freed by free(). */
static float *
normalize_case(const hard_case *c, double eps, sci_nan_policy nan)
{
    setting s = set_up(c);
    sci_options options = { .threads = 1, .nan = nan };
    sci_array array = s.array;
    sci_affine *affine = NULL;
    sci_sink *sink = NULL;
    float *y = test_alloc(c->n, sizeof *y);

    array.type = SCI_FLOAT32;
    assert_ok(sci_sink_memory(&sink, &array, y, "y"));
    assert_ok(sci_affine_create(&affine, s.grouping, eps, 0));
    assert_ok(sci_normalize(s.source, affine, &options, sink, NULL, NULL));
    sci_affine_free(affine);
    sci_sink_free(sink);
    tear_down(&s);
    return y;
}

static void
check_outputs(const hard_case *c, double eps, const char *where)
{
    float *y = normalize_case(c, eps, SCI_NAN_IGNORE);
    bool zeros = is_constant(c);
    float *expected;
    uint64_t member = 0;
    void *x;

    if (!zeros && where[0] == '-') {
        free(y);
        return;
    }
    expected = elements_at(zeros ? "-" : where, c->count, sizeof *expected);
    x = elements_at(c->x, c->n, sci_type_size(c->type));
    for (uint64_t i = 0; i < c->n; i++) {
        long double value = element_get(x, c->type, false, i);

        if (!isfinite((double)value)) /* missing values come out as they are */
            assert_ulps_f32(y[i], (float)value, 0);
        else if (zeros)
            assert_that(y[i] == 0.0f);
        else
            assert_ulps_f32(y[i], expected[member], 1);
        member += isfinite((double)value) ? 1 : 0;
    }
    free(x);
    free(expected);
    free(y);
}

static void
output_without_eps_is_within_1_ulp_of_binary32(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++)
        check_outputs(&cases[k], 0.0, cases[k].y0);
}

static void
output_with_eps_is_within_1_ulp_of_binary32(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++)
        check_outputs(&cases[k], 1e-5, cases[k].y1);
}

static void
propagate_makes_every_output_nan(void **state)
{
    (void)state;
    for (int k = 0; k < CASES; k++) {
        float *y;

        if (strcmp(cases[k].propagated, "-") == 0)
            continue;
        y = normalize_case(&cases[k], 0.0, SCI_NAN_PROPAGATE);
        for (uint64_t i = 0; i < cases[k].n; i++)
            assert_that(isnan(y[i]));
        free(y);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(count_is_that_of_the_finite_members),
        cmocka_unit_test(mean_is_within_4_ulp),
        cmocka_unit_test(mean_of_integers_is_correctly_rounded),
        cmocka_unit_test(m2_is_within_1e_14),
        cmocka_unit_test(sd_is_within_1e_14_even_where_squares_leave_double),
        cmocka_unit_test(constant_group_has_m2_of_exactly_0),
        cmocka_unit_test(values_alone_give_the_same_answer_as_fit),
        cmocka_unit_test(propagate_gives_the_mean_of_ieee_and_no_spread),
        cmocka_unit_test(refuse_counts_the_missing_values_and_names_the_first),
        cmocka_unit_test(output_without_eps_is_within_1_ulp_of_binary32),
        cmocka_unit_test(output_with_eps_is_within_1_ulp_of_binary32),
        cmocka_unit_test(propagate_makes_every_output_nan),
    };

    return cmocka_run_group_tests(tests, read_cases, free_cases);
}
