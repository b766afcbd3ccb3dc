/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sampling.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

bool
imaging_agree(double a, double b)
{
    return fabs(a - b) <= IMAGING_AGREE * fmax(fabs(a), fabs(b));
}

const char *
imaging_samples_fault(uint64_t n, const double *centres, const double *widths)
{
    bool rises = n > 1 && centres[1] > centres[0];

    for (uint64_t i = 0; i < n; i++) {
        if (!isfinite(centres[i]) || (widths != NULL && isnan(widths[i])))
            return "a coordinate is not finite";
        if (i > 0 && (rises ? centres[i] <= centres[i - 1] : centres[i] >= centres[i - 1]))
            return "coordinates neither rise nor fall all the way";
        if (widths != NULL && !(widths[i] > 0 && isfinite(widths[i])))
            return "a width is not above 0";
    }
    return NULL;
}

static bool
all_agree(uint64_t n, const double *x, double step, bool differences)
{
    for (uint64_t i = differences ? 1 : 0; i < n; i++)
        if (!imaging_agree(differences ? x[i] - x[i - 1] : x[i], step))
            return false;
    return true;
}

/* Slices as thick as they are apart, within what imaging_axis_thickness calls contiguous. */
static bool
are_contiguous(uint64_t n, const double *widths, double step)
{
    return n < 2 || fabs(widths[0] - fabs(step)) <= IMAGING_CONTIGUOUS * fabs(step);
}

double
imaging_axis_pitch(const imaging_axis *axis)
{
    uint64_t n = axis->size;
    double step;

    if (!axis->irregular || axis->centres == NULL || n < 2)
        return axis->step;
    step = (axis->centres[n - 1] - axis->centres[0]) / (double)(n - 1);
    return all_agree(n, axis->centres, step, true) ? step : (double)NAN;
}

void
imaging_axis_set_step(imaging_axis *axis, double step)
{
    sci_free(axis->centres);
    sci_free(axis->widths);
    axis->centres = axis->widths = NULL;
    axis->irregular = false;
    axis->step = step;
}

static sci_status
keep(double **out, const double *x, uint64_t n)
{
    sci_status st;

    if (x == NULL)
        return SCI_OK;
    st = sci_alloc(out, n, 1, sizeof **out);
    if (st == SCI_OK)
        memcpy(*out, x, n * sizeof *x);
    return st;
}

sci_status
imaging_axis_set_samples(imaging_axis *axis, const double *centres, const double *widths,
                         const char *from)
{
    uint64_t n = axis->size;
    const char *fault = imaging_samples_fault(n, centres, widths);
    double step;
    sci_status st;

    if (fault != NULL)
        return sci_fail(SCI_ERR_REFUSED, "%s: %s", from, fault);
    if (n > 1)
        step = (centres[n - 1] - centres[0]) / (double)(n - 1);
    else
        step = widths != NULL && n == 1 ? widths[0] : (double)NAN;
    imaging_axis_set_step(axis, step);
    axis->start = n > 0 ? centres[0] : (double)NAN;
    if (all_agree(n, centres, step, true)
        && (widths == NULL || n == 0
            || (all_agree(n, widths, widths[0], false) && are_contiguous(n, widths, step))))
        return SCI_OK;
    axis->step = NAN;
    axis->irregular = true;
    st = keep(&axis->centres, centres, n);
    return st == SCI_OK ? keep(&axis->widths, widths, n) : st;
}
