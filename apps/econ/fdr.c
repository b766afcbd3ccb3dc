/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fdr.h"

#include <math.h>
#include <stdlib.h>

#include <sci/memory.h>

typedef struct place {
    double p;
    size_t at;
} place;

static int
compare(const void *a, const void *b)
{
    const place *x = a, *y = b;

    return (x->p > y->p) - (x->p < y->p);
}

/* What n·p/rank is multiplied with. */
static double
factor_of(econ_fdr kind, size_t n)
{
    double sum = 0.0;

    if (kind == ECON_FDR_BH)
        return 1.0;
    for (size_t i = 1; i <= n; i++)
        sum += 1.0 / (double)i;
    return sum;
}

sci_status
econ_fdr_q(econ_fdr kind, const double *p, size_t n, size_t stride, double *q)
{
    place *sorted = NULL;
    size_t m = 0;
    double least = 1.0, factor;
    sci_status st = sci_alloc(&sorted, n, 1, sizeof *sorted);

    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < n; i++) {
        q[i * stride] = p[i * stride];
        if (!isnan(p[i * stride]))
            sorted[m++] = (place){ p[i * stride], i };
    }
    if (kind != ECON_FDR_NONE) {
        factor = factor_of(kind, m);
        qsort(sorted, m, sizeof *sorted, compare);
        for (size_t r = m; r > 0; r--) {
            least = fmin(least, factor * sorted[r - 1].p / ((double)r / (double)m));
            q[sorted[r - 1].at * stride] = least;
        }
    }
    sci_free(sorted);
    return SCI_OK;
}
