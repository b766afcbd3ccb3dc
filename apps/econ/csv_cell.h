/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells of the tables that are written. */
#ifndef ECON_CSV_CELL_H
#define ECON_CSV_CELL_H

#include <stdio.h>

/* Text as one cell (RFC 4180). What a spreadsheet would run (=, +, -, @, also in full width, behind
 * blanks or control characters) gets an apostrophe in front, and so it does behind what another
 * program could take for a separator. */
void econ_csv_put_text(FILE *out, const char *text);
/* "%.17g"; empty for NaN. */
void econ_csv_put_number(FILE *out, double value);

#endif
