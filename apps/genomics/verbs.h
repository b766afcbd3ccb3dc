/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of sci-genomics. Each returns the exit code; its rows are in main.c and write into a
 * genomics_settings. */
#ifndef GENOMICS_VERBS_H
#define GENOMICS_VERBS_H

#include "cli/program.h"

int genomics_harmonize(const cli_call *call);
int genomics_normalize(const cli_call *call);
int genomics_fit(const cli_call *call);
int genomics_merge(const cli_call *call);
int genomics_apply(const cli_call *call);
int genomics_invert(const cli_call *call);
int genomics_show(const cli_call *call);

/* Of the parts that bring them. */
int genomics_evaluate(const cli_call *call);
int genomics_pca(const cli_call *call);
int genomics_concat(const cli_call *call);
int genomics_info(const cli_call *call);
int genomics_validate(const cli_call *call);
int genomics_convert(const cli_call *call);

#endif
