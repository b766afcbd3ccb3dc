/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views and slices of arrays in memory whose elements say where they are. */
#include <support/testing.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <apps/imaging/slices.h>

/* ---- examples ---- */

static imaging_axis
axis_of(imaging_role role, uint64_t size, double start, double step)
{
    return (imaging_axis){ .role = role, .size = size, .start = start, .step = step };
}

/* z, y, x of 4, 3, 5 voxels of 3 × 2 × 1 mm. */
static imaging_geometry
box(void)
{
    imaging_geometry g = { .rank = 3, .millimetres = 1.0, .unit = "mm" };

    g.axes[0] = axis_of(IMAGING_Z, 4, -10.0, 3.0);
    g.axes[1] = axis_of(IMAGING_Y, 3, 5.0, 2.0);
    g.axes[2] = axis_of(IMAGING_X, 5, 0.0, 1.0);
    return g;
}

/* The world frame of a box whose axes x, y, z run along these directions. */
static void
place(imaging_geometry *g, const double directions[3][3])
{
    g->placed = true;
    memcpy(g->directions, directions, sizeof g->directions);
    g->origin[0] = 100.0;
    g->origin[1] = 200.0;
    g->origin[2] = 300.0;
}

/* An array whose element with index i on axis a is the sum of i·10^(rank - 1 - a). */
typedef struct numbered {
    sci_source *source;
    double *elements;
} numbered;

static numbered
numbered_like(const imaging_geometry *g)
{
    sci_array array = { .rank = g->rank, .type = SCI_FLOAT64 };
    uint64_t n = 1;
    numbered out;

    for (int a = 0; a < g->rank; a++) {
        array.shape[a] = g->axes[a].size;
        n *= array.shape[a];
    }
    assert_ok(sci_alloc(&out.elements, n, 1, sizeof *out.elements));
    for (uint64_t k = 0; k < n; k++) {
        uint64_t rest = k;
        double power = 1.0;

        out.elements[k] = 0.0;
        for (int a = g->rank - 1; a >= 0; a--, power *= 10.0) {
            out.elements[k] += power * (double)(rest % array.shape[a]);
            rest /= array.shape[a];
        }
    }
    assert_ok(sci_source_memory(&out.source, &array, out.elements, "numbered"));
    return out;
}

static void
numbered_free(numbered *n)
{
    sci_source_free(n->source);
    sci_free(n->elements);
}

static double
value_at(const imaging_cuts *c, int slice, size_t row, size_t column)
{
    assert_non_null(c->values[slice]);
    assert_that(row < c->rows[slice] && column < c->columns[slice]);
    return c->values[slice][row * c->columns[slice] + column];
}

/* ---- views ---- */

static void
coordinates_rise_to_the_right_and_upwards(void **state)
{
    imaging_geometry g = box();
    imaging_view v;

    (void)state;
    g.axes[1].step = -2.0;
    assert_ok(imaging_view_create(&v, &g));
    assert_int_equal(v.along[IMAGING_RIGHT].axis, 2);
    assert_int_equal(v.along[IMAGING_ANTERIOR].axis, 1);
    assert_int_equal(v.along[IMAGING_SUPERIOR].axis, 0);
    assert_false(v.along[IMAGING_RIGHT].reversed);
    assert_true(v.along[IMAGING_ANTERIOR].reversed);
    assert_close(v.along[IMAGING_ANTERIOR].drawn.start, 1.0, 0.0, 0.0); /* 5 - 2·2 */
    assert_close(v.along[IMAGING_ANTERIOR].drawn.step, 2.0, 0.0, 0.0);
    assert_close(v.along[IMAGING_SUPERIOR].drawn.start, -10.0, 0.0, 0.0);
    assert_string_equal(v.along[IMAGING_SUPERIOR].label, "z (mm)");
    imaging_view_clear(&v);
}

static void
anatomical_up_is_up(void **state)
{
    /* Axis x runs to the left, axis y upwards and axis z to the back: a coronal series. */
    static const double ras[3][3] = { { -1, 0, 0 }, { 0, 0, 1 }, { 0, -1, 0 } };
    /* The same in the other convention. */
    static const double lps[3][3] = { { 1, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 } };

    (void)state;
    for (int k = 0; k < 2; k++) {
        imaging_geometry g = box();
        imaging_view v;

        place(&g, k ? lps : ras);
        g.lps = k;
        assert_ok(imaging_view_create(&v, &g));
        assert_int_equal(v.along[IMAGING_RIGHT].axis, 2);
        assert_int_equal(v.along[IMAGING_ANTERIOR].axis, 0);
        assert_int_equal(v.along[IMAGING_SUPERIOR].axis, 1);
        assert_true(v.along[IMAGING_RIGHT].reversed);
        assert_true(v.along[IMAGING_ANTERIOR].reversed);
        assert_false(v.along[IMAGING_SUPERIOR].reversed);
        assert_close(v.along[IMAGING_SUPERIOR].drawn.start, 300.0, 0.0, 0.0);
        /* the last sample: (±100) - 4 */
        assert_close(v.along[IMAGING_RIGHT].drawn.start, (k ? -100.0 : 100.0) - 4.0, 0.0, 1e-12);
        assert_string_equal(v.along[IMAGING_RIGHT].label, "L \xe2\x86\x90 x (mm) \xe2\x86\x92 R");
        imaging_view_clear(&v);
    }
}

static void
oblique_axes_go_to_the_nearest_direction(void **state)
{
    static const double turned[3][3] = { { 0.8, 0.6, 0 }, { -0.6, 0.8, 0 }, { 0, 0, -1 } };
    imaging_geometry g = box();
    imaging_view v;

    (void)state;
    place(&g, turned);
    assert_ok(imaging_view_create(&v, &g));
    assert_int_equal(v.along[IMAGING_RIGHT].axis, 2);
    assert_int_equal(v.along[IMAGING_ANTERIOR].axis, 1);
    assert_true(v.along[IMAGING_SUPERIOR].reversed);
    /* along its own axis: 0.8·100 + 0.6·200 */
    assert_close(v.along[IMAGING_RIGHT].drawn.start, 200.0, 0.0, 1e-9);
    imaging_view_clear(&v);
}

static void
other_units_become_millimetres(void **state)
{
    imaging_geometry g = box();
    imaging_view v;

    (void)state;
    g.millimetres = 1e-3;
    assert_ok(imaging_view_create(&v, &g));
    assert_close(v.along[IMAGING_SUPERIOR].drawn.step, 3e-3, 1e-15, 0.0);
    imaging_view_clear(&v);
    g.axes[0].step = NAN; /* how far voxels are apart is not known */
    assert_ok(imaging_view_create(&v, &g));
    assert_close(v.along[IMAGING_SUPERIOR].drawn.step, 1.0, 0.0, 0.0);
    assert_string_equal(v.along[IMAGING_SUPERIOR].label, "z (voxels)");
    imaging_view_clear(&v);
}

static void
irregular_slices_keep_their_thickness(void **state)
{
    double centres[4] = { 8.0, 5.5, 4.5, 3.5 }, widths[4] = { 3, 1, 1, 1 };
    imaging_geometry g = box();
    imaging_view v;

    (void)state;
    g.axes[0].step = NAN;
    g.axes[0].irregular = true;
    g.axes[0].centres = centres;
    g.axes[0].widths = widths;
    assert_ok(imaging_view_create(&v, &g));
    assert_true(v.along[IMAGING_SUPERIOR].reversed);
    for (int k = 0; k < 4; k++) {
        assert_close(v.along[IMAGING_SUPERIOR].drawn.centres[k], centres[3 - k], 0.0, 0.0);
        assert_close(v.along[IMAGING_SUPERIOR].drawn.widths[k], widths[3 - k], 0.0, 0.0);
    }
    imaging_view_clear(&v);
    g.axes[0].widths = NULL; /* half the distances to the neighbours */
    assert_ok(imaging_view_create(&v, &g));
    assert_close(v.along[IMAGING_SUPERIOR].drawn.widths[2], 1.75, 1e-12, 0.0);
    imaging_view_clear(&v);
}

static void
nothing_cannot_be_viewed(void **state)
{
    imaging_geometry g = box();
    imaging_view v;

    (void)state;
    g.axes[1].size = 0;
    assert_fails(imaging_view_create(&v, &g), SCI_ERR_DEGENERATE);
}

/* ---- slices ---- */

static void
slices_are_cut_where_they_are_told(void **state)
{
    static const uint64_t cut[3] = { 4, 0, 1 };
    imaging_geometry g = box();
    numbered n = numbered_like(&g);
    imaging_cuts c;
    imaging_view v;

    (void)state;
    assert_ok(imaging_view_create(&v, &g));
    imaging_view_cut(&v, cut);
    assert_close(v.along[IMAGING_SUPERIOR].cut_at, -7.0, 0.0, 0.0);
    assert_ok(imaging_cuts_read(&c, &v, n.source));
    for (size_t y = 0; y < 3; y++)
        for (size_t x = 0; x < 5; x++)
            assert_close(value_at(&c, IMAGING_SUPERIOR, y, x), (double)(100 + 10 * y + x), 0, 0);
    for (size_t z = 0; z < 4; z++)
        for (size_t x = 0; x < 5; x++)
            assert_close(value_at(&c, IMAGING_ANTERIOR, z, x), (double)(100 * z + x), 0, 0);
    for (size_t z = 0; z < 4; z++)
        for (size_t y = 0; y < 3; y++)
            assert_close(value_at(&c, IMAGING_RIGHT, z, y), (double)(100 * z + 10 * y + 4), 0, 0);
    imaging_cuts_clear(&c);
    imaging_view_clear(&v);
    numbered_free(&n);
}

static void
reversed_axes_are_turned(void **state)
{
    imaging_geometry g = box();
    numbered n = numbered_like(&g);
    imaging_cuts c;
    imaging_view v;

    (void)state;
    g.axes[0].step = -3.0;
    g.axes[2].step = -1.0;
    assert_ok(imaging_view_create(&v, &g));
    assert_ok(imaging_cuts_read(&c, &v, n.source));
    assert_close(value_at(&c, IMAGING_ANTERIOR, 0, 0), 314.0, 0.0, 0.0);
    assert_close(value_at(&c, IMAGING_ANTERIOR, 3, 4), 10.0, 0.0, 0.0);
    imaging_cuts_clear(&c);
    imaging_view_clear(&v);
    numbered_free(&n);
}

/* Samples and channels around the directions, in any place. */
static void
other_axes_are_looked_at_once(void **state)
{
    static const imaging_role orders[][5] = {
        { IMAGING_SAMPLE, IMAGING_CHANNEL, IMAGING_Z, IMAGING_Y, IMAGING_X },
        { IMAGING_SAMPLE, IMAGING_Z, IMAGING_Y, IMAGING_X, IMAGING_CHANNEL },
        { IMAGING_Z, IMAGING_TIME, IMAGING_Y, IMAGING_X, IMAGING_CHANNEL },
    };
    static const uint64_t sizes[] = { 2, 3, 2, 4, 5, 6 }; /* by role */

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(orders); k++) {
        imaging_geometry g = { .rank = 5, .millimetres = 1.0, .unit = "mm" };
        double power[6] = { 0 };
        numbered n;
        imaging_cuts c;
        imaging_view v;

        for (int a = 0; a < 5; a++) {
            g.axes[a] = axis_of(orders[k][a], sizes[orders[k][a]], 0.0, 1.0);
            power[orders[k][a]] = pow(10.0, 4 - a);
        }
        test_context("order %zu", k);
        n = numbered_like(&g);
        assert_ok(imaging_view_create(&v, &g));
        assert_ok(imaging_cuts_read(&c, &v, n.source));
        for (size_t y = 0; y < 5; y++)
            for (size_t x = 0; x < 6; x++)
                assert_close(value_at(&c, IMAGING_SUPERIOR, y, x),
                             2.0 * power[IMAGING_Z] + (double)y * power[IMAGING_Y]
                                 + (double)x * power[IMAGING_X],
                             0.0, 0.0);
        assert_close(value_at(&c, IMAGING_RIGHT, 3, 4),
                     3.0 * power[IMAGING_Z] + 4.0 * power[IMAGING_Y] + 3.0 * power[IMAGING_X], 0.0,
                     0.0);
        imaging_cuts_clear(&c);
        imaging_view_clear(&v);
        numbered_free(&n);
    }
}

static void
a_mask_may_lack_the_other_axes(void **state)
{
    imaging_geometry g = box(), image = { .rank = 4, .millimetres = 1.0, .unit = "mm" };
    numbered n = numbered_like(&g);
    imaging_cuts c;
    imaging_view v;

    (void)state;
    image.axes[0] = axis_of(IMAGING_CHANNEL, 7, 0.0, 1.0);
    memcpy(image.axes + 1, g.axes, 3 * sizeof *g.axes);
    assert_ok(imaging_view_create(&v, &image));
    assert_string_equal(v.which, "channel 1 of 7");
    assert_ok(imaging_cuts_read(&c, &v, n.source));
    assert_close(value_at(&c, IMAGING_SUPERIOR, 2, 3), 223.0, 0.0, 0.0);
    imaging_cuts_clear(&c);
    image.axes[2].size = 4;
    imaging_view_clear(&v);
    assert_ok(imaging_view_create(&v, &image));
    assert_fails(imaging_cuts_read(&c, &v, n.source), SCI_ERR_SHAPE);
    imaging_view_clear(&v);
    numbered_free(&n);
}

static void
a_flat_image_is_one_slice(void **state)
{
    imaging_geometry g = box();
    numbered n;
    imaging_cuts c;
    imaging_view v;

    (void)state;
    g.axes[0].size = 1;
    n = numbered_like(&g);
    assert_ok(imaging_view_create(&v, &g));
    assert_ok(imaging_cuts_read(&c, &v, n.source));
    assert_null(c.values[IMAGING_RIGHT]);
    assert_null(c.values[IMAGING_ANTERIOR]);
    assert_close(value_at(&c, IMAGING_SUPERIOR, 2, 4), 24.0, 0.0, 0.0);
    imaging_cuts_clear(&c);
    imaging_view_clear(&v);
    numbered_free(&n);
}

static void
large_images_are_thinned(void **state)
{
    imaging_geometry g = { .rank = 3, .millimetres = 1.0, .unit = "mm" };
    static uint16_t elements[2 * 3 * 1500];
    sci_array array = { .rank = 3, .shape = { 2, 3, 1500 }, .type = SCI_UINT16 };
    sci_source *source = NULL;
    imaging_cuts c;
    imaging_view v;

    (void)state;
    for (int k = 0; k < 9000; k++)
        elements[k] = (uint16_t)(k % 1500);
    g.axes[0] = axis_of(IMAGING_Z, 2, 0.0, 1.0);
    g.axes[1] = axis_of(IMAGING_Y, 3, 0.0, 1.0);
    g.axes[2] = axis_of(IMAGING_X, 1500, 0.0, -0.5);
    assert_ok(sci_source_memory(&source, &array, elements, "x"));
    assert_ok(imaging_view_create(&v, &g));
    assert_count(v.along[IMAGING_RIGHT].stride, 3);
    assert_count(v.along[IMAGING_RIGHT].n, 500);
    assert_close(v.along[IMAGING_RIGHT].drawn.step, 1.5, 0.0, 0.0);
    assert_ok(imaging_cuts_read(&c, &v, source));
    for (size_t k = 0; k < 500; k++)
        assert_close(value_at(&c, IMAGING_SUPERIOR, 1, k), (double)(1497 - 3 * k), 0.0, 0.0);
    /* the sagittal slice at 750, which is drawn, and its neighbour, which is not */
    assert_close(value_at(&c, IMAGING_RIGHT, 1, 2), 750.0, 0.0, 0.0);
    imaging_cuts_clear(&c);
    imaging_view_cut(&v, (const uint64_t[]){ 751, 0, 0 });
    assert_ok(imaging_cuts_read(&c, &v, source));
    assert_close(value_at(&c, IMAGING_RIGHT, 1, 2), 751.0, 0.0, 0.0);
    imaging_cuts_clear(&c);
    imaging_view_clear(&v);
    sci_source_free(source);
}

/* ---- the centre ---- */

static void
the_centre_of_a_mask_is_that_of_its_mass(void **state)
{
    imaging_geometry g = box();
    uint8_t mask[60] = { 0 };
    sci_array array = { .rank = 3, .shape = { 4, 3, 5 }, .type = SCI_UINT8 };
    sci_source *source = NULL;
    uint64_t cut[3];
    imaging_view v;

    (void)state;
    assert_ok(imaging_view_create(&v, &g));
    assert_ok(sci_source_memory(&source, &array, mask, "mask"));
    assert_ok(imaging_mask_centre(&v, source, cut));
    assert_count(cut[IMAGING_RIGHT], 2); /* nothing in it: the middle */
    assert_count(cut[IMAGING_ANTERIOR], 1);
    assert_count(cut[IMAGING_SUPERIOR], 2);
    for (int x = 3; x < 5; x++) /* z 3, y 0 and 2, x 3 and 4 */
        mask[45 + x] = mask[55 + x] = 1;
    mask[45 + 3] = mask[55 + 3] = 200; /* one is as much as the other */
    mask[45 + 2] = 1;
    assert_ok(imaging_mask_centre(&v, source, cut));
    assert_count(cut[IMAGING_RIGHT], 3); /* 16 / 5 */
    assert_count(cut[IMAGING_ANTERIOR], 1);
    assert_count(cut[IMAGING_SUPERIOR], 3);
    imaging_view_clear(&v);
    sci_source_free(source);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(coordinates_rise_to_the_right_and_upwards),
        cmocka_unit_test(anatomical_up_is_up),
        cmocka_unit_test(oblique_axes_go_to_the_nearest_direction),
        cmocka_unit_test(other_units_become_millimetres),
        cmocka_unit_test(irregular_slices_keep_their_thickness),
        cmocka_unit_test(nothing_cannot_be_viewed),
        cmocka_unit_test(slices_are_cut_where_they_are_told),
        cmocka_unit_test(reversed_axes_are_turned),
        cmocka_unit_test(other_axes_are_looked_at_once),
        cmocka_unit_test(a_mask_may_lack_the_other_axes),
        cmocka_unit_test(a_flat_image_is_one_slice),
        cmocka_unit_test(large_images_are_thinned),
        cmocka_unit_test(the_centre_of_a_mask_is_that_of_its_mass),
    };

    return run_all(tests);
}
