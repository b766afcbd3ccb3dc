/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that stand in statistics files. */
#ifndef SCI_H5_STATS_NAMES_PRIV_H
#define SCI_H5_STATS_NAMES_PRIV_H

#include <sci/engine.h>

#define H5_STATS_NAME_ROOM 32
#define H5_STATS_SEGMENTATION 7 /* numbers */

const char *h5_stats_kind_name(sci_stats_kind kind);
const char *h5_stats_nan_name(sci_nan_policy nan);
const char *h5_stats_digest_name(sci_digest_kind kind);
const char *h5_stats_rule_name(sci_running_rule rule);

/* The number of a name, counted from 0, or -1. */
int h5_stats_find_kind(const char *name);
int h5_stats_find_nan(const char *name);
int h5_stats_find_digest(const char *name);
int h5_stats_find_rule(const char *name);

/* "/a", "b" -> "/a/b", to be released by sci_free. */
sci_status h5_stats_join(char **out, const char *path, const char *name) SCI_MUST_CHECK;

/* What messages call a table: "s.h5", "y.h5:/x_stats"; to be released by sci_free. */
sci_status h5_stats_where(char **out, const char *file, const char *path) SCI_MUST_CHECK;

#endif
