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
    bool fresh;         /* the target is a new file, not one to go on with */
    sci_status (*work)(struct econ_run *run, const cli_worker *worker);
    char options
        [ECON_RULES_TEXT]; /* what the report says about them; "": those of the command line */
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

/* Print the warnings of a panel, with their lines; what was guessed only where more is wanted. */
void econ_show_notes(const econ_panel *panel);

/* Read a panel as the options say, with its units checked; its warnings are printed. */
sci_status econ_run_read(econ_run *run, econ_panel *panel, const char *path,
                         const cli_worker *worker) SCI_MUST_CHECK;
/* The same for verbs without a run; `stop` may be NULL. */
sci_status econ_panel_load(econ_panel *panel, const econ_settings *settings, const char *path,
                           const volatile int *stop) SCI_MUST_CHECK;

/* The same for a run that keeps a state, which is written to the worker's first output: outputs depend on
 * values and rules alone, and not on the files in which they came. The panel is detached (joined.h); `within` as in
 * econ_given (verb_update.c). */
sci_status econ_state_finish(econ_run *run, econ_panel *panel, const econ_scores *scores,
                             const double *within, const econ_rules *rules,
                             const cli_worker *worker) SCI_MUST_CHECK;
/* [indicator][period] of NaN. */
sci_status econ_within_alloc(double **out, const econ_panel *panel) SCI_MUST_CHECK;

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
