/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "exit.h"
#include "signals.h"

static const int wanted[] = { SIGINT, SIGTERM, SIGHUP };
enum { N_WANTED = sizeof wanted / sizeof *wanted };

static bool
is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* Between holds there is nothing to clean up. */
static void
leave(int number)
{
    static const char text[] = "interrupted\n";

    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
        /* nobody is left to be told */
    }
    _exit(CLI_EXIT_SIGNAL + number);
}

void
cli_signals_start(void)
{
    for (size_t k = 0; k < N_WANTED; k++)
        if (!is_ignored(wanted[k]))
            signal(wanted[k], leave);
}

void
cli_signals_hold(cli_signals *signals)
{
    sigemptyset(&signals->held);
    for (size_t k = 0; k < N_WANTED; k++)
        if (!is_ignored(wanted[k]))
            sigaddset(&signals->held, wanted[k]);
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

void
cli_signals_over(void)
{
    for (size_t k = 0; k < N_WANTED; k++)
        signal(wanted[k], SIG_IGN);
}
