/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of sci-imaging. Each returns the exit code; its rows are in rows.c and write into an
 * imaging_settings. */
#ifndef IMAGING_VERBS_H
#define IMAGING_VERBS_H

#include "cli/program.h"

int imaging_normalize(const cli_call *call);
int imaging_info(const cli_call *call);
int imaging_fit(const cli_call *call);
int imaging_merge(const cli_call *call);
int imaging_apply(const cli_call *call);
int imaging_invert(const cli_call *call);
int imaging_show(const cli_call *call);
int imaging_qc_verb(const cli_call *call);
int imaging_stats(const cli_call *call);

#endif
