/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of groups for people, and as JSON. */
#ifndef CLI_STATS_H
#define CLI_STATS_H

#include <sci/stats.h>

#include "json.h"

/* On stdout: a line a group, 20 of them unless `all`, and a summary. */
sci_status cli_stats_print(const sci_stats *stats, bool all) SCI_MUST_CHECK;

/* The members "ddof" and "groups" of an object that is open, as all programs have them. */
sci_status cli_stats_json(cli_json *json, const sci_stats *stats) SCI_MUST_CHECK;

#endif
