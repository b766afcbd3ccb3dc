/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is available of a sector, period by period. */
#include "scores_making.h"

#include <math.h>

#include <sci/memory.h>
#include <sci/moments.h>

/* Columns longer than this are had one at a time: then so many together save nothing. */
enum { MEMBERS_MOST = 64 };

sci_status
econ_columns_alloc(econ_columns *c, size_t members)
{
    size_t room = ECON_COLUMNS_MOST * (members < MEMBERS_MOST ? members : MEMBERS_MOST);

    return sci_alloc(&c->values, members > room ? members : room, 1, sizeof(double));
}

void
econ_columns_gather(econ_columns *c, const making *m, size_t sector, size_t first)
{
    const size_t *member = m->member + m->start[sector];

    c->stride = m->start[sector + 1] - m->start[sector];
    c->periods = c->stride <= MEMBERS_MOST ? ECON_COLUMNS_MOST : 1;
    if (c->periods > m->n - first)
        c->periods = m->n - first;
    for (size_t k = 0; k < c->periods; k++)
        c->n[k] = 0;
    for (size_t i = 0; i < c->stride; i++) {
        const double *z = m->out->z + member[i] * m->n + first;

        for (size_t k = 0; k < c->periods; k++) {
            c->values[k * c->stride + c->n[k]] = z[k];
            c->n[k] += isnan(z[k]) ? 0 : 1;
        }
    }
}

bool
econ_columns_means(const econ_columns *c, double *mean)
{
    sci_moments moments[ECON_COLUMNS_MOST];

    for (size_t k = 0; k < c->periods; k++)
        if (c->n[k] != c->stride)
            return false;
    if (sci_moments_of_rows(moments, SCI_FLOAT64, c->values, c->periods, c->stride, SCI_NAN_REFUSE)
        != SCI_OK)
        return false;
    for (size_t k = 0; k < c->periods; k++)
        mean[k] = sci_moments_mean(&moments[k]);
    return true;
}
