/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "quality.h"
#include "sorted.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

/* ---- jumps ---- */

/* The exponent if the ratio is within 2 % of a power of a thousand, else 0. */
static int
power_of(double before, double after)
{
    double ratio = after / before, power;

    if (!(ratio > 0.0) || !isfinite(ratio))
        return 0;
    power = 3.0 * round(log10(ratio) / 3.0);
    if (fabs(power) != 3.0 && fabs(power) != 6.0)
        return 0;
    return fabs(ratio / pow(10.0, power) - 1.0) <= 0.02 ? (int)power : 0;
}

/* Steps that are large by themselves: a series near zero makes them all the time. */
static bool
is_steady(const double *values, size_t n)
{
    size_t steps = 0, large = 0;
    double before = (double)NAN;

    for (size_t t = 0; t < n; t++) {
        if (isnan(values[t]))
            continue;
        if (!isnan(before)) {
            double ratio = values[t] / before;

            steps++;
            large += !(ratio > 1.0 / 3.0 && ratio < 3.0);
        }
        before = values[t];
    }
    return 10 * large <= steps;
}

size_t
econ_quality_jump(const double *values, size_t n, int *power)
{
    double before = (double)NAN;

    for (size_t t = 0; t < n; t++) {
        double ratio = values[t] / before;

        if (isnan(values[t]))
            continue;
        /* Most steps are not worth a logarithm. */
        *power = ratio > 900.0 || ratio < 1.0 / 900.0 ? power_of(before, values[t]) : 0;
        if (*power != 0)
            return is_steady(values, n) ? t : n;
        before = values[t];
    }
    return n;
}

static sci_status
check_jumps(econ_panel *panel, size_t i)
{
    const double *values = panel->values + i * panel->n_periods;
    int power = 0;
    size_t at = econ_quality_jump(values, panel->n_periods, &power);
    char period[ECON_PERIOD_TEXT];

    if (at == panel->n_periods)
        return SCI_OK;
    econ_period_text(period, sizeof period, panel->frequency, panel->first + (int64_t)at);
    return econ_notes_add(
        &panel->notes, ECON_WARNING, "unit_jump", 0, 0,
        "'%.80s' goes %s by a factor of about %s in %s: probably a change of unit",
        panel->indicators[i].name, power > 0 ? "up" : "down",
        power == 3 || power == -3 ? "1,000" : "1,000,000", period);
}

/* ---- seasons ---- */

/* The mean rank of a number that is there, from 1. */
static double
rank_of(const econ_sorted *s, double x)
{
    size_t below = econ_sorted_below(s, x), end = below + 1;

    if (end < s->n && s->v[end] == x)
        end = econ_sorted_below(s, nextafter(x, (double)INFINITY));
    return (double)end - 0.5 * ((double)(end - below) - 1.0);
}

/* Sums of the ranks of each season, and how many they are; changes[0] is that to the second period. */
static void
sum_ranks(const econ_sorted *sorted, const double *changes, size_t n, int season, int64_t first,
          double *sums, double *counts)
{
    for (size_t t = 1; t < n; t++) {
        int s = (int)((first + (int64_t)t) % season);

        if (!isfinite(changes[t - 1]))
            continue;
        sums[s] += rank_of(sorted, changes[t - 1]);
        counts[s] += 1.0;
    }
}

/* The sum of equal³ - equal over numbers that are equal. */
static double
ties_of(const econ_sorted *s)
{
    double ties = 0.0;

    for (size_t k = 0; k < s->n;) {
        size_t end = k;
        double equal;

        while (end < s->n && s->v[end] == s->v[k])
            end++;
        equal = (double)(end - k);
        ties += equal * equal * equal - equal;
        k = end;
    }
    return ties;
}

/* changes[t - 1] to period t: of logarithms where all values are positive. */
static void
make_changes(const double *values, size_t n, double *changes)
{
    bool positive = true;

    for (size_t t = 0; t < n; t++)
        positive = positive && !(values[t] <= 0.0);
    for (size_t t = 1; t < n; t++)
        changes[t - 1] = positive ? log(values[t] / values[t - 1]) : values[t] - values[t - 1];
}

bool
econ_quality_seasonal(const double *values, size_t n, econ_frequency frequency, int64_t first,
                      double *scratch)
{
    /* chi squared with 3 and 11 degrees of freedom at 0.999 */
    const int season = econ_frequency_season(frequency);
    const double critical = season == 4 ? 16.266 : 31.264;
    double *changes = scratch;
    econ_sorted sorted = { scratch + n, 0 };
    double sums[12] = { 0 }, counts[12] = { 0 }, ties, h = 0.0, m;

    if ((frequency != ECON_QUARTERLY && frequency != ECON_MONTHLY) || n < 3 * (size_t)season + 1)
        return false;
    make_changes(values, n, changes);
    for (size_t t = 1; t < n; t++)
        if (isfinite(changes[t - 1]))
            sorted.v[sorted.n++] = changes[t - 1];
    m = (double)sorted.n;
    if (sorted.n < 3 * (size_t)season)
        return false;
    econ_sort(sorted.v, sorted.n);
    sum_ranks(&sorted, changes, n, season, first, sums, counts);
    ties = ties_of(&sorted);
    for (int s = 0; s < season; s++) {
        if (counts[s] < 2.0)
            return false;
        h += sums[s] * sums[s] / counts[s];
    }
    h = 12.0 / (m * (m + 1.0)) * h - 3.0 * (m + 1.0);
    h /= 1.0 - ties / (m * m * m - m);
    return h > critical && h > 0.25 * (m - 1.0);
}

/* Of large panels that many indicators are looked at, evenly spread. */
enum { SEASONS_MOST = 500 };

static sci_status
check_seasons(econ_panel *panel)
{
    double *scratch = NULL;
    size_t n = panel->n_indicators < SEASONS_MOST ? panel->n_indicators : SEASONS_MOST;
    size_t seasonal = 0, example = 0;
    sci_status st = sci_alloc(&scratch, 2, panel->n_periods, sizeof *scratch);

    for (size_t k = 0; k < n && st == SCI_OK; k++) {
        size_t i = k * panel->n_indicators / n;

        if (econ_quality_seasonal(panel->values + i * panel->n_periods, panel->n_periods,
                                  panel->frequency, panel->first, scratch)
            && seasonal++ == 0)
            example = i;
    }
    sci_free(scratch);
    if (st != SCI_OK || seasonal == 0)
        return st;
    return econ_notes_add(
        &panel->notes, ECON_WARNING, "seasonal", 0, 0,
        "%zu of %zu indicators%s look seasonal, '%.80s' among them; --seasonal takes "
        "seasons out",
        seasonal, n, n < panel->n_indicators ? " that were looked at" : "",
        panel->indicators[example].name);
}

/* ---- single series ---- */

static bool
is_constant(const double *values, size_t n)
{
    double first = (double)NAN;
    size_t seen = 0;

    for (size_t t = 0; t < n; t++) {
        if (isnan(values[t]))
            continue;
        if (seen++ == 0)
            first = values[t];
        if (values[t] != first)
            return false;
    }
    return seen > 1;
}

static sci_status
check_constant(econ_panel *panel)
{
    size_t constant = 0, example = 0;

    for (size_t i = 0; i < panel->n_indicators; i++)
        if (is_constant(panel->values + i * panel->n_periods, panel->n_periods) && constant++ == 0)
            example = i;
    if (constant == 0)
        return SCI_OK;
    return econ_notes_add(&panel->notes, ECON_WARNING, "constant", 0, 0,
                          "%zu indicator%s never change%s, first '%.80s': no score is possible",
                          constant, constant == 1 ? "" : "s", constant == 1 ? "s" : "",
                          panel->indicators[example].name);
}

sci_status
econ_quality_check(econ_panel *panel, bool seasons)
{
    sci_status st = SCI_OK;

    for (size_t i = 0; i < panel->n_indicators && st == SCI_OK; i++)
        st = check_jumps(panel, i);
    if (st == SCI_OK)
        st = check_constant(panel);
    if (st == SCI_OK && seasons)
        st = check_seasons(panel);
    return st == SCI_OK ? econ_quality_sums(panel) : st;
}
