/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <support/place.h>
#include <support/testing.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include <apps/imaging/qc_cohort.h>
#include <apps/imaging/qc_read.h>

/* ---- numbers as text ---- */

static void
numbers_have_the_decimals_that_tell(void **state)
{
    static const struct {
        double value, scale;
        const char *text;
    } cases[] = {
        { 1234.567, 300.0, "1234.6" },
        { 0.99999, 0.99999, "1.000" },
        { -1e-9, 1.0, "0.000" },
        { 0.012345, 0.002, "0.012345" },
        { 12345.6, 50000.0,
          "12\xe2\x80\xaf"
          "346" },
        { 5.0, 0.0, "5.000" },
    };
    char text[QC_NUMBER];

    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(cases); k++)
        assert_string_equal(qc_number(text, cases[k].value, cases[k].scale), cases[k].text);
}

static void
volumes_have_the_unit_that_suits(void **state)
{
    char text[QC_NUMBER];

    (void)state;
    assert_string_equal(qc_volume(text, 1.5e6, false), "1500.0\xc2\xa0ml");
    assert_string_equal(qc_volume(text, 64.0, false), "64.000\xc2\xa0mm\xc2\xb3");
    assert_string_equal(qc_volume(text, (double)NAN, false), "\xe2\x80\x93");
    assert_string_equal(qc_volume(text, 64.0, true), "64.000\xc2\xa0mm\xc2\xb2");
    assert_string_equal(qc_volume(text, 1.5e5, true), "1500.0\xc2\xa0"
                                                      "cm\xc2\xb2");
}

static void
base_names_keep_their_dataset(void **state)
{
    (void)state;
    assert_string_equal(qc_base_name("/a/b/t1.h5:/group/t1"), "t1.h5:/group/t1");
    assert_string_equal(qc_base_name("t1.h5:/t1"), "t1.h5:/t1");
    assert_string_equal(qc_base_name("/a/b.nii.gz"), "b.nii.gz");
    assert_string_equal(qc_base_name("b.nii"), "b.nii");
}

/* ---- the first sentence ---- */

/* n values with this mean and standard deviation. */
static sci_moments
moments(uint64_t n, double mean, double sd)
{
    return (sci_moments){ .count = n,
                          .weight = (double)n,
                          .mean_hi = mean,
                          .m2 = sd * sd * (double)n,
                          .min = sd > 0.0 ? mean - 3.0 * sd : mean,
                          .max = sd > 0.0 ? mean + 3.0 * sd : mean };
}

static void
expect_lead(const imaging_qc *qc, const char *expected)
{
    char *text = NULL;

    assert_ok(qc_lead(&text, qc));
    assert_string_equal(text, expected);
    sci_free(text);
}

static void
the_lead_says_whether_it_worked(void **state)
{
    imaging_qc qc = { .members = "in the mask 'm.h5'" };
    qc_group groups[3] = { { .name = "label 1" }, { .name = "label 2" }, { .name = "label 3" } };

    (void)state;
    qc.before.inside = moments(4000, 250.0, 40.0);
    qc.after.inside = moments(4000, 1e-12, 1.0 - 1e-9);
    expect_lead(&qc,
                "The 4000 voxels in the mask 'm.h5' now have mean 0.000 and standard deviation "
                "1.000; before, they had 250.00 and 40.00: the normalization did what it is "
                "for.");
    qc.after.inside = moments(4000, 0.5, 0.2); /* some other normalization: no verdict */
    qc.members[0] = '\0';
    expect_lead(&qc, "All 4000 voxels now have mean 0.5000 and standard deviation 0.2000; before, "
                     "they had 250.00 and 40.00.");
    qc.after.inside = moments(4000, 7.0, 0.0);
    expect_lead(&qc, "All 4000 voxels now have mean 7.000 and standard deviation 0.000; before, "
                     "they had 250.00 and 40.00: they are all equal, so that there is no contrast "
                     "left.");
    qc.after.inside = moments(0, 0.0, 0.0);
    expect_lead(&qc, "No voxel is compared: the mask or the labels are empty.");
    qc.after.inside = moments(4000, 0.001, 0.98);
    qc.groups = groups;
    qc.n_groups = 3;
    for (int k = 0; k < 3; k++)
        groups[k].after = moments(1000, 0.0, 1.0);
    expect_lead(&qc, "All 4000 voxels are in 3 groups, and each group now has mean 0 and standard "
                     "deviation 1: the normalization did what it is for.");
    groups[1].after = moments(1000, 3.0, 0.0);
    expect_lead(&qc, "All 4000 voxels are in 3 groups; 2 of them now have mean 0 and standard "
                     "deviation 1; the others are constant, so that there was nothing to scale.");
    groups[1].after = moments(1000, 3.0, 1.0);
    expect_lead(&qc, "All 4000 voxels are in 3 groups; 2 of them now have mean 0 and standard "
                     "deviation 1.");
    /* tissues of an image that was normalized as a whole */
    qc.after.inside = moments(4000, 0.0, 1.0);
    expect_lead(&qc, "All 4000 voxels now have mean 0.000 and standard deviation 1.000; before, "
                     "they had 250.00 and 40.00: the normalization did what it is for.");
}

/* ---- who stands out ---- */

static void
a_far_value_stands_out(void **state)
{
    static const double values[] = { 10, 11, 9, 10.5, 9.5, 10, 13, 20, (double)NAN };
    double distance[9];

    (void)state;
    /* Median of the eight is 10.25, of the deviations 0.75. */
    assert_ok(qc_outliers(distance, 9, values, 0.0));
    for (int k = 0; k < 6; k++)
        assert_close(distance[k], 0.0, 0.0, 0.0);
    assert_close(distance[6], 0.0, 0.0, 0.0); /* 2.5 */
    assert_close(distance[7], 9.75 / (1.4826 * 0.75), 1e-12, 0.0);
    assert_close(distance[8], 0.0, 0.0, 0.0);
}

static void
noise_does_not_stand_out(void **state)
{
    static const double equal[] = { 1, 1, 1, 1, 1, 1.0 + 1e-9 }, few[] = { 1, 1, 1, 50 };
    double distance[6];

    (void)state;
    assert_ok(qc_outliers(distance, 6, equal, 1e-3));
    assert_close(distance[5], 0.0, 0.0, 0.0);
    assert_ok(qc_outliers(distance, 6, equal, 0.0)); /* where nothing varies, everything does */
    assert_that(distance[5] > QC_FAR);
    assert_ok(qc_outliers(distance, 4, few, 0.0));
    assert_close(distance[3], 0.0, 0.0, 0.0);
}

/* ---- the numbers of a page ---- */

static void
numbers_are_read_back(void **state)
{
    imaging_qc qc = { .mm3 = (double)NAN };
    char warning[] = "odd \"units\"\n", *warnings[] = { warning };
    qc_numbers numbers;
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "page.json");
    qc.before.file = "a.h5";
    qc.after.file = "b.h5";
    qc.before.inside = moments(100, 1.0 / 3.0, 2.0);
    qc.after.inside = moments(100, 0.0, 0.0);
    qc.warnings = warnings;
    qc.n_warnings = 1;
    for (int k = 0; k < QC_LANDMARKS; k++)
        qc.before.landmarks[k] = k / 7.0;
    qc.after.landmarks[2] = (double)NAN;
    qc.after.members.low = -1.5;
    qc.after.members.high = 2.5;
    for (int k = 0; k < QC_BINS; k++)
        qc.after.members.counts[k] = (uint64_t)k;
    assert_ok(imaging_qc_json(&qc, "page.html", path));
    assert_ok(qc_numbers_read(&numbers, path));
    assert_true(numbers.given);
    assert_close(numbers.voxels, 100.0, 0.0, 0.0);
    assert_true(isnan(numbers.mm3));
    assert_count(numbers.n_warnings, 1);
    assert_close(numbers.sides[0].mean, 1.0 / 3.0, 0.0, 0.0);
    assert_close(numbers.sides[0].sd, 2.0, 1e-15, 0.0);
    assert_close(numbers.sides[0].landmarks[5], 5.0 / 7.0, 0.0, 0.0);
    assert_true(isnan(numbers.sides[1].landmarks[2]));
    assert_close(numbers.sides[1].low, -1.5, 0.0, 0.0);
    assert_close(numbers.sides[1].counts[77], 77.0, 0.0, 0.0);
    assert_close(numbers.sides[1].total, 127.0 * 64.0, 0.0, 0.0);
}

static void
what_is_no_page_is_refused(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"voxels\": 1, \"volume_mm3\": 1, \"warnings\": []}",
        "{\"voxels\": ",
    };
    qc_numbers numbers;
    char path[PLACE_ROOM];

    (void)state;
    place_scratch(path, "none.json");
    assert_ok(qc_numbers_read(&numbers, path));
    assert_false(numbers.given); /* the image failed */
    for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
        place_write(path, texts[k], strlen(texts[k]));
        assert_fails(qc_numbers_read(&numbers, path), SCI_ERR_FORMAT);
        assert_message_has("none.json");
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_the_decimals_that_tell),
        cmocka_unit_test(volumes_have_the_unit_that_suits),
        cmocka_unit_test(base_names_keep_their_dataset),
        cmocka_unit_test(the_lead_says_whether_it_worked),
        cmocka_unit_test(a_far_value_stands_out),
        cmocka_unit_test(noise_does_not_stand_out),
        cmocka_unit_test(numbers_are_read_back),
        cmocka_unit_test(what_is_no_page_is_refused),
    };

    return run_all(tests);
}
