/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units of economic series: UDUNITS-2 with what it lacks. Persons, households, jobs, dwellings,
 * firms and vehicles are dimensions of their own; so is every currency (ISO 4217), by itself at
 * current prices and once more for every year of constant prices, and every index by its base.
 * Scale words, percentage points and basis points are numbers. */
#ifndef ECON_UNITS_H
#define ECON_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef struct econ_units econ_units; /* a system of units */
typedef struct econ_unit econ_unit;   /* belongs to its system, which has to live longer */

/* SCI_ERR_NOTFOUND without the table of units of UDUNITS-2 (package libudunits2-data). */
sci_status econ_units_open(econ_units **out) SCI_MUST_CHECK;
void econ_units_close(econ_units *units); /* accepts NULL */

/* "1000 person", "million USD", "EUR(2015)/hour", "chained 2017 USD", "index 2015=100",
 * "percentage points", "GWh". SCI_ERR_ARGUMENT says what is not understood, and what to write
 * instead where that is known. */
sci_status econ_unit_parse(econ_unit **out, econ_units *units, const char *text) SCI_MUST_CHECK;
void econ_unit_free(econ_unit *unit); /* accepts NULL */

/* What the unit is made of, "1e6 USD/person"; released by sci_free. */
sci_status econ_unit_text(char **out, const econ_unit *unit) SCI_MUST_CHECK;

/* From one unit to another: y = scale·x + offset. */
typedef struct econ_conversion {
    double scale, offset;
} econ_conversion;

/* SCI_ERR_REFUSED if they are of different kinds, with the reason: unlike dimensions, other prices,
 * another base of an index. Reciprocals (USD/hour and hour/USD) are of different kinds. */
sci_status econ_unit_convert(econ_conversion *out, const econ_unit *from,
                             const econ_unit *to) SCI_MUST_CHECK;
bool econ_unit_is_like(const econ_unit *a, const econ_unit *b); /* they convert */

/* Values have a zero of their own that means nothing (degrees Celsius): ratios and logarithms are
 * without sense. */
bool econ_unit_has_offset(const econ_unit *unit);
bool econ_unit_is_percent(const econ_unit *unit); /* a hundredth, not a percentage point */
bool econ_unit_is_number(const econ_unit *unit);  /* without dimension */

#endif
