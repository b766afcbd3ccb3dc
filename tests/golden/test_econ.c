/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statistics of sci-econ against pandas, scipy, sklearn and statsmodels (reference/econ/golden). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <support/place.h>
#include <support/testing.h>
#include <support/wide.h>

#include "apps/econ/fdr.h"
#include "apps/econ/stl.h"
#include "apps/econ/tail.h"
#include "apps/econ/transform.h"
#include "cli/json_read.h"

typedef struct study {
    const char *data, *last;
    bool seasonal, full;
} study;

static const study studies[] = {
    { "us_quarterly_industries_1990_2023", "2019Q4", false, true },
    { "ces_supersectors_2006_2015", "2007-12", false, true },
    { "us_monthly_sectors_1990_2023", "2019-12", false, false },
    { "ces_detail_nsa_1990_2019", "2006-12", true, false },
};

typedef struct scored {
    const study *study;
    econ_panel panel;
    econ_rules rules;
    econ_scores scores;
    double *within; /* [indicator][period] */
} scored;

static scored
score(const study *data, econ_tail tail)
{
    scored s = { .study = data };
    econ_given given = { .from = 0 };
    size_t n;

    wide_panel(&s.panel, data->data);
    s.rules = wide_rules(&s.panel, data->last);
    s.rules.tail = tail;
    if (data->seasonal)
        s.rules.seasonal = ECON_SEASONAL_MEDIAN;
    n = s.panel.n_indicators * s.panel.n_periods;
    s.within = test_alloc(n, sizeof *s.within);
    for (size_t i = 0; i < n; i++)
        s.within[i] = (double)NAN;
    given.within = s.within;
    assert_ok(econ_scores_alloc(&s.scores, &s.panel, &s.rules));
    assert_ok(econ_scores_continue(&s.scores, &s.panel, &s.rules, &given, 2));
    return s;
}

static void
clear(scored *s)
{
    econ_scores_clear(&s->scores);
    econ_panel_clear(&s->panel);
    free(s->within);
}

static wide_table
golden(const study *data, const char *what)
{
    char path[PLACE_ROOM], name[512];

    snprintf(name, sizeof name, "econ/golden/%s.%s.csv", data->data, what);
    place_reference(path, name);
    return wide_read(path);
}

typedef struct tolerance {
    double relative, absolute;
    bool either; /* one of the two is enough, not their sum */
} tolerance;

static const tolerance of_scores = { 1e-10, 1e-10, false };
static const tolerance of_p = { 1e-9, 1e-12, true };
static const tolerance of_distances = { 1e-8, 0.0, false };

static void
compare(double got, double expected, tolerance tol)
{
    double gap = fabs(got - expected);

    if (tol.either && !isnan(got) && !isnan(expected)
        && (gap <= tol.absolute || gap <= tol.relative * fabs(expected)))
        return;
    assert_close(got, expected, tol.relative, tol.either ? 0.0 : tol.absolute);
}

/* rows: [row][period], called names[row]. */
static void
compare_rows(const scored *s, const char *what, const double *rows, size_t n,
             const char *(*name)(const scored *s, size_t row), tolerance tol)
{
    wide_table t = golden(s->study, what);

    assert_count(t.rows, s->panel.n_periods);
    assert_count(t.columns, n);
    for (size_t k = 0; k < n; k++) {
        const double *expected = wide_column(&t, name(s, k));

        for (size_t i = 0; i < t.rows; i++) {
            test_context("%s %s, %s, %s", s->study->data, what, name(s, k), t.labels[i]);
            compare(rows[k * t.rows + i], expected[i], tol);
        }
    }
    wide_clear(&t);
}

static const char *
sector_name(const scored *s, size_t row)
{
    return s->panel.sectors[row];
}

static const char *
indicator_name(const scored *s, size_t row)
{
    return s->panel.indicators[row].name;
}

static const char *
economy_name(const scored *s, size_t row)
{
    (void)s, (void)row;
    return "economy";
}

static void
sectors(const scored *s, const char *what, const double *rows, tolerance tol)
{
    compare_rows(s, what, rows, s->panel.n_sectors, sector_name, tol);
}

/* ---- the tables ---- */

static void
sector_tables_are_those_of_pandas(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        scored s = score(&studies[k], ECON_TAIL_NORMAL);

        sectors(&s, "sector_raw", s.scores.raw, of_scores);
        sectors(&s, "level", s.scores.level, of_scores);
        sectors(&s, "relative", s.scores.relative, of_scores);
        sectors(&s, "breadth", s.scores.breadth, of_scores);
        compare_rows(&s, "economy", s.scores.economy, 1, economy_name, of_scores);
        clear(&s);
    }
}

static void
p_and_q_of_levels_are_those_of_scipy(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        scored s = score(&studies[k], ECON_TAIL_NORMAL);
        size_t n = s.panel.n_periods;
        double *q = test_alloc(s.panel.n_sectors * n, sizeof *q);

        for (size_t t = 0; t < n; t++)
            assert_ok(econ_fdr_q(ECON_FDR_BH, s.scores.p_level + t, s.panel.n_sectors, n, q + t));
        sectors(&s, "level_p", s.scores.p_level, of_p);
        sectors(&s, "level_q", q, of_p);
        free(q);
        clear(&s);
    }
}

/* In these cells two rows of the calibration have the same size but for rounding, so either count is right
 * (README of the golden results). */
static bool
hangs_on_the_last_bit(const char *sector, const char *period)
{
    static const char *const cells[][2] = {
        { "manufacturing", "2010Q4" },    { "manufacturing", "2013Q2" },
        { "hours_earnings", "2000-09" },  { "hours_earnings", "2008-02" },
        { "housing", "1993-08" },         { "housing", "2007-08" },
        { "prices_consumer", "1992-05" }, { "prices_consumer", "1997-08" },
        { "prices_producer", "1994-03" }, { "prices_producer", "2012-03" },
        { "money_credit", "1992-03" },    { "money_credit", "2013-06" },
    };

    for (size_t k = 0; k < ARRAY_LEN(cells); k++)
        if (strcmp(cells[k][0], sector) == 0 && strcmp(cells[k][1], period) == 0)
            return true;
    return false;
}

static void
empirical_p_counts_ranks(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        scored s = score(&studies[k], ECON_TAIL_EMPIRICAL);
        wide_table t = golden(s.study, "level_p_empirical");
        size_t history = (size_t)(s.rules.calibrate_to - s.panel.first) + 1;

        /* The definition has no least number of values; this program uses t below 60. */
        if (history > ECON_TAIL_LEAST)
            for (size_t c = 0; c < s.panel.n_sectors; c++) {
                const double *expected = wide_column(&t, s.panel.sectors[c]);
                double step = 0.0;
                size_t n = 0;

                for (size_t i = 0; i < history; i++)
                    n += isnan(s.scores.level[c * t.rows + i]) ? 0 : 1;
                step = 1.0 / (double)(n + 1);
                for (size_t i = 0; i < t.rows; i++) {
                    test_context("%s, %s %s", s.study->data, s.panel.sectors[c], t.labels[i]);
                    assert_close(s.scores.p_level[c * t.rows + i], expected[i], 0.0,
                                 hangs_on_the_last_bit(s.panel.sectors[c], t.labels[i])
                                     ? 1.001 * step
                                     : 1e-12);
                }
            }
        wide_clear(&t);
        clear(&s);
    }
}

static void
indicators_are_those_of_pandas(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        scored s;
        size_t n, cells;
        double *p, *q, *x;

        if (!studies[k].full)
            continue;
        s = score(&studies[k], ECON_TAIL_NORMAL);
        n = s.panel.n_periods;
        cells = n * s.panel.n_indicators;
        p = test_alloc(cells, sizeof *p);
        q = test_alloc(cells, sizeof *q);
        x = test_alloc(cells, sizeof *x);
        for (size_t i = 0; i < cells; i++)
            p[i] = econ_normal_p(s.scores.z[i]);
        for (size_t t = 0; t < n; t++)
            assert_ok(econ_fdr_q(ECON_FDR_BH, p + t, s.panel.n_indicators, n, q + t));
        for (size_t i = 0; i < s.panel.n_indicators; i++)
            assert_ok(econ_scores_history(&s.panel, &s.rules, i, x + i * n, NULL, NULL));
        compare_rows(&s, "transformed", x, s.panel.n_indicators, indicator_name, of_scores);
        compare_rows(&s, "robust_z", s.scores.z, s.panel.n_indicators, indicator_name, of_scores);
        compare_rows(&s, "within", s.within, s.panel.n_indicators, indicator_name, of_scores);
        compare_rows(&s, "robust_z_p", p, s.panel.n_indicators, indicator_name, of_p);
        compare_rows(&s, "robust_z_q", q, s.panel.n_indicators, indicator_name, of_p);
        free(p);
        free(q);
        free(x);
        clear(&s);
    }
}

/* z by mean and standard deviation: --scale sd. */
static void
plain_z_is_that_of_pandas(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        econ_panel panel;
        econ_rules rules;
        scored s = { .study = &studies[k] };

        if (!studies[k].full)
            continue;
        wide_panel(&panel, studies[k].data);
        rules = wide_rules(&panel, studies[k].last);
        rules.scale = ECON_SCALE_SD;
        rules.stats = ECON_STAT_LEVEL;
        assert_ok(econ_scores_make(&s.scores, &panel, &rules, 1));
        s.panel = panel;
        compare_rows(&s, "z", s.scores.z, panel.n_indicators, indicator_name, of_scores);
        clear(&s);
    }
}

static void
distances_are_those_of_sklearn(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        scored s = score(&studies[k], ECON_TAIL_NORMAL);
        static const tolerance p_of_distances = { 1e-7, 1e-12, true };

        sectors(&s, "mahalanobis", s.scores.mahalanobis, of_distances);
        sectors(&s, "mahalanobis_p", s.scores.p_mahalanobis, p_of_distances);
        clear(&s);
    }
}

/* ---- Ledoit and Wolf ---- */

static double
member_number(const cli_json_value *object, const char *key)
{
    const cli_json_value *v = cli_json_member(object, key);

    assert_non_null(v);
    return v->number;
}

/* Rows of the calibration in which all members have a z, in the order of the golden file. */
static size_t
complete_rows(const scored *s, const cli_json_value *order, double *x)
{
    size_t n = s->panel.n_periods, rows = 0,
           history = (size_t)(s->rules.calibrate_to - s->panel.first) + 1;

    for (size_t t = 0; t < history; t++) {
        bool complete = true;

        for (size_t j = 0; j < order->n; j++) {
            size_t i = 0;

            while (strcmp(s->panel.indicators[i].name, order->items[j].text) != 0)
                i++;
            x[rows * order->n + j] = s->scores.z[i * n + t];
            complete = complete && !isnan(s->scores.z[i * n + t]);
        }
        rows += complete;
    }
    return rows;
}

static void
compare_covariance(const scored *s, const cli_json_value *sector)
{
    const cli_json_value *order = cli_json_member(sector, "order"),
                         *covariance = cli_json_member(sector, "covariance"),
                         *location = cli_json_member(sector, "location");
    size_t k = order->n;
    double *x = test_alloc(k * s->panel.n_periods, sizeof *x), *mean = test_alloc(k, sizeof *mean),
           *c = test_alloc(k * k, sizeof *c), shrinkage;
    size_t rows = complete_rows(s, order, x);

    assert_count(rows, (size_t)member_number(sector, "n"));
    econ_ledoit_wolf(x, rows, k, mean, c, &shrinkage);
    assert_close(shrinkage, member_number(sector, "shrinkage"), 1e-9, 1e-12);
    for (size_t a = 0; a < k; a++) {
        assert_close(mean[a], location->items[a].number, 1e-9, 1e-12);
        for (size_t b = 0; b < k; b++)
            assert_close(c[a * k + b], covariance->items[a].items[b].number, 1e-10, 1e-14);
    }
    free(x);
    free(mean);
    free(c);
}

static void
covariances_shrink_as_sklearn_does(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        char path[PLACE_ROOM], name[512];
        cli_json_value *all = NULL;
        scored s = { .study = &studies[k] };

        wide_panel(&s.panel, studies[k].data);
        s.rules = wide_rules(&s.panel, studies[k].last);
        s.rules.scale = ECON_SCALE_SD;
        s.rules.stats = ECON_STAT_LEVEL;
        if (studies[k].seasonal)
            s.rules.seasonal = ECON_SEASONAL_MEDIAN;
        assert_ok(econ_scores_make(&s.scores, &s.panel, &s.rules, 1));
        snprintf(name, sizeof name, "econ/golden/%s.ledoitwolf.json", studies[k].data);
        place_reference(path, name);
        assert_ok(cli_json_read(&all, path));
        assert_count(all->n, s.panel.n_sectors);
        for (size_t c = 0; c < all->n; c++) {
            test_context("%s, %s", studies[k].data, all->keys[c]);
            compare_covariance(&s, &all->items[c]);
        }
        cli_json_value_free(all);
        clear(&s);
    }
}

/* ---- events ---- */

typedef struct ranked {
    double size;
    size_t index;
} ranked;

static int
by_size(const void *a, const void *b)
{
    const ranked *x = a, *y = b;

    return (x->size < y->size) - (x->size > y->size);
}

static void
check_first_three(const cli_json_value *expected, const scored *s, const double *rows, size_t n,
                  size_t t, const char *(*name)(const scored *s, size_t row))
{
    ranked *r = test_alloc(n, sizeof *r);
    size_t found = 0;

    for (size_t k = 0; k < n; k++) {
        double x = rows[k * s->panel.n_periods + t];

        if (!isnan(x))
            r[found++] = (ranked){ fabs(x), k };
    }
    qsort(r, found, sizeof *r, by_size);
    for (size_t k = 0; k < expected->n; k++) {
        assert_string_equal(name(s, r[k].index), expected->items[k].items[0].text);
        assert_close(rows[r[k].index * s->panel.n_periods + t], expected->items[k].items[1].number,
                     1e-10, 1e-10);
    }
    free(r);
}

static void
known_events_come_first(void **state)
{
    char path[PLACE_ROOM];
    cli_json_value *all = NULL;

    (void)state;
    place_reference(path, "econ/golden/events.json");
    assert_ok(cli_json_read(&all, path));
    for (size_t k = 0; k < ARRAY_LEN(studies); k++) {
        scored s = score(&studies[k], ECON_TAIL_NORMAL);
        const cli_json_value *periods =
            cli_json_member(cli_json_member(all, studies[k].data), "periods");

        assert_that(periods->n >= 2);
        for (size_t e = 0; e < periods->n; e++) {
            const cli_json_value *event = &periods->items[e];
            int64_t ordinal;
            size_t t;

            test_context("%s, %s", studies[k].data, periods->keys[e]);
            assert_ok(econ_period_parse(periods->keys[e], s.panel.frequency, false, &ordinal));
            t = (size_t)(ordinal - s.panel.first);
            check_first_three(cli_json_member(event, "sectors"), &s, s.scores.level,
                              s.panel.n_sectors, t, sector_name);
            check_first_three(cli_json_member(event, "indicators"), &s, s.scores.z,
                              s.panel.n_indicators, t, indicator_name);
            assert_close(s.scores.economy[t], member_number(event, "economy"), 1e-10, 1e-10);
        }
        clear(&s);
    }
    cli_json_value_free(all);
}

/* ---- parts ---- */

static void
transforms_are_fred_md_codes(void **state)
{
    char path[PLACE_ROOM];
    wide_table t;
    double *out;

    (void)state;
    place_reference(path, "econ/golden/tcodes.csv");
    t = wide_read(path);
    out = test_alloc(t.rows, sizeof *out);
    for (size_t c = 0; c < t.columns; c++) {
        int code = econ_transform_find(t.names[c]);
        const double *x = wide_column(&t, "level");

        if (code == 0)
            continue;
        econ_transform_apply((econ_transform)code, 1, x, t.rows, out);
        for (size_t i = 0; i < t.rows; i++) {
            double expected = t.values[c * t.rows + i];

            test_context("%s, row %zu", t.names[c], i);
            assert_close(out[i], isinf(expected) ? (double)NAN : expected, 1e-10, 1e-10);
        }
        econ_transform_apply((econ_transform)code, -1, x, t.rows, out);
        assert_close(out[8], -t.values[c * t.rows + 8], 1e-10, 1e-10);
    }
    free(out);
    wide_clear(&t);
}

static void
compare_stl(const wide_table *t, size_t first, size_t n)
{
    double *y = test_alloc(5 * n, sizeof *y), *seasonal = y + n, *trend = y + 2 * n,
           *weights = y + 3 * n;
    bool robust = wide_column(t, "robust")[first] > 0.0;
    econ_stl stl = econ_stl_standard(12, robust);

    assert_count(stl.trend, 21);
    assert_count(stl.low_pass, 13);
    for (size_t k = 0; k < n; k++)
        y[k] = wide_column(t, "trend")[first + k] + wide_column(t, "seasonal")[first + k]
               + wide_column(t, "resid")[first + k];
    assert_ok(econ_stl_fit(&stl, y, n, seasonal, trend, weights));
    for (size_t k = 0; k < n; k++) {
        test_context("block from row %zu, %s", first, t->labels[first + k]);
        assert_close(seasonal[k], wide_column(t, "seasonal")[first + k], 0.0, 1e-9);
        assert_close(trend[k], wide_column(t, "trend")[first + k], 0.0, 1e-9);
        assert_close(weights[k], wide_column(t, "weights")[first + k], 0.0, 1e-7);
    }
    free(y);
}

/* The series themselves are the sum of their parts. */
static void
stl_is_that_of_statsmodels(void **state)
{
    char path[PLACE_ROOM];
    wide_table t;
    size_t n = 357;

    (void)state;
    place_reference(path, "econ/golden/stl_statsmodels.csv");
    t = wide_read(path);
    assert_count(t.rows % n, 0);
    assert_count(t.rows / n, 8);
    for (size_t first = 0; first < t.rows; first += n)
        compare_stl(&t, first, n);
    wide_clear(&t);
}

static void
rolling_scores_are_those_of_pandas(void **state)
{
    char path[PLACE_ROOM];
    wide_table t;
    const double *x, *median, *z;
    double *score, *centre;
    uint8_t *excluded;
    econ_window w;
    econ_scratch scratch;
    size_t compared = 0;

    (void)state;
    place_reference(path, "econ/golden/running_USTRADE.csv");
    t = wide_read(path);
    x = wide_column(&t, "x");
    median = wide_column(&t, "roll60_median_prior");
    z = wide_column(&t, "roll60_robust_z_prior");
    score = test_alloc(t.rows, sizeof *score);
    centre = test_alloc(t.rows, sizeof *centre);
    excluded = calloc(t.rows, 1);
    w = (econ_window){ .kind = ECON_ROLLING, .n = t.rows, .values = 60, .excluded = excluded };
    assert_ok(econ_scratch_make(&scratch, t.rows));
    econ_window_score(&w, x, 0, score, centre, NULL, NULL, &scratch);
    for (size_t i = 60; i < t.rows; i++) {
        test_context("%s", t.labels[i]);
        assert_that(!isnan(z[i]));
        assert_close(centre[i], median[i], 1e-12, 1e-15);
        assert_close(score[i], z[i], 1e-10, 1e-10);
        compared++;
    }
    assert_that(compared > 300);
    econ_scratch_clear(&scratch);
    free(score);
    free(centre);
    free(excluded);
    wide_clear(&t);
}

static void
scales_are_those_of_numpy_and_statsmodels(void **state)
{
    static const struct {
        const char *key;
        econ_scale scale;
    } kinds[] = { { "sd", ECON_SCALE_SD },
                  { "mad", ECON_SCALE_MAD },
                  { "qn_statsmodels", ECON_SCALE_QN } };
    char path[PLACE_ROOM];
    cli_json_value *all = NULL;

    (void)state;
    place_reference(path, "econ/golden/scales.json");
    assert_ok(cli_json_read(&all, path));
    for (size_t k = 0; k < all->n; k++) {
        const cli_json_value *set = &all->items[k], *x = cli_json_member(set, "x");
        econ_sorted h = { test_alloc(x->n, sizeof(double)), x->n };
        econ_scratch scratch;

        assert_ok(econ_scratch_make(&scratch, x->n));
        for (size_t i = 0; i < x->n; i++)
            h.v[i] = x->items[i].number;
        econ_sort(h.v, h.n);
        for (size_t j = 0; j < ARRAY_LEN(kinds); j++) {
            double centre, spread;

            test_context("%s, %s", all->keys[k], kinds[j].key);
            econ_spread_of(&h, kinds[j].scale, &scratch, &centre, &spread);
            assert_close(spread, member_number(set, kinds[j].key), 1e-10, 1e-15);
            assert_close(centre,
                         member_number(set, kinds[j].scale == ECON_SCALE_SD ? "mean" : "median"),
                         1e-10, 1e-15);
        }
        econ_scratch_clear(&scratch);
        free(h.v);
    }
    cli_json_value_free(all);
}

static void
q_is_that_of_statsmodels(void **state)
{
    char path[PLACE_ROOM];
    cli_json_value *all = NULL;
    const cli_json_value *p, *bh, *by;
    double *in, *out;

    (void)state;
    place_reference(path, "econ/golden/padjust.json");
    assert_ok(cli_json_read(&all, path));
    p = cli_json_member(all, "p");
    bh = cli_json_member(all, "fdr_bh");
    by = cli_json_member(all, "fdr_by");
    in = test_alloc(2 * p->n, sizeof *in);
    out = test_alloc(2 * p->n, sizeof *out);
    /* Every second one is missing, and left out. */
    for (size_t i = 0; i < p->n; i++) {
        in[2 * i] = p->items[i].number;
        in[2 * i + 1] = (double)NAN;
    }
    assert_ok(econ_fdr_q(ECON_FDR_BH, in, 2 * p->n, 1, out));
    for (size_t i = 0; i < p->n; i++) {
        assert_close(out[2 * i], bh->items[i].number, 1e-12, 0.0);
        assert_that(isnan(out[2 * i + 1]));
    }
    assert_ok(econ_fdr_q(ECON_FDR_BY, in, p->n, 2, out));
    for (size_t i = 0; i < p->n / 2; i++)
        assert_that(out[4 * i] >= in[4 * i]);
    for (size_t i = 0; i < p->n; i++)
        in[i] = p->items[i].number;
    assert_ok(econ_fdr_q(ECON_FDR_BY, in, p->n, 1, out));
    for (size_t i = 0; i < p->n; i++)
        assert_close(out[i], by->items[i].number, 1e-12, 0.0);
    free(in);
    free(out);
    cli_json_value_free(all);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sector_tables_are_those_of_pandas),
        cmocka_unit_test(p_and_q_of_levels_are_those_of_scipy),
        cmocka_unit_test(empirical_p_counts_ranks),
        cmocka_unit_test(indicators_are_those_of_pandas),
        cmocka_unit_test(plain_z_is_that_of_pandas),
        cmocka_unit_test(distances_are_those_of_sklearn),
        cmocka_unit_test(covariances_shrink_as_sklearn_does),
        cmocka_unit_test(known_events_come_first),
        cmocka_unit_test(transforms_are_fred_md_codes),
        cmocka_unit_test(stl_is_that_of_statsmodels),
        cmocka_unit_test(rolling_scores_are_those_of_pandas),
        cmocka_unit_test(scales_are_those_of_numpy_and_statsmodels),
        cmocka_unit_test(q_is_that_of_statsmodels),
    };

    return run_all(tests);
}
