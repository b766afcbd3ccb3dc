/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a sector has its score in a period: the score of every indicator as the sum of what all sectors
 * share, what its sector adds and what is its own,
 *   z_i = e + (raw - e) + (z_i - raw),
 * e the median of the sectors' raw scores, raw the mean (or median) of the sector's z_i. */
#ifndef ECON_EXPLAIN_H
#define ECON_EXPLAIN_H

#include "report.h"

/* The period of a text ("2020Q2"), and the sector of a name. SCI_ERR_ARGUMENT says what there is. */
sci_status econ_explain_period(size_t *period, const econ_report *report,
                               const char *text) SCI_MUST_CHECK;
sci_status econ_explain_sector(size_t *sector, const econ_report *report,
                               const char *name) SCI_MUST_CHECK;

/* The sector that is least usual in a period: by overall p, then by level; SIZE_MAX without any. */
size_t econ_explain_most_unusual(const econ_report *report, size_t period);

/* On stdout. SCI_ERR_ARGUMENT if the report does not keep the indicators of that period. */
sci_status econ_explain_print(const econ_report *report, size_t sector,
                              size_t period) SCI_MUST_CHECK;
sci_status econ_explain_json(const econ_report *report, size_t sector,
                             size_t period) SCI_MUST_CHECK;

#endif
