/* SPDX-License-Identifier: BSD-3-Clause */
/* Doubles rounded once to elements of any type, and elements of one type as those of another. */
#ifndef SCI_STORE_H
#define SCI_STORE_H

#include <stddef.h>
#include <stdint.h>

#include <sci/types.h>

#define SCI_TILE 512 /* elements that are worked on at a time, in doubles on the stack */

/* y[i] = x[i], integers rounded half to even and held to the range of the type. */
void sci_store(sci_type type, void *y, const double *x, size_t n);

/* x = high + low exactly, high being the nearest double: low is 0 but for 64-bit integers. */
void sci_widen_pair(sci_type type, double *high, double *low, const void *x, size_t n);

/* Every NaN becomes SCI_NAN: which NaN arithmetic gives depends on the machine. */
void sci_canonical_nans(double *x, size_t n);

/* At most SCI_TILE elements rounded once to another type, or all the same value. */
void sci_convert(sci_type from, const void *x, sci_type to, void *y, size_t n);
void sci_fill(sci_type to, void *y, size_t n, double value);

#endif
