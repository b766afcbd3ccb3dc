/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on stderr that says how far the work is: "normalizing  3/10   42 %  84.1 M/s  0:12
 * left". */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "program.h"

typedef struct cli_progress {
    const char *doing;     /* "normalizing" */
    bool shown, always;    /* not shown: nothing is ever drawn */
    double started, drawn; /* seconds */
    uint64_t jobs_done, jobs;
    double fraction; /* of everything */
    uint64_t units;  /* elements done, for the rate */
} cli_progress;

/* doing NULL: nothing is shown. */
void cli_progress_start(cli_progress *p, const char *doing, cli_progress_mode mode, uint64_t jobs);
/* New figures; drawn at most ten times a second, and on a terminal only after half a second. */
void cli_progress_update(cli_progress *p, uint64_t jobs_done, double fraction, uint64_t units);
void cli_progress_end(cli_progress *p); /* the line disappears */

/* The line itself, at the time `now` (seconds, as `started`). */
void cli_progress_line(const cli_progress *p, double now, char *text, size_t size);

#endif
