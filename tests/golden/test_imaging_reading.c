/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Images of every convention in HDF5 are read with the geometry and the real values that other
 * decoders find (reference data, imaging/README.md). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json_read.h"

#include <support/imaging.h>
#include <support/place.h>
#include <support/testing.h>

/* ---- what is expected ---- */

static cli_json_value *
read_expected(const char *name)
{
    char path[PLACE_ROOM];
    cli_json_value *root = NULL;

    place_reference(path, name);
    assert_ok(cli_json_read(&root, path));
    return root;
}

static const cli_json_value *
member(const cli_json_value *object, const char *key)
{
    const cli_json_value *value = cli_json_member(object, key);

    if (value == NULL)
        test_failed(__FILE__, __LINE__, "the reference has no '%s'", key);
    return value;
}

static double
number(const cli_json_value *object, const char *key)
{
    return member(object, key)->number;
}

static double
number_or(const cli_json_value *object, const char *key, double without)
{
    const cli_json_value *value = cli_json_member(object, key);

    return value != NULL && value->kind == CLI_JSON_NUMBER ? value->number : without;
}

static void
check_moments(const test_moments *m, const cli_json_value *expected)
{
    assert_close(m->mean, number(expected, "mean"), 1e-12, 0);
    assert_close(m->variance, number(expected, "var"), 1e-12, 0);
    assert_close(m->weight, number(expected, "sumw"), 1e-12, 0);
}

/* ---- MINC ---- */

static void
check_list(const double *got, const cli_json_value *expected, uint64_t n)
{
    assert_true(got != NULL && expected->n == n);
    for (uint64_t i = 0; i < n; i++)
        assert_close(got[i], expected->items[i].number, 0, 0);
}

static void
check_minc_axis(const imaging_geometry *g, const imaging_axis *axis, const cli_json_value *dim)
{
    const cli_json_value *cosines = cli_json_member(dim, "direction_cosines");
    bool irregular = strcmp(member(dim, "spacing")->text, "irregular") == 0;

    assert_true(axis->irregular == irregular);
    assert_true(axis->size == (uint64_t)number(dim, "length"));
    if (irregular) {
        check_list(axis->centres, member(dim, "offsets"), axis->size);
        check_list(axis->widths, member(dim, "widths"), axis->size);
    } else if (imaging_role_is_spatial(axis->role)) {
        assert_close(axis->step, number_or(dim, "step", 1.0), 0, 0);
        assert_close(axis->start, number_or(dim, "start", 0.0), 0, 0);
    }
    for (int k = 0; cosines != NULL && k < 3; k++)
        assert_close(g->directions[IMAGING_X - axis->role][k], cosines->items[k].number, 0, 1e-15);
}

static void
check_minc(const imaging_volume *v, const cli_json_value *expected)
{
    const cli_json_value *order = member(expected, "dimorder"), *shape = member(expected, "shape");
    test_moments plain = test_imaging_moments(v, false, SLICES_AUTO);
    test_moments by_volume = test_imaging_moments(v, true, SLICES_AUTO);

    assert_true(v->format == IMAGING_MINC2);
    assert_true(v->geometry.rank == (int)shape->n && v->geometry.placed && !v->geometry.lps);
    for (int a = 0; a < v->geometry.rank; a++) {
        const imaging_axis *axis = &v->geometry.axes[a];

        assert_true(strcmp(axis->name, order->items[a].text) == 0);
        assert_true(axis->size == (uint64_t)shape->items[a].number);
        check_minc_axis(&v->geometry, axis, member(member(expected, "dims"), axis->name));
    }
    check_moments(&plain, member(expected, "unweighted"));
    check_moments(&by_volume, member(expected, "volume_weighted"));
    assert_close(plain.least, number(expected, "min"), 1e-12, 1e-13);
    assert_close(plain.most, number(expected, "max"), 1e-12, 0);
}

static void
minc_images_have_the_geometry_and_values_of_other_decoders(void **state)
{
    cli_json_value *root = read_expected("imaging/minc_itk_expected.json");
    test_imaging t = { .settings = { .spacing = NULL } };
    int checked = 0;

    (void)state;
    test_imaging_start(&t);
    for (size_t i = 0; i < root->n; i++) {
        char name[200], path[PLACE_ROOM];
        imaging_volume *v;

        if (strstr(root->keys[i], ".mnc") == NULL || cli_json_member(&root->items[i], "expect"))
            continue;
        (void)snprintf(name, sizeof name, "imaging/minc/%s", root->keys[i]);
        place_reference(path, name);
        test_context("%s", root->keys[i]);
        v = test_imaging_open(&t, path, NULL);
        check_minc(v, &root->items[i]);
        imaging_volume_free(v);
        checked++;
    }
    assert_int_equal(checked, 11);
    test_imaging_end(&t);
    cli_json_value_free(root);
}

static sci_status
open_reference(const char *name, const char *dataset)
{
    test_imaging t = { .settings = { .spacing = NULL } };
    imaging_volume *v = NULL;
    char path[PLACE_ROOM];
    sci_status st;

    place_reference(path, name);
    test_imaging_start(&t);
    st = imaging_volume_open(&v, &t.context, path, dataset);
    imaging_volume_free(v);
    test_imaging_end(&t);
    return st;
}

static void
minc_1_is_refused_with_the_way_out(void **state)
{
    (void)state;
    assert_fails(open_reference("imaging/minc/tiny.mnc", NULL), SCI_ERR_REFUSED);
    assert_message_has("mincconvert -2");
}

static void
contradictory_time_is_a_warning_and_has_no_step(void **state)
{
    test_imaging t = { .settings = { .spacing = NULL } };
    char path[PLACE_ROOM];
    imaging_volume *v;

    (void)state;
    place_reference(path, "imaging/minc/regular_but_contradictory_time.mnc");
    test_imaging_start(&t);
    v = test_imaging_open(&t, path, NULL);
    assert_true(v->geometry.axes[0].role == IMAGING_TIME && isnan(v->geometry.axes[0].step));
    assert_int_equal(v->geometry.n_warnings, 1);
    imaging_volume_free(v);
    test_imaging_end(&t);
}

/* ---- ITK ---- */

static void
check_itk(const imaging_volume *v, const cli_json_value *expected)
{
    const cli_json_value *rows = member(expected, "Directions_rows_are_axis_vectors");
    const cli_json_value *shape = member(expected, "voxeldata_shape");
    test_moments plain = test_imaging_moments(v, false, SLICES_AUTO);

    assert_true(v->format == IMAGING_ITK && v->source == v->stored);
    assert_true(v->geometry.rank == (int)shape->n && v->geometry.placed && v->geometry.lps);
    for (int a = 0; a < 3; a++) {
        const imaging_axis *axis = &v->geometry.axes[2 - a]; /* x, y, z */

        assert_true(axis->role == (imaging_role)(IMAGING_X - a));
        assert_close(axis->step, member(expected, "Spacing_xyz")->items[a].number, 0, 0);
        assert_close(v->geometry.origin[a], member(expected, "Origin_xyz")->items[a].number, 0, 0);
        for (int k = 0; k < 3; k++)
            assert_close(v->geometry.directions[a][k], rows->items[a].items[k].number, 1e-15, 0);
    }
    assert_true(v->geometry.rank == 3 || v->geometry.axes[3].role == IMAGING_CHANNEL);
    check_moments(&plain, member(expected, "unweighted"));
}

static void
images_of_itk_have_its_geometry_and_values(void **state)
{
    cli_json_value *root = read_expected("imaging/minc_itk_expected.json");
    test_imaging t = { .settings = { .spacing = NULL } };
    int checked = 0;

    (void)state;
    test_imaging_start(&t);
    for (size_t i = 0; i < root->n; i++) {
        char name[200], path[PLACE_ROOM];
        imaging_volume *v;

        if (strncmp(root->keys[i], "itk_", 4) != 0)
            continue;
        (void)snprintf(name, sizeof name, "imaging/itk/%s", root->keys[i]);
        place_reference(path, name);
        test_context("%s", root->keys[i]);
        v = test_imaging_open(&t, path, NULL);
        check_itk(v, &root->items[i]);
        imaging_volume_free(v);
        checked++;
    }
    assert_int_equal(checked, 3);
    test_imaging_end(&t);
    cli_json_value_free(root);
}

/* ---- fastMRI ---- */

static void
a_reconstruction_of_fastmri_is_read(void **state)
{
    cli_json_value *root = read_expected("imaging/stats.json");
    test_imaging t = { .settings = { .spacing = NULL } };
    char path[PLACE_ROOM];
    imaging_volume *v;
    test_moments m;

    (void)state;
    place_reference(path, "imaging/fastmri_like.h5");
    test_imaging_start(&t);
    v = test_imaging_open(&t, path, NULL);
    m = test_imaging_moments(v, false, SLICES_AUTO);
    assert_true(v->format == IMAGING_FASTMRI);
    assert_true(strcmp(v->dataset, "/reconstruction_rss") == 0);
    for (int a = 0; a < 3; a++)
        assert_close(v->geometry.axes[a].step * v->geometry.millimetres, 4.0, 0, 0);
    check_moments(&m, member(member(root, "fastmri_like"), "reconstruction_rss"));
    imaging_volume_free(v);
    test_imaging_end(&t);
    cli_json_value_free(root);
}

static void
k_space_is_refused_with_the_dataset_to_use(void **state)
{
    (void)state;
    assert_fails(open_reference("imaging/fastmri_like.h5", "/kspace"), SCI_ERR_REFUSED);
    assert_message_has("/reconstruction_rss");
}

/* ---- generic HDF5 ---- */

static void
layouts_are_read_with_their_values(void **state)
{
    cli_json_value *root = read_expected("imaging/stats.json");
    const cli_json_value *layouts = member(root, "layouts");
    test_imaging t = { .settings = { .spacing = NULL } };
    char path[PLACE_ROOM];

    (void)state;
    place_reference(path, "imaging/layouts.h5");
    test_imaging_start(&t);
    assert_int_equal(layouts->n, 17);
    for (size_t i = 0; i < layouts->n; i++) {
        imaging_volume *v;
        test_moments m;

        test_context("%s", layouts->keys[i]);
        v = test_imaging_open(&t, path, layouts->keys[i]);
        m = test_imaging_moments(v, false, SLICES_AUTO);
        check_moments(&m, &layouts->items[i]);
        assert_close(m.least, number(&layouts->items[i], "min"), 0, 0);
        assert_close(m.most, number(&layouts->items[i], "max"), 0, 0);
        imaging_volume_free(v);
    }
    test_imaging_end(&t);
    cli_json_value_free(root);
}

static void
numbers_that_are_complex_are_refused(void **state)
{
    (void)state;
    assert_fails(open_reference("imaging/layouts.h5", "/complex64"), SCI_ERR_TYPE);
}

#define UNKNOWN (double)NAN, (double)NAN, (double)NAN

typedef struct convention {
    const char *dataset;
    double z, y, x;     /* NaN: unknown; 0: refused */
    double millimetres; /* 0: unknown */
    const char *from;   /* or what the refusal says */
} convention;

static const convention conventions[] = {
    { "/spacing_mm", 2.5, 1, 1, 1, "attribute 'spacing'" },
    { "/voxel_size_and_unit", 2.5, 1, 1, 1, "attribute 'voxel_size'" },
    { "/axistags", 2.5, 1, 1, 0, "attribute 'axistags'" },
    { "/spacing_per_axis_strings", 2.5, 1, 1, 0, "attribute 'spacing'" },
    { "/pixdim", 2.5, 1, 1, 0, "attribute 'pixdim'" },
    { "/element_size_um", 0.5, 0.2, 0.1, 1e-3, "attribute 'element_size_um'" },
    { "/resolution_zyx_nm", 40, 8, 8, 1e-6, "attribute 'resolution'" },
    { "/none", UNKNOWN, 0, "" },
    { "/axistags_zero_resolution", UNKNOWN, 0, "" },
    { "/bdv/t00000/s00/0/cells", UNKNOWN, 0, "" },
    { "/nwb/acquisition/img/data", UNKNOWN, 0, "" },
    { "/conflict", 0, 0, 0, 0, "contradicts itself" },
    { "/negative", 0, 0, 0, 0, "-2.5 along 'z'" },
    { "/zero", 0, 0, 0, 0, "gives 0 along 'z'" },
    { "/nan", 0, 0, 0, 0, "no dimension scale" },
    { "/wrong_length", 0, 0, 0, 0, "has 2 numbers for 3 axes" },
    { "/unknown_unit", 0, 0, 0, 0, "'furlong' is no unit" },
};

static void
conventions_of_spacing_are_read_or_refused(void **state)
{
    test_imaging t = { .settings = { .spacing = NULL } };
    char path[PLACE_ROOM];

    (void)state;
    place_source(path, "tests/golden/conventions.h5");
    test_imaging_start(&t);
    for (size_t i = 0; i < sizeof conventions / sizeof *conventions; i++) {
        const convention *c = &conventions[i];
        imaging_volume *v = NULL;
        const imaging_axis *axes;
        int z;

        test_context("%s", c->dataset);
        if (c->z == 0) {
            assert_fails(imaging_volume_open(&v, &t.context, path, c->dataset), SCI_ERR_REFUSED);
            assert_message_has(c->from);
            continue;
        }
        v = test_imaging_open(&t, path, c->dataset);
        axes = v->geometry.axes;
        z = imaging_geometry_find(&v->geometry, IMAGING_Z);
        assert_close(axes[z].step, c->z, 0, 0);
        assert_close(axes[z + 1].step, c->y, 0, 0);
        assert_close(axes[z + 2].step, c->x, 0, 0);
        assert_close(v->geometry.millimetres, c->millimetres, 0, 0);
        assert_true(strcmp(v->geometry.spacing_from, c->from) == 0);
        assert_true(imaging_geometry_is_regular(&v->geometry));
        imaging_volume_free(v);
    }
    test_imaging_end(&t);
}

static void
what_a_file_states_wrongly_can_be_given(void **state)
{
    static const char *const wrong[] = { "/conflict", "/negative",     "/zero",
                                         "/nan",      "/wrong_length", "/unknown_unit" };
    test_imaging t = { .settings = { .spacing = "2.5,1,0.5", .units = "cm" } };
    char path[PLACE_ROOM];

    (void)state;
    place_source(path, "tests/golden/conventions.h5");
    test_imaging_start(&t);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        imaging_volume *v = test_imaging_open(&t, path, wrong[i]);

        assert_close(imaging_geometry_voxel_mm3(&v->geometry), 1250.0, 1e-15, 0);
        imaging_volume_free(v);
    }
    test_imaging_end(&t);
}

/* ---- slices of different thickness ---- */

static void
weights_by_volume_give_the_mean_of_the_fine_grid(void **state)
{
    cli_json_value *root = read_expected("imaging/stats.json");
    const cli_json_value *expected = member(root, "irregular");
    double truth = number(member(expected, "fine_1mm_truth_same_region"), "mean");
    test_imaging t = { .settings = { .spacing = NULL } };
    test_moments plain, by_volume, by_cells;
    char path[PLACE_ROOM];
    imaging_volume *v;

    (void)state;
    place_source(path, "tests/golden/irregular_generic.h5");
    test_imaging_start(&t);
    v = test_imaging_open(&t, path, "/volume");
    plain = test_imaging_moments(v, false, SLICES_AUTO);
    by_volume = test_imaging_moments(v, true, SLICES_AUTO);
    by_cells = test_imaging_moments(v, true, SLICES_CELL);
    assert_true(!imaging_geometry_is_regular(&v->geometry));
    check_moments(&plain, member(expected, "unweighted"));
    check_moments(&by_volume, member(expected, "volume_weighted"));
    check_moments(&by_cells, member(expected, "volume_weighted_with_estimated_widths"));
    assert_close(by_volume.mean, truth, 1e-9, 0);
    assert_true(fabs(plain.mean - truth) > 0.05 * truth);
    imaging_volume_free(v);
    test_imaging_end(&t);
    cli_json_value_free(root);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minc_images_have_the_geometry_and_values_of_other_decoders),
        cmocka_unit_test(minc_1_is_refused_with_the_way_out),
        cmocka_unit_test(contradictory_time_is_a_warning_and_has_no_step),
        cmocka_unit_test(images_of_itk_have_its_geometry_and_values),
        cmocka_unit_test(a_reconstruction_of_fastmri_is_read),
        cmocka_unit_test(k_space_is_refused_with_the_dataset_to_use),
        cmocka_unit_test(layouts_are_read_with_their_values),
        cmocka_unit_test(numbers_that_are_complex_are_refused),
        cmocka_unit_test(conventions_of_spacing_are_read_or_refused),
        cmocka_unit_test(what_a_file_states_wrongly_can_be_given),
        cmocka_unit_test(weights_by_volume_give_the_mean_of_the_fine_grid),
    };

    return finish_tests(cmocka_run_group_tests(tests, NULL, NULL), sizeof tests / sizeof *tests);
}
