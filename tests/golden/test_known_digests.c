/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables, outputs and gradients have the bytes that known_digests.txt says, whatever compiler and
 * flags built this. A change of the arithmetic changes them on purpose: LIBSCI_PRINT_DIGESTS=1
 * prints the new file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/large.h>
#include <support/place.h>
#include <support/random.h>
#include <support/testing.h>

typedef struct digests {
    uint64_t table, output, gradient;
} digests;

static digests
digests_of(int number)
{
    large_case c;
    digests d = { DIGEST_START, DIGEST_START, DIGEST_START };
    random_stream r = random_start(800 + (uint64_t)number);
    uint64_t groups, seconds;
    float *y;
    double *sums;
    sci_moments *rows;
    void *dy;

    large_make(&c, number);
    groups = partition_groups(&c.groups);
    seconds = c.pass.second == NULL ? 1 : partition_groups(c.pass.second);
    y = test_alloc(c.n, sizeof *y);
    rows = test_alloc(groups, sizeof *rows);
    sums = test_alloc(2 * seconds, sizeof *sums);
    dy = elements_normal(&r, c.pass.single_dy ? SCI_FLOAT32 : SCI_FLOAT64, false, c.n, 0.0, 1.0);
    test_context("%s", c.words);
    assert_ok(pass_normalize(&c.pass, y, rows, NULL));
    d.table = digest_bytes(d.table, rows, groups * sizeof *rows);
    d.output = digest_bytes(d.output, y, c.n * sizeof *y);
    assert_ok(pass_gradient(&c.pass, dy, y, sums, sums + seconds, NULL));
    d.gradient = digest_bytes(d.gradient, y, c.n * sizeof *y);
    d.gradient = digest_bytes(d.gradient, sums, 2 * seconds * sizeof *sums);
    free(dy);
    free(sums);
    free(rows);
    free(y);
    large_clear(&c);
    return d;
}

static void
bytes_are_those_of_every_other_build(void **state)
{
    char path[PLACE_ROOM], row[256], got[256];
    bool printing = getenv("LIBSCI_PRINT_DIGESTS") != NULL;
    FILE *file;

    (void)state;
    if (random_seed() != 20240229u)
        skip_test("the digests are those of the usual seed");
    place_source(path, "tests/golden/known_digests.txt");
    file = fopen(path, "r");
    assert_non_null(file);
    for (int number = 0; number < LARGE_CASES; number++) {
        digests d = digests_of(number);

        snprintf(got, sizeof got, "%2d %016" PRIx64 " %016" PRIx64 " %016" PRIx64 "\n", number,
                 d.table, d.output, d.gradient);
        if (printing)
            fputs(got, stdout);
        else if (fgets(row, sizeof row, file) == NULL || strcmp(row, got) != 0)
            test_failed(__FILE__, __LINE__, "table, output and gradient are\n%snot\n%s", got, row);
    }
    fclose(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_every_other_build),
    };

    return run_all(tests);
}
