/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs that score, with their options and prose. Each returns the exit code. */
#ifndef ECON_VERBS_SCORING_H
#define ECON_VERBS_SCORING_H

#include "cli/program.h"

extern const cli_row econ_score_rows[];
extern const char econ_score_prose[];
int econ_score(const cli_call *call);

extern const cli_row econ_update_rows[];
extern const char econ_update_prose[];
int econ_update(const cli_call *call);

extern const cli_row econ_fit_rows[], econ_merge_rows[], econ_apply_rows[], econ_show_rows[];
extern const char econ_fit_prose[], econ_merge_prose[], econ_apply_prose[], econ_show_prose[];
int econ_fit(const cli_call *call);
int econ_merge(const cli_call *call);
int econ_apply(const cli_call *call);
int econ_show(const cli_call *call);

extern const cli_row econ_replay_rows[];
extern const char econ_replay_prose[];
int econ_replay_verb(const cli_call *call);

#endif
