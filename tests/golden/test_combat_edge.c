/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rarer cases against sva 3.46.0 and limma 3.54.1 (combat_edge.h5, made by make_combat.py): 60 genes of
 * data/bladder400.h5ad with the changes of make_combat_edge.R. */
#include <math.h>
#include <stdlib.h>

#include <support/bladder.h>
#include <support/place.h>
#include <support/testing.h>

static void
equals(const expression *e, combat_options options, const char *dataset)
{
    char golden[PLACE_ROOM];
    double *got = expression_combat(e, &options, NULL);

    place_source(golden, "tests/golden/combat_edge.h5");
    expression_compare(e, got, golden, dataset, true);
    free(got);
}

static void
limma_equals(const expression *e, const bool *removed, const char *dataset, bool *left_out)
{
    char golden[PLACE_ROOM];
    double *got = expression_limma(e, removed, left_out);

    place_source(golden, "tests/golden/combat_edge.h5");
    expression_compare(e, got, golden, dataset, true);
    free(got);
}

static void
two_singletons(expression *e)
{
    e->batch[0] = 5;
    e->batch[11] = 6;
    e->batches = 7;
}

static void
a_reference_batch_goes_with_the_nonparametric_modes(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    equals(&e, (combat_options){ .mean_only = true, .nonparametric = true, .reference = 2 },
           "/ref3_meanonly_nonpar");
    bladder_add_cancer(&e);
    equals(&e, (combat_options){ .nonparametric = true, .reference = 1 }, "/ref2_nonpar_cov");
    expression_free(&e);
}

static void
two_batches_of_one_cell_make_all_of_them_mean_only(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    two_singletons(&e);
    equals(&e, (combat_options){ .nonparametric = true, .reference = 1 },
           "/two_singletons_ref2_nonpar");
    bladder_add_cancer(&e);
    equals(&e, COMBAT_OPTIONS, "/two_singletons_cov");
    expression_free(&e);
}

static void
missing_values_go_with_a_reference_batch(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    bladder_miss(&e, 0.03);
    equals(&e, (combat_options){ .mean_only = true, .reference = 1 }, "/na_meanonly_ref2");
    bladder_add_cancer(&e);
    equals(&e, (combat_options){ .reference = 1 }, "/na_ref2_cov");
    equals(&e, (combat_options){ .nonparametric = true, .reference = 1 }, "/na_ref2_nonpar_cov");
    expression_free(&e);
}

static void
a_gene_is_not_constant_where_a_value_is_missing(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    bladder_set(&e, 2, 2, 0.0);
    e.values[bladder_cell(&e, 2, 0) * 60 + 2] = (double)NAN;
    equals(&e, COMBAT_OPTIONS, "/constant_but_missing");
    equals(&e, (combat_options){ .nonparametric = true, .reference = -1 },
           "/constant_but_missing_nonpar");
    expression_free(&e);
}

static void
a_missing_value_of_a_gene_left_alone_changes_no_other(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    bladder_set(&e, 0, -1, 5.0);
    bladder_set(&e, 1, 2, 0.0);
    e.values[1 * 60 + 0] = (double)NAN;
    equals(&e, COMBAT_OPTIONS, "/missing_in_constant_gene");
    expression_free(&e);
}

static void
one_value_in_a_batch_is_enough_for_mean_only(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    for (uint64_t i = 1; i < 4; i++)
        e.values[bladder_cell(&e, 2, i) * 60 + 2] = (double)NAN;
    equals(&e, (combat_options){ .mean_only = true, .reference = -1 }, "/one_value_meanonly");
    expression_free(&e);
}

static void
a_covariate_far_from_zero_changes_nothing(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    bladder_add_age(&e, 1000.0);
    equals(&e, COMBAT_OPTIONS, "/age_1000");
    expression_free(&e);
}

static void
two_genes_are_enough(void **state)
{
    expression e = bladder_load(2);

    (void)state;
    equals(&e, COMBAT_OPTIONS, "/two_genes");
    expression_free(&e);
}

static void
two_cells_are_enough(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    for (uint64_t i = 0; i < 3; i++)
        e.batch[bladder_cell(&e, 3, 2)] = 0;
    equals(&e, COMBAT_OPTIONS, "/batch_of_two");
    equals(&e, (combat_options){ .nonparametric = true, .reference = -1 }, "/batch_of_two_nonpar");
    expression_free(&e);
}

static void
limma_leaves_out_what_the_design_explains(void **state)
{
    expression e = bladder_load(60);
    double *normal = test_alloc(e.cells, sizeof *normal);
    bool left_out[6];

    (void)state;
    for (uint64_t i = 0; i < e.cells; i++)
        normal[i] = e.batch[i] == 2 ? 1.0 : 0.0;
    expression_design(&e, 1, &(design_variable){ .name = "normal", .numbers = normal });
    limma_equals(&e, NULL, "/limma_confounded", left_out);
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        assert_that(left_out[i] == (i == 3)); /* the last batch that has a contrast */
    free(normal);
    expression_free(&e);
}

static void
limma_leaves_out_a_covariate_that_the_batches_explain(void **state)
{
    static const bool removed[] = { false, false, true, true };
    expression e = bladder_load(60);
    double *nested = test_alloc(e.cells, sizeof *nested);
    bool left_out[9];

    (void)state;
    for (uint64_t i = 0; i < e.cells; i++)
        nested[i] = e.batch[i] < 2 ? 1.0 : -1.0;
    bladder_add_cancer(&e);
    expression_design(&e, 1, &(design_variable){ .name = "nested", .numbers = nested });
    bladder_add_age(&e, 0.0);
    limma_equals(&e, removed, "/limma_nested", left_out);
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        assert_that(left_out[i] == (i == 7));
    free(nested);
    expression_free(&e);
}

static void
limma_fits_each_gene_to_the_values_that_are_there(void **state)
{
    static const bool removed[] = { false, false, true };
    expression e = bladder_load(60);

    (void)state;
    bladder_add_cancer(&e);
    bladder_add_age(&e, 0.0);
    bladder_miss(&e, 0.3);
    bladder_set(&e, 0, -1, (double)NAN);
    for (uint64_t i = 1; i < e.cells; i++)
        e.values[i * 60 + 1] = (double)NAN;
    for (int32_t batch = 0; batch < 5; batch++)
        if (batch != 1)
            bladder_set(&e, 2, batch, (double)NAN);
    bladder_set(&e, 3, 4, (double)NAN);
    bladder_set(&e, 4, 0, (double)NAN);
    limma_equals(&e, removed, "/limma_na", NULL);
    expression_free(&e);
}

static void
limma_takes_batches_of_one_cell(void **state)
{
    expression e = bladder_load(60);

    (void)state;
    two_singletons(&e);
    limma_equals(&e, NULL, "/limma_singleton", NULL);
    expression_free(&e);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_batch_goes_with_the_nonparametric_modes),
        cmocka_unit_test(two_batches_of_one_cell_make_all_of_them_mean_only),
        cmocka_unit_test(missing_values_go_with_a_reference_batch),
        cmocka_unit_test(a_gene_is_not_constant_where_a_value_is_missing),
        cmocka_unit_test(a_missing_value_of_a_gene_left_alone_changes_no_other),
        cmocka_unit_test(one_value_in_a_batch_is_enough_for_mean_only),
        cmocka_unit_test(a_covariate_far_from_zero_changes_nothing),
        cmocka_unit_test(two_genes_are_enough),
        cmocka_unit_test(two_cells_are_enough),
        cmocka_unit_test(limma_leaves_out_what_the_design_explains),
        cmocka_unit_test(limma_leaves_out_a_covariate_that_the_batches_explain),
        cmocka_unit_test(limma_fits_each_gene_to_the_values_that_are_there),
        cmocka_unit_test(limma_takes_batches_of_one_cell),
    };

    return run_all(tests);
}
