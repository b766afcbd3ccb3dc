/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sector from its indicators. */
#include "scores_making.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/moments.h>

/* Moments of memory, not a pass of the engine: its segments depend on the number of periods, and an update
 * must have the bits of a run over all of them. */
static sci_status
mean_of(const double *column, size_t n, double *out)
{
    sci_moments moments;
    sci_status st = sci_moments_of(&moments, SCI_FLOAT64, column, n, SCI_NAN_REFUSE);

    if (st == SCI_OK)
        *out = sci_moments_mean(&moments);
    return st;
}

static double
weight_of(const making *m, size_t member)
{
    return m->panel->indicators[m->member[member]].weight;
}

static bool
is_weighted(const making *m, size_t sector)
{
    for (size_t k = m->start[sector] + 1; k < m->start[sector + 1]; k++)
        if (weight_of(m, k) != weight_of(m, k - 1))
            return true;
    return false;
}

/* By the weights of the map, of what is available. */
static double
weighted_mean(const making *m, size_t sector, size_t t)
{
    double sum = 0.0, weights = 0.0;

    for (size_t k = m->start[sector]; k < m->start[sector + 1]; k++) {
        double z = m->out->z[m->member[k] * m->n + t];

        if (isnan(z))
            continue;
        sum += weight_of(m, k) * z;
        weights += weight_of(m, k);
    }
    return sum / weights;
}

static double
breadth_of(const double *column, size_t n, double raw)
{
    double sign = raw > 0.0 ? 1.0 : (raw < 0.0 ? -1.0 : 0.0);
    size_t beyond = 0;

    for (size_t i = 0; i < n; i++)
        beyond += column[i] * sign > 2.0;
    return (double)beyond / (double)n;
}

/* Of two indicators over the history [begin, end); 0 where too little is known. z beyond 6 count as 6, as a single
 * shock would else be all that it says. */
static double
correlation(const making *m, const double *x, const double *y, size_t begin, size_t end)
{
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0, n = 0, both;

    for (size_t u = begin; u < end; u++) {
        double p = fmax(-6.0, fmin(6.0, x[u])), q = fmax(-6.0, fmin(6.0, y[u]));

        if (isnan(x[u]) || isnan(y[u]) || m->window.excluded[u])
            continue;
        n += 1.0;
        sx += p;
        sy += q;
        sxx += p * p;
        syy += q * q;
        sxy += p * q;
    }
    both = (n * sxx - sx * sx) * (n * syy - sy * sy);
    return n >= ECON_P_LEAST && both > 0.0 ? (n * sxy - sx * sy) / sqrt(both) : 0.0;
}

/* The spread of the weighted mean of a sector's indicators, of all of them and of those that are available at t:
 * sqrt(w'Rw)/sum(w), R being their correlations in the history. */
static void
spreads_of_means(const making *m, size_t sector, size_t t, double *available, double *all)
{
    size_t end = m->window.kind == ECON_CALIBRATED ? m->window.calibration : t;
    size_t begin =
        m->window.kind == ECON_ROLLING && end > m->window.values ? end - m->window.values : 0;
    double squares = 0.0, squares_here = 0.0, weights = 0.0, weights_here = 0.0;

    for (size_t a = m->start[sector]; a < m->start[sector + 1]; a++) {
        const double *x = m->out->z + m->member[a] * m->n;

        weights += weight_of(m, a);
        weights_here += isnan(x[t]) ? 0.0 : weight_of(m, a);
        for (size_t b = m->start[sector]; b < m->start[sector + 1]; b++) {
            const double *y = m->out->z + m->member[b] * m->n;
            double r = weight_of(m, a) * weight_of(m, b)
                       * (a == b ? 1.0 : correlation(m, x, y, begin, end));

            squares += r;
            squares_here += isnan(x[t]) || isnan(y[t]) ? 0.0 : r;
        }
    }
    *all = sqrt(squares) / weights;
    *available = sqrt(squares_here) / weights_here;
}

/* A mean of fewer indicators varies more: raw of n of k brought to the spread of a mean of all k. */
static double
rescale(const making *m, size_t sector, size_t t, size_t n, double raw)
{
    double available, all;

    if (n == m->start[sector + 1] - m->start[sector] || n == 0)
        return raw;
    spreads_of_means(m, sector, t, &available, &all);
    return available > 0.0 && all > 0.0 ? raw * all / available : raw;
}

/* The sector in one period; the column is sorted afterwards. *mean is known, or NULL. */
static sci_status
sum_up(making *m, size_t sector, size_t t, bool weighted, double *column, size_t n,
       const double *mean)
{
    size_t at = sector * m->n + t;
    econ_scores *out = m->out;
    sci_status st = SCI_OK;

    if (t < m->from || n == 0) {
        econ_sort(column, n);
        return SCI_OK;
    }
    out->n_available[at] = (uint32_t)n;
    if (m->rules->sector_stat == ECON_SECTOR_MEAN && weighted)
        out->raw[at] = weighted_mean(m, sector, t);
    else if (m->rules->sector_stat == ECON_SECTOR_MEAN && mean != NULL)
        out->raw[at] = *mean;
    else if (m->rules->sector_stat == ECON_SECTOR_MEAN)
        st = mean_of(column, n, &out->raw[at]);
    econ_sort(column, n);
    if (m->rules->sector_stat == ECON_SECTOR_MEDIAN)
        out->raw[at] = econ_sorted_median(&(econ_sorted){ column, n });
    out->breadth[at] = breadth_of(column, n, out->raw[at]);
    if (m->rules->rescale_missing)
        out->raw[at] = rescale(m, sector, t, n, out->raw[at]);
    return st;
}

/* The sector in all periods. */
static sci_status
sum_up_all(making *m, size_t sector, worker_space *space)
{
    bool weighted = is_weighted(m, sector),
         means = !weighted && m->rules->sector_stat == ECON_SECTOR_MEAN;
    econ_columns *c = &space->columns;
    double mean[ECON_COLUMNS_MOST];
    sci_status st = SCI_OK;

    for (size_t t = 0; t < m->n && st == SCI_OK; t += c->periods) {
        econ_columns_gather(c, m, sector, t);
        bool together = means && econ_columns_means(c, mean);

        for (size_t k = 0; k < c->periods && st == SCI_OK; k++) {
            double *column = c->values + k * c->stride;

            st = sum_up(m, sector, t + k, weighted, column, c->n[k], together ? &mean[k] : NULL);
            econ_others_set(&space->others, t + k, column, c->n[k]);
        }
    }
    return st;
}

/* ---- indicators among those of their sector ---- */

/* One indicator against the others of its sector. */
static void
score_within(making *m, size_t i, const worker_space *space, double *score, const econ_p_out *out,
             econ_scratch *scratch)
{
    double *apart = scratch->series[0];

    econ_others_apart(&space->others, m->out->z + i * m->n, m->n, apart);
    econ_window_judge(&m->window, apart, m->from, score, out, scratch);
}

/* Keep the largest score and the least p of period t. */
static void
keep_best(making *m, size_t at, size_t i, double score, double p, double *least, bool extrapolated)
{
    econ_scores *out = m->out;
    double best = out->within_max[at];

    if (!isnan(score) && (isnan(best) || fabs(score) > fabs(best))) {
        out->within_max[at] = score;
        out->within_driver[at] = (uint32_t)i;
    }
    if (isnan(p) || p >= *least)
        return;
    *least = p;
    out->extrapolated[at] &= (uint8_t)~ECON_STAT_WITHIN;
    if (extrapolated)
        out->extrapolated[at] |= ECON_STAT_WITHIN;
}

static void
score_withins(making *m, size_t sector, worker_space *space)
{
    econ_scratch *scratch = &space->scratch;
    double *p = scratch->series[2], *least = scratch->series[3];
    const econ_p_out out = { .p = p, .flags = scratch->flags, .flag = 1, .least = least };
    size_t row = sector * m->n;

    memset(space->tests, 0, m->n * sizeof *space->tests);
    for (size_t t = 0; t < m->n; t++)
        least[t] = (double)INFINITY;
    for (size_t k = m->start[sector]; k < m->start[sector + 1]; k++) {
        size_t i = m->member[k];
        double *score = m->given->within != NULL ? m->given->within + i * m->n : scratch->series[1];

        memset(scratch->flags, 0, m->n);
        score_within(m, i, space, score, &out, scratch);
        for (size_t t = m->from; t < m->n; t++) {
            keep_best(m, row + t, i, score[t], p[t], &least[t], scratch->flags[t] != 0);
            space->tests[t] += isnan(p[t]) ? 0U : 1U;
        }
    }
    for (size_t t = m->from; t < m->n; t++)
        if (space->tests[t] > 0)
            m->out->p_within[row + t] = -expm1((double)space->tests[t] * log1p(-least[t]));
}

sci_status
econ_making_sector(void *context, size_t sector, int worker)
{
    making *m = context;
    worker_space *space = &m->spaces[worker];
    econ_scratch *scratch = &space->scratch;
    econ_scores *out = m->out;
    size_t row = sector * m->n, members = m->start[sector + 1] - m->start[sector];
    bool known = m->given->known != NULL && m->given->known[sector];
    const econ_p_out p = { .p = out->p_level + row,
                           .flags = out->extrapolated + row,
                           .flag = ECON_STAT_LEVEL };
    sci_status st = SCI_OK;

    if (!known)
        st = sum_up_all(m, sector, space);
    if (st == SCI_OK && !known && members > 1)
        score_withins(m, sector, space);
    if (st == SCI_OK && !known && out->mahalanobis != NULL)
        st = econ_mahalanobis_sector(m->panel, m->rules, &m->window, members,
                                     m->member + m->start[sector], m->from, out->mahalanobis + row,
                                     out->p_mahalanobis + row, scratch);
    if (st != SCI_OK)
        return st;
    econ_window_judge(&m->window, out->raw + row, m->from, out->level + row, &p, scratch);
    return SCI_OK;
}
