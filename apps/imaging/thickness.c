/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How thick the samples of an axis are. */
#include <inttypes.h>
#include <math.h>

#include "sampling.h"
#include "settings.h"

static double
distance(const imaging_axis *axis, uint64_t i)
{
    return fabs(axis->centres[i + 1] - axis->centres[i]);
}

/* Two neighbouring slices whose widths do not meet; axis->size if all do. */
static uint64_t
find_gap(const imaging_axis *axis)
{
    for (uint64_t i = 0; axis->centres != NULL && i + 1 < axis->size; i++) {
        double between = distance(axis, i), reach = (axis->widths[i] + axis->widths[i + 1]) / 2;

        if (!(fabs(between - reach) <= IMAGING_CONTIGUOUS * between))
            return i;
    }
    return axis->size;
}

static sci_status
take_widths(const imaging_axis *axis, int how, const char *file, double *out)
{
    uint64_t gap;

    if (axis->widths == NULL)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': samples along '%s' are not evenly spaced, and the file does not say "
                        "how thick they are; --slice-weight cell takes half the distances to their "
                        "neighbours, uniform counts all alike",
                        file, axis->name);
    gap = how == SLICES_AUTO ? find_gap(axis) : axis->size;
    if (gap < axis->size) {
        double between = distance(axis, gap);
        double reach = (axis->widths[gap] + axis->widths[gap + 1]) / 2;

        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': slices %" PRIu64 " and %" PRIu64 " along '%s' %s: their centres are "
                        "%.6g apart, their widths reach %.6g; say which counts with --slice-weight "
                        "width, cell or uniform",
                        file, gap, gap + 1, axis->name, reach < between ? "leave a gap" : "overlap",
                        between, reach);
    }
    for (uint64_t i = 0; i < axis->size; i++)
        out[i] = axis->widths[i];
    return SCI_OK;
}

/* The outer samples reach as far outwards as inwards. */
static sci_status
take_cells(const imaging_axis *axis, const char *file, double *out)
{
    uint64_t n = axis->size;

    if (axis->centres == NULL || n < 2)
        return sci_fail(SCI_ERR_REFUSED,
                        "'%s': there are no distances of samples along '%s' to take; use "
                        "--slice-weight width or uniform",
                        file, axis->name);
    for (uint64_t i = 0; i < n; i++) {
        double before = distance(axis, i > 0 ? i - 1 : 0);
        double after = distance(axis, i + 1 < n ? i : n - 2);

        out[i] = (before + after) / 2;
    }
    return SCI_OK;
}

sci_status
imaging_axis_thickness(const imaging_axis *axis, int how, const char *file, double *out)
{
    double same = fabs(axis->step);

    if (axis->irregular && how == SLICES_CELL)
        return take_cells(axis, file, out);
    if (axis->irregular && how != SLICES_UNIFORM)
        return take_widths(axis, how, file, out);
    if (axis->irregular)
        same =
            axis->centres != NULL && axis->size > 1
                ? fabs(axis->centres[axis->size - 1] - axis->centres[0]) / (double)(axis->size - 1)
                : (double)NAN;
    for (uint64_t i = 0; i < axis->size; i++)
        out[i] = same;
    return SCI_OK;
}
