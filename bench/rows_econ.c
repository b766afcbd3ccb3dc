/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows about sci-econ: whole processes against pandas and sklearn, memory, histories that grow against a
 * calibration, and monthly updates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rows.h"

#define PATH_SIZE 1024
#define MEBI 1048576.0
#define SECTION "econ"
#define LAST "2015-12" /* of the calibration: three quarters of the panels */
#define UPDATES 7
#define HISTORY 120 /* months of the state */

typedef struct paths {
    char million[PATH_SIZE], ten[PATH_SIZE], small[PATH_SIZE], script[PATH_SIZE];
    char start[PATH_SIZE], month[PATH_SIZE], state[PATH_SIZE];
} paths;

static paths
paths_in(const bench *b)
{
    paths p;

    snprintf(p.million, PATH_SIZE, "%s/million.csv", b->fast);
    snprintf(p.ten, PATH_SIZE, "%s/ten.csv", b->fast);
    snprintf(p.small, PATH_SIZE, "%s/small.csv", b->fast);
    snprintf(p.start, PATH_SIZE, "%s/start.csv", b->fast);
    snprintf(p.month, PATH_SIZE, "%s/month.csv", b->fast);
    snprintf(p.state, PATH_SIZE, "%s/state.h5", b->fast);
    snprintf(p.script, PATH_SIZE, "%s/econ/peer_python.py", b->peers);
    return p;
}

static bool
make(const bench *b, const char *path, const char *indicators, const char *first,
     const char *periods)
{
    const char *const command[] = { b->self, "make-panel", path, indicators,
                                    first,   periods,      "10", NULL };

    return !isnan(command_run(command, NULL));
}

static void
ratio(bench *b, const char *what, const char *peer_name, const char *const *ours,
      const char *const *theirs, bool speed, double must, double aim, int repetitions)
{
    const figure_row r = { .section = SECTION,
                           .what = what,
                           .peer_name = peer_name,
                           .figure_unit = "x",
                           .at_most = !speed,
                           .must = must,
                           .aim = aim };
    const contestant we = { .command = ours, .cpu = true },
                     peer = { .command = theirs, .cpu = true };

    row_contest(b, &r, &we, &peer, repetitions);
}

#define SCORE(path, ...)                                                                    \
    {                                                                                       \
        b->sci_econ, "score", path, "--transform", "diff", "-q", "--porcelain", __VA_ARGS__ \
    }

static void
row_memory(bench *b, const paths *p, const char *const *theirs)
{
    const char *const ours[] = SCORE(p->ten, NULL);
    const char *what = "10 M rows, peak of memory, histories that grow";
    uint64_t we = 0, they = 0;
    figure_row r = { .section = SECTION,
                     .what = what,
                     .peer_name = "pandas",
                     .unit = "MiB",
                     .figure_unit = "x",
                     .at_most = true,
                     .must = 0.25,
                     .aim = 0.125 };

    if (isnan(command_run(ours, &we)) || isnan(command_run(theirs, &they))) {
        report_absent(&b->report, SECTION, what, "a run failed");
        return;
    }
    r.ours = (double)we / MEBI;
    r.peer = (double)they / MEBI;
    r.figure = r.ours / r.peer;
    report_row(&b->report, &r);
}

static void
rows_pandas(bench *b, const paths *p)
{
    const char *const million[] = SCORE(p->million, "--calibrate-to", LAST, NULL);
    const char *const ten[] = SCORE(p->ten, "--calibrate-to", LAST, NULL);
    const char *const growing[] = SCORE(p->million, NULL);
    const char *const theirs[] = { b->python, p->script, "pandas", p->million, LAST, NULL };
    const char *const theirs_ten[] = { b->python, p->script, "pandas", p->ten, LAST, NULL };
    bool pandas = peer_is_there(b, p->script, "pandas");

    if (!make(b, p->million, "2500", "0", "400")) {
        report_absent(&b->report, SECTION, "1 M rows", "the panel could not be made");
        return;
    }
    if (pandas)
        ratio(b, "1 M rows, read and scored, CPU", "pandas process", million, theirs, true, 8.0,
              15.0, b->quick ? 2 : 7);
    else
        report_absent(&b->report, SECTION, "1 M rows", "pandas is not installed");
    ratio(b, "1 M rows, histories that grow, CPU", "a calibration", growing, million, false, 5.0,
          2.0, b->quick ? 2 : 7);
    if (b->quick || !pandas)
        return;
    if (!make(b, p->ten, "25000", "0", "400")) {
        report_absent(&b->report, SECTION, "10 M rows", "the panel could not be made");
        return;
    }
    ratio(b, "10 M rows, read and scored, CPU", "pandas process", ten, theirs_ten, true, 6.0, 15.0,
          3);
    row_memory(b, p, theirs_ten);
}

static void
row_forest(bench *b, const paths *p)
{
    const char *const ours[] = SCORE(p->small, NULL);
    const char *const theirs[] = { b->python, p->script, "forest", p->small, NULL };
    const char *what = "100,000 rows in 25 sectors, scored, CPU";

    if (!peer_is_there(b, p->script, "forest"))
        report_absent(&b->report, SECTION, what, "sklearn is not installed");
    else if (!make(b, p->small, "250", "0", "400"))
        report_absent(&b->report, SECTION, what, "the panel could not be made");
    else
        ratio(b, what, "IsolationForest", ours, theirs, true, 30.0, 50.0, b->quick ? 1 : 3);
}

/* A new month each time, as the state goes on. */
static void
row_update(bench *b, const paths *p)
{
    const char *const begin[] = SCORE(p->start, "--state", p->state, "--no-sync", NULL);
    const char *const update[] = { b->sci_econ, "update", "--state",   p->state,
                                   p->month,    "-q",     "--no-sync", NULL };
    const char *what = "update of 10,000 indicators by a month, wall";
    samples taken = { 0 };
    char months[16], first[16];
    bool good;

    snprintf(months, sizeof months, "%d", HISTORY);
    good = make(b, p->start, "10000", "0", months) && !isnan(command_run(begin, NULL));
    for (int k = 0; k < UPDATES && good; k++) {
        double seconds;

        snprintf(first, sizeof first, "%d", HISTORY + k);
        good = make(b, p->month, "10000", first, "1");
        seconds = good ? command_run(update, NULL) : NO_TIME;
        good = good && !isnan(seconds);
        if (good)
            samples_add(&taken, seconds);
    }
    row_value(b, SECTION, what, good ? 1e3 * samples_median(&taken) : (double)NAN, "ms", 200.0,
              50.0);
}

void
rows_econ(bench *b)
{
    paths p = paths_in(b);
    const char *const all[] = { p.million, p.ten, p.small, p.start, p.month, p.state };

    row_update(b, &p);
    row_forest(b, &p);
    rows_pandas(b, &p);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        unlink(all[k]);
}
