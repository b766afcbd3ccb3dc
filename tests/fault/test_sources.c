/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sources and sinks that fail at each step, and passes that are told to stop: the first failure
 * comes back with its message, every thread ends, nothing leaks. */
#include <stdlib.h>
#include <string.h>

#include <support/elements.h>
#include <support/faults.h>
#include <support/partition.h>
#include <support/random.h>
#include <support/streamed.h>
#include <support/testing.h>

enum { ROWS = 500, COLUMNS = 600 };

typedef enum what { FIT, NORMALIZE, GRADIENT } what;

/* Everything that can fail: the array, its gradient, a label map, a mask, weights, the output. */
typedef struct rig {
    float *x, *y;
    int64_t *labels;
    double *mask, *weights;
    partition groups;
    partition_built built;
    sci_source *source, *dy;
    sci_sink *sink;
    sci_affine *affine;
} rig;

static rig shared;

static int
make_data(void **state)
{
    random_stream r = random_start(6);

    (void)state;
    shared.x = elements_normal(&r, SCI_FLOAT32, false, (uint64_t)ROWS * COLUMNS, 5.0, 1.0);
    shared.y = test_alloc((size_t)ROWS * COLUMNS, sizeof *shared.y);
    shared.labels = test_alloc((size_t)ROWS * COLUMNS, sizeof *shared.labels);
    shared.mask = test_alloc((size_t)ROWS * COLUMNS, sizeof *shared.mask);
    shared.weights = test_alloc(COLUMNS, sizeof *shared.weights);
    for (int i = 0; i < ROWS * COLUMNS; i++) {
        shared.labels[i] = (int64_t)random_below(&r, 4);
        shared.mask[i] = random_below(&r, 4) == 0 ? 0.0 : 1.0;
    }
    for (int i = 0; i < COLUMNS; i++)
        shared.weights[i] = (double)(1 + i % 3);
    shared.groups = (partition){
        .rank = 2, .shape = { ROWS, COLUMNS }, .n_factors = 1, .n_masks = 1, .n_weights = 1
    };
    shared.groups.factors[0] =
        (partition_factor){ FACTOR_STREAMED, 2, { 0, 1 }, shared.labels, 0, false, 0 };
    shared.groups.masks[0] = (partition_layer){ 2, { 0, 1 }, shared.mask };
    shared.groups.weights[0] = (partition_layer){ 1, { 1 }, shared.weights };
    return 0;
}

static int
free_data(void **state)
{
    (void)state;
    free(shared.x);
    free(shared.y);
    free(shared.labels);
    free(shared.mask);
    free(shared.weights);
    return 0;
}

static void
rig_open(rig *s)
{
    sci_array array = { .rank = 2, .shape = { ROWS, COLUMNS }, .type = SCI_FLOAT32 };

    assert_ok(partition_build(&s->groups, true, &s->built));
    assert_ok(streamed_source(&s->source, &array, s->x, "x"));
    assert_ok(streamed_source(&s->dy, &array, s->x, "dy"));
    assert_ok(streamed_sink(&s->sink, &array, s->y, "y"));
    assert_ok(sci_affine_create(&s->affine, s->built.grouping, 1e-5, 0));
}

static void
rig_close(rig *s)
{
    sci_affine_free(s->affine);
    sci_sink_free(s->sink);
    sci_source_free(s->dy);
    sci_source_free(s->source);
    partition_clear(&s->built);
}

static sci_status
rig_run(rig *s, what pass, const sci_options *options)
{
    sci_stats *stats = NULL;
    sci_status st;

    switch (pass) {
    case FIT: st = sci_fit(s->source, s->built.grouping, options, &stats, NULL); break;
    case NORMALIZE: st = sci_normalize(s->source, s->affine, options, s->sink, NULL, NULL); break;
    default:
        st = sci_gradient(s->source, s->dy, s->affine, options, s->sink, NULL, NULL, NULL);
        break;
    }
    sci_stats_free(stats);
    return st;
}

/* The source or sink number `k` of a rig: x, dy, the built maps, then the sink. */
static bool
arrange_failure(rig *s, int k, streamed_step step, int n)
{
    if (k == 0)
        streamed_source_fail(s->source, step, n);
    else if (k == 1)
        streamed_source_fail(s->dy, step, n);
    else if (k - 2 < s->built.n_sources)
        streamed_source_fail(s->built.sources[k - 2], step, n);
    else if (k - 2 == s->built.n_sources)
        streamed_sink_fail(s->sink, step, n);
    else
        return false;
    return true;
}

/* Every step of source `k` fails once, the first and a later time. Gives the failures that were
 * reached. */
static int
fail_every_step(int k, what pass, int threads, bool *exists)
{
    int reached = 0;

    for (streamed_step step = 0; step < STREAMED_STEPS; step++) {
        for (int n = 0; n < 5; n += 4) {
            sci_options options = { .threads = threads, .memory_bytes = (uint64_t)48 << 20 };
            sci_status st;

            test_context("pass %d, source %d, step %d, call %d, %d threads", (int)pass, k,
                         (int)step, n, threads);
            faults_memory(-1, false);
            rig_open(&shared);
            *exists = arrange_failure(&shared, k, step, n);
            st = rig_run(&shared, pass, &options);
            if (st != SCI_OK) {
                assert_fails(st, SCI_ERR_IO);
                assert_message_has("asked to fail");
                reached++;
            }
            rig_close(&shared);
            faults_memory_end();
        }
    }
    return reached;
}

static void
check_pass(what pass, const int *sources, size_t n)
{
    static const int thread_counts[] = { 1, 3 };

    for (size_t t = 0; t < ARRAY_LEN(thread_counts); t++) {
        for (size_t k = 0; k < n; k++) {
            bool exists;
            int reached = fail_every_step(sources[k], pass, thread_counts[t], &exists);

            assert_that(exists);
            if (reached < 3) /* start, and two steps of pieces at the least */
                test_failed(__FILE__, __LINE__, "source %d: only %d failures were noticed",
                            sources[k], reached);
        }
    }
}

/* Sources: 0 x, 1 dy, 2 label map, 3 mask, 4 weights, 5 sink. Weights over one axis are read
 * whole, in other ways. */
static void
fit_gives_the_failure_of_any_source(void **state)
{
    static const int sources[] = { 0, 2, 3 };

    (void)state;
    check_pass(FIT, sources, ARRAY_LEN(sources));
}

static void
normalize_gives_the_failure_of_any_source_or_sink(void **state)
{
    static const int sources[] = { 0, 2, 3, 5 };

    (void)state;
    check_pass(NORMALIZE, sources, ARRAY_LEN(sources));
}

static void
gradient_gives_the_failure_of_any_source_or_sink(void **state)
{
    static const int sources[] = { 0, 1, 2, 3, 5 };

    (void)state;
    check_pass(GRADIENT, sources, ARRAY_LEN(sources));
}

/* ---- stopping ---- */

typedef struct watch {
    volatile int stop;
    uint64_t last, total, calls, stop_after; /* stop at the call after so many */
    bool backwards;
} watch;

static void
on_progress(void *context, uint64_t done, uint64_t total)
{
    watch *w = context;

    w->backwards = w->backwards || done < w->last || done > total;
    w->last = done;
    w->total = total;
    w->calls++;
    if (w->calls > w->stop_after)
        __atomic_store_n(&w->stop, 1, __ATOMIC_RELAXED); /* read by other threads */
}

static void
a_pass_that_is_told_to_stop_before_it_begins_is_interrupted(void **state)
{
    (void)state;
    for (what pass = FIT; pass <= GRADIENT; pass++) {
        volatile int stop = 1;
        sci_options options = { .threads = 3, .stop = &stop };

        test_context("pass %d", (int)pass);
        faults_memory(-1, false);
        rig_open(&shared);
        assert_fails(rig_run(&shared, pass, &options), SCI_ERR_INTERRUPTED);
        rig_close(&shared);
        faults_memory_end();
    }
}

/* Several slabs of a long array; the stop comes after the first. */
static void
a_pass_that_is_stopped_on_the_way_is_interrupted(void **state)
{
    enum { LONG = 20000000 };
    sci_array array = { .rank = 1, .shape = { LONG }, .type = SCI_UINT8 };
    unsigned char *x = test_alloc(LONG, 1);
    watch w = { .stop_after = 0 };
    sci_options options = { .threads = 2,
                            .memory_bytes = (uint64_t)24 << 20,
                            .progress = on_progress,
                            .progress_context = &w,
                            .stop = &w.stop };
    sci_source *source = NULL;
    sci_grouping *g = NULL;
    sci_stats *stats = NULL;

    (void)state;
    test_context("a long array");
    assert_ok(streamed_source(&source, &array, x, "long"));
    assert_ok(sci_grouping_create(&g, 1, array.shape));
    assert_fails(sci_fit(source, g, &options, &stats, NULL), SCI_ERR_INTERRUPTED);
    assert_null(stats);
    assert_that(w.last < w.total);
    sci_grouping_free(g);
    sci_source_free(source);
    free(x);
}

static void
progress_never_goes_back_and_ends_with_everything(void **state)
{
    (void)state;
    for (what pass = FIT; pass <= GRADIENT; pass++) {
        watch w = { .stop_after = UINT64_MAX };
        sci_options options = { .threads = 3,
                                .memory_bytes = (uint64_t)48 << 20,
                                .progress = on_progress,
                                .progress_context = &w };

        test_context("pass %d", (int)pass);
        rig_open(&shared);
        assert_ok(rig_run(&shared, pass, &options));
        rig_close(&shared);
        assert_that(!w.backwards);
        assert_that(w.calls > 0 && w.last == w.total);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_gives_the_failure_of_any_source),
        cmocka_unit_test(normalize_gives_the_failure_of_any_source_or_sink),
        cmocka_unit_test(gradient_gives_the_failure_of_any_source_or_sink),
        cmocka_unit_test(a_pass_that_is_told_to_stop_before_it_begins_is_interrupted),
        cmocka_unit_test(a_pass_that_is_stopped_on_the_way_is_interrupted),
        cmocka_unit_test(progress_never_goes_back_and_ends_with_everything),
    };

    return cmocka_run_group_tests(tests, make_data, free_data);
}
