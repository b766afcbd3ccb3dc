/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of sci-array. */
#ifndef ARRAY_VERBS_H
#define ARRAY_VERBS_H

#include "cli/program.h"

int array_normalize(const cli_call *call);
int array_gradient(const cli_call *call);
int array_fit(const cli_call *call);
int array_apply(const cli_call *call);
int array_join(const cli_call *call);
int array_invert(const cli_call *call);
int array_merge(const cli_call *call);
int array_show(const cli_call *call);
int array_info(const cli_call *call);

#endif
