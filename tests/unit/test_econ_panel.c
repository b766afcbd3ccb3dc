/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels: the same values from every layout and every order of rows; events; what looks wrong. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

#include "apps/econ/events.h"
#include "apps/econ/panel.h"
#include "apps/econ/quality.h"

enum { N = 37, T = 60 };

static double values[N][T];

static void
draw(random_stream *r)
{
    for (int i = 0; i < N; i++)
        for (int t = 0; t < T; t++)
            values[i][t] = random_below(r, 20) == 0
                               ? (double)NAN
                               : (double)random_between(r, -1000000, 1000000) / 1000;
}

static void
put_cell(FILE *f, double x)
{
    if (isnan(x))
        (void)fputs("NA", f);
    else
        (void)fprintf(f, "%.3f", x);
}

static void
put_period(FILE *f, int t)
{
    (void)fprintf(f, "%d-%02d", 2000 + t / 12, t % 12 + 1);
}

static FILE *
create(char path[PLACE_ROOM])
{
    FILE *f;

    place_scratch(path, "p.csv");
    f = fopen(path, "w");
    assert_non_null(f);
    return f;
}

static void
write_long(char path[PLACE_ROOM], const size_t *order)
{
    FILE *f = create(path);

    (void)fputs("period,indicator,value\n", f);
    for (int k = 0; k < N * T; k++) {
        int i = (int)order[k] / T, t = (int)order[k] % T;

        put_period(f, t);
        (void)fprintf(f, ",i%d,", i);
        put_cell(f, values[i][t]);
        (void)fputc('\n', f);
    }
    (void)fclose(f);
}

static void
write_wide(char path[PLACE_ROOM])
{
    FILE *f = create(path);

    (void)fputs("period", f);
    for (int i = 0; i < N; i++)
        (void)fprintf(f, ",i%d", i);
    for (int t = 0; t < T; t++) {
        (void)fputc('\n', f);
        put_period(f, t);
        for (int i = 0; i < N; i++) {
            (void)fputc(',', f);
            put_cell(f, values[i][t]);
        }
    }
    (void)fclose(f);
}

static void
write_across(char path[PLACE_ROOM])
{
    FILE *f = create(path);

    (void)fputs("name", f);
    for (int t = 0; t < T; t++) {
        (void)fputc(',', f);
        put_period(f, t);
    }
    for (int i = 0; i < N; i++) {
        (void)fprintf(f, "\ni%d", i);
        for (int t = 0; t < T; t++) {
            (void)fputc(',', f);
            put_cell(f, values[i][t]);
        }
    }
    (void)fclose(f);
}

static void
check(const char *path)
{
    const econ_reader reader = { 0 };
    econ_panel panel;

    assert_ok(econ_panel_read(&panel, path, &reader));
    assert_count(panel.n_indicators, N);
    assert_count(panel.n_periods, T);
    assert_true(panel.first == 2000 * 12 && panel.frequency == ECON_MONTHLY);
    for (int i = 0; i < N; i++) {
        char name[16];
        size_t at;

        (void)snprintf(name, sizeof name, "i%d", i);
        at = econ_panel_indicator(&panel, name);
        assert_true(at != SIZE_MAX);
        for (int t = 0; t < T; t++) {
            double got = panel.values[at * T + (size_t)t];

            if (!(got == values[i][t] || (isnan(got) && isnan(values[i][t]))))
                fail_msg("i%d in period %d is %.17g", i, t, got);
        }
    }
    econ_panel_clear(&panel);
}

static void
layout_and_order_make_no_difference(void **state)
{
    random_stream r = random_start(31);
    size_t order[N * T];
    char path[PLACE_ROOM];

    (void)state;
    draw(&r);
    for (size_t k = 0; k < N * T; k++)
        order[k] = k;
    write_long(path, order);
    check(path);
    for (size_t k = 0; k < N * T; k++)
        order[k] = k % N * T + k / N;
    write_long(path, order);
    check(path);
    random_permutation(&r, N * T, order);
    write_long(path, order);
    check(path);
    write_wide(path);
    check(path);
    write_across(path);
    check(path);
}

static void
events_are_read_in_order(void **state)
{
    static const char text[] = "label,period,sector\n\"storm, big\",2020-08,farms\n# no event\n"
                               "pandemic,2020-03..2020-06,\nyear,2019,\n";
    econ_events events;
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "e.csv");
    place_write(path, text, strlen(text));
    assert_ok(econ_events_read(&events, path, ECON_MONTHLY));
    assert_count(events.n, 3);
    assert_string_equal(events.items[0].label, "year");
    assert_true(events.items[0].first == 2019 * 12 && events.items[0].last == 2019 * 12 + 11);
    assert_string_equal(events.items[1].label, "pandemic");
    assert_null(events.items[1].sector);
    assert_string_equal(events.items[2].label, "storm, big");
    assert_string_equal(events.items[2].sector, "farms");
    econ_events_clear(&events);
    place_write(path, "period,label\nsoon,x\n", 20);
    assert_fails(econ_events_read(&events, path, ECON_MONTHLY), SCI_ERR_FORMAT);
    assert_message_has("e.csv:2:1': 'soon' is no period");
    econ_events_clear(&events);
    place_write(path, "period,label\n2020,\n", 19);
    assert_fails(econ_events_read(&events, path, ECON_MONTHLY), SCI_ERR_FORMAT);
    assert_message_has("e.csv:2:6': the label");
    econ_events_clear(&events);
}

static void
sums_are_found_and_no_others(void **state)
{
    random_stream r = random_start(33);
    double parts[8][T], total[T], near[T];
    const double *candidates[8];
    bool in_sum[8];

    (void)state;
    for (int k = 0; k < 8; k++) {
        candidates[k] = parts[k];
        for (int t = 0; t < T; t++)
            parts[k][t] = round(10.0 * (1000.0 - 100.0 * k + 20.0 * random_normal(&r))) / 10.0;
    }
    for (int t = 0; t < T; t++) {
        total[t] =
            round(10.0 * (parts[1][t] + parts[4][t] + parts[6][t])) / 10.0 + 0.1 * (t % 3 - 1);
        near[t] = total[t] + (t == 40 ? 5.0 : 0.0);
    }
    assert_true(econ_quality_is_sum(total, candidates, 8, T, in_sum));
    for (int k = 0; k < 8; k++)
        assert_true(in_sum[k] == (k == 1 || k == 4 || k == 6));
    assert_false(econ_quality_is_sum(near, candidates, 8, T, in_sum));
    assert_false(econ_quality_is_sum(parts[1], candidates + 2, 6, T, in_sum));
}

static void
jumps_and_seasons_are_told_from_noise(void **state)
{
    random_stream r = random_start(34);
    double x[120], scratch[240];
    int power, seasonal = 0;

    (void)state;
    for (int k = 0; k < 200; k++) {
        for (int t = 0; t < 120; t++)
            x[t] = 100.0 + random_normal(&r);
        assert_count(econ_quality_jump(x, 120, &power), 120);
        seasonal += econ_quality_seasonal(x, 120, ECON_MONTHLY, 0, scratch);
    }
    assert_true(seasonal <= 2); /* the test is one at 0.1 % */
    for (int t = 70; t < 120; t++)
        x[t] /= 1000.0;
    assert_count(econ_quality_jump(x, 120, &power), 120); /* 3 % off at worst: not within 2 % */
    for (int t = 0; t < 120; t++)
        x[t] = (100.0 + 0.01 * t) * (t < 70 ? 1.0 : 1e-3);
    assert_count(econ_quality_jump(x, 120, &power), 70);
    assert_int_equal(power, -3);
    for (int t = 0; t < 120; t++)
        x[t] = 100.0 + 3.0 * sin(t * 0.5235987755982988) + 0.3 * random_normal(&r);
    assert_true(econ_quality_seasonal(x, 120, ECON_MONTHLY, 5, scratch));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout_and_order_make_no_difference),
        cmocka_unit_test(events_are_read_in_order),
        cmocka_unit_test(sums_are_found_and_no_others),
        cmocka_unit_test(jumps_and_seasons_are_told_from_noise),
    };

    return run_all(tests);
}
