/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs around reports: units, explain and report, with their options. */
#ifndef ECON_VERB_REPORT_H
#define ECON_VERB_REPORT_H

#include "cli/common.h"
#include "cli/program.h"

typedef struct econ_units_settings {
    cli_common common;
    const char *to;
} econ_units_settings;

typedef struct econ_explain_settings {
    cli_common common;
    const char *period, *sector;
} econ_explain_settings;

typedef struct econ_report_settings {
    cli_common common;
} econ_report_settings;

extern const cli_row econ_units_rows[], econ_explain_rows[], econ_report_rows[];
extern const char econ_units_prose[], econ_explain_prose[], econ_report_prose[];

int econ_units_verb(const cli_call *call);
int econ_explain_verb(const cli_call *call);
int econ_report_verb(const cli_call *call);

#endif
