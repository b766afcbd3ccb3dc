/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs that score, with their options and prose. Each returns the exit code. */
#ifndef ECON_VERBS_SCORING_H
#define ECON_VERBS_SCORING_H

#include "cli/program.h"

extern const cli_row econ_score_rows[];
extern const char econ_score_prose[];
int econ_score(const cli_call *call);

#endif
