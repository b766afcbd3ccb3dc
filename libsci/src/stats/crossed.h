/* SPDX-License-Identifier: BSD-3-Clause */
/* What crossed tables need of each other inside the library. */
#ifndef SCI_STATS_CROSSED_H
#define SCI_STATS_CROSSED_H

#include <sci/crossed.h>

/* Allocate missing_sum and missing_gram, zeroed, if they are not there (nothing without
 * covariates). */
sci_status sci_crossed_need_missing(sci_crossed *table) SCI_MUST_CHECK;

#endif
