/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series against their own histories, by definitions that sort everything anew. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/network.h"
#include "apps/econ/others.h"
#include "apps/econ/tail.h"
#include "apps/econ/window.h"

enum { N = 150 };

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
plain_median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, by_value);
    return n == 0 ? (double)NAN : 0.5 * (v[(n - 1) / 2] + v[n / 2]);
}

/* A heavy-tailed series with ties, and a tenth of it missing. */
static void
make_series(double x[N], uint8_t excluded[N], uint64_t number)
{
    random_stream r = random_start(number);

    for (size_t t = 0; t < N; t++) {
        double u = random_uniform(&r);

        x[t] = round(8.0 * random_normal(&r) * (u < 0.05 ? 20.0 : 1.0)) / 8.0;
        if (random_uniform(&r) < 0.1)
            x[t] = (double)NAN;
        excluded[t] = t > 40 && t < 47;
    }
}

static void
sorted_numbers_have_the_median_and_deviation_of_a_sort(void **state)
{
    random_stream r = random_start(1);
    double room[65], plain[64], held[64];
    econ_sorted s = { room, 0 };

    (void)state;
    for (int step = 0; step < 3000; step++) {
        if (s.n == 64 || (s.n > 0 && random_uniform(&r) < 0.45)) {
            size_t gone = random_below(&r, s.n);

            econ_sorted_remove(&s, held[gone]);
            held[gone] = held[s.n];
        } else {
            double x = round(4.0 * random_normal(&r));

            held[s.n] = x;
            econ_sorted_insert(&s, x);
        }
        memcpy(plain, held, s.n * sizeof *plain);
        double median = plain_median(plain, s.n);
        assert_close(econ_sorted_median(&s), median, 0.0, 0.0);
        for (int k = 0; k < 3; k++) {
            double centre = k == 0 ? median : median + 3.7 * random_normal(&r);

            for (size_t i = 0; i < s.n; i++)
                plain[i] = fabs(held[i] - centre);
            assert_close(econ_sorted_deviation(&s, centre), plain_median(plain, s.n), 0.0, 0.0);
        }
    }
}

static void
sorting_puts_in_order_whatever_comes(void **state)
{
    random_stream r = random_start(2);

    (void)state;
    for (size_t n = 0; n < 700; n += 1 + n / 7)
        for (int kind = 0; kind < 6; kind++) {
            double *a = test_alloc(n + 1, sizeof *a), *b = test_alloc(n + 1, sizeof *b);

            for (size_t i = 0; i < n; i++)
                b[i] = a[i] = kind == 0   ? random_normal(&r)
                              : kind == 1 ? (double)i
                              : kind == 2 ? (double)(n - i)
                              : kind == 3 ? (double)(i % 3)
                              : kind == 4 ? 7.0
                                          : (double)(i < n / 2 ? i : n - i);
            econ_sort(a, n);
            qsort(b, n, sizeof *b, by_value);
            assert_same_bytes(a, b, n, sizeof *a);
            free(a);
            free(b);
        }
}

/* A network that sorts all zeros and ones sorts everything (Knuth 5.3.4). */
static void
networks_sort_all_zeros_and_ones(void **state)
{
    (void)state;
    for (size_t n = 0; n <= ECON_NETWORK_MOST; n++)
        for (unsigned pattern = 0; pattern < 1u << n; pattern++) {
            double v[ECON_NETWORK_MOST + 1] = { 0 };
            size_t zeros = 0;

            for (size_t i = 0; i < n; i++) {
                v[i] = pattern >> i & 1 ? (double)INFINITY : -1.0;
                zeros += v[i] < 0.0;
            }
            econ_network_sort(v, n);
            for (size_t i = 0; i < n; i++)
                assert_that(v[i] == (i < zeros ? -1.0 : (double)INFINITY));
            assert_that(v[n] == 0.0);
        }
}

/* Of few numbers, as which of two zeros is in the middle is written out. */
static void
zeros_with_signs_keep_their_order(void **state)
{
    random_stream r = random_start(6);

    (void)state;
    for (int round_ = 0; round_ < 2000; round_++) {
        double v[20], zeros[20];
        size_t n = 1 + random_below(&r, 20), n_zeros = 0, below = 0;

        for (size_t i = 0; i < n; i++) {
            v[i] = (double)random_between(&r, -2, 2) * (random_below(&r, 2) ? -1.0 : 1.0);
            if (v[i] == 0.0)
                zeros[n_zeros++] = v[i];
            below += v[i] < 0.0;
        }
        econ_sort(v, n);
        assert_same_bytes(v + below, zeros, n_zeros, sizeof *v);
    }
}

/* Inputs that make a quicksort quadratic would take minutes here. */
static void
no_input_makes_sorts_and_medians_slow(void **state)
{
    enum { MANY = 300000 };
    double *v = test_alloc(MANY, sizeof *v), *w = test_alloc(MANY, sizeof *w);

    (void)state;
    for (int kind = 0; kind < 5; kind++) {
        for (size_t i = 0; i < MANY; i++)
            w[i] = v[i] = kind == 0   ? 1.0
                          : kind == 1 ? (double)(i % 2)
                          : kind == 2 ? (double)(i < MANY / 2 ? i : MANY - i)
                          : kind == 3 ? (double)(i % 2 == 0 ? i : MANY - i)
                                      : (double)(i < MANY / 2 ? MANY - i : i);
        assert_close(econ_median(w, MANY), plain_median(v, MANY), 0.0, 0.0);
        econ_sort(w, MANY);
        assert_same_bytes(w, v, MANY, sizeof *v);
    }
    free(v);
    free(w);
}

static void
medians_of_the_others_are_those_without_the_one(void **state)
{
    random_stream r = random_start(3);

    (void)state;
    for (size_t n = 1; n < 12; n++)
        for (int round_ = 0; round_ < 200; round_++) {
            double v[12], rest[12];
            econ_middle m;

            for (size_t i = 0; i < n; i++)
                v[i] = (double)random_between(&r, -3, 3);
            qsort(v, n, sizeof *v, by_value);
            m = econ_middle_of(v, n);
            for (size_t i = 0; i < n; i++) {
                memcpy(rest, v, i * sizeof *v);
                memcpy(rest + i, v + i + 1, (n - i - 1) * sizeof *v);
                assert_close(econ_middle_without(&m, v[i]), plain_median(rest, n - 1), 0.0, 0.0);
            }
            assert_close(econ_middle_median(&m), plain_median(v, n), 0.0, 0.0);
        }
}

/* ---- windows ---- */

static void
others_of_many_periods_are_those_of_each(void **state)
{
    enum { PERIODS = 60, MOST = 9 };
    double x[PERIODS], out[PERIODS];
    econ_middle middle[PERIODS];
    econ_others o = { 0 };
    random_stream r = random_start(4);

    (void)state;
    assert_ok(econ_others_alloc(&o, PERIODS));
    for (int round_ = 0; round_ < 200; round_++) {
        for (size_t t = 0; t < PERIODS; t++) {
            double v[MOST];
            size_t n = random_below(&r, MOST + 1);

            for (size_t i = 0; i < n; i++)
                v[i] = (double)random_between(&r, -3, 3);
            x[t] = n == 0 ? (double)NAN : v[0];
            econ_sort(v, n);
            middle[t] = econ_middle_of(v, n);
            econ_others_set(&o, t, v, n);
        }
        econ_others_apart(&o, x, PERIODS, out);
        for (size_t t = 0; t < PERIODS; t++) {
            double other = isnan(x[t]) ? (double)NAN : econ_middle_without(&middle[t], x[t]);

            assert_close(out[t], x[t] - other, 0.0, 0.0);
        }
    }
    econ_others_clear(&o);
}

static const econ_window windows[] = {
    { .kind = ECON_EXPANDING, .n = N },
    { .kind = ECON_ROLLING, .n = N, .values = 30 },
    { .kind = ECON_ROLLING, .n = N, .values = 2 },
    { .kind = ECON_CALIBRATED, .n = N, .calibration = 90 },
};

/* The history of t, unsorted. */
static size_t
history_of(const econ_window *w, const double *x, size_t t, double *out)
{
    size_t n = 0, end = w->kind == ECON_CALIBRATED ? w->calibration : t, keep;

    for (size_t u = 0; u < end; u++)
        if (!isnan(x[u]) && !w->excluded[u])
            out[n++] = x[u];
    keep = w->kind == ECON_ROLLING && n > w->values ? w->values : n;
    memmove(out, out + n - keep, keep * sizeof *out);
    return keep;
}

static double
plain_score(const econ_window *w, const double *x, size_t t)
{
    double h[N], centre, spread = 0.0;
    size_t n = history_of(w, x, t, h);

    if (n < 2)
        return (double)NAN;
    if (w->scale == ECON_SCALE_SD) {
        centre = 0.0;
        for (size_t i = 0; i < n; i++)
            centre += h[i] / (double)n;
        for (size_t i = 0; i < n; i++)
            spread += (h[i] - centre) * (h[i] - centre) / (double)(n - 1);
        spread = sqrt(spread);
    } else {
        centre = plain_median(h, n);
        for (size_t i = 0; i < n; i++)
            h[i] = fabs(h[i] - centre);
        spread = 1.482602218505602 * plain_median(h, n);
    }
    return spread > 1e-12 ? (x[t] - centre) / spread : (double)NAN;
}

static void
scores_are_those_of_the_definition(void **state)
{
    double x[N], score[N];
    uint8_t excluded[N];
    uint32_t behind[N];
    econ_scratch scratch;

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    for (uint64_t number = 0; number < 20; number++)
        for (size_t k = 0; k < ARRAY_LEN(windows); k++)
            for (int scale = 0; scale < 2; scale++) {
                econ_window w = windows[k];

                make_series(x, excluded, 10 + number);
                w.excluded = excluded;
                w.scale = scale == 0 ? ECON_SCALE_MAD : ECON_SCALE_SD;
                econ_window_score(&w, x, 0, score, NULL, NULL, behind, &scratch);
                for (size_t t = 0; t < N; t++) {
                    double h[N];

                    test_context("series %u, window %zu, period %zu", (unsigned)number, k, t);
                    assert_count(behind[t], history_of(&w, x, t, h));
                    assert_close(score[t], plain_score(&w, x, t), 1e-9, 1e-9);
                }
            }
    econ_scratch_clear(&scratch);
}

static void
scores_that_go_on_have_the_bits_of_those_made_at_once(void **state)
{
    double x[N], whole[N], on[N], p[N], p_on[N];
    uint8_t excluded[N], flags[N], flags_on[N];
    uint32_t behind[N];
    econ_scratch scratch;

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    for (uint64_t number = 0; number < 6; number++)
        for (size_t k = 0; k < ARRAY_LEN(windows); k++)
            for (int scale = 0; scale < 3; scale++)
                for (size_t from = 0; from <= N; from += from == 143 ? 6 : from == 149 ? 1 : 13) {
                    econ_window w = windows[k];

                    make_series(x, excluded, 40 + number);
                    w.excluded = excluded;
                    w.scale = (econ_scale)scale;
                    memset(flags, 0, N);
                    econ_window_score(&w, x, 0, whole, NULL, NULL, behind, &scratch);
                    econ_window_p(&w, whole, behind, 0,
                                  &(econ_p_out){ .p = p, .flags = flags, .flag = 4 }, &scratch);
                    memcpy(on, whole, from * sizeof *on);
                    memcpy(p_on, p, from * sizeof *p);
                    memcpy(flags_on, flags, from);
                    memset(flags_on + from, 0, N - from);
                    econ_window_score(&w, x, from, on, NULL, NULL, behind, &scratch);
                    econ_window_p(&w, on, behind, from,
                                  &(econ_p_out){ .p = p_on, .flags = flags_on, .flag = 4 },
                                  &scratch);
                    assert_same_bytes(on, whole, N, sizeof *on);
                    assert_same_bytes(p_on, p, N, sizeof *p);
                    assert_same_bytes(flags_on, flags, N, 1);
                }
    econ_scratch_clear(&scratch);
}

static void
a_series_without_spread_has_no_scores(void **state)
{
    double x[N], score[N];
    uint8_t excluded[N] = { 0 };
    econ_window w = { .kind = ECON_EXPANDING, .n = N, .excluded = excluded };
    econ_scratch scratch;

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    for (size_t t = 0; t < N; t++)
        x[t] = t == 100 ? 5.0 : 0.1;
    for (int scale = 0; scale < 3; scale++) {
        w.scale = (econ_scale)scale;
        econ_window_score(&w, x, 0, score, NULL, NULL, NULL, &scratch);
        for (size_t t = 0; t <= 100; t++)
            assert_that(isnan(score[t]));
    }
    econ_scratch_clear(&scratch);
}

/* ---- p ---- */

static void
p_begin_with_24_values_and_rank_from_60(void **state)
{
    double x[N], score[N], p[N];
    uint8_t excluded[N] = { 0 }, flags[N] = { 0 };
    uint32_t behind[N];
    econ_window w = { .kind = ECON_EXPANDING, .n = N, .excluded = excluded };
    econ_scratch scratch;
    random_stream r = random_start(70);

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    for (size_t t = 0; t < N; t++)
        x[t] = random_normal(&r);
    x[120] = 50.0;
    econ_window_score(&w, x, 0, score, NULL, NULL, behind, &scratch);
    econ_window_p(&w, score, behind, 0, &(econ_p_out){ .p = p, .flags = flags, .flag = 1 },
                  &scratch);
    for (size_t t = 0; t < N; t++) {
        size_t past = t > 24 ? t - 24 : 0, larger = 0;

        test_context("period %zu", t);
        assert_that(isnan(p[t]) == (t < 24));
        if (t < 24)
            continue;
        for (size_t u = 24; u < t; u++)
            larger += fabs(score[u]) >= fabs(score[t]);
        if (past < 60)
            assert_close(p[t], econ_student_p(ECON_SCALE_MAD, score[t], t), 0.0, 0.0);
        else if (flags[t] == 0)
            assert_close(p[t], (double)(larger + 1) / (double)(past + 1), 1e-15, 0.0);
        else /* beyond nine tenths of the past, and less likely than its rank allows for */
            assert_that(larger <= (past + 9) / 10 && p[t] > 0.0
                        && p[t] <= (double)((past + 9) / 10 + 1) / (double)(past + 1));
    }
    assert_count(flags[120], 1);
    assert_that(p[120] < 1e-3);
    econ_scratch_clear(&scratch);
}

/* Judged at once, and with a least p that is known already. */
static void
judging_has_the_bits_of_scores_and_their_p(void **state)
{
    double x[N], score[N], p[N], judged[N], p_judged[N], least[N];
    uint8_t excluded[N], flags[N], flags_judged[N];
    uint32_t behind[N];
    econ_scratch scratch;
    random_stream r = random_start(75);
    size_t left_out = 0;

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    for (int number = 0; number < 600; number++) {
        econ_window w = windows[number % (int)ARRAY_LEN(windows)];
        bool pruned = number % 5 < 3;

        make_series(x, excluded, 500 + (uint64_t)number);
        if (number % 50 == 7)
            x[60] = (double)INFINITY;
        w.excluded = excluded;
        w.scale = (econ_scale)(number / 4 % 3);
        w.tail = (econ_tail)(number / 12 % 4);
        memset(flags, 0, N);
        memset(flags_judged, 0, N);
        for (size_t t = 0; t < N; t++)
            least[t] = t % 3 == 0 ? (double)INFINITY : random_uniform(&r);
        econ_window_score(&w, x, 0, score, NULL, NULL, behind, &scratch);
        econ_window_p(&w, score, behind, 0, &(econ_p_out){ .p = p, .flags = flags, .flag = 2 },
                      &scratch);
        econ_window_judge(
            &w, x, 0, judged,
            &(econ_p_out){
                .p = p_judged, .flags = flags_judged, .flag = 2, .least = pruned ? least : NULL },
            &scratch);
        assert_same_bytes(judged, score, N, sizeof *score);
        assert_same_bytes(scratch.behind, behind, N, sizeof *behind);
        for (size_t t = 0; t < N; t++) {
            test_context("series %d, period %zu", number, t);
            if (pruned && isinf(p_judged[t])) {
                assert_that(p[t] >= least[t]);
                left_out++;
                continue;
            }
            assert_same_bytes(&p_judged[t], &p[t], 1, sizeof *p);
            assert_count(flags_judged[t], flags[t]);
        }
    }
    assert_that(left_out > 1000);
    econ_scratch_clear(&scratch);
}

static void
a_score_does_not_know_what_comes_after_it(void **state)
{
    double x[N], before[N], after[N], p_before[N], p_after[N];
    uint8_t excluded[N];
    uint32_t behind[N];
    econ_scratch scratch;

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    for (size_t k = 0; k < 3; k++) {
        econ_window w = windows[k];

        make_series(x, excluded, 80);
        w.excluded = excluded;
        econ_window_score(&w, x, 0, before, NULL, NULL, behind, &scratch);
        econ_window_p(&w, before, behind, 0, &(econ_p_out){ .p = p_before }, &scratch);
        for (size_t t = 100; t < N; t++)
            x[t] = 1e6 * (double)t;
        econ_window_score(&w, x, 0, after, NULL, NULL, behind, &scratch);
        econ_window_p(&w, after, behind, 0, &(econ_p_out){ .p = p_after }, &scratch);
        assert_same_bytes(before, after, 100, sizeof *before);
        assert_same_bytes(p_before, p_after, 100, sizeof *p_before);
    }
    econ_scratch_clear(&scratch);
}

static void
scores_do_not_depend_on_the_unit(void **state)
{
    static const int exponents[] = { -980, -500, 500, 980 };
    double x[N], scaled[N], score[N], again[N];
    uint8_t excluded[N];
    econ_scratch scratch;

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    make_series(x, excluded, 91);
    for (size_t k = 0; k < sizeof windows / sizeof *windows; k++)
        for (int scale = ECON_SCALE_MAD; scale <= ECON_SCALE_SD; scale++)
            for (size_t e = 0; e < 4; e++) {
                econ_window w = windows[k];

                w.excluded = excluded;
                w.scale = (econ_scale)scale;
                for (size_t t = 0; t < N; t++)
                    scaled[t] = ldexp(x[t], exponents[e]);
                econ_window_score(&w, x, 0, score, NULL, NULL, NULL, &scratch);
                econ_window_score(&w, scaled, 0, again, NULL, NULL, NULL, &scratch);
                for (size_t t = 0; t < N; t++) {
                    assert_that(isnan(score[t]) == isnan(again[t]));
                    if (!isnan(score[t]))
                        assert_close(again[t], score[t], 1e-13, 1e-13);
                }
            }
    econ_scratch_clear(&scratch);
}

static void
a_score_is_finite_however_far_a_value_is(void **state)
{
    double x[N], score[N];
    uint8_t excluded[N] = { 0 };
    econ_scratch scratch;

    (void)state;
    assert_ok(econ_scratch_make(&scratch, N));
    for (size_t k = 0; k < sizeof windows / sizeof *windows; k++) {
        econ_window w = windows[k];

        w.excluded = excluded;
        for (size_t t = 0; t < N; t++)
            x[t] = (t % 2 == 0 ? 1e-300 : -1e-300) * (double)(t % 7);
        x[130] = -1.7e308;
        econ_window_score(&w, x, 0, score, NULL, NULL, NULL, &scratch);
        assert_close(score[130], -ECON_SCORE_MOST, 0.0, 0.0);
        /* The distance alone is too large for a double. */
        for (size_t t = 0; t < N; t++)
            x[t] = t % 2 == 0 ? 8e307 : 8.9e307;
        x[130] = -1.2e308;
        econ_window_score(&w, x, 0, score, NULL, NULL, NULL, &scratch);
        assert_that(score[130] < -10.0 && score[130] > -1000.0);
    }
    econ_scratch_clear(&scratch);
}

static void
a_fitted_tail_goes_on_from_the_ranks_and_never_reaches_zero(void **state)
{
    random_stream r = random_start(90);

    (void)state;
    for (int round_ = 0; round_ < 50; round_++) {
        double v[100];
        econ_sorted s = { v, 100 };
        econ_pareto tail;
        double last = 1.0;

        for (size_t i = 0; i < 100; i++)
            v[i] = fabs(random_normal(&r));
        econ_sort(v, 100);
        tail = econ_pareto_fit(&s);
        assert_close(tail.threshold, v[89], 0.0, 0.0);
        assert_close(econ_pareto_above(&tail, v[89]), 11.0 / 101.0, 1e-12, 0.0);
        assert_that(tail.shape >= 0.0);
        for (double x = v[89]; x < 30.0; x += 0.5) {
            double p = econ_pareto_above(&tail, x);

            assert_that(p > 0.0 && p <= last);
            last = p;
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorted_numbers_have_the_median_and_deviation_of_a_sort),
        cmocka_unit_test(sorting_puts_in_order_whatever_comes),
        cmocka_unit_test(networks_sort_all_zeros_and_ones),
        cmocka_unit_test(zeros_with_signs_keep_their_order),
        cmocka_unit_test(no_input_makes_sorts_and_medians_slow),
        cmocka_unit_test(medians_of_the_others_are_those_without_the_one),
        cmocka_unit_test(others_of_many_periods_are_those_of_each),
        cmocka_unit_test(scores_are_those_of_the_definition),
        cmocka_unit_test(scores_that_go_on_have_the_bits_of_those_made_at_once),
        cmocka_unit_test(a_series_without_spread_has_no_scores),
        cmocka_unit_test(p_begin_with_24_values_and_rank_from_60),
        cmocka_unit_test(judging_has_the_bits_of_scores_and_their_p),
        cmocka_unit_test(a_score_does_not_know_what_comes_after_it),
        cmocka_unit_test(scores_do_not_depend_on_the_unit),
        cmocka_unit_test(a_score_is_finite_however_far_a_value_is),
        cmocka_unit_test(a_fitted_tail_goes_on_from_the_ranks_and_never_reaches_zero),
    };

    return run_all(tests);
}
