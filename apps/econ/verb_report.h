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

extern const cli_row econ_units_rows[];
extern const char econ_units_prose[];

int econ_units_verb(const cli_call *call);

#endif
