/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of every verb that reads a panel. */
#ifndef ECON_ROWS_READING_H
#define ECON_ROWS_READING_H

#include "settings.h"

/* clang-format off */
#define ECON_ROWS_READING                                                                         \
    { 'm', "map", "FILE", CLI_TEXT, ECON_AT(reading.map), NULL,                                   \
      "sectors, units, transforms and signs: a CSV file with the columns indicator, sector, unit, " \
      "transform, sign; indicators that it does not name are left out", "Panel",                  \
      CLI_RESULT | CLI_PATH, NULL, 0, 0 },                                                        \
    { 0, "transform", "NAME", CLI_CHOICE, ECON_AT(reading.transform), NULL,                       \
      "of indicators for which neither map nor file names one (default: level)", "Panel",         \
      CLI_RESULT, "none|" ECON_TRANSFORMS, 0, 0 },                                                \
    { 0, "layout", "LAYOUT", CLI_CHOICE, ECON_AT(reading.layout), "auto",                         \
      "long: a row for each period and indicator; wide: a column for each indicator; across: a "  \
      "column for each period", "Panel", CLI_RESULT, "auto|long|wide|across", 0, 0 },             \
    { 0, "column", "ROLE=NAME", CLI_LIST, ECON_AT(reading.columns), NULL,                         \
      "which column is what, where its name does not say it: period, indicator, value, sector, "  \
      "unit, flag, ignore; may be given again", "Panel", CLI_RESULT, NULL, 0, 0 },                \
    { 0, "dialect", "TEXT", CLI_TEXT, ECON_AT(reading.dialect), NULL,                             \
      "how the file is written, words separated by blanks: delimiter=semicolon decimal=comma "    \
      "thousands=dot encoding=windows-1252 (default: what every row agrees with)", "Panel",       \
      CLI_RESULT, NULL, 0, 0 },                                                                   \
    { 0, "date-format", "ORDER", CLI_CHOICE, ECON_AT(reading.date_order), "auto",                 \
      "order of day and month in dates such as 03/04/2020", "Panel", CLI_RESULT, "auto|dmy|mdy",  \
      0, 0 },                                                                                     \
    { 0, "duplicates", "HOW", CLI_CHOICE, ECON_AT(reading.duplicates), "refuse",                  \
      "what happens to several values of one indicator in one period", "Panel", CLI_RESULT,       \
      "refuse|first|last|mean", 0, 0 },                                                           \
    { 0, "align", "HOW", CLI_CHOICE, ECON_AT(reading.align), "none",                              \
      "bring indicators of several frequencies to the lowest of them: the mean, the sum or the "  \
      "last of the values inside (none: refuse them)", "Panel", CLI_RESULT, "none|mean|sum|last", \
      0, 0 }
/* clang-format on */

#endif
