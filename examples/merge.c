/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics of two files that were never in one place: each half is fitted alone, and the merged table is
 * that of the whole. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sci.h>

enum { ROWS = 1000, COLUMNS = 3 };

static double x[ROWS * COLUMNS];

/* Mean and spread of every column of rows [first, first + rows). */
static sci_status
fit_rows(sci_stats **out, const char *name, size_t first, size_t rows)
{
    const sci_array array = { .rank = 2, .shape = { rows, COLUMNS }, .type = SCI_FLOAT64 };
    const sci_options options = { 0 };
    sci_grouping *grouping = NULL;
    sci_source *source = NULL;
    sci_status st;

    st = sci_grouping_create(&grouping, array.rank, array.shape);
    if (st != SCI_OK)
        goto out;
    st = sci_grouping_keep(grouping, 1);
    if (st != SCI_OK)
        goto out;
    st = sci_source_memory(&source, &array, x + first * COLUMNS, name);
    if (st != SCI_OK)
        goto out;
    st = sci_fit(source, grouping, &options, out, NULL);
out:
    sci_source_free(source);
    sci_grouping_free(grouping);
    return st;
}

static void
print_table(const char *title, const sci_stats *stats)
{
    printf("%s\n", title);
    for (uint64_t g = 0; g < sci_stats_groups(stats); g++) {
        const sci_moments *m = &sci_stats_moments(stats)[g];

        printf("  column %llu: %5llu values, mean %.12f, sd %.12f\n", (unsigned long long)g,
               (unsigned long long)m->count, sci_moments_mean(m), sci_moments_sd(m, 0));
    }
}

int
main(void)
{
    sci_stats *left = NULL, *right = NULL, *whole = NULL;
    int exit_code = EXIT_FAILURE;

    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        x[i] = 1e6 * (double)(i % COLUMNS) + cos((double)i);
    if (fit_rows(&left, "left", 0, 300) != SCI_OK
        || fit_rows(&right, "right", 300, ROWS - 300) != SCI_OK
        || fit_rows(&whole, "whole", 0, ROWS) != SCI_OK || sci_stats_merge(left, right) != SCI_OK) {
        fprintf(stderr, "merge: error: %s\n", sci_message());
        goto out;
    }
    print_table("both halves, merged:", left);
    print_table("the whole:", whole);
    exit_code = EXIT_SUCCESS;
out:
    sci_stats_free(whole);
    sci_stats_free(right);
    sci_stats_free(left);
    return exit_code;
}
