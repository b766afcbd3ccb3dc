/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "season.h"

#include <math.h>

#include "stl.h"

enum { SEASONS_MOST = 53 };

/* ---- medians ---- */

/* The periods of one season as a series of their own. */
static void
remove_median_of(const econ_window *w, econ_frequency frequency, int64_t first, int season,
                 double *x, econ_scratch *scratch)
{
    double *sub = scratch->series[2], *centre = scratch->series[3];
    size_t seasons = (size_t)econ_frequency_season(frequency), k = 0;
    econ_window own = *w;

    own.n = own.calibration = 0;
    own.excluded = scratch->flags;
    own.values = (w->values + seasons - 1) / seasons;
    for (size_t t = 0; t < w->n; t++)
        if (econ_period_season(frequency, first + (int64_t)t) == season) {
            sub[own.n] = x[t];
            scratch->flags[own.n++] = w->excluded[t];
            own.calibration += t < w->calibration;
        }
    econ_window_median(&own, sub, centre, scratch);
    for (size_t t = 0; t < w->n; t++)
        if (econ_period_season(frequency, first + (int64_t)t) == season)
            x[t] -= centre[k++];
}

/* ---- STL ---- */

/* y[0…n-1] of x[from…]: gaps on straight lines, ends level; 0 if there is no value. */
static size_t
fill(const econ_window *w, const double *x, size_t from, size_t end, double *y)
{
    size_t n = 0, last = SIZE_MAX;

    for (size_t t = from; t < end; t++) {
        if (isnan(x[t]) || w->excluded[t]) {
            if (last != SIZE_MAX)
                y[n++] = (double)NAN;
            continue;
        }
        for (size_t j = last == SIZE_MAX ? n : last + 1; j < n; j++)
            y[j] = y[last] + (x[t] - y[last]) * (double)(j - last) / (double)(n - last);
        last = n;
        y[n++] = x[t];
    }
    for (size_t j = last == SIZE_MAX ? n : last + 1; j < n; j++)
        y[j] = y[last];
    return n;
}

/* Seasons of [start, stop) by a decomposition of the history [from, end). */
static sci_status
seasons_by(const econ_window *w, size_t period, const double *x, size_t from, size_t end,
           size_t start, size_t stop, double *season, econ_scratch *scratch)
{
    double *y = scratch->series[2], *seasonal = scratch->series[3];
    econ_stl stl = econ_stl_standard(period, true);
    size_t n = fill(w, x, from, end, y);
    sci_status st = SCI_OK;

    if (n >= 2 * period)
        st = econ_stl_fit(&stl, y, n, seasonal, NULL, NULL);
    for (size_t t = start; t < stop; t++) {
        if (st != SCI_OK || n < 2 * period)
            season[t] = (double)NAN;
        else if (t < end)
            season[t] = t + n >= end ? seasonal[n - (end - t)] : (double)NAN;
        else
            season[t] = seasonal[n - period + (t - end) % period];
    }
    return st;
}

static sci_status
remove_stl(const econ_window *w, econ_frequency frequency, int64_t first, double *x,
           econ_scratch *scratch)
{
    size_t period = (size_t)econ_frequency_season(frequency), t = 0;
    double *season = scratch->series[1];
    sci_status st = SCI_OK;

    if (w->kind == ECON_CALIBRATED) {
        st = seasons_by(w, period, x, 0, w->calibration, 0, w->n, season, scratch);
        t = w->n;
    }
    while (st == SCI_OK && t < w->n) {
        /* The next turn of the season, counted from the calendar so that it is the same whenever the
         * panel begins or ends. */
        int64_t turn = (first + (int64_t)t) % (int64_t)period;
        size_t stop = t + period - (size_t)(turn < 0 ? turn + (int64_t)period : turn);
        size_t from = w->kind == ECON_ROLLING && t > w->values ? t - w->values : 0;

        if (stop > w->n)
            stop = w->n;
        st = seasons_by(w, period, x, from, t, t, stop, season, scratch);
        t = stop;
    }
    for (size_t i = 0; i < w->n; i++)
        x[i] -= season[i];
    return st;
}

sci_status
econ_season_remove(econ_seasonal kind, const econ_window *w, econ_frequency frequency,
                   int64_t first, double *x, econ_scratch *scratch)
{
    if (kind == ECON_SEASONAL_STL)
        return remove_stl(w, frequency, first, x, scratch);
    if (kind == ECON_SEASONAL_MEDIAN)
        for (int season = 0; season < SEASONS_MOST; season++)
            remove_median_of(w, frequency, first, season, x, scratch);
    return SCI_OK;
}
