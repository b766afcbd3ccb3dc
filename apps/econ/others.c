/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "others.h"

#include <math.h>

#include <sci/memory.h>
#include <sci/parallel.h>

econ_middle
econ_middle_of(const double *v, size_t n)
{
    econ_middle m = { .n = n };
    size_t half = n / 2;

    if (n == 1)
        m.at = v[0];
    if (n < 2)
        return m;
    m.before = v[half - 1];
    m.at = v[half];
    m.after = n % 2 == 0 ? v[half] : v[half + 1];
    return m;
}

double
econ_middle_median(const econ_middle *m)
{
    if (m->n == 0)
        return (double)NAN;
    return m->n % 2 == 1 ? m->at : 0.5 * (m->before + m->after);
}

/* Where x equals one of the three, taking out either of the equal numbers leaves the same. */
double
econ_middle_without(const econ_middle *m, double x)
{
    if (m->n < 2)
        return (double)NAN;
    if (m->n % 2 == 0)
        return x <= m->before ? m->after : m->before;
    if (x < m->at)
        return 0.5 * (m->at + m->after);
    if (x > m->at)
        return 0.5 * (m->before + m->at);
    return 0.5 * (m->before + m->after);
}

sci_status
econ_others_alloc(econ_others *o, size_t n)
{
    sci_status st = sci_alloc(&o->middle, n, 4, sizeof *o->middle);

    if (st != SCI_OK)
        return st;
    o->below = o->middle + n;
    o->at = o->below + n;
    o->above = o->at + n;
    return SCI_OK;
}

void
econ_others_clear(econ_others *o)
{
    sci_free(o->middle);
    *o = (econ_others){ 0 };
}

void
econ_others_set(econ_others *o, size_t t, const double *v, size_t n)
{
    econ_middle m = econ_middle_of(v, n);

    o->middle[t] = n % 2 == 0 ? m.before : m.at;
    o->at[t] = econ_middle_without(&m, o->middle[t]);
    o->below[t] = n % 2 == 0 ? o->at[t] : econ_middle_without(&m, (double)-INFINITY);
    o->above[t] = econ_middle_without(&m, (double)INFINITY);
}

/* All three are computed and one chosen, without a branch to guess. */
SCI_CLONES static void
take_off(const econ_others *restrict o, const double *restrict x, size_t n, double *restrict out)
{
    const double *restrict middle = o->middle, *restrict below = o->below, *restrict at = o->at,
                           *restrict above = o->above;

    for (size_t t = 0; t < n; t++) {
        double other = x[t] < middle[t] ? below[t] : (x[t] > middle[t] ? above[t] : at[t]);
        double apart = x[t] - other;

        out[t] = isnan(x[t]) ? (double)NAN : apart;
    }
}

void
econ_others_apart(const econ_others *o, const double *x, size_t n, double *out)
{
    take_off(o, x, n, out);
}
