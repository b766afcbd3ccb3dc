/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on stderr that says how far the work is: "normalizing  3/10   42 %   1.2 GiB/s   0:12 left". */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "program.h"

typedef struct cli_progress {
    const char *doing;      /* "normalizing" */
    bool shown;             /* otherwise nothing is ever drawn */
    double started, drawn;  /* seconds */
    uint64_t jobs_done, jobs;
    double fraction;        /* of everything */
    double rate;            /* of what `unit` names, a second; 0: unknown */
} cli_progress;

void cli_progress_start(cli_progress *p, const char *doing, cli_progress_mode mode, uint64_t jobs);
/* New figures; drawn at most ten times a second. units: elements done so far. */
void cli_progress_update(cli_progress *p, uint64_t jobs_done, double fraction, uint64_t units);
void cli_progress_end(cli_progress *p); /* the line disappears */

/* The line itself, for tests. */
void cli_progress_line(const cli_progress *p, double now, char *text, size_t size);

#endif
