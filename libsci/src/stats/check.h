/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a table that came from outside can be one: nothing of it may lead a later call astray. */
#ifndef SCI_STATS_CHECK_H
#define SCI_STATS_CHECK_H

#include "table.h"

/* Axes, factors, levels and parts. SCI_ERR_FORMAT says what is wrong. */
sci_status sci_space_check(const sci_space *space) SCI_MUST_CHECK;

/* Everything but the rows, for a table of `n_rows` rows. */
sci_status sci_head_check(const sci_stats *head, uint64_t n_rows) SCI_MUST_CHECK;

/* Rows [first, first + n). `head` is their table. */
sci_status sci_moments_check(const sci_stats *head, uint64_t first, uint64_t n,
                             const sci_moments *rows) SCI_MUST_CHECK;
sci_status sci_running_check(const sci_stats *head, uint64_t first, uint64_t n,
                             const sci_running *rows) SCI_MUST_CHECK;

#endif
