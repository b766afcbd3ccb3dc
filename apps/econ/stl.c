/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stl.h"

#include <math.h>

#include <sci/memory.h>

#include "sorted.h"

static size_t
odd_from(double x)
{
    size_t n = (size_t)ceil(x);

    return n % 2 == 1 ? n : n + 1;
}

econ_stl
econ_stl_standard(size_t period, bool robust)
{
    return (econ_stl){ .period = period,
                       .seasonal = 13,
                       .trend = odd_from(1.5 * (double)period / (1.0 - 1.5 / 13.0)),
                       .low_pass = odd_from((double)period + 1.0),
                       .inner = robust ? 2 : 5,
                       .outer = robust ? 15 : 0 };
}

/* The loess of y[0…n-1] at position `at` (from 0) from the points left…right; false if all weights are 0.
 * `w` has room for n. */
static bool
estimate(const double *y, size_t n, size_t length, double at, size_t left, size_t right, double *w,
         const double *robustness, double *out)
{
    double reach = fmax(at - (double)left, (double)right - at), sum = 0.0, centre = 0.0,
           squares = 0.0, result = 0.0, inner, outer;

    if (length > n)
        reach += (double)((length - n) / 2);
    inner = 0.001 * reach;
    outer = 0.999 * reach;
    for (size_t j = left; j <= right; j++) {
        double r = fabs((double)j - at), u = r / reach;

        w[j] = 0.0;
        if (r > outer)
            continue;
        w[j] = r <= inner ? 1.0 : (1.0 - u * u * u) * (1.0 - u * u * u) * (1.0 - u * u * u);
        if (robustness != NULL)
            w[j] *= robustness[j];
        sum += w[j];
    }
    if (sum <= 0.0)
        return false;
    for (size_t j = left; j <= right; j++)
        w[j] /= sum;
    if (reach > 0.0) {
        for (size_t j = left; j <= right; j++)
            centre += w[j] * (double)j;
        for (size_t j = left; j <= right; j++)
            squares += w[j] * ((double)j - centre) * ((double)j - centre);
        /* Points too near each other carry no slope. */
        if (sqrt(squares) > 0.001 * ((double)n - 1.0)) {
            double slope = (at - centre) / squares;

            for (size_t j = left; j <= right; j++)
                w[j] *= slope * ((double)j - centre) + 1.0;
        }
    }
    for (size_t j = left; j <= right; j++)
        result += w[j] * y[j];
    *out = result;
    return true;
}

static void
smooth(const double *y, size_t n, size_t length, const double *robustness, double *out, double *w)
{
    size_t left = 0, right = length < n ? length - 1 : n - 1, half = (length + 1) / 2;

    if (n < 2) {
        out[0] = y[0];
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (length < n && i + 1 > half && right + 1 < n) {
            left++;
            right++;
        }
        if (!estimate(y, n, length, (double)i, left, right, w, robustness, &out[i]))
            out[i] = y[i];
    }
}

static void
moving_average(const double *x, size_t n, size_t length, double *out)
{
    double sum = 0.0;

    for (size_t i = 0; i < length; i++)
        sum += x[i];
    out[0] = sum / (double)length;
    for (size_t i = length; i < n; i++) {
        sum += x[i] - x[i - length];
        out[i - length + 1] = sum / (double)length;
    }
}

/* Working space: five stretches of n + 2 periods. */
typedef struct stl_space {
    double *stretch[5];
    double *weights; /* of robustness, n */
    double *season, *trend;
} stl_space;

/* Each season's subseries smoothed, and carried on by one value at both ends: n + 2 periods. */
static void
smooth_seasons(const econ_stl *stl, const double *y, size_t n, const double *robustness,
               double *out, stl_space *space)
{
    double *sub = space->stretch[1], *smoothed = space->stretch[2], *w = space->stretch[3],
           *weight = space->stretch[4];

    for (size_t s = 0; s < stl->period; s++) {
        size_t k = (n - s - 1) / stl->period + 1;
        size_t right = stl->seasonal < k ? stl->seasonal - 1 : k - 1;
        size_t left = stl->seasonal < k ? k - stl->seasonal : 0;

        for (size_t i = 0; i < k; i++) {
            sub[i] = y[i * stl->period + s];
            if (robustness != NULL)
                weight[i] = robustness[i * stl->period + s];
        }
        smooth(sub, k, stl->seasonal, robustness != NULL ? weight : NULL, smoothed + 1, w);
        if (!estimate(sub, k, stl->seasonal, -1.0, 0, right, w, robustness != NULL ? weight : NULL,
                      &smoothed[0]))
            smoothed[0] = smoothed[1];
        if (!estimate(sub, k, stl->seasonal, (double)k, left, k - 1, w,
                      robustness != NULL ? weight : NULL, &smoothed[k + 1]))
            smoothed[k + 1] = smoothed[k];
        for (size_t i = 0; i < k + 2; i++)
            out[i * stl->period + s] = smoothed[i];
    }
}

static void
inner_loop(const econ_stl *stl, const double *y, size_t n, const double *robustness,
           stl_space *space)
{
    size_t p = stl->period;
    double *a = space->stretch[0], *b = space->stretch[1], *c = space->stretch[2];

    for (int k = 0; k < stl->inner; k++) {
        double *detrended = space->season; /* read before it is written */

        for (size_t i = 0; i < n; i++)
            detrended[i] = y[i] - space->trend[i];
        smooth_seasons(stl, detrended, n, robustness, a, space);
        moving_average(a, n + 2 * p, p, b);
        moving_average(b, n + p + 1, p, c);
        moving_average(c, n + 2, 3, b);
        smooth(b, n, stl->low_pass, NULL, c, space->stretch[3]);
        for (size_t i = 0; i < n; i++)
            space->season[i] = a[p + i] - c[i];
        for (size_t i = 0; i < n; i++)
            b[i] = y[i] - space->season[i];
        smooth(b, n, stl->trend, robustness, space->trend, space->stretch[3]);
    }
}

/* Bisquare weights of what is left over, by six times its median. */
static void
weigh(const double *y, size_t n, stl_space *space)
{
    double *size = space->stretch[0], *sorted = space->stretch[1], bound;

    for (size_t i = 0; i < n; i++)
        sorted[i] = size[i] = fabs(y[i] - space->trend[i] - space->season[i]);
    econ_sort(sorted, n);
    bound = 3.0 * (sorted[(n - 1) / 2] + sorted[n / 2]);
    for (size_t i = 0; i < n; i++) {
        double u = size[i] / bound;

        space->weights[i] = size[i] <= 0.001 * bound   ? 1.0
                            : size[i] <= 0.999 * bound ? (1.0 - u * u) * (1.0 - u * u)
                                                       : 0.0;
    }
}

static void
copy_out(const double *from, size_t n, double *to)
{
    for (size_t i = 0; to != NULL && i < n; i++)
        to[i] = from[i];
}

sci_status
econ_stl_fit(const econ_stl *stl, const double *y, size_t n, double *seasonal, double *trend,
             double *weights)
{
    size_t room = n + 2 * stl->period;
    double *all = NULL;
    stl_space space;
    sci_status st;

    if (stl->period < 2 || n < 2 * stl->period)
        return sci_fail(SCI_ERR_SHAPE, "a season of %zu needs %zu values, there are %zu",
                        stl->period, 2 * stl->period, n);
    st = sci_alloc_zero(&all, 8, room, sizeof *all);
    if (st != SCI_OK)
        return st;
    for (size_t k = 0; k < 5; k++)
        space.stretch[k] = all + k * room;
    space.weights = all + 5 * room;
    space.season = all + 6 * room;
    space.trend = all + 7 * room;
    for (size_t i = 0; i < n; i++)
        space.weights[i] = 1.0;
    for (int k = 0; k <= stl->outer; k++) {
        inner_loop(stl, y, n, k > 0 ? space.weights : NULL, &space);
        if (k < stl->outer)
            weigh(y, n, &space);
    }
    copy_out(space.season, n, seasonal);
    copy_out(space.trend, n, trend);
    copy_out(space.weights, n, weights);
    sci_free(all);
    return SCI_OK;
}
