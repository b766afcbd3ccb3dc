/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Panels to read: long CSV files of monthly values. */
#ifndef BENCH_ECON_PANELS_H
#define BENCH_ECON_PANELS_H

/* make-panel FILE INDICATORS FIRST PERIODS EACH: rows "1990-01,i000000,sector00000,102.0409191214", EACH indicators a
 * sector, months FIRST (0: 1990-01) and on; the same month has the same values in any file. */
int make_panel(int argc, char **argv);

#endif
