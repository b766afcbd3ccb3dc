/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGINT, SIGTERM and SIGHUP held back while there are temporaries to clean up. Holds nest. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>

/* From now on a signal that is not held ends the program with exit code 128 + its number. One that
 * was ignored when the program started stays ignored. */
void cli_signals_start(void);

typedef struct cli_signals {
    sigset_t held, before;
} cli_signals;

/* From now on the signals wait; workers inherit that. Ignored ones stay ignored. */
void cli_signals_hold(cli_signals *signals);

/* A signal that waits, taken; 0 if there is none. */
int cli_signals_take(const cli_signals *signals);

void cli_signals_release(const cli_signals *signals);

/* What was asked for is done or given up: a signal that comes now, or waits, is too late to change
 * the exit code, and is ignored from now on. */
void cli_signals_over(void);

#endif
