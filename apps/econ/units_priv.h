/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies between the words of statistical offices (units_words.c) and UDUNITS-2 (units.c). */
#ifndef ECON_UNITS_PRIV_H
#define ECON_UNITS_PRIV_H

#include <stdio.h>

#include "units.h"

/* A dimension of our own, "person": its name inside UDUNITS-2 is written to `out`. The system gets
 * it when it is first named. `shown` is what people read. */
sci_status units_put_own(econ_units *units, FILE *out, const char *shown) SCI_MUST_CHECK;

/* `text` in the language of UDUNITS-2, released by free. *points: percentage or basis points are
 * named. */
sci_status units_translate(char **out, econ_units *units, const char *text,
                           bool *points) SCI_MUST_CHECK;

/* Without regard to case. */
bool units_contains(const char *text, const char *part);

/* Why `text` is not understood, as the end of a message. */
const char *units_hint(const char *text);

#endif
