/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians of all but one, from three numbers in the middle. */
#ifndef ECON_OTHERS_H
#define ECON_OTHERS_H

#include <stddef.h>

#include <sci/status.h>

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

/* The medians of the others for n periods, each of which has its own numbers: what they are for an x below, at
 * and above the middle of its period. */
typedef struct econ_others {
    double *middle, *below, *at, *above; /* [n]; one allocation */
} econ_others;
sci_status econ_others_alloc(econ_others *o, size_t n) SCI_MUST_CHECK;
void econ_others_clear(econ_others *o);

/* v[0…n-1], in increasing order, are the numbers of period t. */
void econ_others_set(econ_others *o, size_t t, const double *v, size_t n);
/* out[t] = x[t] less the median of the others than x[t] in period t, t < n; NaN where there is none. */
void econ_others_apart(const econ_others *o, const double *x, size_t n, double *out);

#endif
