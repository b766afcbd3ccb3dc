/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements of any type in either byte order, to and from long double (which holds every one
 * exactly). */
#ifndef TESTS_SUPPORT_ELEMENTS_H
#define TESTS_SUPPORT_ELEMENTS_H

#include <sci/types.h>

#include "random.h"

/* Value of element `i`. */
long double element_get(const void *bytes, sci_type type, bool swapped, uint64_t i);
/* Set element `i`; the value must be representable, or is rounded to nearest even. */
void element_set(void *bytes, sci_type type, bool swapped, uint64_t i, long double value);

/* The value as an element of that type would hold it. */
long double element_round(sci_type type, long double value);

/* Largest value of an integer type, smallest one. */
long double element_most(sci_type type);
long double element_least(sci_type type);

/* n elements with about this mean and sd, as near as the type comes to them. Freed by free(). */
void *elements_normal(random_stream *r, sci_type type, bool swapped, uint64_t n, double mean,
                      double sd);

/* "f4", "f4 swapped" */
const char *element_words(sci_type type, bool swapped);

/* All element types, to loop over. */
extern const sci_type element_types[11];

#endif
