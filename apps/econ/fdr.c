/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fdr.h"

#include <math.h>

#include <sci/memory.h>

#include "sorted.h"

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

/* q of each p in order; equal p have equal q. */
static void
step_up(econ_fdr kind, const econ_sorted *p, double *q)
{
    double least = 1.0, factor = factor_of(kind, p->n);

    for (size_t r = p->n; r > 0; r--) {
        least = fmin(least, factor * p->v[r - 1] / ((double)r / (double)p->n));
        q[r - 1] = least;
    }
}

sci_status
econ_fdr_q(econ_fdr kind, const double *p, size_t n, size_t stride, double *q)
{
    double *room = NULL;
    econ_sorted sorted = { NULL, 0 };
    sci_status st = sci_alloc(&room, 2, n, sizeof *room);

    if (st != SCI_OK)
        return st;
    sorted.v = room;
    for (size_t i = 0; i < n; i++) {
        q[i * stride] = p[i * stride];
        if (!isnan(p[i * stride]))
            sorted.v[sorted.n++] = p[i * stride];
    }
    if (kind != ECON_FDR_NONE) {
        econ_sort(sorted.v, sorted.n);
        step_up(kind, &sorted, room + n);
        for (size_t i = 0; i < n; i++)
            if (!isnan(q[i * stride]))
                q[i * stride] = room[n + econ_sorted_below(&sorted, q[i * stride])];
    }
    sci_free(room);
    return SCI_OK;
}
