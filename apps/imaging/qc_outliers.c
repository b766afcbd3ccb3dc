/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include <sci/memory.h>

#include "qc_cohort.h"

static int
compare_reals(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
median_of(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare_reals);
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

sci_status
qc_outliers(double *distance, size_t n, const double *values, double noise)
{
    double *sorted = NULL, median, spread;
    size_t known = 0;
    sci_status st = sci_alloc(&sorted, n, 1, sizeof *sorted);

    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < n; k++) {
        distance[k] = 0.0;
        if (isfinite(values[k]))
            sorted[known++] = values[k];
    }
    if (known >= QC_COHORT_LEAST) {
        median = median_of(sorted, known);
        for (size_t k = 0; k < known; k++)
            sorted[k] = fabs(sorted[k] - median);
        spread = fmax(1.4826 * median_of(sorted, known), noise / QC_FAR);
        for (size_t k = 0; k < n; k++) {
            double d = (values[k] - median) / spread;

            if (isfinite(values[k]) && fabs(d) > QC_FAR)
                distance[k] = isfinite(d) ? d : copysign(1e9, d);
        }
    }
    sci_free(sorted);
    return SCI_OK;
}
