/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wide tables of numbers, "period,A,B" and rows of cells, and panels made of them by a map: for tests of
 * statistics that are to share no reader with what they test. */
#ifndef TESTS_SUPPORT_WIDE_H
#define TESTS_SUPPORT_WIDE_H

#include <stddef.h>

#include "apps/econ/panel.h"
#include "apps/econ/scores_priv.h"

typedef struct wide_table {
    size_t rows, columns;
    char **names;   /* [columns], of the header without its first cell */
    char **labels;  /* [rows], first cells */
    double *values; /* [columns][rows]; an empty cell is NaN, a text NaN */
    char *bytes;    /* what the texts point into */
} wide_table;

/* The test fails if it cannot be read; texts have no quotes. */
wide_table wide_read(const char *path);
void wide_clear(wide_table *t);
/* [rows] of a column; the test fails if there is none. */
const double *wide_column(const wide_table *t, const char *name);

/* A panel of DATA.csv and DATA.map.csv in the folder of the reference data, monthly or quarterly. Cleared by
 * econ_panel_clear. */
void wide_panel(econ_panel *out, const char *data);

/* The rules of the golden results: calibrated to `last` ("2019-12"), normal p. */
econ_rules wide_rules(const econ_panel *panel, const char *last);

#endif
