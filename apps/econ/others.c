/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "others.h"

#include <math.h>

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
