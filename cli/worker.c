/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worker's side: from the fork to its end. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sci/file.h>

#include "json.h"
#include "worker_priv.h"

/* Of the leak sanitizer, where the program is built with it: leaks would go unnoticed, since a
 * worker ends without the handlers of exit() (HDF5's crashes after a failed write). */
int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static void
count_progress(void *context, uint64_t done, uint64_t total)
{
    cli_slot *slot = context;

    atomic_store_explicit(&slot->done, done, memory_order_relaxed);
    atomic_store_explicit(&slot->total, total, memory_order_relaxed);
}

void
cli_worker_options(const cli_worker *worker, sci_options *options)
{
    options->threads = worker->threads;
    options->memory_bytes = worker->memory;
    options->stop = worker->stop;
    options->progress = worker->progress;
    options->progress_context = worker->progress_context;
}

/* A library that believes a damaged file's sizes shall be refused the memory. Libraries, stacks and the
 * allocator's arenas take address space besides the budget. The sanitizers need terabytes of it. */
static void
limit_memory(const cli_worker *worker)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    rlim_t most =
        worker->chunk_most + (UINT64_C(1) << 30) + (UINT64_C(128) << 20) * (rlim_t)sci_processors();
    struct rlimit limit = { most, most };

    (void)setrlimit(RLIMIT_AS, &limit);
#else
    (void)worker;
#endif
}

static void
settle_in(pid_t parent)
{
    /* A limit of 1 byte stops core dumps into files and into pipes; 0 would stop only the former.
     */
    static const struct rlimit no_core = { 1, 1 };

    cli_heap_keep();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before that */
        _exit(CLI_EXIT_FAILED);
    (void)setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGXCPU, SIG_DFL); /* the watchdog of the HDF5 reader */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
}

static void
work(const cli_run *run, const cli_worker *worker, cli_slot *slot)
{
    sci_status st = run->work(run->context, worker);

    if (st == SCI_OK)
        st = cli_stdout_finish();
    else
        (void)fflush(stdout);
    slot->status = st;
    if (st != SCI_OK) {
        const char *detail = sci_message();

        snprintf(slot->message, sizeof slot->message, "%s", *detail ? detail : sci_status_text(st));
    }
    if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check() != 0)
        _exit(CLI_EXIT_FAILED);
    atomic_store(&slot->complete, true);
}

/* ---- orders: a job's number and its temporaries, one text after the other ---- */

enum { ORDER_MOST = sizeof(size_t) + CLI_TARGETS_MOST * PATH_MAX };

bool
cli_worker_order(int channel, const cli_worker *worker)
{
    char order[ORDER_MOST];
    size_t n = sizeof worker->job;
    ssize_t sent;

    memcpy(order, &worker->job, n);
    for (int k = 0; k < CLI_TARGETS_MOST; k++) {
        const char *name = worker->temporary[k] ? worker->temporary[k] : "";
        size_t length = strlen(name) + 1;

        if (length > PATH_MAX)
            return false;
        memcpy(order + n, name, length);
        n += length;
    }
    do
        sent = send(channel, order, n, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)n;
}

/* False when there is no more to do. `order` keeps the names. */
static bool
take_order(const cli_run *run, cli_worker *worker, int channel, char order[ORDER_MOST])
{
    size_t at = sizeof worker->job;
    ssize_t n;

    do
        n = recv(channel, order, ORDER_MOST, 0);
    while (n < 0 && errno == EINTR);
    if (n <= (ssize_t)at)
        return false;
    memcpy(&worker->job, order, at);
    for (int k = 0; k < CLI_TARGETS_MOST; k++) {
        worker->temporary[k] = order[at] != '\0' ? order + at : NULL;
        worker->target[k] = run->jobs[worker->job].targets[k];
        at += strlen(order + at) + 1;
    }
    return true;
}

static void
serve(const cli_run *run, const cli_worker *first, cli_slot *slot, int channel)
{
    char order[ORDER_MOST];
    cli_worker worker = *first;

    worker.progress = count_progress;
    worker.progress_context = slot;
    do {
        work(run, &worker, slot);
        cli_message_end();
    } while (slot->status == SCI_OK && take_order(run, &worker, channel, order));
}

sci_status
cli_worker_start(const cli_run *run, const cli_worker *worker, cli_slot *slot, pid_t *pid,
                 int *channel)
{
    pid_t parent = getpid();
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return sci_fail_errno("start", "a worker");
    fflush(NULL); /* what is in buffers would be printed twice */
    *pid = fork();
    if (*pid < 0) {
        sci_status st = sci_fail_errno("start", "a worker");

        close(ends[0]);
        close(ends[1]);
        return st;
    }
    if (*pid == 0) {
        settle_in(parent);
        limit_memory(worker);
        close(ends[0]);
        cli_message_redirect(ends[1]);
        serve(run, worker, slot, ends[1]);
        _exit(CLI_EXIT_OK);
    }
    close(ends[1]);
    *channel = ends[0];
    return SCI_OK;
}
