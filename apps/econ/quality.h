/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What looks wrong in a panel, though every cell can be read. */
#ifndef ECON_QUALITY_H
#define ECON_QUALITY_H

#include "panel.h"

/* Add warnings to panel->notes: "nested_total" (an indicator is the sum of others, of its own sector or
 * of any), "unit_jump" (from one value to the next by a thousand or a million, within 2 %), "constant",
 * and where `seasons` are asked for "seasonal" (500 indicators at most are looked at). SCI_ERR_NOMEM. */
sci_status econ_quality_check(econ_panel *panel, bool seasons) SCI_MUST_CHECK;

/* Whether values look seasonal: changes from one period to the next differ between the seasons of the year by
 * the test of Kruskal and Wallis (1952) at 0.1 %, and seasons explain at least a quarter of their ranks.
 * Quarterly and monthly series of three years or more; else false. `scratch` has room for 2 n doubles. */
bool econ_quality_seasonal(const double *values, size_t n, econ_frequency frequency, int64_t first,
                           double *scratch);

/* The place of the first jump by 10^3, 10^-3, 10^6 or 10^-6 (within 2 %) from one value to the next; n if there is
 * none. *power is the exponent of ten. A series that often moves so is not reported. */
size_t econ_quality_jump(const double *values, size_t n, int *power);

/* Whether `total` is the sum of some of the others. Members of the sum are marked in `in_sum`, one a candidate.
 * All arrays are of n values, NaN where missing; candidates must not hold the total itself. At least 12 periods
 * and two members are asked for; rounding of the values is allowed for. */
bool econ_quality_is_sum(const double *total, const double *const *candidates, size_t n_candidates,
                         size_t n, bool *in_sum);

/* The part of econ_quality_check about sums, in panels of at most 400 indicators. */
sci_status econ_quality_sums(econ_panel *panel) SCI_MUST_CHECK;

#endif
