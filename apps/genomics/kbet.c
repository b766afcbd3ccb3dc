/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The k-nearest-neighbour batch-effect test (Büttner 2019), in its plain form. */
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "metrics_priv.h"

static const double significance = 0.05;

bool
kbet_accepts(size_t k, const uint32_t *neighbour, const int32_t *level, size_t levels,
             const double *expected, uint64_t *count)
{
    double chi_squared = 0.0;

    memset(count, 0, levels * sizeof *count);
    for (size_t i = 0; i < k; i++)
        count[level[neighbour[i]]]++;
    for (size_t l = 0; l < levels; l++) {
        double mean = (double)k * expected[l], d = (double)count[l] - mean;

        chi_squared += d * d / mean;
    }
    return gsl_cdf_chisq_Q(chi_squared, (double)levels - 1.0) >= significance;
}
