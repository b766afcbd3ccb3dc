/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parent's loop: start workers, pass their messages on, draw the progress, give finished
 * outputs their names. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sci/file.h>
#include <sci/memory.h>

#include "common.h"
#include "failures.h"
#include "progress.h"
#include "signals.h"
#include "worker_priv.h"

enum {
    TICK_MS = 50,      /* between looks at signals and progress */
    PATIENCE_MS = 2000 /* from the stop flag to SIGKILL */
};

/* One worker. */
typedef struct hand {
    pid_t pid; /* of its process, which does one job after the other; 0: none */
    bool busy; /* with a job */
    int channel;
    size_t job;
    char *temporary[CLI_TARGETS_MOST];
} hand;

/* What workers share with the parent. */
typedef struct shared {
    volatile int stop;
    cli_slot slots[];
} shared;

typedef struct crew {
    cli_run *run;
    int n; /* hands */
    hand *hands;
    shared *common;
    struct pollfd *waits;
    cli_worker terms; /* what every worker gets */
    cli_signals signals;
    cli_progress progress;
    size_t next, ended;
    uint64_t units; /* of ended jobs */
    int signal;     /* that ended the run */
    double kill_at; /* seconds; 0: no end in sight */
} crew;

static double
now_seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the crew ---- */

static size_t
shared_bytes(int n)
{
    return sizeof(shared) + (size_t)n * sizeof(cli_slot);
}

static cli_worker
share_out(const cli_run *run, int n)
{
    uint64_t ceiling = run->memory ? run->memory : cli_memory_machine() / 4;
    int threads = run->threads == 0 && n > 1 ? sci_processors() : run->threads;

    return (cli_worker){ .threads = threads > 0 && threads < n ? 1 : threads / n,
                         .memory = run->memory / (uint64_t)n,
                         .chunk_most = ceiling / (uint64_t)n };
}

static sci_status
crew_gather(crew *c, cli_run *run)
{
    size_t n = run->at_once < 1 ? 1 : (size_t)run->at_once;
    sci_status st;

    if (n > run->n_jobs)
        n = run->n_jobs;
    *c = (crew){ .run = run, .n = (int)n };
    st = sci_alloc_zero(&c->hands, n, 1, sizeof *c->hands);
    if (st == SCI_OK)
        st = sci_alloc(&c->waits, n, 1, sizeof *c->waits);
    if (st == SCI_OK)
        st = cli_shared_alloc(&c->common, 1, shared_bytes(c->n));
    if (st != SCI_OK)
        return st;
    c->terms = share_out(run, c->n);
    c->terms.stop = &c->common->stop;
    return SCI_OK;
}

static void
crew_dismiss(crew *c)
{
    sci_free(c->hands);
    sci_free(c->waits);
    cli_shared_free(c->common, 1, shared_bytes(c->n));
}

/* ---- outputs of a job ---- */

static sci_status
make_temporaries(hand *h, const cli_job *job)
{
    for (int k = 0; k < CLI_TARGETS_MOST; k++) {
        sci_status st =
            job->targets[k] ? sci_temporary_create(&h->temporary[k], job->targets[k]) : SCI_OK;

        if (st != SCI_OK)
            return st;
    }
    return SCI_OK;
}

/* The main output comes last: it is there only if all others are. */
static sci_status
name_outputs(const hand *h, const cli_job *job, bool sync)
{
    for (int k = CLI_TARGETS_MOST - 1; k >= 0; k--) {
        sci_status st =
            job->targets[k] ? sci_temporary_commit(h->temporary[k], job->targets[k], sync) : SCI_OK;

        if (st != SCI_OK)
            return st;
    }
    return SCI_OK;
}

/* Those that were named are not there any more: nothing happens to them. */
static void
drop_temporaries(hand *h)
{
    for (int k = 0; k < CLI_TARGETS_MOST; k++) {
        sci_temporary_discard(h->temporary[k]);
        sci_free(h->temporary[k]);
        h->temporary[k] = NULL;
    }
}

/* ---- from the start of a job to its end ---- */

static void
end_job(crew *c, hand *h, cli_result result)
{
    cli_job *job = &c->run->jobs[h->job];

    h->busy = false;
    if (result.code == CLI_EXIT_OK) {
        sci_status st;

        if (c->run->done && job->targets[0])
            c->run->done(c->run->context, h->job, h->temporary[0]);
        st = name_outputs(h, job, !c->run->no_sync);
        if (st != SCI_OK)
            result = cli_verdict_of(job, st);
    }
    drop_temporaries(h);
    job->result = result;
    c->ended++;
}

/* End the process of a worker. What it has to say has been read, and its outputs are closed. */
static int
dismiss(hand *h)
{
    int status = 0;

    close(h->channel);
    (void)kill(h->pid, SIGKILL); /* changes nothing for one that is ending */
    while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
        ;
    h->pid = 0;
    return status;
}

static sci_status
give_order(crew *c, hand *h, const cli_worker *worker)
{
    cli_slot *slot = &c->common->slots[h - c->hands];

    *slot = (cli_slot){ .status = SCI_OK };
    if (h->pid > 0 && cli_worker_order(h->channel, worker))
        return SCI_OK;
    if (h->pid > 0)
        (void)dismiss(h);
    return cli_worker_start(c->run, worker, slot, &h->pid, &h->channel);
}

static void
start_job(crew *c, hand *h)
{
    cli_worker worker = c->terms;
    cli_job *job = &c->run->jobs[c->next];
    sci_status st;

    h->busy = true;
    h->job = worker.job = c->next++;
    st = make_temporaries(h, job);
    for (int k = 0; k < CLI_TARGETS_MOST; k++) {
        worker.temporary[k] = h->temporary[k];
        worker.target[k] = job->targets[k];
    }
    if (st == SCI_OK)
        st = give_order(c, h, &worker);
    if (st != SCI_OK)
        end_job(c, h, cli_verdict_of(job, st));
}

static cli_result
interrupted(const crew *c)
{
    return (cli_result){ .code = CLI_EXIT_SIGNAL + c->signal, .status = SCI_ERR_INTERRUPTED };
}

/* The worker has said that its job is over, or (`wait_status`) has ended. */
static void
job_over(crew *c, hand *h, int wait_status)
{
    const cli_slot *slot = &c->common->slots[h - c->hands];
    const cli_job *job = &c->run->jobs[h->job];

    c->units += atomic_load(&slot->done);
    end_job(c, h, c->signal ? interrupted(c) : cli_verdict(job, slot, wait_status));
}

/* The channel is closed: the worker has ended, or is so broken that it closed what is not its own.
 */
static void
reap(crew *c, hand *h)
{
    int status = dismiss(h);

    if (h->busy)
        job_over(c, h, status);
}

/* ---- the loop ---- */

static void
show_progress(crew *c)
{
    double fraction = (double)c->ended;
    uint64_t units = c->units;

    for (int k = 0; k < c->n; k++) {
        const cli_slot *slot = &c->common->slots[k];
        uint64_t done = atomic_load(&slot->done), total = atomic_load(&slot->total);

        if (!c->hands[k].busy || total == 0)
            continue;
        fraction += (double)done / (double)total;
        units += done;
    }
    cli_progress_update(&c->progress, c->ended, fraction / (double)c->run->n_jobs, units);
}

/* The first signal asks the workers to stop; a second one, or their delay, kills them. */
static void
look_at_signals(crew *c)
{
    int number = cli_signals_take(&c->signals);

    if (number && c->signal)
        c->kill_at = now_seconds();
    if (number && !c->signal) {
        c->signal = number;
        c->common->stop = number;
        c->kill_at = now_seconds() + PATIENCE_MS / 1000.0;
    }
    if (c->signal == 0 || now_seconds() < c->kill_at)
        return;
    for (int k = 0; k < c->n; k++)
        if (c->hands[k].pid > 0)
            (void)kill(c->hands[k].pid, SIGKILL);
}

/* Print what a worker says. True if its job is over; a worker whose job failed is not kept. */
static bool
hear(crew *c, hand *h)
{
    cli_frame frame;

    do
        frame = cli_message_forward(h->channel);
    while (frame == CLI_FRAME_SAID);
    if (frame != CLI_FRAME_END || !h->busy)
        return false;
    job_over(c, h, 0);
    if (c->run->jobs[h->job].result.code != CLI_EXIT_OK)
        (void)dismiss(h);
    return true;
}

static void
wait_for_workers(crew *c)
{
    for (int k = 0; k < c->n; k++)
        c->waits[k] = (struct pollfd){ .fd = c->hands[k].pid > 0 ? c->hands[k].channel : -1,
                                       .events = POLLIN };
    if (poll(c->waits, (nfds_t)c->n, TICK_MS) <= 0)
        return;
    for (int k = 0; k < c->n; k++) {
        if (c->waits[k].revents == 0)
            continue;
        if (hear(c, &c->hands[k]))
            continue;
        if (c->waits[k].revents & (POLLHUP | POLLERR))
            reap(c, &c->hands[k]);
    }
}

static int
busy_hands(const crew *c)
{
    int busy = 0;

    for (int k = 0; k < c->n; k++)
        busy += c->hands[k].busy;
    return busy;
}

static void
work_through(crew *c)
{
    do {
        for (int k = 0; k < c->n && !c->signal && c->next < c->run->n_jobs; k++)
            if (!c->hands[k].busy)
                start_job(c, &c->hands[k]);
        if (busy_hands(c) > 0)
            wait_for_workers(c);
        look_at_signals(c);
        show_progress(c);
    } while (busy_hands(c) > 0 || (!c->signal && c->next < c->run->n_jobs));
    for (int k = 0; k < c->n; k++)
        if (c->hands[k].pid > 0)
            (void)dismiss(&c->hands[k]);
    for (; c->next < c->run->n_jobs; c->next++)
        c->run->jobs[c->next].result = interrupted(c);
}

int
cli_workers_run(cli_run *run)
{
    crew c;
    sci_status st;

    if (run->n_jobs == 0)
        return 0;
    st = crew_gather(&c, run);
    if (st == SCI_OK) {
        cli_progress_start(&c.progress, run->doing, run->progress, run->n_jobs);
        cli_signals_hold(&c.signals);
        work_through(&c);
        cli_signals_release(&c.signals);
        cli_progress_end(&c.progress);
    } else {
        for (size_t k = 0; k < run->n_jobs; k++)
            run->jobs[k].result = cli_verdict_of(&run->jobs[k], st);
    }
    crew_dismiss(&c);
    return c.signal;
}

void
cli_jobs_clear(cli_job *jobs, size_t n_jobs)
{
    for (size_t k = 0; k < n_jobs; k++) {
        sci_free(jobs[k].result.message);
        jobs[k].result.message = NULL;
    }
}

int
cli_worker_run_one(cli_run *run)
{
    cli_signals signals;
    int code;

    cli_signals_hold(&signals); /* also between the worker's end and the last word */
    (void)cli_workers_run(run);
    code = cli_failures_report(run->jobs, 1);
    cli_jobs_clear(run->jobs, 1);
    cli_signals_over();
    cli_signals_release(&signals);
    return code;
}

void
cli_run_settings(cli_run *run, const cli_general *general, const cli_common *common)
{
    run->at_once = (int)common->jobs;
    run->threads = (int)common->threads;
    run->memory = common->memory;
    run->no_sync = common->no_sync;
    run->progress = general->quiet && general->progress == CLI_PROGRESS_AUTO
                        ? CLI_PROGRESS_NEVER
                        : (cli_progress_mode)general->progress;
}
