/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs that score have in common: a directory of outputs that appears whole or not at all, what is
 * printed, and exit codes of monitors. */
#ifndef ECON_RUN_H
#define ECON_RUN_H

#include "cli/worker.h"

#include "report.h"
#include "settings.h"

/* What the worker tells its parent. */
typedef struct econ_outcome {
    size_t watched, critical; /* anomalies in the periods that --alert looks at */
} econ_outcome;

typedef struct econ_run {
    const cli_call *call;
    const econ_settings *settings;
    const char *input;  /* for messages */
    const char *target; /* a file that is written beside the directory (a state); NULL */
    sci_status (*work)(struct econ_run *run, const cli_worker *worker);
    /* filled by econ_run_do */
    char *temporary; /* directory to fill; NULL: none is wanted */
    econ_outcome *outcome;
} econ_run;

/* Do the work in a worker, give the outputs their names, and return the exit code. */
int econ_run_do(econ_run *run);

/* In the worker: find anomalies, write the outputs and print what was asked for. */
sci_status econ_run_finish(econ_run *run, const econ_panel *panel, const econ_scores *scores,
                           const econ_rules *rules, const econ_report_input *inputs,
                           size_t n_inputs) SCI_MUST_CHECK;

/* Read a panel as the options say, with its units checked; its warnings are printed. */
sci_status econ_run_read(econ_run *run, econ_panel *panel, const char *path,
                         const cli_worker *worker) SCI_MUST_CHECK;

/* What is printed (run_print.c): anomalies are those of the last `periods`. */
typedef struct econ_printed {
    const econ_panel *panel;
    const econ_scores *scores;
    const econ_rules *rules;
    const econ_anomaly *anomalies;
    size_t n, periods;
} econ_printed;
sci_status econ_print_text(const econ_printed *p) SCI_MUST_CHECK;
sci_status econ_print_json(const econ_printed *p) SCI_MUST_CHECK;
void econ_print_porcelain(const econ_printed *p);
void econ_print_nagios(const econ_printed *p, const econ_outcome *outcome);

#endif
