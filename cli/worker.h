/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every input is worked on in a forked worker: a crash inside a library is one failed input. A worker
 * whose input was well goes on with another, so that a library is made ready once. The parent opens no
 * input and starts no thread; it makes temporaries, forks, draws the progress, and
 * renames or unlinks. */
#ifndef CLI_WORKER_H
#define CLI_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sci/engine.h>
#include <sci/h5.h>
#include <sci/status.h>

#include "program.h"

#define CLI_TARGETS_MOST 4

/* What the callback sees, in the worker. */
typedef struct cli_worker {
    size_t job;                              /* its number */
    const char *temporary[CLI_TARGETS_MOST]; /* the empty file to fill for each target of the job */
    const char *target[CLI_TARGETS_MOST];    /* what it will be called, for messages */
    int threads;                             /* its share of -t; 0: one a processor */
    uint64_t memory;                         /* its share of --memory; 0: as the library decides */
    uint64_t chunk_most;      /* its share of what a single chunk or table may take */
    const volatile int *stop; /* for sci_options */
    void (*progress)(void *context, uint64_t done, uint64_t total); /* for sci_options */
    void *progress_context;
} cli_worker;

/* threads, memory_bytes, progress and stop of `options`. */
void cli_worker_options(const cli_worker *worker, sci_options *options);

/* How it opens HDF5 files: with its share of memory, and scratch files in --scratch or beside its
 * main output. *scratch keeps the name of that directory if it had to be made; sci_free. */
struct cli_common;
sci_status cli_worker_h5(const cli_worker *worker, const struct cli_common *common,
                         sci_h5_options *out, char **scratch) SCI_MUST_CHECK;

/* SCI_ERR_ARGUMENT if `path` is the file that the main output would replace. */
sci_status cli_worker_not_output(const cli_worker *worker, const char *path) SCI_MUST_CHECK;

/* The work, which may be called again in the same process. What it leaves in memory is lost with the worker: results go to files, to stdout, or to
 * memory that cli_shared_alloc gave before. Messages reach the parent by themselves. */
typedef sci_status (*cli_work)(void *context, const cli_worker *worker);

/* How a job ended. */
typedef struct cli_result {
    int code;          /* exit code, 0 if it is done */
    sci_status status; /* SCI_OK if done */
    char *message;     /* what an error line says; NULL if done. Owned by the job */
} cli_result;

typedef struct cli_job {
    const char *name;                      /* of the input, for messages; NULL: several */
    const char *several;                   /* where several are read: "'a', 'b'"; NULL */
    const char *targets[CLI_TARGETS_MOST]; /* outputs, the main one first; the rest NULL */
    cli_result result;                     /* set by cli_workers_run */
} cli_job;

/* Jobs of one run. */
typedef struct cli_run {
    const char *
        doing; /* "normalizing", for the progress; NULL: draw nothing (the work prints on stdout) */
    cli_work work;
    void *context;
    cli_job *jobs;
    size_t n_jobs;
    int at_once;     /* 0: 1 */
    int threads;     /* in all; 0: one a processor */
    uint64_t memory; /* in all; 0: as the library decides */
    bool no_sync;
    cli_progress_mode progress;
    /* Called in the parent when a job is done and its outputs are about to get their names: what is
     * remembered of them is there before they are. `temporary` is still the main output. May be NULL. */
    void (*done)(void *context, size_t job, const char *temporary);
} cli_run;

/* Run all jobs. Returns 0, or the signal (SIGINT, SIGTERM) that ended the run: then jobs that were
 * not done have status SCI_ERR_INTERRUPTED. A job's outputs have their names if and only if it is
 * done. SCI_ERR_NOMEM and the like before any job has started are stored as every job's result. */
int cli_workers_run(cli_run *run);

/* Free the results. */
void cli_jobs_clear(cli_job *jobs, size_t n_jobs);

/* A run of one job, the program's last: errors are printed, the exit code is returned, and signals
 * are ignored from then on. */
int cli_worker_run_one(cli_run *run);

/* Fill run's resources from a command line: jobs at once, threads, memory, no_sync, progress. */
void cli_run_settings(cli_run *run, const cli_general *general, const struct cli_common *common);

/* Memory that workers started later share with the parent, zeroed. Released by cli_shared_free. */
sci_status cli_shared_alloc(void *out, size_t n, size_t size) SCI_MUST_CHECK;
void cli_shared_free(void *memory, size_t n, size_t size);

#endif
