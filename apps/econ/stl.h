/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seasonal-trend decomposition by loess (Cleveland, Cleveland, McRae, Terpenning 1990), degree 1
 * throughout and without jumps. */
#ifndef ECON_STL_H
#define ECON_STL_H

#include <stdbool.h>
#include <stddef.h>

#include <sci/status.h>

typedef struct econ_stl {
    size_t period;
    size_t seasonal, trend, low_pass; /* lengths of the three smoothers, odd */
    int inner, outer;                 /* 5, 0; robust: 2, 15 */
} econ_stl;

/* The usual lengths for a period: seasonal 13, trend the odd number from 1.5·period/(1 - 1.5/13) on,
 * low-pass the odd number above the period. */
econ_stl econ_stl_standard(size_t period, bool robust);

/* y[0…n-1] without NaN, n >= 2 periods (SCI_ERR_SHAPE). trend and weights may be NULL. */
sci_status econ_stl_fit(const econ_stl *stl, const double *y, size_t n, double *seasonal,
                        double *trend, double *weights) SCI_MUST_CHECK;

#endif
