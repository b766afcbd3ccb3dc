/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/random.h>
#include <support/testing.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cli/plot.h>
#include <cli/plot_priv.h>

#define MINUS "\xe2\x88\x92"
#define NARROW "\xe2\x80\xaf"

/* The element as text, by free. */
static char *
drawn(const cli_plot *plot)
{
    char *text = NULL, *copy;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    assert_ok(cli_plot_write(out, plot));
    assert_int_equal(fclose(out), 0);
    copy = test_alloc(n + 1, 1);
    memcpy(copy, text, n + 1);
    free(text);
    return copy;
}

static size_t
occurrences(const char *text, const char *word)
{
    size_t n = 0;

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

/* ---- ticks and numbers ---- */

static void
ticks_are_round_and_inside(void **state)
{
    static const struct {
        double low, high;
        int wanted;
        const char *first, *last;
    } cases[] = {
        { 0.0, 10.0, 5, "0", "10" },
        { -69.5, 106.5, 6, MINUS "50", "100" },
        { 0.0, 0.1, 5, "0.00", "0.10" },
        { 0.0, 2.5e7, 5, "0",
          "2.5\xc3\x97"
          "10\xe2\x81\xb7" },
        { 1e-5, 2e-5, 5,
          "1.0\xc3\x97"
          "10\xe2\x81\xbb\xe2\x81\xb5",
          "2.0\xc3\x97"
          "10\xe2\x81\xbb\xe2\x81\xb5" },
        { 0.0, 50000.0, 5, "0", "50" NARROW "000" },
        { 1e9, 1e9 + 4.0, 4,
          "1.000000000\xc3\x97"
          "10\xe2\x81\xb9",
          "1.000000004\xc3\x97"
          "10\xe2\x81\xb9" },
    };
    plot_ticks t;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        plot_scale scale = { .low = cases[k].low, .high = cases[k].high };

        test_context("from %g to %g", cases[k].low, cases[k].high);
        plot_ticks_make(&t, &scale, cases[k].wanted);
        assert_that(t.n >= 2 && t.n <= 2 * cases[k].wanted + 1);
        assert_string_equal(t.text[0], cases[k].first);
        assert_string_equal(t.text[t.n - 1], cases[k].last);
        for (int i = 0; i < t.n; i++)
            assert_that(t.at[i] >= cases[k].low - 1e-9 && t.at[i] <= cases[k].high * (1.0 + 1e-12));
        for (int i = 1; i < t.n; i++)
            assert_that(strcmp(t.text[i], t.text[i - 1]) != 0);
    }
}

static void
ticks_of_a_logarithmic_axis_are_powers_of_ten(void **state)
{
    static const struct {
        double low, high;
        int wanted, n;
        const char *first, *last;
    } cases[] = {
        { 0.001, 1000.0, 8, 7, "0.001", "1000" },
        { 0.9, 11.0, 6, 4, "1", "10" }, /* 1, 2, 5, 10 */
        { 1e-30, 1e30, 7, 7, "10\xe2\x81\xbb\xc2\xb2\xe2\x81\xb7", "10\xc2\xb2\xe2\x81\xb7" },
        { 30.0, 34.0, 5, 5, "30", "34" }, /* no power of ten in it */
    };
    plot_ticks t;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        plot_scale scale = { .low = cases[k].low, .high = cases[k].high, .logarithmic = true };

        test_context("from %g to %g", cases[k].low, cases[k].high);
        plot_ticks_make(&t, &scale, cases[k].wanted);
        assert_count(t.n, cases[k].n);
        assert_string_equal(t.text[0], cases[k].first);
        assert_string_equal(t.text[t.n - 1], cases[k].last);
    }
}

static void
numbers_are_readable(void **state)
{
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {
        { 1234.5, 1, "1234.5" },
        { -12345.0, 0, MINUS "12" NARROW "345" },
        { 1234567.25, 2, "1" NARROW "234" NARROW "567.25" },
        { -0.001, 2, "0.00" },
        { 999999999999999.0, 0, "999" NARROW "999" NARROW "999" NARROW "999" NARROW "999" },
        { 1.234e20, 0,
          "1.23\xc3\x97"
          "10\xc2\xb2\xe2\x81\xb0" },
        { -9.999e99, 1,
          MINUS "1.00\xc3\x97"
                "10\xc2\xb9\xe2\x81\xb0\xe2\x81\xb0" },
        { (double)NAN, 2, "\xe2\x80\x93" },
        { -(double)INFINITY, 2, MINUS "\xe2\x88\x9e" },
    };
    char text[CLI_PLOT_NUMBER];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        cli_plot_number(text, sizeof text, cases[k].value, cases[k].decimals);
        assert_string_equal(text, cases[k].text);
    }
    /* No number is cut. */
    cli_plot_number(text, sizeof text, -1.7e308, 40);
    assert_that(strlen(text) < sizeof text - 1);
    cli_plot_number(text, sizeof text, -999999999999999.0 / 1.03, 40);
    assert_that(strlen(text) < sizeof text - 1);
}

/* ---- ranges ---- */

static void
an_axis_holds_its_data(void **state)
{
    static const double values[][2] = { { 0.0, 1.0 },       { 5.0, 5.0 },
                                        { 0.0, 0.0 },       { -1e300, 1e300 },
                                        { 1e-300, 2e-300 }, { 1e15, 1e15 + 0.125 },
                                        { -3.0, -2.0 } };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(values); k++)
        for (int mark = CLI_MARK_POINTS; mark <= CLI_MARK_AREA; mark++) {
            cli_series s = { .mark = (cli_mark)mark, .n = 2, .x = values[k], .y = values[k] };
            cli_plot plot = { .n_series = 1, .series = &s };
            plot_scale x, y;

            test_context("values %g and %g, mark %d", values[k][0], values[k][1], mark);
            plot_range(&x, &plot, false);
            plot_range(&y, &plot, true);
            assert_that(isfinite(x.high - x.low) && x.low < x.high);
            assert_that(isfinite(y.high - y.low) && y.low < y.high);
            for (int i = 0; i < 2; i++)
                assert_that(plot_scale_holds(&x, values[k][i])
                            && plot_scale_holds(&y, values[k][i]));
            if (mark == CLI_MARK_BARS || mark == CLI_MARK_AREA)
                assert_that(plot_scale_holds(&y, 0.0));
            free(drawn(&plot));
        }
}

static void
a_logarithmic_axis_leaves_out_what_is_not_positive(void **state)
{
    static const double values[] = { -5.0, 0.0, 0.1, 10.0, (double)NAN };
    cli_series s = { .n = 5, .x = values, .y = values };
    cli_plot plot = { .n_series = 1, .series = &s, .x.logarithmic = true, .y.logarithmic = true };
    plot_scale x;
    char *text = drawn(&plot);

    (void)state;
    plot_range(&x, &plot, false);
    assert_that(x.low > 0.05 && x.low <= 0.1 && x.high >= 10.0 && x.high < 20.0);
    assert_count(occurrences(text, "h0"), 2);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    free(text);
}

/* ---- text ---- */

static void
text_is_escaped(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        { "a < b && c > \"d'", "a &lt; b &amp;&amp; c &gt; &quot;d&#39;" },
        { "</title><script>", "&lt;/title&gt;&lt;script&gt;" },
        { "\xff"
          "a\xc3",
          "\xef\xbf\xbd"
          "a\xef\xbf\xbd" },
        { "\x01\x1b[2J\x7f", "\xef\xbf\xbd\xef\xbf\xbd[2J\xef\xbf\xbd" },
        { "\xe2\x80\xae"
          "evil",
          "\xef\xbf\xbd"
          "evil" },                                                 /* right-to-left override */
        { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" }, /* a surrogate */
        { "\xce\xb3 \xe2\x89\xa4 \xf0\x9f\xa7\xac", "\xce\xb3 \xe2\x89\xa4 \xf0\x9f\xa7\xac" },
    };

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        char *text = NULL;
        size_t n = 0;
        FILE *out = open_memstream(&text, &n);

        plot_text_write(out, cases[k].text);
        fclose(out);
        assert_string_equal(text, cases[k].written);
        free(text);
    }
}

static void
long_names_are_cut_between_characters(void **state)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    const char *name =
        "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4";

    (void)state;
    plot_text_write_short(out, name, 10.0, 40.0);
    fclose(out);
    assert_string_equal(text, "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xe2\x80\xa6");
    free(text);
}

static void
coordinates_are_short(void **state)
{
    static const double values[] = { 12.0, -0.04, -0.1, 3.14159, 99.96 };
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(values); k++) {
        plot_coordinate(out, values[k]);
        fputc('|', out);
    }
    fclose(out);
    assert_string_equal(text, "12|0|-0.1|3.1|100|");
    free(text);
}

/* ---- points ---- */

enum { CLOUDS = 5, MANY = 100000 };

static void
make_clouds(cli_series series[CLOUDS], double *values, size_t n)
{
    random_stream random = random_start(11);

    for (size_t k = 0; k < CLOUDS; k++) {
        double *x = values + 2 * k * n, *y = x + n;

        for (size_t i = 0; i < n; i++) {
            x[i] = (double)k + random_normal(&random);
            y[i] = random_normal(&random);
        }
        series[k] = (cli_series){ .n = n, .x = x, .y = y, .colour = (int)k };
    }
}

static void
half_a_million_points_stay_small(void **state)
{
    double *values = test_alloc(2 * CLOUDS * MANY, sizeof *values);
    cli_series series[CLOUDS];
    cli_plot plot = { .n_series = CLOUDS, .series = series };
    char *text, *again;

    (void)state;
    make_clouds(series, values, MANY);
    text = drawn(&plot);
    again = drawn(&plot);
    assert_that(strlen(text) < 400000);
    assert_that(occurrences(text, "h0") <= PLOT_POINTS_MOST);
    assert_that(occurrences(text, "h0") > PLOT_POINTS_MOST / 2);
    assert_string_equal(text, again);
    for (int k = 0; k < CLOUDS; k++) {
        char colour[16];

        snprintf(colour, sizeof colour, "pt c%d", k);
        assert_that(occurrences(text, colour) > 1); /* in turns */
    }
    free(text);
    free(again);
    free(values);
}

static void
few_points_are_all_drawn(void **state)
{
    enum { FEW = 500 };
    double *values = test_alloc(2 * CLOUDS * FEW, sizeof *values);
    cli_series series[CLOUDS];
    cli_plot plot = { .n_series = CLOUDS, .series = series };
    char *text;

    (void)state;
    make_clouds(series, values, FEW);
    text = drawn(&plot);
    assert_count(occurrences(text, "h0"), CLOUDS * FEW);
    free(text);
    free(values);
}

/* Thinning keeps a point wherever there was one. */
static void
a_lonely_point_survives_thinning(void **state)
{
    double *x = test_alloc(MANY, sizeof *x), *y = test_alloc(MANY, sizeof *y);
    cli_series s = { .n = MANY, .x = x, .y = y };
    cli_plot plot = { .n_series = 1,
                      .series = &s,
                      .x = { .low = 0.0, .high = 10.0 },
                      .y = { .low = 0.0, .high = 10.0 } };
    char *crowd, *lonely;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        x[i] = 1.0 + 1e-6 * (double)(i % 10);
        y[i] = 1.0;
    }
    crowd = drawn(&plot);
    x[MANY - 1] = 9.0;
    lonely = drawn(&plot);
    assert_count(occurrences(crowd, "h0"), 1);
    assert_count(occurrences(lonely, "h0"), 2);
    free(crowd);
    free(lonely);
    free(x);
    free(y);
}

static void
points_outside_the_axes_are_counted(void **state)
{
    static const double x[] = { 0.5, 2.0, (double)NAN, -3.0 }, y[] = { 0.5, 0.5, 0.5, 0.5 };
    cli_series s = { .n = 4, .x = x, .y = y };
    cli_plot plot = { .n_series = 1, .series = &s, .x = { .low = 0.0, .high = 1.0 } };
    char *text = drawn(&plot);

    (void)state;
    assert_count(occurrences(text, "h0"), 1);
    assert_non_null(strstr(text, ">2 outside<"));
    free(text);
}

static void
later_series_have_other_shapes(void **state)
{
    static const double one[] = { 1.0 };
    cli_series series[] = { { .n = 1, .x = one, .y = one, .colour = 1 },
                            { .n = 1, .x = one, .y = one, .colour = 9 },
                            { .n = 1, .x = one, .y = one, .colour = 17 } };
    cli_plot plot = { .n_series = 3, .series = series };
    char *text = drawn(&plot);

    (void)state;
    assert_count(occurrences(text, "\"pt c1\""), 1);
    assert_count(occurrences(text, "\"sq c1\""), 1);
    assert_count(occurrences(text, "\"tri c1\""), 1);
    free(text);
}

/* ---- lines, bars ---- */

static void
a_gap_ends_a_line(void **state)
{
    static const double x[] = { 0, 1, 2, 3, 4, 5 }, y[] = { 0, 1, (double)NAN, 1, (double)NAN, 2 };
    cli_series s = { .mark = CLI_MARK_LINE, .n = 6, .x = x, .y = y };
    cli_plot plot = { .n_series = 1, .series = &s };
    char *text = drawn(&plot), *path = strstr(text, "class=\"line");

    (void)state;
    assert_non_null(path);
    *strstr(path, "/>") = '\0';
    assert_count(occurrences(path, "M"), 3);
    assert_count(occurrences(path, "L"), 1);
    assert_count(occurrences(path, "h0"), 2); /* single values are dots */
    free(text);
}

/* Of many values each column of pixels keeps its extremes. */
static void
long_lines_keep_their_peaks(void **state)
{
    double *x = test_alloc(MANY, sizeof *x), *y = test_alloc(MANY, sizeof *y);
    cli_series s = { .mark = CLI_MARK_LINE, .n = MANY, .x = x, .y = y };
    cli_plot plot = { .n_series = 1, .series = &s, .y = { .low = -1.0, .high = 1.0 } };
    char *text;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        x[i] = (double)i;
        y[i] = i == 77777 ? 1.0 : -0.5;
    }
    text = drawn(&plot);
    assert_that(strlen(text) < 60000);
    assert_non_null(strstr(text, " 8L")); /* the top of the plot */
    free(text);
    free(x);
    free(y);
}

static void
names_on_an_axis_are_escaped_and_thinned(void **state)
{
    enum { NAMES = 300 };
    static char texts[NAMES][16];
    static const char *names[NAMES];
    cli_plot plot = { .x = { .n_names = NAMES, .names = names } };
    char *text;

    (void)state;
    for (int k = 0; k < NAMES; k++) {
        snprintf(texts[k], sizeof texts[k], "<%d>", k);
        names[k] = texts[k];
    }
    text = drawn(&plot);
    assert_non_null(strstr(text, "&lt;0&gt;"));
    assert_that(occurrences(text, "&lt;") > 10 && occurrences(text, "&lt;") < 40);
    free(text);
}

static void
a_full_disk_is_reported(void **state)
{
    static const double one[] = { 1.0 };
    cli_series s = { .n = 1, .x = one, .y = one };
    cli_plot plot = { .n_series = 1, .series = &s };
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    if (!full)
        skip();
    setvbuf(full, NULL, _IONBF, 0);
    assert_fails(cli_plot_write(full, &plot), SCI_ERR_IO);
    fclose(full);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_and_inside),
        cmocka_unit_test(ticks_of_a_logarithmic_axis_are_powers_of_ten),
        cmocka_unit_test(numbers_are_readable),
        cmocka_unit_test(an_axis_holds_its_data),
        cmocka_unit_test(a_logarithmic_axis_leaves_out_what_is_not_positive),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(long_names_are_cut_between_characters),
        cmocka_unit_test(coordinates_are_short),
        cmocka_unit_test(half_a_million_points_stay_small),
        cmocka_unit_test(few_points_are_all_drawn),
        cmocka_unit_test(a_lonely_point_survives_thinning),
        cmocka_unit_test(points_outside_the_axes_are_counted),
        cmocka_unit_test(later_series_have_other_shapes),
        cmocka_unit_test(a_gap_ends_a_line),
        cmocka_unit_test(long_lines_keep_their_peaks),
        cmocka_unit_test(names_on_an_axis_are_escaped_and_thinned),
        cmocka_unit_test(a_full_disk_is_reported),
    };

    return run_all(tests);
}
