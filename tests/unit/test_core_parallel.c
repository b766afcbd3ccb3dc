/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/parallel.h"
#include "support/testing.h"

enum { TASKS = 1000, THREADS_MOST = 8 };

static const int thread_counts[] = { 1, 2, 3, THREADS_MOST };

typedef struct job {
    int times[TASKS]; /* how often each index ran */
    size_t per_worker[THREADS_MOST];
    atomic_size_t running, started;
    size_t fail_first, fail_last; /* indices that fail */
} job;

static void
rest(long nanoseconds)
{
    const struct timespec t = { 0, nanoseconds };

    nanosleep(&t, NULL);
}

static sci_status
count_task(void *context, size_t index, int worker)
{
    job *j = context;

    j->times[index]++; /* not atomic: no other worker may touch this index */
    j->per_worker[worker]++;
    return SCI_OK;
}

static void
every_index_runs_once(void **state)
{
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(thread_counts); t++) {
        sci_pool *pool = NULL;

        assert_ok(sci_pool_create(&pool, thread_counts[t]));
        assert_int_equal(sci_pool_threads(pool), thread_counts[t]);
        for (size_t n = 0; n <= TASKS; n = n * 2 + 1) {
            job j = { .fail_first = TASKS };
            size_t total = 0;

            assert_ok(sci_parallel_for(pool, n, count_task, &j));
            for (size_t i = 0; i < TASKS; i++)
                assert_int_equal(j.times[i], i < n ? 1 : 0);
            for (int w = 0; w < THREADS_MOST; w++) {
                assert_true(w < thread_counts[t] || j.per_worker[w] == 0);
                total += j.per_worker[w];
            }
            assert_int_equal(total, n);
        }
        sci_pool_free(pool);
    }
}

/* Jobs that follow closely, and jobs that find every worker asleep. */
static void
many_jobs_in_a_row_stay_apart(void **state)
{
    sci_pool *pool = NULL;

    (void)state;
    assert_ok(sci_pool_create(&pool, 3));
    for (size_t round = 0; round < 3000; round++) {
        job j = { .fail_first = TASKS };
        size_t n = 2 + round % 5;

        assert_ok(sci_parallel_for(pool, n, count_task, &j));
        for (size_t i = 0; i < n; i++)
            assert_int_equal(j.times[i], 1);
        if (round % 500 == 0)
            rest(1000000);
    }
    sci_pool_free(pool);
}

static void
no_pool_runs_on_the_caller_in_order(void **state)
{
    job j = { .fail_first = TASKS };

    (void)state;
    assert_ok(sci_parallel_for(NULL, TASKS, count_task, &j));
    assert_int_equal(j.per_worker[0], TASKS);
    assert_int_equal(sci_pool_threads(NULL), 1);
}

static sci_status
failing_task(void *context, size_t index, int worker)
{
    job *j = context;

    (void)worker;
    atomic_fetch_add(&j->started, 1);
    if (index < j->fail_first || index > j->fail_last)
        return SCI_OK;
    if (index == j->fail_first)
        rest(2000000); /* the lowest failure comes last in time */
    return sci_fail(index % 2 ? SCI_ERR_FORMAT : SCI_ERR_NONFINITE, "block %zu is damaged", index);
}

static void
the_lowest_failing_index_wins_with_its_message(void **state)
{
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(thread_counts); t++) {
        sci_pool *pool = NULL;

        assert_ok(sci_pool_create(&pool, thread_counts[t]));
        for (size_t first = 0; first < 40; first += 13) {
            job j = { .fail_first = first, .fail_last = first + 20 };
            char expected[64];

            sci_fail(SCI_ERR_ARGUMENT, "an older message");
            assert_int_equal(sci_parallel_for(pool, TASKS, failing_task, &j),
                             first % 2 ? SCI_ERR_FORMAT : SCI_ERR_NONFINITE);
            snprintf(expected, sizeof expected, "block %zu is damaged", first);
            assert_string_equal(sci_message(), expected);
        }
        sci_pool_free(pool);
    }
}

static void
after_a_failure_no_new_index_starts(void **state)
{
    sci_pool *pool = NULL;
    job j = { .fail_first = 5, .fail_last = TASKS };
    job next = { .fail_first = TASKS };

    (void)state;
    assert_ok(sci_pool_create(&pool, 2));
    assert_fails(sci_parallel_for(pool, TASKS, failing_task, &j), SCI_ERR_FORMAT);
    /* One of the two workers stops at index 5, the other at once after its failure. */
    assert_true(atomic_load(&j.started) <= 5 + 2);
    assert_ok(sci_parallel_for(pool, TASKS, count_task, &next));
    sci_pool_free(pool);
}

static sci_status
meeting_task(void *context, size_t index, int worker)
{
    job *j = context;

    (void)index;
    (void)worker;
    atomic_fetch_add(&j->running, 1);
    for (int i = 0; i < 5000 && atomic_load(&j->running) < 2; i++)
        rest(1000000);
    return atomic_load(&j->running) < 2 ? sci_fail(SCI_ERR_ARGUMENT, "alone") : SCI_OK;
}

/* Two tasks that wait for each other end only if they run at the same time. */
static void
tasks_run_at_the_same_time(void **state)
{
    sci_pool *pool = NULL;

    (void)state;
    assert_ok(sci_pool_create(&pool, 2));
    for (int round = 0; round < 20; round++) {
        job j = { .fail_first = TASKS };

        if (round % 4 == 0)
            rest(1000000); /* the worker sleeps */
        assert_ok(sci_parallel_for(pool, 2, meeting_task, &j));
    }
    sci_pool_free(pool);
}

static sci_status
signal_mask_task(void *context, size_t index, int worker)
{
    atomic_int *unblocked = context;
    sigset_t mask;

    (void)index;
    rest(100000);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    if (worker > 0 && !sigismember(&mask, SIGINT))
        atomic_fetch_add(unblocked, 1);
    return SCI_OK;
}

static void
workers_leave_signals_to_the_caller(void **state)
{
    sci_pool *pool = NULL;
    atomic_int unblocked = 0;
    sigset_t mask;

    (void)state;
    assert_ok(sci_pool_create(&pool, 3));
    assert_ok(sci_parallel_for(pool, 100, signal_mask_task, &unblocked));
    sci_pool_free(pool);
    assert_int_equal(atomic_load(&unblocked), 0);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_false(sigismember(&mask, SIGINT));
}

static void *
allocate_while_left(void *context, size_t bytes)
{
    size_t *left = context;

    return (*left)-- == 0 ? NULL : aligned_alloc(64, (bytes + 63) / 64 * 64);
}

static void
release(void *context, void *pointer)
{
    (void)context;
    free(pointer);
}

static void
create_without_memory_is_a_clean_failure(void **state)
{
    sci_pool *pool = NULL;

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        size_t left = k;
        const sci_allocator allocator = { allocate_while_left, release, &left };

        sci_allocator_set(&allocator);
        assert_fails(sci_pool_create(&pool, 2), SCI_ERR_NOMEM);
        sci_allocator_set(NULL);
        assert_null(pool);
    }
}

static void
impossible_numbers_of_threads_are_refused(void **state)
{
    sci_pool *pool = NULL;

    (void)state;
    assert_fails(sci_pool_create(&pool, -1), SCI_ERR_ARGUMENT);
    assert_fails(sci_pool_create(&pool, 100000), SCI_ERR_ARGUMENT);
    assert_null(pool);
    sci_pool_free(NULL);
}

static void
zero_threads_means_one_a_processor(void **state)
{
    sci_pool *pool = NULL;

    (void)state;
    assert_true(sci_processors() >= 1);
    assert_ok(sci_pool_create(&pool, 0));
    assert_int_equal(sci_pool_threads(pool), sci_processors());
    sci_pool_free(pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_index_runs_once),
        cmocka_unit_test(many_jobs_in_a_row_stay_apart),
        cmocka_unit_test(no_pool_runs_on_the_caller_in_order),
        cmocka_unit_test(the_lowest_failing_index_wins_with_its_message),
        cmocka_unit_test(after_a_failure_no_new_index_starts),
        cmocka_unit_test(tasks_run_at_the_same_time),
        cmocka_unit_test(workers_leave_signals_to_the_caller),
        cmocka_unit_test(create_without_memory_is_a_clean_failure),
        cmocka_unit_test(impossible_numbers_of_threads_are_refused),
        cmocka_unit_test(zero_threads_means_one_a_processor),
    };

    return run_all(tests);
}
