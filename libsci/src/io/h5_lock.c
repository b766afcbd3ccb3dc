/* SPDX-License-Identifier: BSD-3-Clause */
/* The lock of the process around HDF5, its initialisation, and the watchdog.
 *
 * HDF5 1.10 loops or crashes on damaged files now and then; nothing inside the process can
 * interrupt it. A timer on the CPU clock of the calling thread ends the process by SIGXCPU,
 * whose default action is to terminate: the parent of a worker sees that signal and knows why. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "h5_codec_priv.h"

/* Bytes that a second more is granted for: a tenth of what the slowest filter does. */
#define BYTES_A_SECOND ((uint64_t)32 << 20)
#define MOMENT 64 /* of the limit */

typedef struct thread_state {
    int depth;
    bool prepared;
    int generation; /* of the process: timers are not inherited by fork */
    bool has_timer;
    timer_t timer;
    int64_t set_ns; /* when the timer was last set for a small call; 0: it is not set */
} thread_state;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static bool ready;
static atomic_int generation;
static atomic_long limit_ms = 4000;
static _Thread_local thread_state self;

static void
forget_timers(void)
{
    atomic_fetch_add(&generation, 1);
}

static void
end_thread(void *state)
{
    thread_state *t = state;

    if (t->has_timer && t->generation == atomic_load(&generation))
        (void)timer_delete(t->timer);
    t->has_timer = false;
}

static void
initialise(void)
{
    /* Without this a file that could not be closed (a full disk) crashes the process at its
     * exit. It fails where the host has used HDF5 before, and then the host's choice stands. */
    (void)H5dont_atexit();
    if (H5open() < 0 || H5PLset_loading_state(0) < 0)
        return;
    if (!h5_lzf_register())
        return;
    if (pthread_key_create(&key, end_thread) != 0 || pthread_atfork(NULL, NULL, forget_timers) != 0)
        return;
    ready = true;
}

/* A thread without a timer (some sandboxes have none) works unwatched. */
static void
prepare_thread(void)
{
    struct sigevent event = { 0 };

    if (self.prepared && self.generation == atomic_load(&generation))
        return;
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    self.generation = atomic_load(&generation);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGXCPU;
    self.has_timer = timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &self.timer) == 0;
    self.prepared = true;
    (void)pthread_setspecific(key, &self);
}

static void
set_timer(long ms)
{
    struct itimerspec spec = { 0 };

    if (!self.has_timer)
        return;
    spec.it_value.tv_sec = ms / 1000;
    spec.it_value.tv_nsec = ms % 1000 * 1000000;
    (void)timer_settime(self.timer, 0, &spec, NULL);
}

/* A thread uses no more CPU than time goes by: what was granted within the last moment is as good as
 * granted now, and looking at the clock costs a hundredth of setting the timer. */
void
h5_rearm(uint64_t bytes)
{
    long ms = atomic_load(&limit_ms), more_ms = (long)(bytes / BYTES_A_SECOND) * 1000;
    struct timespec t;
    int64_t now;

    if (ms <= 0)
        return;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
    if (more_ms == 0 && self.set_ns != 0 && now - self.set_ns < (int64_t)ms * 1000000 / MOMENT)
        return;
    self.set_ns = more_ms == 0 ? now : 0;
    set_timer(ms + more_ms);
}

sci_status
h5_enter(void)
{
    if (self.depth > 0) {
        self.depth++;
        h5_rearm(0);
        return SCI_OK;
    }
    (void)pthread_once(&once, initialise);
    if (!ready)
        return sci_fail(SCI_ERR_IO, "the HDF5 library cannot be initialised");
    (void)pthread_mutex_lock(&lock);
    self.depth = 1;
    prepare_thread();
    h5_rearm(0);
    return SCI_OK;
}

void
h5_leave(void)
{
    if (--self.depth > 0)
        return;
    set_timer(0);
    self.set_ns = 0;
    (void)pthread_mutex_unlock(&lock);
}

void
sci_h5_watchdog(double seconds)
{
    atomic_store(&limit_ms, seconds > 0 && seconds < 1e6 ? (long)(seconds * 1000) : 0);
}
