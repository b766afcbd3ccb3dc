/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers kept in order while they come and go, so that a median and the median distance from it cost
 * a search and not a sort. */
#ifndef ECON_SORTED_H
#define ECON_SORTED_H

#include <stddef.h>

/* v[0…n-1] is increasing and free of NaN; the room is the caller's. */
typedef struct econ_sorted {
    double *v;
    size_t n;
} econ_sorted;

/* Sort n numbers without NaN into increasing order. */
void econ_sort(double *v, size_t n);

/* The middle one, or the mean of the middle two, of numbers in any order, which it changes; NaN if there is
 * none. */
double econ_median(double *v, size_t n);

void econ_sorted_insert(econ_sorted *s, double x);
/* One number that is there. */
void econ_sorted_remove(econ_sorted *s, double x);
/* How many are smaller than x. */
size_t econ_sorted_below(const econ_sorted *s, double x);

/* The middle one, or the mean of the middle two; NaN if there is none. */
double econ_sorted_median(const econ_sorted *s);
/* The median of |v - centre|; NaN if there is none. */
double econ_sorted_deviation(const econ_sorted *s, double centre);

#endif
