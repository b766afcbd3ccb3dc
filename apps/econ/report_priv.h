/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a report: making and looking into it (report.c), reading it back (report_load.c),
 * and its writers. */
#ifndef ECON_REPORT_PRIV_H
#define ECON_REPORT_PRIV_H

#include <stdio.h>

#include "report.h"

#define REPORT_SCHEMA "sci-econ report"
enum { REPORT_VERSION = 1 }; /* docs/econ-report.md */

/* The arrays [sector][period] of the scores, as report.json names them. */
typedef struct report_array {
    const char *name;
    size_t offset; /* of the pointer in econ_scores */
} report_array;
#define REPORT_ARRAYS 12
extern const report_array report_arrays[REPORT_ARRAYS];

void report_store_free(void *store); /* accepts NULL */

/* Of a file that is written as text: opened, and at the end flushed, checked and closed. */
sci_status report_open(FILE **out, const char *path) SCI_MUST_CHECK;
sci_status report_close(FILE *out, const char *path, sci_status so_far) SCI_MUST_CHECK;

#endif
