/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the parts that know the file of a summary: digest, writer, reader. */
#ifndef GENOMICS_SUMMARY_PRIV_H
#define GENOMICS_SUMMARY_PRIV_H

#include "summary.h"

#define SUMMARY_FORMAT "libsci-stats"
#define SUMMARY_KIND "crossed"
#define SUMMARY_VERSION 1

/* ---- columns of the moments ---- */

enum { SUMMARY_COLUMNS = 7 };
extern const char *const summary_column_names[SUMMARY_COLUMNS];
sci_type summary_column_type(int column);

/* One column, packed: `out` gets n elements of its type. */
void summary_column_pack(const sci_moments *m, uint64_t n, int column, void *out);

#endif
