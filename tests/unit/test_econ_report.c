/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/faults.h>
#include <support/place.h>
#include <support/testing.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <apps/econ/explain.h>
#include <apps/econ/words.h>

/* Three indicators in two sectors over four quarters, with scores that are made up. */
enum { INDICATORS = 3, SECTORS = 2, PERIODS = 4 };

typedef struct small {
    econ_panel panel;
    econ_scores scores;
    econ_rules rules;
    econ_events events;
    econ_report_parts parts;
} small;

static double values[INDICATORS * PERIODS] = { 100, 101, NAN, 50, 10, 11, 12, 13, 4, 4, 5, 5 };
static double z[INDICATORS * PERIODS] = { NAN, 1, NAN, -9, NAN, 2, 1, -3, NAN, 0, INFINITY, 1 };
static double sector_cells[SECTORS * PERIODS] = { NAN, 1.5, 1, -6, NAN, 0, 8, 1 };
static double breadths[SECTORS * PERIODS] = { NAN, 0, 0, 1, NAN, 0, 1, 0 };
static double chances[SECTORS * PERIODS] = { NAN, 0.5, 0.5, 0.001, NAN, 0.4, 0.1, 0.9 };
static double economy[PERIODS] = { NAN, 0.75, 4.5, -2.5 };
static uint32_t available[SECTORS * PERIODS] = { 0, 2, 1, 2, 0, 1, 1, 1 };
static uint32_t drivers[SECTORS * PERIODS] = {
    ECON_NO_DRIVER, 0, 1, 0, ECON_NO_DRIVER, ECON_NO_DRIVER, ECON_NO_DRIVER, ECON_NO_DRIVER
};
static uint8_t no_flags[PERIODS], last_flag[PERIODS] = { 0, 0, 0, 1 };
static char goods[] = "goods <&>", services[] = "services", mining[] = "MINE", making[] = "MAKE",
            care[] = "CARE", title[] = "mining, and \"logging\"", persons[] = "1000 person",
            percent[] = "percent", strike[] = "a strike";
static char *sectors[SECTORS] = { goods, services };
static econ_indicator indicators[INDICATORS] = {
    { .name = mining,
      .title = title,
      .sector_index = 0,
      .unit = persons,
      .transform = ECON_DLOG,
      .sign = 1,
      .weight = 1.0 },
    { .name = making, .sector_index = 0, .transform = ECON_LEVEL, .sign = -1, .weight = 1.0 },
    { .name = care,
      .sector_index = 1,
      .unit = percent,
      .transform = ECON_DIFF,
      .sign = 1,
      .weight = 1.0 },
};
static econ_event known[] = { { 2020 * 4 + 3, 2020 * 4 + 3, strike, goods, 0 } };
static const econ_anomaly found[] = {
    { .period = 3,
      .sector = 0,
      .statistic = ECON_STAT_LEVEL,
      .score = -6,
      .p = 0.001,
      .q = 0.002,
      .breadth = 1,
      .effect = 0.5,
      .driver = 0 },
    { .period = 2,
      .sector = ECON_WHOLE_ECONOMY,
      .statistic = ECON_STAT_ECONOMY,
      .score = 4.5,
      .p = 0.01,
      .q = 0.01,
      .breadth = NAN,
      .effect = NAN,
      .driver = ECON_NO_DRIVER,
      .extrapolated = true },
};

static void
make(small *s)
{
    *s = (small){
        .panel = { .frequency = ECON_QUARTERLY,
                   .first = 2020 * 4,
                   .n_periods = PERIODS,
                   .n_indicators = INDICATORS,
                   .n_sectors = SECTORS,
                   .values = values,
                   .indicators = indicators,
                   .sectors = sectors },
        .scores = { .n_periods = PERIODS,
                    .n_indicators = INDICATORS,
                    .n_sectors = SECTORS,
                    .z = z,
                    .raw = sector_cells,
                    .level = sector_cells,
                    .relative = sector_cells,
                    .within_max = sector_cells,
                    .breadth = breadths,
                    .p_level = chances,
                    .p_relative = chances,
                    .p_within = chances,
                    .q_relative = chances,
                    .q_within = chances,
                    .overall_p = chances,
                    .n_available = available,
                    .within_driver = drivers,
                    .economy_raw = economy,
                    .economy = economy,
                    .p_economy = economy,
                    .in_sample = no_flags,
                    .excluded = last_flag },
        .rules = { .alpha = 0.05,
                   .min_z = 3.5,
                   .stats = ECON_STAT_LEVEL | ECON_STAT_ECONOMY,
                   .window_kind = ECON_CALIBRATED,
                   .calibrate_to = 2020 * 4 + 2,
                   .excluding = true,
                   .exclude_first = 2020 * 4 + 3,
                   .exclude_last = 2020 * 4 + 3 },
        .events = { 1, known },
    };
    s->parts =
        (econ_report_parts){ .panel = &s->panel,
                             .scores = &s->scores,
                             .rules = &s->rules,
                             .anomalies = found,
                             .n_anomalies = ARRAY_LEN(found),
                             .events = &s->events,
                             .inputs = { { "panel", "p.csv", "xxh3:1" }, { "map", "m.csv", NULL } },
                             .n_inputs = 2,
                             .options = "--p=gpd",
                             .false_alarms = 0.4 };
}

static const struct {
    const char *name;
    sci_status (*write)(const econ_report *, const char *);
} writers[] = { { "report.json", econ_report_write_json },
                { "report.html", econ_report_write_page },
                { "report.md", econ_report_write_markdown },
                { "scores.csv", econ_report_write_scores },
                { "anomalies.csv", econ_report_write_anomalies } };

/* ---- facts ---- */

static void
movers_come_by_their_part_in_the_direction_of_the_sector(void **state)
{
    econ_report r;
    econ_mover m[3];
    small s;

    (void)state;
    make(&s);
    assert_ok(econ_report_make(&r, &s.parts));
    assert_count(econ_report_movers(&r, 0, 3, ECON_NO_DRIVER, 3, m), 2);
    assert_count(m[0].indicator, 0);
    assert_close(m[0].share, 0.75, 1e-15, 0.0);
    assert_that(m[0].before == 101.0 && m[0].after == 50.0); /* over the gap */
    assert_count(m[1].indicator, 1);
    assert_count(econ_report_movers(&r, 0, 3, 1, 3, m), 2); /* the one that is asked for first */
    assert_count(m[0].indicator, 1);
    assert_count(econ_report_movers(&r, 0, 1, ECON_NO_DRIVER, 1, m), 1); /* up: the larger z */
    assert_count(m[0].indicator, 1);
    assert_count(econ_report_movers(&r, 0, 0, ECON_NO_DRIVER, 3, m), 0); /* no scores yet */
    econ_report_clear(&r);
}

static void
infinite_scores_count_as_missing(void **state)
{
    econ_report r;
    small s;

    (void)state;
    make(&s);
    assert_ok(econ_report_make(&r, &s.parts));
    assert_that(isnan(econ_report_z(&r, 2, 2)));
    assert_that(isnan(econ_report_value(&r, 0, 2)));
    econ_report_clear(&r);
}

static void
an_event_belongs_to_its_period_and_sector(void **state)
{
    econ_report r;
    small s;

    (void)state;
    make(&s);
    assert_ok(econ_report_make(&r, &s.parts));
    assert_non_null(econ_report_event(&r, 0, 3));
    assert_null(econ_report_event(&r, 0, 2));
    assert_null(econ_report_event(&r, 1, 3));
    assert_null(econ_report_event(&r, ECON_WHOLE_ECONOMY, 3));
    econ_report_clear(&r);
}

static void
last_leaves_earlier_findings_out(void **state)
{
    econ_report r;
    small s;

    (void)state;
    make(&s);
    s.parts.last = 1;
    assert_ok(econ_report_make(&r, &s.parts));
    assert_count(r.n_shown, 1);
    assert_count(r.shown[0], 0);
    econ_report_clear(&r);
}

/* What was read back writes the same, also once more. */
static void
a_report_that_is_read_back_writes_the_same_bytes(void **state)
{
    char path[PLACE_ROOM];
    econ_report r, again;
    small s;

    (void)state;
    make(&s);
    assert_ok(econ_report_make(&r, &s.parts));
    place_scratch(path, "report.json");
    assert_ok(econ_report_write_json(&r, path));
    assert_ok(econ_report_read(&again, path));
    for (size_t k = 0; k < ARRAY_LEN(writers); k++) {
        unsigned char *a, *b;
        size_t n, m;

        test_context("%s", writers[k].name);
        place_scratch(path, "first");
        assert_ok(writers[k].write(&r, path));
        a = place_read(path, &n);
        place_scratch(path, "second");
        assert_ok(writers[k].write(&again, path));
        b = place_read(path, &m);
        assert_count(n, m);
        assert_memory_equal(a, b, n);
        free(a);
        free(b);
    }
    assert_that(again.parts.rules->window_kind == ECON_CALIBRATED);
    assert_that(again.parts.rules->calibrate_to == 2020 * 4 + 2 && again.parts.rules->excluding);
    assert_that(again.parts.anomalies[1].extrapolated
                && again.parts.anomalies[1].sector == ECON_WHOLE_ECONOMY);
    econ_report_clear(&again);
    econ_report_clear(&r);
}

static void
periods_and_sectors_are_found_by_name(void **state)
{
    econ_report r;
    size_t at;
    small s;

    (void)state;
    make(&s);
    assert_ok(econ_report_make(&r, &s.parts));
    assert_ok(econ_explain_period(&at, &r, "2020Q3"));
    assert_count(at, 2);
    assert_ok(econ_explain_period(&at, &r, "2020")); /* coarser: the last one inside */
    assert_count(at, 3);
    assert_fails(econ_explain_period(&at, &r, "2021Q1"), SCI_ERR_ARGUMENT);
    assert_fails(econ_explain_period(&at, &r, "soon"), SCI_ERR_ARGUMENT);
    assert_ok(econ_explain_sector(&at, &r, "services"));
    assert_count(at, 1);
    assert_fails(econ_explain_sector(&at, &r, "Services"), SCI_ERR_ARGUMENT);
    assert_count(econ_explain_most_unusual(&r, 3), 0);
    assert_count(econ_explain_most_unusual(&r, 2), 1);
    econ_report_clear(&r);
}

/* "1 of 1", and nothing where it is not known. */
static void
breadth_is_counted_in_indicators(void **state)
{
    char text[ECON_WORDS];
    econ_report r;
    small s;

    (void)state;
    make(&s);
    assert_ok(econ_report_make(&r, &s.parts));
    econ_words_breadth(text, sizeof text, &r, 0, 3);
    assert_string_equal(text, "2 of 2 indicators");
    econ_words_breadth(text, sizeof text, &r, 1, 2);
    assert_string_equal(text, "1 of 1 indicator");
    econ_words_breadth(text, sizeof text, &r, 0, 0);
    assert_string_equal(text, "");
    econ_report_clear(&r);
}

/* ---- failures ---- */

static sci_status
all_of_it(const char *json)
{
    econ_report r = { 0 }, again = { 0 };
    char path[PLACE_ROOM];
    small s;
    sci_status st;

    make(&s);
    st = econ_report_make(&r, &s.parts);
    place_scratch(path, "out");
    for (size_t k = 0; st == SCI_OK && k < ARRAY_LEN(writers); k++)
        st = writers[k].write(&r, path);
    if (st == SCI_OK)
        st = econ_report_read(&again, json);
    econ_report_clear(&again);
    econ_report_clear(&r);
    return st;
}

static void
every_failed_allocation_is_reported(void **state)
{
    char json[PLACE_ROOM];
    sci_status st = SCI_ERR_NOMEM;
    econ_report r;
    small s;

    (void)state;
    make(&s);
    place_scratch(json, "report.json");
    assert_ok(econ_report_make(&r, &s.parts));
    assert_ok(econ_report_write_json(&r, json));
    econ_report_clear(&r);
    for (long n = 0; st != SCI_OK; n++) {
        faults_memory(n, false);
        st = all_of_it(json);
        assert_count(faults_memory_live(), 0);
        faults_memory_end();
        if (st != SCI_OK)
            assert_int_equal(st, SCI_ERR_NOMEM);
        else
            assert_that(n > 50);
    }
}

static void
a_full_disk_is_reported(void **state)
{
    FILE *full = fopen("/dev/full", "w");
    econ_report r;
    small s;

    (void)state;
    if (!full)
        skip_test("there is no /dev/full");
    fclose(full);
    make(&s);
    assert_ok(econ_report_make(&r, &s.parts));
    for (size_t k = 0; k < ARRAY_LEN(writers); k++) {
        test_context("%s", writers[k].name);
        assert_fails(writers[k].write(&r, "/dev/full"), SCI_ERR_NOSPACE);
        assert_fails(writers[k].write(&r, "/nowhere/at/all"), SCI_ERR_IO);
    }
    econ_report_clear(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(movers_come_by_their_part_in_the_direction_of_the_sector),
        cmocka_unit_test(infinite_scores_count_as_missing),
        cmocka_unit_test(an_event_belongs_to_its_period_and_sector),
        cmocka_unit_test(last_leaves_earlier_findings_out),
        cmocka_unit_test(a_report_that_is_read_back_writes_the_same_bytes),
        cmocka_unit_test(periods_and_sectors_are_found_by_name),
        cmocka_unit_test(breadth_is_counted_in_indicators),
        cmocka_unit_test(every_failed_allocation_is_reported),
        cmocka_unit_test(a_full_disk_is_reported),
    };

    return run_all(tests);
}
