/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verb_report.h"

const char econ_units_prose[] =
    "What a unit means, or with --to how it converts to another one. Units are those of UDUNITS-2 "
    "(kg, hour, barrel, GWh, degC, percent), joined by blanks, '.', '/' and powers, and "
    "besides:\n\n"
    "person, household, job, dwelling, firm and vehicle; currencies by their ISO 4217 codes (USD, "
    "EUR), also kUSD and MEUR; the prices of a year: EUR(2015) or chained 2017 USD; an index with "
    "its base: index 2015=100; thousand, million, billion and trillion; percentage points and "
    "basis points.\n\n"
    "What measures different things does not convert: two currencies, current prices and those of "
    "a year, two bases of an index, an amount and an amount per person.";

const char econ_explain_prose[] =
    "Why a sector has its score in a period, from report.json alone: the scores of the economy, of "
    "the sector by itself, against the other sectors and inside, each with how rare it is; how "
    "many "
    "of its indicators moved with it; and for every indicator its value before and after in its "
    "own "
    "unit, and its score as a sum:\n\n"
    "score = economy + sector + own. Economy is what the middle one of all sectors did, sector "
    "what "
    "this sector did beyond that, own what the indicator did beyond its sector. The three add up "
    "exactly.";

const char econ_report_prose[] =
    "The page, the text or a table of an earlier 'score' again, from report.json alone: the same "
    "bytes that 'score' wrote. docs/econ-report.md describes report.json.";
