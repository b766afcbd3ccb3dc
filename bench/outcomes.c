/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what was measured to rows of the table. */
#include <string.h>

#include "rows.h"

void
report_contest(bench *b, const figure_row *given, const samples *ours, const samples *peer)
{
    figure_row row = *given;
    double scale = strcmp(row.figure_unit, "%") == 0 ? 100.0 : 1.0;

    row.unit = "s";
    row.ours = samples_median(ours);
    row.peer = samples_median(peer);
    row.figure = scale * (row.at_most ? samples_ratio(ours, peer) : samples_ratio(peer, ours));
    report_row(&b->report, &row);
}

void
row_contest(bench *b, const figure_row *given, const contestant *we, const contestant *peer,
            int repetitions)
{
    samples ours, theirs;

    if (contest(we, peer, repetitions, &ours, &theirs))
        report_contest(b, given, &ours, &theirs);
    else
        report_absent(&b->report, given->section, given->what, "a run failed");
}

void
row_value(bench *b, const char *section, const char *what, double value, const char *unit,
          double must, double aim)
{
    const figure_row r = { .section = section,
                           .what = what,
                           .ours = value,
                           .unit = unit,
                           .figure = value,
                           .figure_unit = unit,
                           .at_most = true,
                           .must = must,
                           .aim = aim };

    if (isnan(value))
        report_absent(&b->report, section, what, "a run failed");
    else
        report_row(&b->report, &r);
}

bool
peer_is_there(const bench *b, const char *script, const char *which)
{
    const char *const probe[] = { b->python, script, "--probe", which, NULL };

    return !isnan(command_run(probe, NULL));
}
