/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The local inverse Simpson index (Korsunsky 2019), with the bisection of its own implementation. */
#include <math.h>
#include <string.h>

#include "metrics_priv.h"

enum { TRIES = 50 };
static const double tolerance = 1e-5; /* of the entropy */

/* p = exp(-beta·(distance - the nearest)), its sum, and the entropy of p/sum. Taking the nearest away
 * changes neither, and the sum is at least 1. */
static double
entropy(size_t k, const double *distance, double beta, double *p, double *sum)
{
    double weighted = 0.0;

    *sum = 0.0;
    for (size_t i = 0; i < k; i++) {
        double d = distance[i] - distance[0];

        p[i] = exp(-d * beta);
        *sum += p[i];
        weighted += d * p[i];
    }
    return log(*sum) + beta * weighted / *sum;
}

void
lisi_weights(size_t k, const double *distance, double perplexity, double *p)
{
    double beta = 1.0, low = -(double)INFINITY, high = (double)INFINITY, sum = 1.0;

    for (int t = 0; t <= TRIES; t++) {
        double excess = entropy(k, distance, beta, p, &sum) - log(perplexity);

        if (fabs(excess) < tolerance || t == TRIES)
            break;
        if (excess > 0.0) {
            low = beta;
            beta = isinf(high) ? beta * 2.0 : (beta + high) / 2.0;
        } else {
            high = beta;
            beta = isinf(low) ? beta / 2.0 : (beta + low) / 2.0;
        }
    }
    for (size_t i = 0; i < k; i++)
        p[i] /= sum;
}

double
lisi_index(size_t k, const double *p, const uint32_t *neighbour, const int32_t *level,
           size_t levels, double *share)
{
    double squares = 0.0;

    memset(share, 0, levels * sizeof *share);
    for (size_t i = 0; i < k; i++)
        share[level[neighbour[i]]] += p[i];
    for (size_t l = 0; l < levels; l++)
        squares += share[l] * share[l];
    return 1.0 / squares;
}
