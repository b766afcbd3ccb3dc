/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels in which nothing ever happens: a p of at most 1/1000 comes in at most 3/1000 of the cases, and alarms are as
 * rare as is promised. With the rules of the program's defaults. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sci/memory.h>

#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/panel.h"
#include "apps/econ/scores.h"

enum { SECTORS = 6, EACH = 6, INDICATORS = SECTORS * EACH, PERIODS = 264, PANELS = 120 };

typedef enum law { NORMAL, STUDENT, AUTOREGRESSIVE, LAWS } law;
static const char *const law_names[LAWS] = { "normal", "t with 5 degrees", "AR(1) of 0.6" };

/* Box and Muller: the sum of uniforms that other tests use has no tails to speak of. */
static double
normal(random_stream *r)
{
    double u = 1.0 - random_uniform(r);

    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * random_uniform(r));
}

static double
student(random_stream *r)
{
    double sum = 0.0;

    for (int k = 0; k < 5; k++) {
        double x = normal(r);

        sum += x * x;
    }
    return normal(r) / sqrt(sum / 5.0);
}

static double
draw(random_stream *r, law kind, double before)
{
    double x = kind == STUDENT ? student(r) : normal(r);

    return kind == AUTOREGRESSIVE ? 0.6 * before + x : x;
}

/* A quarter of the variance is common to all, a third to the sector, the rest the indicator's own, of the law; units over
 * nine decades. */
static void
fill(econ_panel *p, random_stream *r, law kind)
{
    double common = 0.0, sector[SECTORS] = { 0.0 }, own[INDICATORS] = { 0.0 };

    for (size_t t = 0; t < PERIODS; t++) {
        common = draw(r, kind, common);
        for (size_t s = 0; s < SECTORS; s++)
            sector[s] = draw(r, kind, sector[s]);
        for (size_t i = 0; i < INDICATORS; i++) {
            own[i] = draw(r, kind, own[i]);
            p->values[i * PERIODS + t] = pow(10.0, (double)(i % 9))
                                         * (0.5 * common + 0.6 * sector[i / EACH] + 0.62 * own[i]);
        }
    }
}

static void
make_panel(econ_panel *p)
{
    char name[32];

    *p = (econ_panel){ .frequency = ECON_MONTHLY, .first = 1990 * 12, .n_periods = PERIODS };
    assert_ok(sci_strdup(&p->path, "simulated"));
    assert_ok(sci_alloc(&p->values, INDICATORS, PERIODS, sizeof *p->values));
    assert_ok(sci_alloc_zero(&p->indicators, INDICATORS, 1, sizeof *p->indicators));
    assert_ok(sci_alloc_zero(&p->sectors, SECTORS, 1, sizeof *p->sectors));
    for (size_t s = 0; s < SECTORS; s++) {
        snprintf(name, sizeof name, "sector %zu", s);
        assert_ok(sci_strdup(&p->sectors[s], name));
    }
    p->n_sectors = SECTORS;
    p->n_indicators = INDICATORS;
    for (size_t i = 0; i < INDICATORS; i++) {
        snprintf(name, sizeof name, "indicator %zu", i);
        assert_ok(sci_strdup(&p->indicators[i].name, name));
        p->indicators[i].sector_index = i / EACH;
        p->indicators[i].transform = ECON_LEVEL;
        p->indicators[i].sign = 1;
        p->indicators[i].weight = 1.0;
    }
}

typedef struct tally {
    const char *what;
    size_t n, rare;
} tally;

static void
count(tally *t, const double *p, size_t rows)
{
    for (size_t k = 0; k < rows * PERIODS; k++)
        if (!isnan(p[k])) {
            t->n++;
            t->rare += p[k] <= 1e-3;
        }
}

static void
check_tally(const tally *t, const char *law_name, const char *window)
{
    double rate = 1000.0 * (double)t->rare / (double)t->n;

    print_message("%s, %s, %s: %.2f in 1000 of %zu\n", law_name, window, t->what, rate, t->n);
    assert_that(t->n > 20000);
    if (rate > 3.0)
        test_failed(__FILE__, __LINE__, "%s, %s, %s: a p of 1/1000 comes in %.2f of 1000", law_name,
                    window, t->what, rate);
}

static void
simulate(law kind, const econ_rules *rules, const char *window)
{
    tally tallies[] = { { "level", 0, 0 },
                        { "relative", 0, 0 },
                        { "within", 0, 0 },
                        { "economy", 0, 0 },
                        { "overall", 0, 0 } };
    size_t alarms = 0, periods = 0;
    econ_panel panel;
    double promised;

    make_panel(&panel);
    promised = econ_false_alarms_a_year(&panel, rules) / 12.0;
    for (uint64_t k = 0; k < PANELS; k++) {
        random_stream r = random_start(1000 * (uint64_t)kind + k);
        econ_scores s = { 0 };
        econ_anomaly *found = NULL;
        uint8_t alarmed[PERIODS] = { 0 };
        size_t n = 0;

        fill(&panel, &r, kind);
        assert_ok(econ_scores_make(&s, &panel, rules, 2));
        count(&tallies[0], s.p_level, SECTORS);
        count(&tallies[1], s.p_relative, SECTORS);
        count(&tallies[2], s.p_within, SECTORS);
        count(&tallies[3], s.p_economy, 1);
        count(&tallies[4], s.overall_p, SECTORS);
        assert_ok(econ_anomalies_find(&found, &n, &panel, &s, rules, 0));
        for (size_t a = 0; a < n; a++)
            alarmed[found[a].period] = 1;
        for (size_t t = 60; t < PERIODS; t++) {
            alarms += alarmed[t];
            periods++;
        }
        sci_free(found);
        econ_scores_clear(&s);
    }
    for (size_t k = 0; k < ARRAY_LEN(tallies); k++)
        check_tally(&tallies[k], law_names[kind], window);
    print_message("%s, %s: alarms in %.4f of the periods, %.4f promised\n", law_names[kind], window,
                  (double)alarms / (double)periods, promised);
    assert_that((double)alarms / (double)periods <= promised);
    econ_panel_clear(&panel);
}

static const econ_rules defaults = { .stats = ECON_STAT_RELATIVE | ECON_STAT_WITHIN
                                              | ECON_STAT_LEVEL | ECON_STAT_ECONOMY,
                                     .alpha = 0.05,
                                     .min_z = 3.5 };

static void
rare_p_are_rare_while_the_history_grows(void **state)
{
    (void)state;
    for (int kind = 0; kind < LAWS; kind++)
        simulate((law)kind, &defaults, "expanding");
}

static void
rare_p_are_rare_with_a_window(void **state)
{
    econ_rules rules = defaults;

    (void)state;
    rules.window_kind = ECON_ROLLING;
    rules.window = 120;
    for (int kind = 0; kind < LAWS; kind++)
        simulate((law)kind, &rules, "the last 120");
}

static void
rare_p_are_rare_after_a_calibration(void **state)
{
    econ_rules rules = defaults;

    (void)state;
    rules.window_kind = ECON_CALIBRATED;
    rules.calibrate_to = 1990 * 12 + 119;
    for (int kind = 0; kind < LAWS; kind++)
        simulate((law)kind, &rules, "calibrated to 120");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rare_p_are_rare_while_the_history_grows),
        cmocka_unit_test(rare_p_are_rare_with_a_window),
        cmocka_unit_test(rare_p_are_rare_after_a_calibration),
    };

    return run_all(tests);
}
