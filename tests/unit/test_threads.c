/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many threads a pass has. */
#include <stdlib.h>

#include <sci/engine.h>
#include <sci/parallel.h>

#include "support/streamed.h"
#include "support/testing.h"

/* Of a fit over n elements with the option `threads`. */
static int
workers_of(uint64_t n, int threads)
{
    const sci_array array = { .rank = 1, .shape = { n }, .type = SCI_UINT8 };
    const sci_options options = { .threads = threads };
    unsigned char *x = test_alloc(n, sizeof *x);
    sci_source *source = NULL;
    sci_grouping *g = NULL;
    sci_stats *stats = NULL;
    int workers;

    assert_ok(streamed_source(&source, &array, x, "x"));
    assert_ok(sci_grouping_create(&g, 1, array.shape));
    assert_ok(sci_fit(source, g, &options, &stats, NULL));
    workers = streamed_source_workers(source);
    sci_stats_free(stats);
    sci_grouping_free(g);
    sci_source_free(source);
    free(x);
    return workers;
}

static void
a_number_asked_for_is_had_by_any_array(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 3; threads++) {
        assert_int_equal(workers_of(1000, threads), threads);
        assert_int_equal(workers_of(1000000, threads), threads);
    }
}

static void
without_one_few_elements_start_no_threads(void **state)
{
    (void)state;
    assert_int_equal(workers_of(1000, 0), 1);
    assert_int_equal(workers_of(1000000, 0), sci_processors());
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_asked_for_is_had_by_any_array),
        cmocka_unit_test(without_one_few_elements_start_no_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
