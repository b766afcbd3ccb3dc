/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit --running: one step of the running mean and variance of batch normalization. */
#ifndef ARRAY_RUNNING_H
#define ARRAY_RUNNING_H

#include <sci/stats.h>

#include "settings.h"

/* Put the moments of one batch into the state that --running names (mean 0 and variance 1 if it
 * is not there yet); *table becomes the new state. SCI_ERR_REFUSED: it was begun with another
 * rule or other groups, it is no running table, or the first axis is kept. */
sci_status array_running_step(const cli_call *call, sci_stats **table) SCI_MUST_CHECK;

/* What is wrong with the options about running statistics and the output; NULL if nothing is. */
const char *array_running_misuse(const cli_call *call);

#endif
