/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ComBat and removeBatchEffect against sva 3.46.0 and limma 3.54.1, 1e-10 absolute and the same NaN:
 * combat_bladder.h5 has some rows of every mode, the reference data all of them and single cells. */
#include <stdlib.h>

#include <support/bladder.h>
#include <support/load.h>
#include <support/place.h>
#include <support/testing.h>

/* ---- bladder ---- */

typedef enum change { NOTHING, MISSING, ZERO_VARIANCE, SINGLETON } change;

typedef struct bladder_case {
    const char *dataset;
    change change;
    bool cancer, age;
    combat_options options;
} bladder_case;

static const bladder_case bladder_cases[] = {
    { "/combat_par", NOTHING, false, false, { .reference = -1 } },
    { "/combat_par_cov", NOTHING, true, false, { .reference = -1 } },
    { "/combat_par_cov_num", NOTHING, true, true, { .reference = -1 } },
    { "/combat_nonpar", NOTHING, false, false, { .reference = -1, .nonparametric = true } },
    { "/combat_nonpar_cov", NOTHING, true, false, { .reference = -1, .nonparametric = true } },
    { "/combat_meanonly", NOTHING, false, false, { .reference = -1, .mean_only = true } },
    { "/combat_meanonly_cov", NOTHING, true, false, { .reference = -1, .mean_only = true } },
    { "/combat_meanonly_nonpar",
      NOTHING,
      false,
      false,
      { .reference = -1, .mean_only = true, .nonparametric = true } },
    { "/combat_ref2_cov", NOTHING, true, false, { .reference = 1 } },
    { "/combat_ref3_cov", NOTHING, true, false, { .reference = 2 } },
    { "/combat_par_na", MISSING, false, false, { .reference = -1 } },
    { "/combat_par_cov_na", MISSING, true, false, { .reference = -1 } },
    { "/combat_nonpar_na", MISSING, false, false, { .reference = -1, .nonparametric = true } },
    { "/combat_par_zerovar", ZERO_VARIANCE, false, false, { .reference = -1 } },
    { "/combat_singleton", SINGLETON, false, false, { .reference = -1 } },
};

static expression
bladder_of(const bladder_case *c)
{
    expression e = bladder_load(400);

    if (c->cancer)
        bladder_add_cancer(&e);
    if (c->age)
        bladder_add_age(&e, 0.0);
    if (c->change == MISSING)
        bladder_miss(&e, 0.03);
    if (c->change == ZERO_VARIANCE) {
        bladder_set(&e, 0, -1, 5.0);
        bladder_set(&e, 1, 2, 0.0);
        bladder_set(&e, 2, 2, 0.0);
    }
    if (c->change == SINGLETON) {
        e.batch[0] = 5;
        e.batches = 6;
    }
    return e;
}

static void
check_combat(const char *golden, bool some_rows)
{
    for (size_t i = 0; i < ARRAY_LEN(bladder_cases); i++) {
        expression e = bladder_of(&bladder_cases[i]);
        double *got = expression_combat(&e, &bladder_cases[i].options, NULL);

        expression_compare(&e, got, golden, bladder_cases[i].dataset, some_rows);
        free(got);
        expression_free(&e);
    }
}

static void
compare_limma(const expression *e, const bool *removed, const char *golden, const char *dataset,
              bool some_rows)
{
    double *got = expression_limma(e, removed, NULL);

    expression_compare(e, got, golden, dataset, some_rows);
    free(got);
}

/* Every third sample is a second batch; age goes too, uncentred. */
static void
check_limma_removed(const char *golden, bool some_rows)
{
    static const char *const labels[] = { "0", "1", "2" };
    static const bool removed[] = { false, false, true, true, true };
    expression e = bladder_load(400);
    int32_t *batch2 = test_alloc(e.cells, sizeof *batch2);

    for (uint64_t i = 0; i < e.cells; i++)
        batch2[i] = (int32_t)((i + 1) % 3);
    bladder_add_cancer(&e);
    expression_design(&e, 1,
                      &(design_variable){ .name = "batch2",
                                          .levels = 3,
                                          .labels = labels,
                                          .codes = batch2,
                                          .contrasts = DESIGN_SUM });
    bladder_add_age(&e, 0.0);
    compare_limma(&e, removed, golden, "/limma_rbe_batch2_cov_design", some_rows);
    free(batch2);
    expression_free(&e);
}

static void
check_limma(const char *golden, bool some_rows)
{
    expression e = bladder_load(400);

    compare_limma(&e, NULL, golden, "/limma_rbe", some_rows);
    bladder_add_cancer(&e);
    compare_limma(&e, NULL, golden, "/limma_rbe_design", some_rows);
    bladder_miss(&e, 0.03);
    compare_limma(&e, NULL, golden, "/limma_rbe_na", some_rows);
    expression_free(&e);
    check_limma_removed(golden, some_rows);
}

static void
combat_equals_sva(void **state)
{
    char golden[PLACE_ROOM];

    (void)state;
    place_source(golden, "tests/golden/combat_bladder.h5");
    check_combat(golden, true);
}

static void
limma_equals_limma(void **state)
{
    char golden[PLACE_ROOM];

    (void)state;
    place_source(golden, "tests/golden/combat_bladder.h5");
    check_limma(golden, true);
}

static void
all_samples_equal_sva_and_limma(void **state)
{
    char golden[PLACE_ROOM];

    (void)state;
    place_reference(golden, "genomics/golden_bladder.h5");
    check_combat(golden, false);
    check_limma(golden, false);
}

/* ---- single cells ---- */

static void
compare_combat(const expression *e, bool mean_only, const char *golden, const char *dataset,
               bool some_rows)
{
    combat_options options = COMBAT_OPTIONS;
    double *got;

    options.mean_only = mean_only;
    got = expression_combat(e, &options, NULL);
    expression_compare(e, got, golden, dataset, some_rows);
    free(got);
}

/* Append a categorical column of obs; what its levels are called does not matter here. */
static void
add_levels(expression *e, const char *path, const char *column)
{
    static const char *const labels[16] = { "a", "b", "c", "d", "e", "f", "g", "h",
                                            "i", "j", "k", "l", "m", "n", "o", "p" };
    uint64_t levels;
    int32_t *codes = expression_codes(path, column, &levels);

    assert_that(levels <= ARRAY_LEN(labels));
    expression_design(
        e, 1,
        &(design_variable){ .name = column, .levels = levels, .labels = labels, .codes = codes });
    free(codes);
}

static void
cells_of_pbmc68k_equal_sva_and_limma(void **state)
{
    char path[PLACE_ROOM], golden[PLACE_ROOM];
    expression e;

    (void)state;
    place_reference(path, "genomics/pbmc68k_700.h5ad");
    place_reference(golden, "genomics/golden_pbmc68k.h5");
    e = expression_load(path, "gem_well");
    compare_combat(&e, false, golden, "/combat", true);
    compare_combat(&e, true, golden, "/combat_meanonly", true);
    add_levels(&e, path, "bulk_labels");
    compare_combat(&e, false, golden, "/combat_cov", true);
    compare_limma(&e, NULL, golden, "/limma_design", true);
    expression_free(&e);
}

static void
simulated_cells_equal_sva_and_limma(void **state)
{
    char path[PLACE_ROOM], golden[PLACE_ROOM];
    expression e;

    (void)state;
    place_reference(path, "genomics/simulated_600.h5ad");
    place_reference(golden, "genomics/golden_simulated.h5");
    e = expression_load(path, "batch");
    compare_combat(&e, false, golden, "/combat", true);
    add_levels(&e, path, "cell_type");
    compare_combat(&e, false, golden, "/combat_cov", true);
    compare_limma(&e, NULL, golden, "/limma_design", true);
    expression_free(&e);
}

static void
cells_of_pbmc_small_equal_sva(void **state)
{
    char path[PLACE_ROOM], golden[PLACE_ROOM];
    expression e;

    (void)state;
    place_reference(path, "genomics/pbmc_small_dense_f64_gzip.h5ad");
    place_reference(golden, "genomics/golden_pbmc_small.h5");
    e = expression_load(path, "groups");
    compare_combat(&e, false, golden, "/pbmc_combat_groups", false);
    add_levels(&e, path, "RNA_snn_res_1");
    compare_combat(&e, false, golden, "/pbmc_combat_groups_cov", false);
    expression_free(&e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(combat_equals_sva),
        cmocka_unit_test(limma_equals_limma),
        cmocka_unit_test(all_samples_equal_sva_and_limma),
        cmocka_unit_test(cells_of_pbmc68k_equal_sva_and_limma),
        cmocka_unit_test(simulated_cells_equal_sva_and_limma),
        cmocka_unit_test(cells_of_pbmc_small_equal_sva),
    };

    return run_all(tests);
}
