/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether tables may be merged; if not, which one and why. */
#ifndef SCI_STATS_MATCH_H
#define SCI_STATS_MATCH_H

#include "table.h"

/* What a message calls a table: "'b.h5'", or "table 2" without a name. */
typedef struct sci_table_label {
    char text[512];
} sci_table_label;
sci_table_label sci_table_label_of(const char *const *names, size_t i);

/* SCI_OK, or SCI_ERR_REFUSED with the first respect in which `b` is unlike `a`: axes, what is kept,
 * labelled or pooled, and sizes of kept axes other than the sample axis. Levels may differ. */
sci_status sci_space_match(const sci_space *a, const char *a_label, const sci_space *b,
                           const char *b_label) SCI_MUST_CHECK;
/* The same, and everything else must be equal too: sizes, levels, parts. */
sci_status sci_space_match_exactly(const sci_space *a, const char *a_label, const sci_space *b,
                                   const char *b_label) SCI_MUST_CHECK;

/* Kinds that merge, and equal parameters. */
sci_status sci_parameters_match(const sci_stats *a, const char *a_label, const sci_stats *b,
                                const char *b_label) SCI_MUST_CHECK;

#endif
