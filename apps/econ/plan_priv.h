/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of making a plan. */
#ifndef ECON_PLAN_PRIV_H
#define ECON_PLAN_PRIV_H

#include "plan.h"
#include "sample.h"

/* Choose what parts fields, unless the plan or the file says it. Refused where two fit alike. */
sci_status econ_plan_delimiter(econ_plan *plan, const char *bytes, size_t n, bool whole,
                               econ_panel *panel) SCI_MUST_CHECK;

/* The row of the sample that is the header. */
sci_status econ_plan_header(const econ_sample *s, size_t *at, econ_panel *panel) SCI_MUST_CHECK;

bool econ_plan_is_period(const char *text);

#endif
