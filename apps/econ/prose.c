/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prose.h"

const char econ_program_prose[] =
    "Indicators of an economy come in sectors, and what matters is often a moderate move that a "
    "whole "
    "sector shares. sci-econ reads the tables that analysts have, compares every sector and every "
    "indicator with its own past, and says which sector moved, how sure that is and what moved "
    "it.\n\n"
    "A panel is a CSV or TSV file: long (a row for each period and indicator), wide (a column for "
    "each "
    "indicator) or with periods in the columns. Sectors, units, transforms and signs come from a "
    "map, a "
    "CSV file with the columns indicator, sector, unit, transform, sign, or from columns of a long "
    "file. "
    "What is not said in a file is guessed only where every row agrees, and what was guessed is "
    "said.";

const char econ_check_prose[] = "Read a panel and say what it is: layout, dialect, frequency, "
                                "sectors, and what looks wrong: gaps, "
                                "totals that stand beside their parts, seasons, jumps by a "
                                "thousand or a million that look like a change "
                                "of unit. Nothing is scored.\n\n"
                                "With --json every cell is printed, and a file that cannot be read "
                                "gives an object with the code of the "
                                "error, its line and its column.";
