/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table: each row a figure with what it must be and what it should be. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#define NO_BOUND ((double)NAN)

typedef struct figure_row {
    const char *section; /* "norm", "moments", … */
    const char *what;
    const char *peer_name;   /* NULL: an absolute figure */
    double ours, peer;       /* in `unit`; medians */
    const char *unit;        /* "s" or "MiB" */
    double figure;           /* what is compared with the bounds */
    const char *figure_unit; /* "x", "%", "MiB", "ms" */
    bool at_most;            /* else at least */
    double must, aim;        /* NO_BOUND: none */
} figure_row;

/* Where the table goes, and the same as JSON lines (NULL: nowhere). */
typedef struct report {
    FILE *table, *json;
    unsigned missed; /* rows that miss their `must` */
} report;

void report_begin(report *r, const char *files); /* where HDF5 files are */
void report_row(report *r, const figure_row *row);
/* A row that could not be measured, and why. */
void report_absent(report *r, const char *section, const char *what, const char *reason);
void report_end(const report *r);

#endif
