/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to say about jobs that failed. */
#ifndef CLI_FAILURES_H
#define CLI_FAILURES_H

#include "worker.h"

/* One job: its error line. Several: a count and a table of failures on stderr, the last thing said.
 * Returns the exit code of all (see cli_exit_join); after a signal that of the signal. */
int cli_failures_report(const cli_job *jobs, size_t n_jobs);

#define CLI_FAILURES_NAME "failures.tsv"

/* failures.tsv in `directory`: input, exit code, message. Without failures one of an earlier run is
 * removed. */
sci_status cli_failures_write(const cli_job *jobs, size_t n_jobs,
                              const char *directory) SCI_MUST_CHECK;

#endif
