/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What units forbid, and what they leave in doubt. */
#ifndef ECON_UNIT_RULES_H
#define ECON_UNIT_RULES_H

#include "panel.h"
#include "units.h"

/* For econ_reader.convert. context: an econ_units * that is opened when it is first needed, and closed
 * by the caller. */
sci_status econ_unit_rules_convert(void *context, const char *from, const char *to, double *factor,
                                   double *offset) SCI_MUST_CHECK;

/* Look at the unit and the transform of every indicator. SCI_ERR_REFUSED with the indicator's name:
 * logarithms or ratios of a scale whose zero means nothing (degC), or of a series that is negative
 * somewhere; with `strict` also a unit that is missing or not understood. Warnings are added to the
 * panel's notes: no_unit, unknown_unit, index_without_base, log_of_percent, log_of_zero. `units` as
 * above, may point to NULL. */
sci_status econ_unit_rules_check(econ_panel *panel, bool strict, econ_units **units) SCI_MUST_CHECK;

#endif
