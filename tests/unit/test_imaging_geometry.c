/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Axes, thickness of slices, and whether two images lie in one place. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "apps/imaging/geometry.h"
#include "apps/imaging/overrides.h"
#include "apps/imaging/sampling.h"
#include "apps/imaging/units.h"

#include <support/faults.h>
#include <support/place.h>
#include <support/testing.h>

#define UNKNOWN ((double)NAN)

static imaging_axis
axis_of(imaging_role role, uint64_t size, double step)
{
    imaging_axis axis = { .role = role, .size = size, .step = step, .start = UNKNOWN };

    (void)snprintf(axis.name, sizeof axis.name, "%s", imaging_role_name(role));
    return axis;
}

/* z, y, x of 4 × 3 × 2 voxels of 3 × 2 × 1 mm. */
static imaging_geometry
geometry_start(void)
{
    imaging_geometry g = { .rank = 3, .millimetres = 1.0 };

    g.axes[0] = axis_of(IMAGING_Z, 4, 3.0);
    g.axes[1] = axis_of(IMAGING_Y, 3, 2.0);
    g.axes[2] = axis_of(IMAGING_X, 2, 1.0);
    (void)snprintf(g.unit, sizeof g.unit, "mm");
    return g;
}

static void
place(imaging_geometry *g)
{
    g->placed = true;
    for (int i = 0; i < 3; i++) {
        g->origin[i] = 10.0 * (i + 1);
        g->directions[i][i] = 1.0;
    }
}

/* ---- units ---- */

static void
units_of_length_are_known_by_their_names(void **state)
{
    (void)state;
    assert_close(imaging_unit_millimetres("mm"), 1.0, 0, 0);
    assert_close(imaging_unit_millimetres(" Millimeters "), 1.0, 0, 0);
    assert_close(imaging_unit_millimetres("\xc2\xb5m"), 1e-3, 0, 0);
    assert_close(imaging_unit_millimetres("\xce\xbcm"), 1e-3, 0, 0);
    assert_close(imaging_unit_millimetres("micron"), 1e-3, 0, 0);
    assert_close(imaging_unit_millimetres("nm"), 1e-6, 0, 0);
    assert_close(imaging_unit_millimetres("cm"), 10.0, 0, 0);
    assert_close(imaging_unit_millimetres("m"), 1000.0, 0, 0);
    assert_close(imaging_unit_millimetres("inch"), 25.4, 0, 0);
    assert_close(imaging_unit_millimetres("furlong"), 0.0, 0, 0);
    assert_close(imaging_unit_millimetres(""), 0.0, 0, 0);
    assert_close(imaging_unit_millimetres("mm mm"), 0.0, 0, 0);
    assert_true(imaging_unit_says_nothing("pixel") && imaging_unit_says_nothing(" "));
    assert_true(!imaging_unit_says_nothing("furlong"));
}

/* ---- samples ---- */

static void
even_samples_make_a_regular_axis(void **state)
{
    static const double centres[] = { 5, 2.5, 0, -2.5 }, widths[] = { 2.5, 2.5, 2.5, 2.5 };
    static const double thin[] = { 2, 2, 2, 2 };
    imaging_axis axis = axis_of(IMAGING_Z, 4, UNKNOWN);

    (void)state;
    assert_ok(imaging_axis_set_samples(&axis, centres, widths, "here"));
    assert_true(!axis.irregular && axis.centres == NULL && axis.widths == NULL);
    assert_close(axis.step, -2.5, 0, 0);
    assert_close(axis.start, 5, 0, 0);
    /* With gaps between them it is not, for all that it has one pitch. */
    assert_ok(imaging_axis_set_samples(&axis, centres, thin, "here"));
    assert_true(axis.irregular && isnan(axis.step));
    assert_close(imaging_axis_pitch(&axis), -2.5, 0, 0);
    imaging_axis_set_step(&axis, 1.0);
}

static void
one_sample_is_as_thick_as_its_width(void **state)
{
    static const double centre[] = { 7 }, width[] = { 3 };
    imaging_axis axis = axis_of(IMAGING_Z, 1, UNKNOWN);

    (void)state;
    assert_ok(imaging_axis_set_samples(&axis, centre, width, "here"));
    assert_close(axis.step, 3, 0, 0);
    assert_ok(imaging_axis_set_samples(&axis, centre, NULL, "here"));
    assert_true(isnan(axis.step) && !axis.irregular);
}

static void
samples_that_cannot_be_are_refused(void **state)
{
    static const double turning[] = { 0, 1, 0.5 }, twice[] = { 0, 0, 1 }, good[] = { 0, 1, 3 };
    const double infinite[] = { 0, 1, HUGE_VAL }, flat[] = { 1, 0, 1 };
    imaging_axis axis = axis_of(IMAGING_Z, 3, UNKNOWN);

    (void)state;
    assert_fails(imaging_axis_set_samples(&axis, turning, NULL, "here"), SCI_ERR_REFUSED);
    assert_message_has("here: coordinates neither rise nor fall");
    assert_fails(imaging_axis_set_samples(&axis, twice, NULL, "here"), SCI_ERR_REFUSED);
    assert_fails(imaging_axis_set_samples(&axis, infinite, NULL, "here"), SCI_ERR_REFUSED);
    assert_message_has("not finite");
    assert_fails(imaging_axis_set_samples(&axis, good, flat, "here"), SCI_ERR_REFUSED);
    assert_message_has("width");
}

/* ---- thickness ---- */

static imaging_axis
irregular(const double *centres, const double *widths)
{
    imaging_axis axis = axis_of(IMAGING_Z, 4, UNKNOWN);

    assert_ok(imaging_axis_set_samples(&axis, centres, widths, "here"));
    assert_true(axis.irregular);
    return axis;
}

static void
check_thickness(const imaging_axis *axis, int how, const double expected[4])
{
    double got[4];

    assert_ok(imaging_axis_thickness(axis, how, "a.h5", got));
    for (int i = 0; i < 4; i++)
        assert_close(got[i], expected[i], 1e-15, 0);
}

static void
slices_are_as_thick_as_is_asked(void **state)
{
    static const double centres[] = { 0, 2, 5, 9 }, widths[] = { 2, 2, 4, 4 };
    static const double cells[] = { 2, 2.5, 3.5, 4 }, same[] = { 3, 3, 3, 3 };
    imaging_axis axis = irregular(centres, widths), even = axis_of(IMAGING_Z, 4, -3);

    (void)state;
    check_thickness(&axis, SLICES_AUTO, widths);
    check_thickness(&axis, SLICES_WIDTH, widths);
    check_thickness(&axis, SLICES_CELL, cells);
    check_thickness(&axis, SLICES_UNIFORM, same);
    for (int how = SLICES_AUTO; how <= SLICES_UNIFORM; how++)
        check_thickness(&even, how, same);
    imaging_axis_set_step(&axis, 1);
}

static void
gaps_and_overlaps_are_not_guessed(void **state)
{
    static const double centres[] = { 0, 2, 5, 9 };
    static const double thin[] = { 2, 2, 3.9, 4 }, thick[] = { 2, 2, 4, 4.1 };
    imaging_axis gap = irregular(centres, thin), overlap = irregular(centres, thick);
    double out[4];

    (void)state;
    assert_fails(imaging_axis_thickness(&gap, SLICES_AUTO, "a.h5", out), SCI_ERR_REFUSED);
    assert_message_has("slices 1 and 2 along 'z' leave a gap: their centres are 3 apart, their "
                       "widths reach 2.95");
    check_thickness(&gap, SLICES_WIDTH, thin);
    assert_fails(imaging_axis_thickness(&overlap, SLICES_AUTO, "a.h5", out), SCI_ERR_REFUSED);
    assert_message_has("slices 2 and 3 along 'z' overlap");
    imaging_axis_set_step(&gap, 1);
    imaging_axis_set_step(&overlap, 1);
}

static void
without_widths_the_user_is_asked(void **state)
{
    static const double centres[] = { 0, 2, 5, 9 };
    imaging_axis axis = irregular(centres, NULL);
    double out[4];

    (void)state;
    assert_fails(imaging_axis_thickness(&axis, SLICES_AUTO, "a.h5", out), SCI_ERR_REFUSED);
    assert_message_has("--slice-weight cell");
    assert_fails(imaging_axis_thickness(&axis, SLICES_WIDTH, "a.h5", out), SCI_ERR_REFUSED);
    imaging_axis_set_step(&axis, 1);
}

static void
the_volume_of_a_voxel_needs_steps_and_unit(void **state)
{
    imaging_geometry g = geometry_start();

    (void)state;
    assert_close(imaging_geometry_voxel_mm3(&g), 6, 0, 0);
    imaging_geometry_set_unit(&g, "um");
    assert_close(imaging_geometry_voxel_mm3(&g), 6e-9, 1e-15, 0);
    g.axes[1].step = UNKNOWN;
    assert_true(isnan(imaging_geometry_voxel_mm3(&g)) && imaging_geometry_is_regular(&g));
    g = geometry_start();
    imaging_geometry_set_unit(&g, "");
    assert_true(isnan(imaging_geometry_voxel_mm3(&g)));
}

/* ---- two images ---- */

static void
differ(const imaging_geometry *a, const imaging_geometry *b, const char *message)
{
    assert_fails(imaging_geometry_same(a, "a.h5", b, "b.h5"), SCI_ERR_REFUSED);
    assert_message_has(message);
}

static void
images_that_lie_elsewhere_are_told_apart(void **state)
{
    imaging_geometry a = geometry_start(), b = geometry_start();

    (void)state;
    assert_ok(imaging_geometry_same(&a, "a.h5", &b, "b.h5"));
    b.axes[1].size = 4;
    differ(&a, &b, "'a.h5' has 3 voxels along y and 'b.h5' has 4");
    b = geometry_start();
    b.axes[0].step = 3.01;
    differ(&a, &b, "the spacing along z");
    b.axes[0].step = 3.001;
    assert_ok(imaging_geometry_same(&a, "a.h5", &b, "b.h5"));
    b = geometry_start();
    a.axes[2].start = 5;
    b.axes[2].start = 5.01;
    differ(&a, &b, "the start along x");
    place(&a);
    place(&b);
    assert_ok(imaging_geometry_same(&a, "a.h5", &b, "b.h5")); /* the frame counts, not the starts */
    b.origin[2] += 0.01;
    differ(&a, &b, "the origin");
    b.origin[2] -= 0.01;
    b.directions[0][1] = 0.1;
    differ(&a, &b, "the direction of axis x");
}

static void
what_one_does_not_state_is_not_compared(void **state)
{
    imaging_geometry a = geometry_start(), b = geometry_start();

    (void)state;
    for (int i = 0; i < 3; i++)
        b.axes[i].step = UNKNOWN;
    assert_ok(imaging_geometry_same(&a, "a.h5", &b, "b.h5"));
    /* Only the unit: it is taken to be the same. */
    b = geometry_start();
    imaging_geometry_set_unit(&b, "");
    assert_ok(imaging_geometry_same(&a, "a.h5", &b, "b.h5"));
    assert_ok(imaging_geometry_same(&b, "b.h5", &a, "a.h5"));
    b.axes[0].step = 17;
    differ(&a, &b, "the spacing along z");
    imaging_geometry_set_unit(&a, "");
    differ(&a, &b, "the spacing along z");
}

static void
frames_of_itk_and_nifti_are_compared_in_one(void **state)
{
    imaging_geometry ras = geometry_start(), lps = geometry_start();

    (void)state;
    place(&ras);
    place(&lps);
    lps.lps = true;
    differ(&ras, &lps, "the direction of axis x");
    for (int k = 0; k < 2; k++) {
        lps.origin[k] = -lps.origin[k];
        lps.directions[k][k] = -1.0;
    }
    assert_ok(imaging_geometry_same(&ras, "a.nii", &lps, "b.h5"));
    /* MINC turns an axis by the sign of its step. */
    lps.directions[0][0] = 1.0;
    lps.axes[2].step = -lps.axes[2].step;
    assert_ok(imaging_geometry_same(&ras, "a.nii", &lps, "b.h5"));
}

static void
irregular_slices_are_compared_one_by_one(void **state)
{
    static const double centres[] = { 0, 2, 5, 9 }, widths[] = { 2, 2, 4, 4 };
    static const double moved[] = { 0, 2, 5.1, 9 }, others[] = { 2, 2, 4, 4.1 };
    imaging_geometry a = geometry_start(), b = geometry_start();

    (void)state;
    a.axes[0] = irregular(centres, widths);
    b.axes[0] = irregular(centres, widths);
    assert_ok(imaging_geometry_same(&a, "a.h5", &b, "b.h5"));
    assert_ok(imaging_axis_set_samples(&b.axes[0], moved, widths, "here"));
    differ(&a, &b, "the position of slice 2 along 'z'");
    assert_ok(imaging_axis_set_samples(&b.axes[0], centres, others, "here"));
    differ(&a, &b, "the thickness of slice 3 along 'z'");
    imaging_axis_set_step(&b.axes[0], 3);
    differ(&a, &b, "only one of them is evenly spaced along z");
    imaging_geometry_clear(&a);
    imaging_geometry_clear(&b);
}

static void
a_copy_owns_all_it_has(void **state)
{
    static const double centres[] = { 0, 2, 5, 9 }, widths[] = { 2, 2, 4, 4 };
    imaging_geometry a = geometry_start(), b;

    (void)state;
    a.axes[0] = irregular(centres, widths);
    assert_ok(imaging_geometry_warn(&a, "slice %d is %s", 3, "odd"));
    assert_ok(imaging_geometry_warn(&a, "another"));
    assert_ok(imaging_geometry_copy(&b, &a));
    imaging_geometry_clear(&a);
    assert_close(b.axes[0].centres[3], 9, 0, 0);
    assert_close(b.axes[0].widths[3], 4, 0, 0);
    assert_true(b.n_warnings == 2 && strcmp(b.warnings[0], "slice 3 is odd") == 0);
    imaging_geometry_clear(&b);
}

static void
copying_without_memory_leaves_nothing(void **state)
{
    static const double centres[] = { 0, 2, 5, 9 }, widths[] = { 2, 2, 4, 4 };
    imaging_geometry a = geometry_start(), copy = { 0 };
    sci_status st = SCI_ERR_NOMEM;
    long n = 0;

    (void)state;
    a.axes[0] = irregular(centres, widths);
    assert_ok(imaging_geometry_warn(&a, "odd"));
    for (; st != SCI_OK; n++) {
        faults_memory(n, false);
        st = imaging_geometry_copy(&copy, &a);
        if (st == SCI_OK)
            imaging_geometry_clear(&copy);
        else
            assert_fails(st, SCI_ERR_NOMEM);
        faults_memory_end();
    }
    assert_true(n > 4);
    imaging_geometry_clear(&a);
}

/* ---- what the user says ---- */

static void
spacing_of_the_user_replaces_that_of_the_file(void **state)
{
    static const double centres[] = { 0, 2, 5, 9 };
    imaging_settings s = { .spacing = "4,0.5,0.25" };
    imaging_geometry g = geometry_start();

    (void)state;
    g.axes[0] = irregular(centres, NULL);
    g.axes[2].step = -1;
    assert_ok(imaging_override(&g, &s, "a.h5"));
    assert_true(imaging_geometry_is_regular(&g) && strcmp(g.spacing_from, "--spacing") == 0);
    assert_close(g.axes[0].step, 4, 0, 0);
    assert_close(g.axes[1].step, 0.5, 0, 0);
    assert_close(g.axes[2].step, -0.25, 0, 0); /* it still runs the same way */
    assert_close(g.millimetres, 1, 0, 0);
    s.units = "nm";
    assert_ok(imaging_override(&g, &s, "a.h5"));
    assert_close(g.millimetres, 1e-6, 0, 0);
    imaging_geometry_clear(&g);
}

static void
wishes_that_make_no_sense_are_wrong_usage(void **state)
{
    static const char *const lists[] = { "",       "1",    "1,2",    "1,2,3,4", "1,2,x",  "1,0,1",
                                         "1,-1,1", "1,,1", "1,2,3,", "nan,1,1", "inf,1,1" };
    imaging_geometry g = geometry_start();

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        imaging_settings s = { .spacing = lists[i] };

        test_context("--spacing '%s'", lists[i]);
        assert_fails(imaging_override(&g, &s, "a.h5"), SCI_ERR_ARGUMENT);
    }
    assert_fails(imaging_override(&g, &(imaging_settings){ .units = "furlong" }, "a.h5"),
                 SCI_ERR_ARGUMENT);
    assert_message_has("mm, um, nm, cm, m or inch");
}

static void
positions_of_slices_come_from_a_file(void **state)
{
    char path[PLACE_ROOM];
    imaging_settings s = { .slice_positions = path };
    imaging_geometry g = geometry_start();

    (void)state;
    place_scratch(path, "positions.txt");
    place_write(path, "# dcm2niix\n0\n2\n5\n9\n", 19);
    imaging_geometry_set_unit(&g, "um");
    assert_ok(imaging_override(&g, &s, "a.h5"));
    assert_true(g.axes[0].irregular && g.axes[0].widths == NULL);
    assert_close(g.axes[0].centres[3] * g.millimetres, 9, 1e-15, 0); /* in mm */
    s.units = "cm";
    assert_ok(imaging_override(&g, &s, "a.h5"));
    assert_close(g.axes[0].centres[3], 9, 0, 0);
    place_write(path, "0\n2\n5\n", 6);
    assert_fails(imaging_override(&g, &s, "a.h5"), SCI_ERR_SHAPE);
    place_write(path, "0\n2\n5\n4\n", 8);
    assert_fails(imaging_override(&g, &s, "a.h5"), SCI_ERR_REFUSED);
    assert_message_has("neither rise nor fall");
    imaging_geometry_clear(&g);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_of_length_are_known_by_their_names),
        cmocka_unit_test(even_samples_make_a_regular_axis),
        cmocka_unit_test(one_sample_is_as_thick_as_its_width),
        cmocka_unit_test(samples_that_cannot_be_are_refused),
        cmocka_unit_test(slices_are_as_thick_as_is_asked),
        cmocka_unit_test(gaps_and_overlaps_are_not_guessed),
        cmocka_unit_test(without_widths_the_user_is_asked),
        cmocka_unit_test(the_volume_of_a_voxel_needs_steps_and_unit),
        cmocka_unit_test(images_that_lie_elsewhere_are_told_apart),
        cmocka_unit_test(what_one_does_not_state_is_not_compared),
        cmocka_unit_test(frames_of_itk_and_nifti_are_compared_in_one),
        cmocka_unit_test(irregular_slices_are_compared_one_by_one),
        cmocka_unit_test(a_copy_owns_all_it_has),
        cmocka_unit_test(copying_without_memory_leaves_nothing),
        cmocka_unit_test(spacing_of_the_user_replaces_that_of_the_file),
        cmocka_unit_test(wishes_that_make_no_sense_are_wrong_usage),
        cmocka_unit_test(positions_of_slices_come_from_a_file),
    };

    return finish_tests(cmocka_run_group_tests(tests, NULL, NULL), sizeof tests / sizeof *tests);
}
