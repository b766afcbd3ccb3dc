/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians of all but one, from three numbers in the middle. */
#ifndef ECON_OTHERS_H
#define ECON_OTHERS_H

#include <stddef.h>

/* The numbers around the middle of n: with odd n the one before it, itself and the one after it, with even
 * n the two (and `at` unused). */
typedef struct econ_middle {
    size_t n;
    double before, at, after;
} econ_middle;

/* v[0…n-1] in increasing order. */
econ_middle econ_middle_of(const double *v, size_t n);
/* The median of all; NaN if there are none. */
double econ_middle_median(const econ_middle *m);
/* The median of the others than x, which is one of them; NaN if there are none. */
double econ_middle_without(const econ_middle *m, double x);

#endif
