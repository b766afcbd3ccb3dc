/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of members that do not lie side by side. */
#include <math.h>
#include <stddef.h>
#include <string.h>

#include <stats/kernels.h>

#include "support/random.h"
#include "support/testing.h"

/* Cut members into spans of 1 to `longest` elements that lie apart. */
static size_t
scatter(sci_span *spans, unsigned char *apart, const unsigned char *members, size_t n, size_t size,
        size_t longest, random_stream *random)
{
    size_t spans_made = 0;

    for (size_t done = 0; done < n; spans_made++) {
        size_t left = n - done, count = 1 + (size_t)random_below(random, longest);

        count = count < left ? count : left;
        memcpy(apart, members + done * size, count * size);
        spans[spans_made] = (sci_span){ apart, count };
        apart += (count + 1) * size;
        done += count;
    }
    return spans_made;
}

static void
assert_spans_are_a_block(sci_type type, const void *members, size_t n, random_stream *random)
{
    static unsigned char apart[2 * SCI_BLOCK * sizeof(double)];
    static const size_t longest[] = { 1, 20, 1500, SCI_BLOCK };
    const sci_kernels *kernels = sci_kernels_of(type);
    sci_span spans[SCI_BLOCK];
    sci_tally block, parts;

    sci_tally_begin(&block);
    kernels->block(&block, members, n, SCI_NAN_IGNORE);
    for (size_t k = 0; k < sizeof longest / sizeof *longest; k++) {
        (void)scatter(spans, apart, members, n, sci_type_size(type), longest[k], random);
        sci_tally_begin(&parts);
        kernels->spans(&parts, spans, n, SCI_NAN_IGNORE);
        assert_memory_equal(&parts.moments, &block.moments, offsetof(sci_moments, exponent));
        assert_int_equal(parts.moments.exponent, block.moments.exponent);
        assert_int_equal(parts.nonfinite, block.nonfinite);
    }
}

/* Where members lie does not change a bit of their moments. */
static void
spans_are_a_block(void **state)
{
    static const size_t sizes[] = { 1, 15, 16, 1023, 1024, 1025, 3136, SCI_BLOCK };
    random_stream random = random_start(1);
    static float floats[SCI_BLOCK];
    static double doubles[SCI_BLOCK];
    static int16_t words[SCI_BLOCK];

    (void)state;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        for (int kind = 0; kind < 3; kind++) {
            for (size_t i = 0; i < sizes[k]; i++) {
                doubles[i] = random_uniform(&random) + (kind == 1 ? 1e9 : 0.0);
                floats[i] = (float)doubles[i];
                words[i] = (int16_t)random_between(&random, -3000, 3000);
            }
            if (kind == 1) /* the block is redone about its own mean */
                doubles[0] = floats[0] = 0.0F;
            if (kind == 2)
                doubles[sizes[k] / 2] = floats[sizes[k] / 2] = INFINITY;
            assert_spans_are_a_block(SCI_FLOAT32, floats, sizes[k], &random);
            assert_spans_are_a_block(SCI_FLOAT64, doubles, sizes[k], &random);
            assert_spans_are_a_block(SCI_INT16, words, sizes[k], &random);
        }
    }
}

/* Rows had together have the bits of rows had one by one, whatever their number and length. */
static void
rows_together_are_rows_alone(void **state)
{
    enum { ROWS = 37 };
    static const size_t lengths[] = { 0, 1, 2, 7, 10, 64, 128, 129, 500 };
    static double x[ROWS * 500];
    random_stream random = random_start(9);
    sci_moments together[ROWS], alone;

    (void)state;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = random_normal(&random) + (i % 11 == 0 ? 1e9 : 0.0);
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++)
        for (size_t rows = 0; rows <= ROWS; rows += 1 + rows / 3) {
            size_t n = lengths[k];

            assert_ok(sci_moments_of_rows(together, SCI_FLOAT64, x, rows, n, SCI_NAN_REFUSE));
            for (size_t r = 0; r < rows; r++) {
                assert_ok(sci_moments_of(&alone, SCI_FLOAT64, x + r * n, n, SCI_NAN_REFUSE));
                assert_memory_equal(&together[r], &alone, offsetof(sci_moments, exponent));
                assert_int_equal(together[r].exponent, alone.exponent);
            }
        }
    x[3] = NAN;
    assert_int_equal(sci_moments_of_rows(together, SCI_FLOAT64, x, 4, 10, SCI_NAN_REFUSE),
                     SCI_ERR_NONFINITE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_a_block),
        cmocka_unit_test(rows_together_are_rows_alone),
    };

    return run_all(tests);
}
