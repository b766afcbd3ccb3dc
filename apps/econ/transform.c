/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transform.h"

#include <math.h>

static void
logarithms(const double *x, size_t n, double *out)
{
    for (size_t t = 0; t < n; t++)
        out[t] = x[t] > 0.0 ? log(x[t]) : (double)NAN;
}

static void
changes(double *x, size_t n)
{
    double before = (double)NAN;

    for (size_t t = 0; t < n; t++) {
        double here = x[t];

        x[t] = here - before;
        before = here;
    }
}

static void
growth(double *x, size_t n)
{
    double before = (double)NAN;

    for (size_t t = 0; t < n; t++) {
        double here = x[t];

        x[t] = here / before - 1.0;
        before = here;
    }
}

void
econ_transform_apply(econ_transform transform, int sign, const double *x, size_t n, double *out)
{
    bool logarithm = transform == ECON_LOG || transform == ECON_DLOG || transform == ECON_D2LOG;
    bool second = transform == ECON_DIFF2 || transform == ECON_D2LOG;

    if (logarithm)
        logarithms(x, n, out);
    else
        for (size_t t = 0; t < n; t++)
            out[t] = x[t];
    if (transform == ECON_DPCT)
        growth(out, n);
    if (transform == ECON_DIFF || transform == ECON_DLOG || transform == ECON_DPCT || second)
        changes(out, n);
    if (second)
        changes(out, n);
    for (size_t t = 0; t < n; t++)
        out[t] = isfinite(out[t]) ? (sign < 0 ? -out[t] : out[t]) : (double)NAN;
}
