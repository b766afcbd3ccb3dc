/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <time.h>

#include "signals.h"

void
cli_signals_hold(cli_signals *signals)
{
    static const int wanted[] = { SIGINT, SIGTERM, SIGHUP };

    sigemptyset(&signals->held);
    for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++) {
        struct sigaction action;

        if (sigaction(wanted[k], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&signals->held, wanted[k]);
    }
    (void)sigprocmask(SIG_BLOCK, &signals->held, &signals->before);
}

int
cli_signals_take(const cli_signals *signals)
{
    static const struct timespec at_once = { 0, 0 };
    int number = sigtimedwait(&signals->held, NULL, &at_once);

    return number > 0 ? number : 0;
}

void
cli_signals_release(const cli_signals *signals)
{
    (void)sigprocmask(SIG_SETMASK, &signals->before, NULL);
}
