/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of a design, its rank by means and grams, and what is said where it is confounded. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/h5_look.h>
#include <sci/memory.h>

#include <support/bladder.h>
#include <support/place.h>
#include <support/testing.h>

static const char *const cancers[] = { "Biopsy", "Cancer", "Normal" };
static const char *const batches[] = { "1", "2", "3", "4", "5" };

/* ---- levels and columns ---- */

static void
check_order(const char *const *labels, const char *const *expected, uint64_t n)
{
    uint64_t order[8];

    assert_ok(design_level_order(n, labels, order));
    for (uint64_t i = 0; i < n; i++)
        assert_string_equal(labels[order[i]], expected[i]);
}

static void
levels_sort_as_numbers_only_if_all_are(void **state)
{
    (void)state;
    check_order((const char *[]){ "10", "9", "2.5", "-1" },
                (const char *[]){ "-1", "2.5", "9", "10" }, 4);
    check_order((const char *[]){ "10", "9", "b", "B" }, (const char *[]){ "10", "9", "B", "b" },
                4);
    check_order((const char *[]){ "2.0", "2", "1e1", "nan" },
                (const char *[]){ "1e1", "2", "2.0", "nan" }, 4);
    check_order((const char *[]){ "2.0", "2", "1e1" }, (const char *[]){ "2", "2.0", "1e1" }, 3);
    check_order((const char *[]){ "7", "" }, (const char *[]){ "", "7" }, 2);
}

static void
the_first_level_has_no_column(void **state)
{
    static const int32_t codes[] = { 0, 1, 2, 1 };
    static const double ages[] = { 4.0, 5.0, 6.5, -7.0 };
    static const double expected[] = { 0, 0, 4, 1, 0, 5, 0, 1, 6.5, 1, 0, -7 };
    design_variable variables[] = {
        { .name = "cancer", .levels = 3, .labels = cancers, .codes = codes },
        { .name = "age", .numbers = ages },
    };
    design *d = NULL;

    (void)state;
    assert_ok(design_create(&d, 4, 2, variables, NULL));
    assert_count(d->columns, 3);
    assert_string_equal(d->names[0], "cancer=Cancer");
    assert_string_equal(d->names[1], "cancer=Normal");
    assert_string_equal(d->names[2], "age");
    assert_that(d->level[0] == 1 && d->level[1] == 2 && d->level[2] == -1);
    assert_that(d->variable[1] == 0 && d->variable[2] == 1);
    assert_same_bytes(d->values, expected, ARRAY_LEN(expected), sizeof *expected);
    design_free(d);
}

static void
sum_contrasts_have_the_last_level_at_minus_one(void **state)
{
    static const int32_t codes[] = { 0, 1, 2 };
    static const double expected[] = { 1, 0, 0, 1, -1, -1 };
    design_variable variable = {
        .name = "site", .levels = 3, .labels = cancers, .codes = codes, .contrasts = DESIGN_SUM
    };
    design *d = NULL;

    (void)state;
    assert_ok(design_create(&d, 3, 1, &variable, NULL));
    assert_string_equal(d->names[0], "site=Biopsy");
    assert_string_equal(d->names[1], "site=Cancer");
    assert_same_bytes(d->values, expected, ARRAY_LEN(expected), sizeof *expected);
    design_free(d);
}

static void
a_single_level_has_no_column(void **state)
{
    static const int32_t codes[] = { 0, 0 };
    design_variable variable = { .name = "x", .levels = 1, .labels = cancers, .codes = codes };
    design *d = NULL;

    (void)state;
    assert_ok(design_create(&d, 2, 1, &variable, NULL));
    assert_count(d->columns, 0);
    design_free(d);
}

static void
rows_without_label_may_miss_anything(void **state)
{
    static const int32_t codes[] = { 1, -1 }, in[] = { 0, -1 }, both[] = { 0, 0 };
    static const double ages[] = { 3.0, (double)NAN };
    design_variable text = { .name = "cancer", .levels = 3, .labels = cancers, .codes = codes };
    design_variable number = { .name = "age", .numbers = ages };
    design *d = NULL;

    (void)state;
    assert_ok(design_create(&d, 2, 2, (design_variable[]){ text, number }, in));
    for (int k = 0; k < 3; k++)
        assert_that(d->values[3 + k] == 0.0);
    design_free(d);
    assert_fails(design_create(&d, 2, 1, &text, both), SCI_ERR_REFUSED);
    assert_message_has("'cancer' is missing in row 1");
    assert_fails(design_create(&d, 2, 1, &number, NULL), SCI_ERR_REFUSED);
    assert_message_has("'age' is missing or infinite in row 1");
}

static void
codes_beyond_the_levels_are_refused(void **state)
{
    static const int32_t codes[] = { 3 };
    design_variable variable = { .name = "x", .levels = 3, .labels = cancers, .codes = codes };
    design *d = NULL;

    (void)state;
    assert_fails(design_create(&d, 1, 1, &variable, NULL), SCI_ERR_ARGUMENT);
}

/* ---- rank ---- */

enum { CELLS = 12, MOST = 6 };

/* Which of `q` columns of twelve cells in three batches of four are aliased, as bits. */
static unsigned
aliased_of(uint64_t q, const double columns[][CELLS])
{
    double covariate[CELLS * MOST];
    int32_t label[CELLS];
    sci_row_model rows = { CELLS, 3, label, q, covariate };
    sci_crossed *table = NULL;
    bool aliased[MOST];
    size_t n = 99, counted = 0;
    unsigned bits = 0;

    for (uint64_t i = 0; i < CELLS; i++) {
        label[i] = (int32_t)(i / 4);
        for (uint64_t k = 0; k < q; k++)
            covariate[i * q + k] = columns[k][i];
    }
    assert_ok(design_table(&table, &rows));
    assert_ok(design_aliased(table, aliased, &n));
    for (uint64_t k = 0; k < q; k++) {
        bits |= aliased[k] ? 1U << k : 0U;
        counted += aliased[k];
    }
    assert_count(n, counted);
    sci_crossed_free(table);
    return bits;
}

#define FREE                               \
    {                                      \
        0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1 \
    }
#define OTHER                              \
    {                                      \
        5, 3, 8, 1, 2, 9, 4, 4, 7, 1, 0, 6 \
    }

static void
columns_that_vary_inside_batches_are_free(void **state)
{
    static const double columns[][CELLS] = { FREE, OTHER };

    (void)state;
    assert_that(aliased_of(2, columns) == 0);
}

static void
what_is_constant_inside_batches_is_aliased(void **state)
{
    static const double columns[][CELLS] = {
        FREE,
        { 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0 },                         /* a batch itself */
        { 0.1, 0.1, 0.1, 0.1, 0.7, 0.7, 0.7, 0.7, 0.3, 0.3, 0.3, 0.3 }, /* a number of each */
        { 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5 },                         /* a constant */
        OTHER,
    };

    (void)state;
    assert_that(aliased_of(5, columns) == 0xE);
}

static void
the_later_of_two_equal_columns_is_aliased(void **state)
{
    static const double columns[][CELLS] = {
        OTHER,
        { 10, 6, 16, 2, 4, 18, 8, 8, 14, 2, 0, 12 }, /* twice */
        FREE,
        { 5, 4, 8, 2, 3, 9, 4, 5, 7, 1, 0, 7 }, /* the sum of the first and the third */
    };

    (void)state;
    assert_that(aliased_of(4, columns) == 0xA);
}

static void
a_column_of_ones_is_an_intercept(void **state)
{
    static const double columns[][CELLS] = { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, FREE };

    (void)state;
    assert_that(aliased_of(2, columns) == 0);
}

static void
where_a_number_has_its_zero_does_not_matter(void **state)
{
    double columns[2][CELLS] = { FREE, OTHER };

    (void)state;
    for (int i = 0; i < CELLS; i++)
        columns[1][i] = columns[1][i] * 1e-3 + 1e9;
    assert_that(aliased_of(2, (const double(*)[CELLS])columns) == 0);
}

static void
batches_without_cells_do_not_count(void **state)
{
    static const int32_t label[] = { 0, 0, 3, 3, -1 };
    static const double covariate[] = { 1, 2, 1, 2, (double)NAN };
    sci_row_model rows = { 5, 5, label, 1, covariate };
    sci_crossed *table = NULL;
    bool aliased;

    (void)state;
    assert_ok(design_table(&table, &rows));
    assert_that(table->rows[0] == 2 && table->rows[1] == 0 && table->rows[3] == 2);
    assert_close(table->mean[3], 1.5, 0.0, 0.0);
    assert_close(table->gram[3], 0.5, 0.0, 0.0);
    assert_ok(design_aliased(table, &aliased, NULL));
    assert_that(!aliased);
    sci_crossed_free(table);
}

static void
a_label_beyond_the_levels_is_refused(void **state)
{
    static const int32_t label[] = { 0, 2 };
    sci_row_model rows = { 2, 2, label, 0, NULL };
    sci_crossed *table = NULL;

    (void)state;
    assert_fails(design_table(&table, &rows), SCI_ERR_ARGUMENT);
    assert_message_has("row 1 has label 2 of 2");
}

/* ---- sentences ---- */

/* The text for some variables of the bladder samples; sci_free. */
static char *
text_of(size_t n, const design_variable *variables)
{
    expression e = bladder_load(1);
    sci_crossed *table = NULL;
    sci_row_model rows;
    design *d = NULL;
    bool aliased[32];
    char *text = NULL;

    expression_design(&e, n, variables);
    rows = expression_rows(&e);
    assert_ok(design_table(&table, &rows));
    assert_ok(design_create(&d, 0, n, variables, NULL));
    assert_ok(design_aliased(table, aliased, NULL));
    assert_ok(design_confounded_text(table, batches, d, n, variables, aliased, &text));
    design_free(d);
    sci_crossed_free(table);
    expression_free(&e);
    return text;
}

/* The first line is what sva said (an attribute of the golden file). */
static void
assert_says_as_sva(const char *text, const char *attribute)
{
    char path[PLACE_ROOM], *said = NULL;
    sci_h5_file *file = NULL;

    place_source(path, "tests/golden/combat_bladder.h5");
    assert_ok(sci_h5_file_open(&file, path));
    assert_ok(sci_h5_file_text(file, "/", attribute, &said));
    assert_that(text != NULL);
    test_context("%s: '%s' and '%s'", attribute, text, said);
    assert_that(strstr(said, "ERROR: ") != NULL);
    assert_memory_equal(text, strstr(said, "ERROR: ") + 7, strcspn(text, "\n"));
    assert_count(strcspn(text, "\n"), strlen(strstr(said, "ERROR: ") + 7));
    sci_free(said);
    sci_h5_file_close(file);
}

static void
one_covariate_is_confounded_in_svas_words(void **state)
{
    static const char *const labels[] = { "Cancer", "Normal" };
    expression e = bladder_load(1);
    int32_t codes[57];
    char *text;

    (void)state;
    for (uint64_t i = 0; i < e.cells; i++)
        codes[i] = e.batch[i] == 2;
    text = text_of(
        1, &(design_variable){ .name = "conf", .levels = 2, .labels = labels, .codes = codes });
    assert_says_as_sva(text, "err_one_covariate");
    assert_string_equal(strchr(text, '\n') + 1,
                        "conf=Normal cannot be told from batch: it is the same in all cells of "
                        "each batch\n"
                        "cells of each batch by conf:\n"
                        "batch   Cancer   Normal\n"
                        "    1       11        0\n"
                        "    2       18        0\n"
                        "    3        0        4\n"
                        "    4        5        0\n"
                        "    5       19        0\n");
    sci_free(text);
    expression_free(&e);
}

static void
several_covariates_are_confounded_in_svas_words(void **state)
{
    expression e = bladder_load(1);
    char *text;

    (void)state;
    text = text_of(
        1, &(design_variable){ .name = "conf3", .levels = 5, .labels = batches, .codes = e.batch });
    assert_says_as_sva(text, "err_several");
    assert_that(strstr(text, "conf3=2 cannot") != NULL && strstr(text, "conf3=5 cannot") != NULL);
    sci_free(text);
    expression_free(&e);
}

static void
covariates_confounded_among_themselves_are_told_in_svas_words(void **state)
{
    expression e = bladder_load(1);
    double age[57], twice[57];
    char *text;

    (void)state;
    bladder_add_age(&e, 0.0);
    for (uint64_t i = 0; i < e.cells; i++) {
        age[i] = e.covariate[i];
        twice[i] = 2.0 * age[i];
    }
    text = text_of(2, (design_variable[]){ { .name = "age", .numbers = age },
                                           { .name = "age2", .numbers = twice } });
    assert_says_as_sva(text, "err_covariates_collinear");
    assert_string_equal(strchr(text, '\n') + 1,
                        "age2 cannot be told from batch: the batches and the columns before it "
                        "determine it\n");
    sci_free(text);
    expression_free(&e);
}

static void
nothing_is_said_of_a_sound_design(void **state)
{
    expression e = bladder_load(1);
    double age[57];

    (void)state;
    bladder_add_age(&e, 0.0);
    memcpy(age, e.covariate, sizeof age);
    assert_null(text_of(1, &(design_variable){ .name = "age", .numbers = age }));
    expression_free(&e);
}

static void
long_lists_of_levels_are_cut(void **state)
{
    static const char *const labels[] = {
        "a", "b", "c", "d", "e", "f", "g",
        "h", "i", "j", "k", "l", "m", "a label of more than twenty-four bytes"
    };
    int32_t codes[57];
    char *text;

    (void)state;
    for (int i = 0; i < 57; i++)
        codes[i] = i % 13;
    codes[56] = 13; /* so that the next is the same as this one's column */
    text = text_of(
        2, (design_variable[]){ { .name = "x", .levels = 14, .labels = labels, .codes = codes },
                                { .name = "y", .levels = 14, .labels = labels, .codes = codes } });
    assert_that(strstr(text, "(the first 12 of 14 levels)") != NULL);
    assert_that(strstr(text, "cells of each batch by y") != NULL);
    assert_null(strstr(text, "cells of each batch by x"));
    sci_free(text);
}

static void
cells_of_a_level_come_back_from_either_contrasts(void **state)
{
    static const uint64_t expected[5][3] = {
        { 0, 11, 0 }, { 0, 14, 4 }, { 0, 0, 4 }, { 5, 0, 0 }, { 4, 15, 0 }
    };

    (void)state;
    for (int sum = 0; sum < 2; sum++) {
        expression e = bladder_load(1);
        char path[PLACE_ROOM];
        uint64_t levels;
        design_variable v = { .name = "cancer", .levels = 3, .labels = cancers };
        int32_t *codes;
        sci_crossed *table = NULL;
        sci_row_model rows;
        design *d = NULL;

        place_source(path, "data/bladder400.h5ad");
        v.codes = codes = expression_codes(path, "cancer", &levels);
        v.contrasts = sum ? DESIGN_SUM : DESIGN_TREATMENT;
        expression_design(&e, 1, &v);
        rows = expression_rows(&e);
        assert_ok(design_table(&table, &rows));
        assert_ok(design_create(&d, 0, 1, &v, NULL));
        for (uint64_t b = 0; b < 5; b++)
            for (uint64_t l = 0; l < 3; l++)
                assert_count(design_cells(table, d, &v, 0, b, l), expected[b][l]);
        design_free(d);
        sci_crossed_free(table);
        free(codes);
        expression_free(&e);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_sort_as_numbers_only_if_all_are),
        cmocka_unit_test(the_first_level_has_no_column),
        cmocka_unit_test(sum_contrasts_have_the_last_level_at_minus_one),
        cmocka_unit_test(a_single_level_has_no_column),
        cmocka_unit_test(rows_without_label_may_miss_anything),
        cmocka_unit_test(codes_beyond_the_levels_are_refused),
        cmocka_unit_test(columns_that_vary_inside_batches_are_free),
        cmocka_unit_test(what_is_constant_inside_batches_is_aliased),
        cmocka_unit_test(the_later_of_two_equal_columns_is_aliased),
        cmocka_unit_test(a_column_of_ones_is_an_intercept),
        cmocka_unit_test(where_a_number_has_its_zero_does_not_matter),
        cmocka_unit_test(batches_without_cells_do_not_count),
        cmocka_unit_test(a_label_beyond_the_levels_is_refused),
        cmocka_unit_test(one_covariate_is_confounded_in_svas_words),
        cmocka_unit_test(several_covariates_are_confounded_in_svas_words),
        cmocka_unit_test(covariates_confounded_among_themselves_are_told_in_svas_words),
        cmocka_unit_test(nothing_is_said_of_a_sound_design),
        cmocka_unit_test(long_lists_of_levels_are_cut),
        cmocka_unit_test(cells_of_a_level_come_back_from_either_contrasts),
    };

    return run_all(tests);
}
