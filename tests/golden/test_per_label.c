/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalization of a real T1 volume, whole, in a mask and by tissue or atlas label, against the
 * goldens of the reference data (long double; every third slice). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/h5.h>

#include <support/load.h>
#include <support/place.h>
#include <support/testing.h>

/* The T1 volume with its maps as sources of the file. */
typedef struct t1 {
    sci_source *x, *mask, *map;
    sci_labels *labels;
    sci_grouping *grouping;
    sci_affine *affine;
    double *y;
    uint64_t n;
    char golden[PLACE_ROOM];
} t1;

static const int all_axes[] = { 0, 1, 2 };

static sci_source *
open_dataset(const char *dataset)
{
    char path[PLACE_ROOM];
    sci_source *source = NULL;

    place_source(path, "data/t1_4mm.h5");
    assert_ok(sci_h5_source_open(&source, path, dataset, NULL));
    return source;
}

static void
t1_open(t1 *t)
{
    memset(t, 0, sizeof *t);
    place_reference(t->golden, "imaging/golden_t1_4mm.h5"); /* skips before anything is owned */
    t->x = open_dataset("/t1");
    assert_ok(sci_array_count(&t->x->array, &t->n));
    t->y = test_alloc(t->n, sizeof *t->y);
    assert_ok(sci_grouping_create(&t->grouping, 3, t->x->array.shape));
}

static void
t1_label(t1 *t, const char *dataset)
{
    sci_options options = { .threads = 2 };
    uint64_t n_levels;
    int64_t *levels = NULL;

    t->map = open_dataset(dataset);
    assert_ok(sci_map_scan(t->map, &options, 1000, &n_levels, &levels));
    assert_ok(sci_labels_from_source(&t->labels, t->map, n_levels, levels));
    assert_ok(sci_labels_ignore(t->labels, "0"));
    assert_ok(sci_grouping_label(t->grouping, 3, all_axes, t->labels));
    sci_free(levels);
}

static void
t1_mask(t1 *t)
{
    t->mask = open_dataset("/mask");
    assert_ok(sci_grouping_mask(t->grouping, 3, all_axes, t->mask));
}

static void
t1_normalize(t1 *t, double eps, sci_outside outside)
{
    sci_array array = t->x->array;
    sci_options options = { .threads = 2 };
    sci_sink *sink = NULL;

    array.type = SCI_FLOAT64;
    array.swapped = false;
    assert_ok(sci_affine_create(&t->affine, t->grouping, eps, 0));
    sci_affine_outside(t->affine, outside);
    assert_ok(sci_sink_memory(&sink, &array, t->y, "y"));
    assert_ok(sci_normalize(t->x, t->affine, &options, sink, NULL, NULL));
    sci_sink_free(sink);
}

/* Compare with a golden array and close. */
static void
t1_check(t1 *t, const char *dataset)
{
    uint64_t slice = t->x->array.shape[1] * t->x->array.shape[2];
    loaded expected;

    expected = load_dataset(t->golden, dataset);
    test_context("%s", dataset);
    for (uint64_t i = 0; i < expected.n; i++)
        assert_close(t->y[i / slice * 3 * slice + i % slice], expected.values[i], 0.0, 1e-9);
    loaded_free(&expected);
    sci_affine_free(t->affine);
    sci_grouping_free(t->grouping);
    sci_labels_free(t->labels);
    sci_source_free(t->map);
    sci_source_free(t->mask);
    sci_source_free(t->x);
    free(t->y);
}

static void
whole_volume_agrees(void **state)
{
    t1 t;

    (void)state;
    t1_open(&t);
    t1_normalize(&t, 0.0, SCI_OUTSIDE_KEEP);
    t1_check(&t, "/zscore_all");
}

static void
statistics_of_the_mask_applied_to_all_agree(void **state)
{
    t1 t;

    (void)state;
    t1_open(&t);
    t1_mask(&t);
    t1_normalize(&t, 0.0, SCI_OUTSIDE_APPLY);
    t1_check(&t, "/zscore_maskstats_apply_all");
}

static void
tissues_agree(void **state)
{
    t1 t;

    (void)state;
    t1_open(&t);
    t1_label(&t, "/labels_tissue");
    t1_normalize(&t, 1e-5, SCI_OUTSIDE_ZERO);
    t1_check(&t, "/gn_per_label_tissue_eps1e-5");
}

static void
atlas_regions_agree(void **state)
{
    t1 t;

    (void)state;
    t1_open(&t);
    t1_label(&t, "/labels_aal");
    t1_normalize(&t, 1e-5, SCI_OUTSIDE_ZERO);
    t1_check(&t, "/gn_per_label_aal_eps1e-5");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_volume_agrees),
        cmocka_unit_test(statistics_of_the_mask_applied_to_all_agree),
        cmocka_unit_test(tissues_agree),
        cmocka_unit_test(atlas_regions_agree),
    };

    return run_all(tests);
}
