/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lock around HDF5 and the watchdog on it. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "io/h5_priv.h"
#include "support/testing.h"

/* Use CPU on this thread. */
static void
burn(double seconds)
{
    struct timespec t;
    double end;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    end = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec + seconds;
    do
        (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    while ((double)t.tv_sec + 1e-9 * (double)t.tv_nsec < end);
}

/* Run in a child without core dumps; its wait status. */
static int
status_of(void (*run)(void))
{
    const struct rlimit no_core = { 0, 0 };
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        (void)setrlimit(RLIMIT_CORE, &no_core);
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void
stay_inside(void)
{
    sci_h5_watchdog(0.1);
    if (h5_enter() == SCI_OK)
        burn(3.0);
}

static void
come_and_go(void)
{
    sci_h5_watchdog(0.2);
    for (int i = 0; i < 5; i++) {
        if (h5_enter() != SCI_OK || h5_enter() != SCI_OK)
            _exit(1);
        burn(0.06);
        h5_leave();
        h5_rearm(0);
        h5_leave();
        burn(0.06);
    }
}

static void
stay_unwatched(void)
{
    sci_h5_watchdog(0);
    if (h5_enter() == SCI_OK)
        burn(0.3);
    h5_leave();
}

static void
large_chunk(void)
{
    sci_h5_watchdog(0.1);
    if (h5_enter() != SCI_OK)
        _exit(1);
    h5_rearm((uint64_t)64 << 20);
    burn(0.3);
    h5_leave();
}

static void
a_call_that_does_not_end_kills_the_process(void **state)
{
    int status = status_of(stay_inside);

    (void)state;
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGXCPU);
}

static void
time_outside_of_calls_does_not_count(void **state)
{
    (void)state;
    assert_int_equal(status_of(come_and_go), 0);
}

static void
the_watchdog_can_be_turned_off(void **state)
{
    (void)state;
    assert_int_equal(status_of(stay_unwatched), 0);
}

static void
large_chunks_have_more_time(void **state)
{
    (void)state;
    assert_int_equal(status_of(large_chunk), 0);
}

static int counter;

static void *
count(void *unused)
{
    (void)unused;
    for (int i = 0; i < 20000; i++) {
        if (h5_enter() != SCI_OK)
            return NULL;
        counter++;
        h5_leave();
    }
    return NULL;
}

static void
one_thread_is_inside_at_a_time(void **state)
{
    pthread_t threads[4];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(counter, 80000);
}

static void
failures_carry_the_reason_of_hdf5(void **state)
{
    (void)state;
    assert_ok(h5_enter());
    assert_true(H5Dopen2(H5I_INVALID_HID, "x", H5P_DEFAULT) < 0);
    assert_fails(h5_fail(SCI_ERR_FORMAT, "'%s' is wrong", "y"), SCI_ERR_FORMAT);
    assert_message_has("'y' is wrong (HDF5: ");
    assert_fails(h5_fail(SCI_ERR_FORMAT, "nothing more"), SCI_ERR_FORMAT);
    assert_string_equal(sci_message(), "nothing more");
    h5_leave();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_does_not_end_kills_the_process),
        cmocka_unit_test(time_outside_of_calls_does_not_count),
        cmocka_unit_test(the_watchdog_can_be_turned_off),
        cmocka_unit_test(large_chunks_have_more_time),
        cmocka_unit_test(one_thread_is_inside_at_a_time),
        cmocka_unit_test(failures_carry_the_reason_of_hdf5),
    };

    return run_all(tests);
}
