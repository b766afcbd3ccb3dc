/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rousseeuw 1987. */
#include <math.h>

#include "metrics_priv.h"

double
silhouette(size_t groups, size_t own, const double *sums, const uint64_t *members)
{
    double inside, outside = (double)INFINITY, larger;

    for (size_t g = 0; g < groups; g++) {
        double mean;

        if (g == own || members[g] == 0)
            continue;
        mean = sums[g] / (double)members[g];
        if (mean < outside)
            outside = mean;
    }
    if (isinf(outside))
        return (double)NAN;
    if (members[own] < 2)
        return 0.0;
    /* The cell's own distance, 0, is in the sum. */
    inside = sums[own] / (double)(members[own] - 1);
    larger = inside > outside ? inside : outside;
    return larger > 0.0 ? (outside - inside) / larger : 0.0;
}
