/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quantiles by sorting, and one call for those of libsci. */
#ifndef TESTS_SUPPORT_QUANTILES_H
#define TESTS_SUPPORT_QUANTILES_H

#include <sci/quantile.h>

#include "example.h"

/* n quantiles of every group (groups × n, freed by free()): members are sorted as long double;
 * centre NULL, or deviations from centre[group] in double. NaN for empty groups. Non-finite
 * members are left out, or under `propagate` NaN makes a group NaN. */
double *sorted_quantiles(example *e, size_t n, const double *p, const double *centre);

/* One round, or all, of the pass's source and grouping. */
sci_status pass_count(const pass *p, sci_quantiles *q, sci_report *report) SCI_MUST_CHECK;
sci_status pass_quantiles(const pass *p, size_t n, const double *at, const double *centre,
                          sci_quantiles **out, sci_report *report) SCI_MUST_CHECK;

#endif
