/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics, transforms and gradients in long double, by the definitions and from whole arrays:
 * what libsci is compared with. It shares no code with it. */
#ifndef TESTS_SUPPORT_EXACT_H
#define TESTS_SUPPORT_EXACT_H

#include <sci/affine.h>

typedef struct exact_moments {
    uint64_t count;
    long double weight, mean, m2, min, max;
} exact_moments;

/* What is normalized, element by element. Nothing is owned. */
typedef struct exact_case {
    uint64_t n;
    const long double *x;
    const int64_t *group;  /* -1: none */
    const double *weight;  /* 0: no member */
    uint64_t groups;
    const int64_t *second; /* group of gamma and beta, -1: none; NULL: no second step */
    uint64_t seconds;
    const double *gamma, *beta; /* NULL: 1, 0 */
    double eps;
    int ddof;
    sci_outside outside;
    double outside_value; /* of SCI_OUTSIDE_VALUE */
    sci_nan_policy nan;
} exact_case;

/* Skips the test where long double is no better than double (some machines, and valgrind). */
void exact_needs_extended(void);

/* One a group; freed by free(). Two passes, the mean refined; non-finite members are left out under
 * SCI_NAN_IGNORE and spread under SCI_NAN_PROPAGATE. */
exact_moments *exact_moments_of(const exact_case *c);

/* 1/sqrt(m2/(weight - ddof) + eps), 0 for a constant group without eps. */
long double exact_scale(const exact_moments *m, double eps, int ddof);

/* y, one an element; freed by free(). */
long double *exact_forward(const exact_case *c);

/* dL/dx, one an element (freed by free()), dL/dgamma and dL/dbeta (may be NULL), one a second
 * group (one in all where there is no second step), for dL/dy = dy. */
long double *exact_backward(const exact_case *c, const double *dy, long double *dgamma,
                            long double *dbeta);

#endif
