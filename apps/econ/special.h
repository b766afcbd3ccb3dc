/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows between the header and the first period that say something of every indicator, as FRED-MD's row of
 * transforms does: the first field names it. */
#ifndef ECON_SPECIAL_H
#define ECON_SPECIAL_H

#include "plan.h"

/* What a row that begins with this text is about: ECON_ROLE_TRANSFORM, SECTOR, UNIT, TITLE or SIGN; *special is
 * false if it is no such row, and the role is NONE if it is one of no use ("factors"). */
econ_role econ_special_row(const char *text, size_t n, bool *special);

/* The period that a name of a column means, as World Bank files spell it too: "2019 [YR2019]". */
size_t econ_period_part(const char *text, size_t n);

#endif
