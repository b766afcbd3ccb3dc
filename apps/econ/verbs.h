/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of sci-econ. Each returns the exit code; its rows write into an econ_settings. */
#ifndef ECON_VERBS_H
#define ECON_VERBS_H

#include "cli/program.h"

int econ_check(const cli_call *call);

#endif
