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

static void
labels_let_the_values_through(void **state)
{
    static const float values[3] = { 0, 10, NAN };
    static const int32_t labels[3] = { 9, -1, 2 };
    cli_panel panel = { .values = values, .rows = 1, .columns = 3, .labels = labels };
    picture_limits limits = { .low = 0, .high = 10 };
    uint32_t colour = cli_label_colour(9);
    picture_image image;

    (void)state;
    assert_ok(picture_image_make(&image, &panel, &limits, CLI_COLOURS_GREY, 3, 1));
    for (int shift = 0; shift < 24; shift += 8) /* 45 % of it over black */
        assert_close((double)(image.pixels[0] >> shift & 0xff),
                     0.45 * (double)(colour >> shift & 0xff), 0.0, 0.51);
    assert_int_equal(image.pixels[1], 0xffffffff);
    assert_int_equal(image.pixels[2], 0); /* nothing to colour */
    sci_free(image.pixels);
}

static void
many_labels_have_colours_of_their_own(void **state)
{
    (void)state;
    for (int a = 0; a < 24; a++)
        for (int b = 0; b < a; b++)
            assert_true(cli_label_colour(a) != cli_label_colour(b));
    assert_int_equal(cli_label_colour(24), cli_label_colour(0));
}

/* ---- cells ---- */

/* Slices of 1, 1 and 4 with 2 between the last two: from 0 to 8. */
static const double thick_centres[3] = { 0.5, 1.5, 6.0 }, thick_widths[3] = { 1, 1, 4 };

static void
cells_are_as_thick_as_they_say(void **state)
{
    static const float values[3] = { 0, 5, 10 };
    cli_panel panel = { .values = values,
                        .rows = 3,
                        .columns = 1,
                        .y = { .centres = thick_centres, .widths = thick_widths } };
    static const uint32_t expected[8] = { 0xff000000, 0xff808080, 0,          0,
                                          0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff };
    picture_limits limits = { .low = 0, .high = 10 };
    picture_image image;

    (void)state;
    for (int up = 0; up < 2; up++) {
        panel.y_up = up;
        assert_ok(picture_image_make(&image, &panel, &limits, CLI_COLOURS_GREY, 9, 8));
        assert_int_equal(image.columns, 1);
        assert_int_equal(image.rows, 8);
        for (int k = 0; k < 8; k++)
            assert_int_equal(image.pixels[up ? 7 - k : k], expected[k]);
        sci_free(image.pixels);
    }
}

static void
cells_may_run_backwards(void **state)
{
    static const double centres[3] = { 6.0, 1.5, 0.5 }, widths[3] = { 4, 1, 1 };
    cli_axis irregular = { .centres = centres, .widths = widths };
    cli_axis regular = { .start = 10.0, .step = -2.0 };
    double near, far;

    (void)state;
    picture_axis_ends(&irregular, 3, &near, &far);
    assert_close(near, 8.0, 0.0, 1e-12);
    assert_close(far, 0.0, 0.0, 1e-12);
    for (size_t k = 0; k < 8; k++) {
        static const size_t shown[8] = { 0, 0, 0, 0, 3, 3, 1, 2 }; /* 3: none */
        picture_run run = picture_axis_run(&irregular, 3, 8, k);

        test_context("pixel %zu", k);
        assert_int_equal(run.to - run.from, shown[k] < 3);
        if (shown[k] < 3)
            assert_int_equal(run.from, shown[k]);
    }
    picture_axis_ends(&regular, 3, &near, &far);
    assert_close(near, 11.0, 0.0, 1e-12);
    assert_close(far, 5.0, 0.0, 1e-12);
    assert_close(picture_axis_place(&regular, 3, false, 60.0, 9.0), 20.0, 0.0, 1e-12);
    assert_close(picture_axis_place(&regular, 3, true, 60.0, 9.0), 40.0, 0.0, 1e-12);
}

/* A thousand thin cells on ten pixels: none is left out. */
static void
no_cell_is_lost_between_pixels(void **state)
{
    static double centres[1000], widths[1000];
    cli_axis axis = { .centres = centres, .widths = widths };
    size_t next = 0;

    (void)state;
    for (int k = 0; k < 1000; k++) {
        centres[k] = (double)(k * k) / 1000.0;
        widths[k] = 0.001;
    }
    for (size_t k = 0; k < 10; k++) {
        picture_run run = picture_axis_run(&axis, 1000, 10, k);

        assert_int_equal(run.from, next);
        next = run.to;
    }
    assert_int_equal(next, 1000);
}

/* ---- outlines ---- */

typedef struct sides {
    const uint8_t *inside;
    size_t rows, columns, n;
} sides;

static int
inside_at(const sides *s, long row, long column)
{
    return row >= 0 && column >= 0 && row < (long)s->rows && column < (long)s->columns
           && s->inside[row * (long)s->columns + column];
}

/* Inside on one side of it, outside on the other. */
static void
check_edge(void *context, const picture_edge *edge)
{
    sides *s = context;
    long out = edge->far ? 1 : -1;

    assert_true(edge->from < edge->to);
    for (size_t k = edge->from; k < edge->to; k++) {
        long row = (long)(edge->horizontal ? edge->at : k);
        long column = (long)(edge->horizontal ? k : edge->at);

        assert_true(inside_at(s, row, column));
        assert_false(inside_at(s, edge->horizontal ? row + out : row,
                               edge->horizontal ? column : column + out));
    }
    s->n += edge->to - edge->from;
}

static void
an_outline_has_every_side_once(void **state)
{
    enum { ROWS = 23, COLUMNS = 31 };
    static uint8_t inside[ROWS * COLUMNS];
    sides s = { inside, ROWS, COLUMNS, 0 };
    size_t expected = 0;

    (void)state;
    for (size_t k = 0; k < ROWS * COLUMNS; k++)
        inside[k] = k * 2654435761u % 7 < 4;
    for (long row = -1; row <= ROWS; row++)
        for (long column = -1; column <= COLUMNS; column++)
            expected += (size_t)(inside_at(&s, row, column) != inside_at(&s, row, column + 1))
                        + (size_t)(inside_at(&s, row, column) != inside_at(&s, row + 1, column));
    picture_outline_walk(inside, ROWS, COLUMNS, check_edge, &s);
    assert_int_equal(s.n, expected);
}

static void
ends_of_an_edge_are_where_its_cells_are(void **state)
{
    static const float values[6];
    cli_panel panel = { .values = values,
                        .rows = 3,
                        .columns = 2,
                        .x = { .step = -1.0 },
                        .y = { .centres = thick_centres, .widths = thick_widths },
                        .y_up = true };
    picture_edge upright = { .far = true, .at = 0, .from = 1, .to = 3 };
    picture_edge flat = { .horizontal = true, .at = 2, .from = 0, .to = 2 };
    double ends[2][2];

    (void)state;
    picture_edge_ends(&panel, &upright, 20.0, 80.0, ends);
    assert_close(ends[0][0], 10.0, 0.0, 1e-9);
    assert_close(ends[1][0], 10.0, 0.0, 1e-9);
    assert_close(ends[0][1], 70.0, 0.0, 1e-9); /* 1 of 8, from below */
    assert_close(ends[1][1], 0.0, 0.0, 1e-9);
    picture_edge_ends(&panel, &flat, 20.0, 80.0, ends);
    assert_close(ends[0][0], 0.0, 0.0, 1e-9);
    assert_close(ends[1][0], 20.0, 0.0, 1e-9);
    assert_close(ends[0][1], 40.0, 0.0, 1e-9);
    assert_close(ends[1][1], 40.0, 0.0, 1e-9);
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

/* Over black and over white: pixels that are not the values', and the rows beside have none. */
static void
a_line_is_seen_over_dark_and_light(void **state)
{
    static float values[20 * 20];
    static const double lines[] = { 9.5, -3.0, 40.0 }; /* two of them outside */
    char path[PLACE_ROOM];
    cairo_surface_t *image;
    int height, rows = 0;

    (void)state;
    for (int k = 0; k < 400; k++)
        values[k] = k % 20 < 10 ? 0.0f : 1.0f;
    {
        cli_panel panel = { .values = values,
                            .rows = 20,
                            .columns = 20,
                            .low = 0.0,
                            .high = 1.0,
                            .y_up = true,
                            .lines = lines,
                            .n_lines = ARRAY_LEN(lines) };
        cli_picture picture = { .panels = &panel, .n_panels = 1 };

        place_scratch(path, "p.png");
        assert_ok(cli_picture_write(path, &picture));
    }
    image = cairo_image_surface_create_from_png(path);
    height = cairo_image_surface_get_height(image);
    for (int y = 150; y < height - 150; y++) {
        int on_dark = 0, on_light = 0;

        for (int x = 250; x < 400; x++) {
            on_dark += pixel_at(image, x, y) != 0x000000;
            on_light += pixel_at(image, 1200 - x - 28, y) != 0xffffff;
        }
        assert_true((on_dark > 0) == (on_light > 0));
        if (on_dark == 0)
            continue;
        rows++;
        assert_true(on_dark >= 60 && on_light >= 60); /* half of each */
        assert_true(abs(y - height / 2) < 40);
    }
    assert_int_equal(rows, 1);
    cairo_surface_destroy(image);
}

/* A line of exactly one pixel around the left half, in no other colour than its own. */
static void
an_outline_is_one_pixel_wide(void **state)
{
    static float values[20 * 20];
    static uint8_t inside[20 * 20];
    cli_panel panel = ramp(values, 20, 20);
    cli_picture picture = { .panels = &panel, .n_panels = 1 };
    char path[PLACE_ROOM];
    cairo_surface_t *image;
    int height, lines = 0;

    (void)state;
    for (int k = 0; k < 400; k++)
        inside[k] = k % 20 >= 5 && k % 20 < 10 && k / 20 >= 2 && k / 20 < 18;
    panel.outline = inside;
    place_scratch(path, "p.png");
    assert_ok(cli_picture_write(path, &picture));
    image = cairo_image_surface_create_from_png(path);
    height = cairo_image_surface_get_height(image);
    for (int x = 200; x < 950; x++) {
        unsigned pixel = pixel_at(image, x, height / 2);

        if ((pixel >> 16) == (pixel & 0xff))
            continue; /* grey */
        assert_int_equal(pixel, CLI_OUTLINE_COLOUR);
        lines++;
    }
    assert_int_equal(lines, 2);
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
        cmocka_unit_test(labels_let_the_values_through),
        cmocka_unit_test(many_labels_have_colours_of_their_own),
        cmocka_unit_test(cells_are_as_thick_as_they_say),
        cmocka_unit_test(cells_may_run_backwards),
        cmocka_unit_test(no_cell_is_lost_between_pixels),
        cmocka_unit_test(an_outline_has_every_side_once),
        cmocka_unit_test(ends_of_an_edge_are_where_its_cells_are),
        cmocka_unit_test(a_png_has_the_width_that_is_asked_for),
        cmocka_unit_test(values_are_where_they_belong),
        cmocka_unit_test(a_line_is_seen_over_dark_and_light),
        cmocka_unit_test(an_outline_is_one_pixel_wide),
        cmocka_unit_test(odd_shapes_are_drawn),
        cmocka_unit_test(what_cannot_be_written_is_told),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return run_all(tests);
}
