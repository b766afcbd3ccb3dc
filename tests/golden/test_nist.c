/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIST StRD: mean and standard deviation of the nine univariate sets, against the exact answer
 * for the numbers that the program really holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/place.h>
#include <support/testing.h>

enum { SETS = 9, FIELDS = 12 };

typedef struct nist_set {
    char name[32];
    uint64_t n;
    long double mean_f64, sd_f64, mean_f32, sd_f32;
} nist_set;

typedef enum route { ROUTE_VALUES, ROUTE_ENGINE } route;

static void
parse_row(char *row, nist_set *set)
{
    char *fields[FIELDS], *rest = row;

    for (int k = 0; k < FIELDS; k++) {
        fields[k] = strtok_r(k == 0 ? row : NULL, ",\r\n", &rest);
        if (fields[k] == NULL)
            test_failed(__FILE__, __LINE__, "certified.csv: a row has %d fields", k);
    }
    snprintf(set->name, sizeof set->name, "%s", fields[0]);
    set->n = strtoull(fields[1], NULL, 10);
    set->mean_f64 = strtold(fields[8], NULL);
    set->sd_f64 = strtold(fields[9], NULL);
    set->mean_f32 = strtold(fields[10], NULL);
    set->sd_f32 = strtold(fields[11], NULL);
}

static void
read_sets(nist_set sets[SETS])
{
    char path[PLACE_ROOM], row[1024];
    FILE *file;
    int n = 0;

    place_source(path, "tests/golden/nist/certified.csv");
    file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(row, sizeof row, file));
    while (n < SETS && fgets(row, sizeof row, file) != NULL)
        parse_row(row, &sets[n++]);
    fclose(file);
    assert_count(n, SETS);
}

/* The values of a set as elements of `type`; freed by free(). */
static void *
read_values(const nist_set *set, sci_type type)
{
    char path[PLACE_ROOM], name[sizeof set->name + 32], row[128];
    void *values = test_alloc(set->n, sci_type_size(type));
    uint64_t n = 0;
    FILE *file;

    snprintf(name, sizeof name, "tests/golden/nist/%.31s.txt", set->name);
    place_source(path, name);
    file = fopen(path, "r");
    assert_non_null(file);
    while (n < set->n && fgets(row, sizeof row, file) != NULL) {
        if (type == SCI_FLOAT32)
            ((float *)values)[n++] = strtof(row, NULL);
        else
            ((double *)values)[n++] = strtod(row, NULL);
    }
    fclose(file);
    assert_count(n, set->n);
    return values;
}

static sci_moments
moments_through(route through, sci_type type, const void *values, uint64_t n)
{
    sci_array array = { .rank = 1, .shape = { n }, .type = type };
    sci_source *source = NULL;
    sci_grouping *grouping = NULL;
    sci_stats *stats = NULL;
    sci_options options = { .threads = 1 };
    sci_moments m;

    if (through == ROUTE_VALUES) {
        assert_ok(sci_moments_of(&m, type, values, n, SCI_NAN_REFUSE));
        return m;
    }
    assert_ok(sci_source_memory(&source, &array, values, "nist"));
    assert_ok(sci_grouping_create(&grouping, array.rank, array.shape));
    assert_ok(sci_fit(source, grouping, &options, &stats, NULL));
    m = sci_stats_moments(stats)[0];
    sci_stats_free(stats);
    sci_grouping_free(grouping);
    sci_source_free(source);
    return m;
}

static void
check_sets(route through, sci_type type)
{
    nist_set sets[SETS];

    read_sets(sets);
    for (int k = 0; k < SETS; k++) {
        void *values = read_values(&sets[k], type);
        sci_moments m = moments_through(through, type, values, sets[k].n);
        bool single = type == SCI_FLOAT32;

        test_context("%s", sets[k].name);
        assert_count(m.count, sets[k].n);
        assert_digits(sci_moments_mean(&m), single ? sets[k].mean_f32 : sets[k].mean_f64, 15.0);
        assert_digits(sci_moments_sd(&m, 1), single ? sets[k].sd_f32 : sets[k].sd_f64, 15.0);
        free(values);
    }
}

static void
moments_of_doubles_have_15_digits(void **state)
{
    (void)state;
    check_sets(ROUTE_VALUES, SCI_FLOAT64);
}

static void
moments_of_floats_have_15_digits(void **state)
{
    (void)state;
    check_sets(ROUTE_VALUES, SCI_FLOAT32);
}

static void
fit_of_doubles_has_15_digits(void **state)
{
    (void)state;
    check_sets(ROUTE_ENGINE, SCI_FLOAT64);
}

static void
fit_of_floats_has_15_digits(void **state)
{
    (void)state;
    check_sets(ROUTE_ENGINE, SCI_FLOAT32);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_of_doubles_have_15_digits),
        cmocka_unit_test(moments_of_floats_have_15_digits),
        cmocka_unit_test(fit_of_doubles_has_15_digits),
        cmocka_unit_test(fit_of_floats_has_15_digits),
    };

    return run_all(tests);
}
