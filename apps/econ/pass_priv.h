/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts of a pass. */
#ifndef ECON_PASS_PRIV_H
#define ECON_PASS_PRIV_H

#include "pass.h"

/* The text of a field without blanks around it. */
static inline const char *
econ_trimmed(const econ_records *r, size_t k, size_t *n)
{
    const char *text = econ_field_text(r, k);

    *n = r->fields[k].n;
    while (*n > 0 && *text == ' ') {
        text++;
        --*n;
    }
    while (*n > 0 && text[*n - 1] == ' ')
        --*n;
    return text;
}

/* What field k of the row says of an indicator, against what rows before said. A value in another unit is
 * converted. */
sci_status econ_pass_attribute(econ_pass *p, size_t k, uint32_t key, double *value) SCI_MUST_CHECK;

/* A row of transforms, units, … above the first period. */
sci_status econ_pass_special_row(econ_pass *p) SCI_MUST_CHECK;

/* Everything that is not plainly a row of data. */
sci_status econ_pass_odd_row(econ_pass *p, econ_row_kind kind) SCI_MUST_CHECK;

/* Fail: line `line` has no period, which field k of the row should be, or which the row now has again. */
sci_status econ_pass_no_period(econ_pass *p, uint64_t line, size_t k);

#endif
