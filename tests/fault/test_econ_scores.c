/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores, their files and what goes on from them, where memory or the disk fails anywhere: no leak, the right code, and no half
 * result. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/faults.h>
#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/joined.h"
#include "apps/econ/scores_priv.h"
#include "apps/econ/scoring.h"
#include "apps/econ/sectors.h"
#include "apps/econ/store.h"

enum { N = 44, INDICATORS = 7, SECTORS = 3 };

static const econ_rules rules = { .stats = ECON_STAT_RELATIVE | ECON_STAT_WITHIN | ECON_STAT_LEVEL
                                           | ECON_STAT_ECONOMY | ECON_STAT_MAHALANOBIS,
                                  .seasonal = ECON_SEASONAL_MEDIAN,
                                  .rescale_missing = true,
                                  .alpha = 0.9,
                                  .min_z = 1.0 };

static sci_status
make_panel(econ_panel *p, size_t periods)
{
    random_stream r = random_start(7);
    sci_status st;

    *p = (econ_panel){ .frequency = ECON_QUARTERLY, .first = 1990 * 4, .n_periods = periods };
    st = sci_strdup(&p->path, "panel");
    if (st == SCI_OK)
        st = sci_alloc(&p->values, INDICATORS, periods, sizeof *p->values);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->indicators, INDICATORS, 1, sizeof *p->indicators);
    if (st == SCI_OK)
        st = sci_alloc_zero(&p->sectors, SECTORS, 1, sizeof *p->sectors);
    for (size_t s = 0; st == SCI_OK && s < SECTORS; s++) {
        p->n_sectors++;
        st = sci_format(&p->sectors[s], "s%zu", s);
    }
    for (size_t i = 0; st == SCI_OK && i < INDICATORS; i++) {
        p->n_indicators++;
        p->indicators[i].sector_index = i % SECTORS;
        p->indicators[i].transform = ECON_DLOG;
        p->indicators[i].sign = 1;
        p->indicators[i].weight = 1.0;
        st = sci_format(&p->indicators[i].name, "i%zu", i);
        if (st == SCI_OK)
            st = sci_strdup(&p->indicators[i].sector, p->sectors[i % SECTORS]);
    }
    for (size_t t = 0; st == SCI_OK && t < N; t++)
        for (size_t i = 0; i < INDICATORS; i++) {
            double x = exp(0.1 * random_normal(&r));

            if (t < periods)
                p->values[i * periods + t] = i == 2 && t % 11 == 5 ? (double)NAN : x;
        }
    return st;
}

/* ---- memory ---- */

static sci_status
all_steps(void)
{
    econ_panel panel = { 0 }, part = { 0 }, joined = { 0 };
    econ_scores scores = { 0 };
    econ_anomaly *found = NULL;
    econ_joining what;
    double series[N];
    size_t n = 0;
    sci_status st = make_panel(&panel, N);

    if (st == SCI_OK)
        st = econ_scores_make(&scores, &panel, &rules, 1);
    if (st == SCI_OK)
        st = econ_anomalies_find(&found, &n, &panel, &scores, &rules, 0);
    if (st == SCI_OK)
        st = econ_scores_history(&panel, &rules, 3, series, NULL, NULL);
    if (st == SCI_OK)
        st = make_panel(&part, N / 2);
    if (st == SCI_OK)
        st = econ_panel_join(&joined, &part, &panel, &what);
    if (st == SCI_OK) {
        assert_that(n > 0);
        assert_same_bytes(joined.values, panel.values, (size_t)N * INDICATORS, sizeof(double));
        assert_count(what.from, N / 2);
    }
    sci_free(found);
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    econ_panel_clear(&part);
    econ_panel_clear(&joined);
    return st;
}

static void
memory_that_runs_out_anywhere_is_said_and_nothing_leaks(void **state)
{
    sci_status st = SCI_ERR_NOMEM;
    long n = 0;

    (void)state;
    for (; st != SCI_OK; n++) {
        test_context("allocation %ld", n);
        faults_memory(n, false);
        st = all_steps();
        assert_that(st == SCI_OK || st == SCI_ERR_NOMEM);
        faults_memory_end();
        assert_that(n < 5000);
    }
    assert_that(n > 50);
}

/* ---- files ---- */

static void
make_state(econ_panel *panel, econ_scores *scores, double **within)
{
    econ_given given = { .from = 0 };

    assert_ok(make_panel(panel, N));
    assert_ok(econ_scores_alloc(scores, panel, &rules));
    assert_ok(sci_alloc_zero(within, INDICATORS, N, sizeof **within));
    given.within = *within;
    assert_ok(econ_scores_continue(scores, panel, &rules, &given, 1));
}

static void
a_state_comes_back_as_it_was(void **state)
{
    char path[PLACE_ROOM], text[ECON_RULES_TEXT];
    econ_stored what = { .state = true, .values = true, .rules = text };
    econ_panel panel;
    econ_scores scores, again;
    econ_store store = { 0 };
    econ_rules back;
    double *within, *within_again;
    size_t cells = (size_t)SECTORS * N;

    (void)state;
    make_state(&panel, &scores, &within);
    econ_rules_text(text, sizeof text, &rules, panel.frequency, true);
    place_scratch(path, "state.h5");
    place_write(path, "", 0);
    assert_ok(econ_store_save(path, &what, &panel, &scores, within, false));
    assert_ok(econ_store_open(&store, path));
    assert_that(store.is.state && store.is.values);
    assert_ok(econ_rules_from_text(&back, store.is.rules, store.panel.frequency));
    assert_same_bytes(&back, &rules, 1, sizeof rules);
    assert_ok(econ_scores_alloc(&again, &store.panel, &back));
    assert_ok(sci_alloc_zero(&within_again, INDICATORS, N, sizeof *within_again));
    assert_ok(econ_store_scores(&store, N, &again, within_again));
    assert_same_bytes(store.panel.values, panel.values, (size_t)N * INDICATORS, sizeof(double));
    assert_same_bytes(again.z, scores.z, (size_t)N * INDICATORS, sizeof(double));
    assert_same_bytes(within_again, within, (size_t)N * INDICATORS, sizeof(double));
    assert_same_bytes(again.overall_p, scores.overall_p, cells, sizeof(double));
    assert_same_bytes(again.p_mahalanobis, scores.p_mahalanobis, cells, sizeof(double));
    assert_same_bytes(again.within_driver, scores.within_driver, cells, sizeof(uint32_t));
    assert_same_bytes(again.extrapolated, scores.extrapolated, cells, 1);
    sci_free(within);
    sci_free(within_again);
    econ_scores_clear(&scores);
    econ_scores_clear(&again);
    econ_panel_clear(&panel);
    econ_store_close(&store);
}

/* Loading, with whatever is open or in memory released. */
static sci_status
load(const char *path)
{
    econ_sectors sectors;
    sci_status st = econ_sectors_load(&sectors, path);

    econ_sectors_clear(&sectors);
    return st;
}

static void
sectors_that_cannot_be_read_leave_nothing(void **state)
{
    char path[PLACE_ROOM], text[ECON_RULES_TEXT];
    econ_stored what = { .values = true, .rules = text };
    econ_panel panel;
    econ_scores scores;
    double *within;
    sci_status st = SCI_ERR_NOMEM;
    unsigned char *bytes;
    size_t size;
    long n = 0;

    (void)state;
    make_state(&panel, &scores, &within);
    econ_rules_text(text, sizeof text, &rules, panel.frequency, false);
    place_scratch(path, "sectors.h5");
    place_write(path, "", 0);
    assert_ok(econ_store_save(path, &what, &panel, &scores, NULL, false));
    sci_free(within);
    econ_scores_clear(&scores);
    econ_panel_clear(&panel);
    assert_ok(load(path));
    /* Every one at first, where names and facts are read, and some of the many that HDF5's names cost. */
    for (; st != SCI_OK; n += 1 + n / 20) {
        test_context("allocation %ld", n);
        faults_memory(n, false);
        st = load(path);
        assert_that(st == SCI_OK || st == SCI_ERR_NOMEM);
        faults_memory_end();
        assert_that(n < 5000);
    }
    assert_that(n > 20);
    /* Cut anywhere: HDF5 or we refuse it. */
    bytes = place_read(path, &size);
    for (size_t cut = 0; cut < size; cut += 1 + size / 12) {
        test_context("cut at %zu of %zu", cut, size);
        place_write(path, bytes, cut);
        assert_that(load(path) != SCI_OK);
    }
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_runs_out_anywhere_is_said_and_nothing_leaks),
        cmocka_unit_test(a_state_comes_back_as_it_was),
        cmocka_unit_test(sectors_that_cannot_be_read_leave_nothing),
    };

    return run_all(tests);
}
