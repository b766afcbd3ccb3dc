/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/faults.h>
#include <support/place.h>
#include <support/testing.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cairo.h>

#include <cli/picture.h>
#include <cli/picture_priv.h>

/* ---- scales ---- */

static void
ticks_are_round_and_inside(void **state)
{
    static const struct {
        double low, high;
        int wanted;
        const char *first, *last;
    } cases[] = {
        { 0.0, 10.0, 5, "0", "10" },
        { -69.5, 106.5, 6,
          "\xe2\x88\x92"
          "50",
          "100" },
        { 0.0, 0.1, 5, "0.00", "0.10" },
        { -2.7, 3.1, 6,
          "\xe2\x88\x92"
          "2",
          "3" },
        { 0.0, 2.5e7, 5, "0.0e+00", "2.5e+07" },
        { 1e-5, 2e-5, 5, "1.0e-05", "2.0e-05" },
        { 1e9, 1e9 + 4.0, 4, "1.000000000e+09", "1.000000004e+09" },
    };
    picture_ticks t;

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
        test_context("from %g to %g", cases[k].low, cases[k].high);
        picture_ticks_make(&t, cases[k].low, cases[k].high, cases[k].wanted);
        assert_true(t.n >= 2 && t.n <= 2 * cases[k].wanted + 1);
        assert_string_equal(t.text[0], cases[k].first);
        assert_string_equal(t.text[t.n - 1], cases[k].last);
        for (int i = 0; i < t.n; i++)
            assert_true(t.at[i] >= cases[k].low - 1e-9 && t.at[i] <= cases[k].high * (1.0 + 1e-12));
        for (int i = 1; i < t.n; i++)
            assert_true(strcmp(t.text[i], t.text[i - 1]) != 0);
    }
}

/* ---- colours ---- */

static void
lightness_rises_with_the_value(void **state)
{
    (void)state;
    for (int colours = 0; colours < 2; colours++) {
        double before = -1.0;

        for (int k = 0; k <= 100; k++) {
            double rgb[3], light;

            picture_colour((cli_colours)colours, k / 100.0, rgb);
            light = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
            for (int c = 0; c < 3; c++)
                assert_true(rgb[c] >= 0.0 && rgb[c] <= 1.0);
            assert_true(light > before - 1e-3);
            before = light;
        }
    }
}

static void
outliers_do_not_set_the_limits(void **state)
{
    static float values[1000];
    cli_panel panel = { .values = values, .rows = 10, .columns = 100 };
    picture_limits limits;

    (void)state;
    for (int k = 0; k < 1000; k++)
        values[k] = (float)k;
    values[0] = -1e30f;
    values[999] = 1e30f;
    values[500] = NAN;
    values[501] = INFINITY;
    assert_ok(picture_limits_of(&limits, &panel));
    assert_close(limits.low, 9.0, 0.0, 2.0);
    assert_close(limits.high, 990.0, 0.0, 2.0);
    assert_true(limits.below && limits.above);
    panel.low = -2.0;
    panel.high = 2.0;
    assert_ok(picture_limits_of(&limits, &panel));
    assert_close(limits.low, -2.0, 0.0, 0.0);
    assert_close(limits.high, 2.0, 0.0, 0.0);
}

static void
constants_and_nothing_have_limits_too(void **state)
{
    float same[4] = { 7.0f, 7.0f, 7.0f, 7.0f }, none[2] = { NAN, NAN };
    cli_panel panel = { .values = same, .rows = 2, .columns = 2 };
    picture_limits limits;

    (void)state;
    assert_ok(picture_limits_of(&limits, &panel));
    assert_true(limits.low < 7.0 && limits.high > 7.0 && !limits.below && !limits.above);
    panel = (cli_panel){ .values = none, .rows = 1, .columns = 2 };
    assert_ok(picture_limits_of(&limits, &panel));
    assert_true(limits.low < limits.high);
}

/* ---- pixels ---- */

static void
pixels_are_means_of_finite_values(void **state)
{
    float values[2][4] = { { 0, 2, 10, NAN }, { NAN, NAN, NAN, NAN } };
    cli_panel panel = { .values = values[0], .rows = 2, .columns = 4 };
    picture_limits limits = { .low = 0, .high = 10 };
    picture_image image;

    (void)state;
    assert_ok(picture_image_make(&image, &panel, &limits, CLI_COLOURS_GREY, 2, 2));
    assert_int_equal(image.columns, 2);
    assert_int_equal(image.rows, 2);
    assert_int_equal(image.pixels[0], 0xff1a1a1a); /* 1 of 10 */
    assert_int_equal(image.pixels[1], 0xffffffff);
    assert_int_equal(image.pixels[2], 0);
    sci_free(image.pixels);
    panel.y_up = true;
    assert_ok(picture_image_make(&image, &panel, &limits, CLI_COLOURS_GREY, 100, 100));
    assert_int_equal(image.columns, 4);
    assert_int_equal(image.pixels[0], 0);
    assert_int_equal(image.pixels[4], 0xff000000);
    sci_free(image.pixels);
}

/* ---- the picture ---- */

static cli_panel
ramp(float *values, size_t rows, size_t columns)
{
    for (size_t k = 0; k < rows * columns; k++)
        values[k] = (float)(k % columns);
    return (cli_panel){ .values = values,
                        .rows = rows,
                        .columns = columns,
                        .title = "before",
                        .x = { "x (mm)", -10, 2 },
                        .y = { "y (mm)", 0, -2 },
                        .value_label = "intensity" };
}

static void
a_png_has_the_width_that_is_asked_for(void **state)
{
    static float values[64 * 48];
    cli_panel panels[2] = { ramp(values, 64, 48), ramp(values, 64, 48) };
    cli_picture picture = { .title = "title", .footnote = "note", .panels = panels, .n_panels = 2 };
    static const int widths[] = { 0, 600, 2400 };
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "p.png");
    for (size_t k = 0; k < ARRAY_LEN(widths); k++) {
        cairo_surface_t *image;

        picture.width = widths[k];
        assert_ok(cli_picture_write(path, &picture));
        image = cairo_image_surface_create_from_png(path);
        assert_int_equal(cairo_surface_status(image), CAIRO_STATUS_SUCCESS);
        assert_int_equal(cairo_image_surface_get_width(image), widths[k] ? widths[k] : 1200);
        cairo_surface_destroy(image);
    }
}

static unsigned
pixel_at(cairo_surface_t *image, int x, int y)
{
    const unsigned char *row =
        cairo_image_surface_get_data(image) + (ptrdiff_t)y * cairo_image_surface_get_stride(image);
    uint32_t pixel;

    memcpy(&pixel, row + 4 * x, 4);
    return pixel & 0xffffff;
}

/* Dark on the left, light on the right, white around. */
static void
values_are_where_they_belong(void **state)
{
    static float values[20 * 20];
    cli_panel panel = ramp(values, 20, 20);
    cli_picture picture = { .panels = &panel, .n_panels = 1 };
    char path[PLACE_ROOM];
    cairo_surface_t *image;
    int height;

    (void)state;
    place_scratch(path, "p.png");
    assert_ok(cli_picture_write(path, &picture));
    image = cairo_image_surface_create_from_png(path);
    height = cairo_image_surface_get_height(image);
    assert_int_equal(pixel_at(image, 3, 3), 0xffffff);
    assert_int_equal(pixel_at(image, 1196, height - 3), 0xffffff);
    assert_int_equal(pixel_at(image, 200, height / 2), 0x000000);
    assert_true(pixel_at(image, 950, height / 2) > 0xe00000);
    cairo_surface_destroy(image);
}

static void
odd_shapes_are_drawn(void **state)
{
    static const size_t shapes[][2] = {
        { 1, 1 }, { 1, 5000 }, { 5000, 1 }, { 3, 4000 }, { 2000, 2 }
    };
    static float values[12000];
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "p.png");
    for (size_t k = 0; k < ARRAY_LEN(shapes); k++) {
        for (int stretch = 0; stretch < 2; stretch++) {
            cli_panel panel = ramp(values, shapes[k][0], shapes[k][1]);
            cli_picture picture = { .panels = &panel,
                                    .n_panels = 1,
                                    .colours = CLI_COLOURS_PERCEPTUAL };

            test_context("%zu × %zu", shapes[k][0], shapes[k][1]);
            panel.stretch = stretch;
            panel.x.step = 0.0;
            assert_ok(cli_picture_write(path, &picture));
        }
    }
}

static void
what_cannot_be_written_is_told(void **state)
{
    float value = 1.0f;
    cli_panel panel = { .values = &value, .rows = 1, .columns = 1 };
    cli_picture picture = { .panels = &panel, .n_panels = 1 };

    (void)state;
    assert_fails(cli_picture_write("/nonexistent/p.png", &picture), SCI_ERR_IO);
    assert_fails(cli_picture_write("/dev/full", &picture), SCI_ERR_NOSPACE);
    panel.rows = 0;
    assert_fails(cli_picture_write("/dev/null", &picture), SCI_ERR_SHAPE);
}

static void
every_allocation_may_fail(void **state)
{
    static float values[48];
    cli_panel panel = ramp(values, 6, 8);
    cli_picture picture = { .panels = &panel, .n_panels = 1 };
    char path[PLACE_ROOM];
    sci_status st = SCI_ERR_NOMEM;

    (void)state;
    place_scratch(path, "p.png");
    for (long k = 0; st == SCI_ERR_NOMEM; k++) {
        faults_memory(k, false);
        st = cli_picture_write(path, &picture);
        faults_memory_end();
        assert_true(k < 10);
    }
    assert_ok(st);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round_and_inside),
        cmocka_unit_test(lightness_rises_with_the_value),
        cmocka_unit_test(outliers_do_not_set_the_limits),
        cmocka_unit_test(constants_and_nothing_have_limits_too),
        cmocka_unit_test(pixels_are_means_of_finite_values),
        cmocka_unit_test(a_png_has_the_width_that_is_asked_for),
        cmocka_unit_test(values_are_where_they_belong),
        cmocka_unit_test(odd_shapes_are_drawn),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return run_all(tests);
}
