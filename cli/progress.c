/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

static const double redraw_seconds = 0.1;
static const double patience_seconds = 0.5; /* a shorter run shows nothing */

/* The line on the screen belongs to one progress at a time; messages ask it to step aside. */
static char on_screen[160];

static double
now_seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void
wipe(void)
{
    if (on_screen[0])
        fputs("\r\033[K", stderr);
}

static void
redraw(void)
{
    if (on_screen[0])
        fputs(on_screen, stderr);
}

void
cli_progress_start(cli_progress *p, const char *doing, cli_progress_mode mode, uint64_t jobs)
{
    *p = (cli_progress){ .doing = doing, .started = now_seconds(), .jobs = jobs };
    p->shown =
        doing
        && (mode == CLI_PROGRESS_ALWAYS || (mode == CLI_PROGRESS_AUTO && isatty(STDERR_FILENO)));
    p->always = mode == CLI_PROGRESS_ALWAYS;
    if (p->shown)
        cli_message_around(wipe, redraw);
}

/* "0:09", "12:34", "1:02:03" */
static void
time_text(double seconds, char *text, size_t size)
{
    uint64_t s = (uint64_t)(seconds + 0.5);

    if (s < 3600)
        snprintf(text, size, "%d:%02d", (int)(s / 60), (int)(s % 60));
    else
        snprintf(text, size, "%llu:%02d:%02d", (unsigned long long)(s / 3600), (int)(s / 60 % 60),
                 (int)(s % 60));
}

/* "84.1 M" */
static void
count_text(double value, char *text, size_t size)
{
    static const char *const prefixes[] = { "", "k", "M", "G", "T" };
    size_t k = 0;

    for (; value >= 999.5 && k + 1 < sizeof prefixes / sizeof *prefixes; k++)
        value /= 1000.0;
    snprintf(text, size, "%.3g %s", value, prefixes[k]);
}

void
cli_progress_line(const cli_progress *p, double now, char *text, size_t size)
{
    double spent = now - p->started;
    char jobs[48] = "", rate[32] = "", left[48] = "";

    if (p->jobs > 1)
        snprintf(jobs, sizeof jobs, "  %llu/%llu", (unsigned long long)p->jobs_done,
                 (unsigned long long)p->jobs);
    if (p->units > 0 && spent > 0.0) {
        char count[24];

        count_text((double)p->units / spent, count, sizeof count);
        snprintf(rate, sizeof rate, "  %s/s", count);
    }
    if (p->fraction > 0.0 && p->fraction < 1.0) {
        char until[24];

        time_text(spent * (1.0 - p->fraction) / p->fraction, until, sizeof until);
        snprintf(left, sizeof left, "  %s left", until);
    }
    snprintf(text, size, "%s%s  %3d %%%s%s", p->doing, jobs, (int)(100.0 * p->fraction), rate,
             left);
}

void
cli_progress_update(cli_progress *p, uint64_t jobs_done, double fraction, uint64_t units)
{
    double now = now_seconds();

    p->jobs_done = jobs_done;
    p->fraction = fraction > 1.0 ? 1.0 : fraction;
    p->units = units;
    if (!p->shown || now - p->drawn < redraw_seconds)
        return;
    if (!p->always && now - p->started < patience_seconds)
        return;
    p->drawn = now;
    wipe();
    cli_progress_line(p, now, on_screen, sizeof on_screen);
    redraw();
}

void
cli_progress_end(cli_progress *p)
{
    if (!p->shown)
        return;
    wipe();
    on_screen[0] = '\0';
    cli_message_around(NULL, NULL);
}
