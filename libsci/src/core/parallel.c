/* SPDX-License-Identifier: BSD-3-Clause */
/* The pool is made for tasks of some 50 µs. A worker that has nothing to do watches the job number
 * for a while before it sleeps, so that a job that follows soon starts without a system call; the
 * caller works too and waits only for workers that have joined the job, never for one that is still
 * waking up. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <sci/memory.h>

#include "parallel.h"

enum {
    CACHE_LINE = 64,
    MOST_THREADS = 1024,
    SPIN_NANOSECONDS = 30000, /* about what sleeping and waking costs */
    PATIENT_NANOSECONDS = 1000000,
    PAUSES_BETWEEN_CLOCK_READS = 32,
    MESSAGE_BYTES = 1024
};

typedef struct member {
    struct sci_pool *pool;
    pthread_t thread;
    int worker;
} member;

struct sci_pool {
    /* Written when a job starts or ends; watched by those who spin. */
    _Alignas(CACHE_LINE) atomic_uint job; /* number of the current job */
    atomic_int inside;                    /* workers that have joined the current job */
    atomic_bool quit;

    _Alignas(CACHE_LINE) atomic_size_t next; /* index to be handed out next */

    /* Guards what follows, and every change of job, inside and quit. */
    _Alignas(CACHE_LINE) pthread_mutex_t lock;
    pthread_cond_t work, done;
    int asleep;         /* workers that wait for `work` */
    bool caller_asleep; /* the caller waits for `done` */
    bool open;          /* the current job may still be joined */
    size_t n;
    sci_task task;
    void *context;
    size_t failed_index; /* meaningful if failed is not SCI_OK */
    sci_status failed;
    char failed_message[MESSAGE_BYTES];

    atomic_int_least64_t spin; /* nanoseconds; 0 where there are fewer processors than threads */
    int threads;  /* the caller among them */
    int started;
    member *members;
};

static void
pause_processor(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t
now_nanoseconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Wait for `ready`, but no longer than spinning is cheaper than sleeping. */
static void
spin_until(const sci_pool *pool, bool (*ready)(const sci_pool *pool, unsigned job), unsigned job)
{
    int64_t spin = atomic_load_explicit(&pool->spin, memory_order_relaxed), end;

    if (spin == 0)
        return;
    end = now_nanoseconds() + spin;
    do {
        for (int i = 0; i < PAUSES_BETWEEN_CLOCK_READS; i++) {
            if (ready(pool, job))
                return;
            pause_processor();
        }
    } while (now_nanoseconds() < end);
}

static bool
has_other_job(const sci_pool *pool, unsigned job)
{
    return atomic_load_explicit(&pool->job, memory_order_acquire) != job
           || atomic_load_explicit(&pool->quit, memory_order_acquire);
}

static bool
is_empty(const sci_pool *pool, unsigned job)
{
    (void)job;
    return atomic_load_explicit(&pool->inside, memory_order_acquire) == 0;
}

static void
record_failure(sci_pool *pool, size_t index, sci_status status)
{
    pthread_mutex_lock(&pool->lock);
    /* Indices start in increasing order, so the lowest failing one has started in any case. */
    if (pool->failed == SCI_OK || index < pool->failed_index) {
        pool->failed = status;
        pool->failed_index = index;
        memcpy(pool->failed_message, sci_message(), strlen(sci_message()) + 1);
    }
    pthread_mutex_unlock(&pool->lock);
    atomic_store_explicit(&pool->next, pool->n, memory_order_relaxed);
}

static void
work_on_job(sci_pool *pool, int worker)
{
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        sci_status st;

        if (index >= pool->n)
            return;
        st = pool->task(pool->context, index, worker);
        if (st != SCI_OK)
            record_failure(pool, index, st);
    }
}

/* Wait for a job other than *job and join it. False when the pool ends. */
static bool
join_job(sci_pool *pool, unsigned *job)
{
    bool joined = false;

    spin_until(pool, has_other_job, *job);
    pthread_mutex_lock(&pool->lock);
    while (!joined && !atomic_load_explicit(&pool->quit, memory_order_relaxed)) {
        unsigned current = atomic_load_explicit(&pool->job, memory_order_relaxed);

        if (current != *job && pool->open) {
            atomic_fetch_add_explicit(&pool->inside, 1, memory_order_relaxed);
            joined = true;
        } else {
            pool->asleep++;
            pthread_cond_wait(&pool->work, &pool->lock);
            pool->asleep--;
        }
        *job = current;
    }
    pthread_mutex_unlock(&pool->lock);
    return joined;
}

static void
leave_job(sci_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    if (atomic_fetch_sub_explicit(&pool->inside, 1, memory_order_release) == 1
        && pool->caller_asleep)
        pthread_cond_signal(&pool->done);
    pthread_mutex_unlock(&pool->lock);
}

static void *
run_member(void *argument)
{
    const member *self = argument;
    unsigned job = 0;

    while (join_job(self->pool, &job)) {
        work_on_job(self->pool, self->worker);
        leave_job(self->pool);
    }
    return NULL;
}

static void
open_job(sci_pool *pool, size_t n, sci_task task, void *context)
{
    pthread_mutex_lock(&pool->lock);
    pool->n = n;
    pool->task = task;
    pool->context = context;
    pool->failed = SCI_OK;
    pool->open = true;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
    atomic_fetch_add_explicit(&pool->job, 1, memory_order_release);
    if (pool->asleep > 0)
        pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
}

static void
close_job(sci_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->open = false;
    pthread_mutex_unlock(&pool->lock);

    spin_until(pool, is_empty, 0);
    if (is_empty(pool, 0))
        return;
    pthread_mutex_lock(&pool->lock);
    pool->caller_asleep = true;
    while (atomic_load_explicit(&pool->inside, memory_order_acquire) > 0)
        pthread_cond_wait(&pool->done, &pool->lock);
    pool->caller_asleep = false;
    pthread_mutex_unlock(&pool->lock);
}

sci_status
sci_parallel_for(sci_pool *pool, size_t n, sci_task task, void *context)
{
    if (!pool || pool->threads == 1 || n <= 1) {
        for (size_t i = 0; i < n; i++) {
            sci_status st = task(context, i, 0);
            if (st != SCI_OK)
                return st;
        }
        return SCI_OK;
    }
    open_job(pool, n, task, context);
    work_on_job(pool, 0);
    close_job(pool);
    if (pool->failed != SCI_OK)
        return sci_fail(pool->failed, "%s", pool->failed_message);
    return SCI_OK;
}

static sci_status
start_members(sci_pool *pool)
{
    sigset_t all, before;
    int error = 0;

    /* Signals are for the threads of the host program. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool->started < pool->threads - 1 && error == 0) {
        member *m = &pool->members[pool->started];

        m->pool = pool;
        m->worker = pool->started + 1;
        error = pthread_create(&m->thread, NULL, run_member, m);
        if (error == 0)
            pool->started++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        return sci_fail(SCI_ERR_NOMEM, "cannot start thread %d of %d", pool->started + 2,
                        pool->threads);
    return SCI_OK;
}

sci_status
sci_pool_create(sci_pool **out, int threads)
{
    sci_status st;
    sci_pool *pool = NULL;

    if (threads < 0 || threads > MOST_THREADS)
        return sci_fail(SCI_ERR_ARGUMENT, "%d threads; 1 to %d are possible", threads,
                        MOST_THREADS);
    st = sci_alloc_zero(&pool, 1, 1, sizeof *pool);
    if (st != SCI_OK)
        return st;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->done, NULL);
    pool->threads = threads == 0 ? sci_processors() : threads;
    atomic_init(&pool->spin, pool->threads <= sci_processors() ? SPIN_NANOSECONDS : 0);
    st = sci_alloc_zero(&pool->members, (size_t)pool->threads, 1, sizeof *pool->members);
    if (st != SCI_OK)
        goto out;
    st = start_members(pool);
    if (st != SCI_OK)
        goto out;
    *out = pool;
    pool = NULL;
out:
    sci_pool_free(pool);
    return st;
}

void
sci_pool_patient(sci_pool *pool)
{
    if (atomic_load_explicit(&pool->spin, memory_order_relaxed) > 0)
        atomic_store_explicit(&pool->spin, PATIENT_NANOSECONDS, memory_order_relaxed);
}

void
sci_pool_free(sci_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    atomic_store_explicit(&pool->quit, true, memory_order_release);
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->members[i].thread, NULL);
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    sci_free(pool->members);
    sci_free(pool);
}

int
sci_pool_threads(const sci_pool *pool)
{
    return pool ? pool->threads : 1;
}
