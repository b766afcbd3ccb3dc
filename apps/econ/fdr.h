/* SPDX-License-Identifier: GPL-3.0-or-later */
/* False discovery rates. */
#ifndef ECON_FDR_H
#define ECON_FDR_H

#include <sci/status.h>

#include "rules.h"

/* q of n p-values that lie `stride` apart, NaN left out: Benjamini and Hochberg 1995, Benjamini and
 * Yekutieli 2001, or p itself. */
sci_status econ_fdr_q(econ_fdr kind, const double *p, size_t n, size_t stride,
                      double *q) SCI_MUST_CHECK;

#endif
