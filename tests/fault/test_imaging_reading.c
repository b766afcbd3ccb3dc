/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening an image where memory runs out anywhere: an error that says so, and nothing left. */
#include <stdio.h>

#include <support/faults.h>
#include <support/imaging.h>
#include <support/place.h>
#include <support/testing.h>

static void
open_without_memory(const char *path, const char *dataset)
{
    test_imaging t = { .settings = { .spacing = NULL } };
    sci_status st = SCI_ERR_NOMEM;
    long n = 0;

    test_imaging_start(&t);
    for (; st != SCI_OK; n++) {
        imaging_volume *volume = NULL;

        test_context("'%s', allocation %ld", path, n);
        faults_memory(n, false);
        st = imaging_volume_open(&volume, &t.context, path, dataset);
        if (st != SCI_OK)
            assert_fails(st, SCI_ERR_NOMEM);
        imaging_volume_free(volume);
        faults_memory_end();
    }
    assert_true(n > 10);
    test_imaging_end(&t);
}

static void
generic_files(void **state)
{
    char path[PLACE_ROOM];

    (void)state;
    place_source(path, "tests/golden/conventions.h5");
    open_without_memory(path, "/axistags");
    open_without_memory(path, "/spacing_per_axis_strings");
    open_without_memory(path, "/resolution_zyx_nm");
    place_source(path, "tests/golden/irregular_generic.h5");
    open_without_memory(path, "/volume");
}

static void
files_of_other_programs(void **state)
{
    static const char *const names[] = { "minc/irregular_width_in_info.mnc", "minc/minc2_4d.mnc",
                                         "minc/bogus_spacing_attr.mnc",
                                         "itk/itk_short_oblique_gzip.h5", "fastmri_like.h5" };
    char path[PLACE_ROOM], name[100];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(name, sizeof name, "imaging/%s", names[i]);
        place_reference(path, name);
        open_without_memory(path, NULL);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generic_files),
        cmocka_unit_test(files_of_other_programs),
    };

    return finish_tests(cmocka_run_group_tests(tests, NULL, NULL), sizeof tests / sizeof *tests);
}
