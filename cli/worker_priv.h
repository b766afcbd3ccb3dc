/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the parent's loop (run.c), the worker's side (worker.c) and the verdict on how it ended
 * (verdict.c). */
#ifndef CLI_WORKER_PRIV_H
#define CLI_WORKER_PRIV_H

#include <stdatomic.h>
#include <sys/types.h>

#include "worker.h"

/* What a worker and its parent share. */
typedef struct cli_slot {
    _Atomic uint64_t done, total;
    atomic_bool complete; /* the worker came to its end, and what follows is its result */
    sci_status status;
    char message[1024];
} cli_slot;

/* Fork. In the parent *pid and *channel (messages; closed by the worker's end) are set. The worker
 * does this job, says so (CLI_FRAME_END) and waits for the next; it never returns. One that has failed
 * ends: what it leaves behind in a library must not meet another input. */
sci_status cli_worker_start(const cli_run *run, const cli_worker *worker, cli_slot *slot,
                            pid_t *pid, int *channel) SCI_MUST_CHECK;

/* Give a worker that has done its job another one; false if it is there no more. */
bool cli_worker_order(int channel, const cli_worker *worker) SCI_MUST_CHECK;

/* What became of a job whose worker was reaped with `wait_status`. */
cli_result cli_verdict(const cli_job *job, const cli_slot *slot, int wait_status);

/* The result of a job that failed in the parent: status and sci_message(). */
cli_result cli_verdict_of(const cli_job *job, sci_status status);

/* Have the heap of this process keep what it has got, one for all threads, its first 64 MiB in huge
 * pages where the system grants them. Buffers of a few megabytes come and go with every segment; given
 * back each time, their pages would have to be faulted in and cleared again, which takes longer than the
 * arithmetic: the fault of a small page takes 0.3 us, on a virtual machine up to 12, and a huge page is
 * 512 of them. For a process that has not started threads. */
void cli_heap_keep(void);

#endif
