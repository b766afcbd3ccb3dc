/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a panel to the scores of its indicators, sectors and the economy. */
#include "scores.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/moments.h>
#include <sci/parallel.h>

#include "fdr.h"
#include "others.h"
#include "scores_priv.h"

/* ---- storage ---- */

enum { SECTOR_ARRAYS = 13, PERIOD_ARRAYS = 4 };

static sci_status
alloc_missing(double **out, size_t rows, size_t columns)
{
    sci_status st = sci_alloc(out, rows, columns, sizeof **out);

    for (size_t i = 0; st == SCI_OK && i < rows * columns; i++)
        (*out)[i] = (double)NAN;
    return st;
}

static sci_status
alloc_flags(econ_scores *out)
{
    size_t n = out->n_periods, s = out->n_sectors;
    sci_status st = sci_alloc_zero(&out->n_available, s, n, sizeof *out->n_available);

    if (st == SCI_OK)
        st = sci_alloc(&out->within_driver, s, n, sizeof *out->within_driver);
    if (st == SCI_OK)
        memset(out->within_driver, 0xff, s * n * sizeof *out->within_driver);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->extrapolated, s, n, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->in_sample, n, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->excluded, n, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->economy_extrapolated, n, 1, 1);
    return st;
}

sci_status
econ_scores_alloc(econ_scores *out, const econ_panel *panel, const econ_rules *rules)
{
    size_t n = panel->n_periods, s = panel->n_sectors;
    sci_status st = SCI_OK;

    *out = (econ_scores){ .n_periods = n, .n_indicators = panel->n_indicators, .n_sectors = s };
    double **const sectors[SECTOR_ARRAYS] = { &out->raw,
                                              &out->level,
                                              &out->relative_raw,
                                              &out->relative,
                                              &out->within_max,
                                              &out->breadth,
                                              &out->p_level,
                                              &out->p_relative,
                                              &out->p_within,
                                              &out->q_relative,
                                              &out->q_within,
                                              &out->overall_p,
                                              NULL };
    double **const periods[PERIOD_ARRAYS] = { &out->economy_raw, &out->economy_level, &out->economy,
                                              &out->p_economy };

    st = alloc_missing(&out->z, panel->n_indicators, n);
    for (int k = 0; st == SCI_OK && sectors[k] != NULL; k++)
        st = alloc_missing(sectors[k], s, n);
    for (int k = 0; st == SCI_OK && k < PERIOD_ARRAYS; k++)
        st = alloc_missing(periods[k], n, 1);
    if (st == SCI_OK && (rules->stats & ECON_STAT_MAHALANOBIS) != 0) {
        st = alloc_missing(&out->mahalanobis, s, n);
        if (st == SCI_OK)
            st = alloc_missing(&out->p_mahalanobis, s, n);
    }
    if (st == SCI_OK)
        st = alloc_flags(out);
    if (st != SCI_OK)
        econ_scores_clear(out);
    return st;
}

void
econ_scores_clear(econ_scores *scores)
{
    void *const all[] = { scores->z,
                          scores->raw,
                          scores->level,
                          scores->relative_raw,
                          scores->relative,
                          scores->within_max,
                          scores->breadth,
                          scores->p_level,
                          scores->p_relative,
                          scores->p_within,
                          scores->q_relative,
                          scores->q_within,
                          scores->overall_p,
                          scores->mahalanobis,
                          scores->p_mahalanobis,
                          scores->economy_raw,
                          scores->economy,
                          scores->economy_level,
                          scores->p_economy,
                          scores->n_available,
                          scores->within_driver,
                          scores->extrapolated,
                          scores->in_sample,
                          scores->excluded,
                          scores->economy_extrapolated };

    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        sci_free(all[k]);
    *scores = (econ_scores){ .n_periods = 0 };
}

/* ---- the work ---- */

typedef struct worker_space {
    econ_scratch scratch;
    econ_middle *middle; /* [period] of the sector in hand */
    double *column;      /* what is available in one period */
    uint32_t *tests;     /* [period]: indicators with a p */
} worker_space;

typedef struct making {
    econ_scores *out;
    const econ_panel *panel;
    const econ_rules *rules;
    econ_window window;
    const econ_given *given;
    size_t from, n;
    size_t *start;        /* [sector + 1] of its members */
    size_t *member;       /* indicators, sector by sector */
    worker_space *spaces; /* one a worker */
    int workers;
} making;

static sci_status
list_members(making *m)
{
    const econ_panel *p = m->panel;
    sci_status st = sci_alloc_zero(&m->start, p->n_sectors + 2, 1, sizeof *m->start);

    if (st == SCI_OK)
        st = sci_alloc(&m->member, p->n_indicators, 1, sizeof *m->member);
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < p->n_indicators; i++) {
        if (p->indicators[i].sector_index >= p->n_sectors)
            return sci_fail(SCI_ERR_REFUSED,
                            "'%s': indicator '%s' is in no sector; name one in --map", p->path,
                            p->indicators[i].name);
        m->start[p->indicators[i].sector_index + 2]++;
    }
    for (size_t s = 2; s < p->n_sectors + 2; s++)
        m->start[s] += m->start[s - 1];
    for (size_t i = 0; i < p->n_indicators; i++)
        m->member[m->start[p->indicators[i].sector_index + 1]++] = i;
    return SCI_OK;
}

static sci_status
make_spaces(making *m)
{
    size_t most = m->panel->n_sectors;
    sci_status st;

    for (size_t s = 0; s < m->panel->n_sectors; s++)
        if (m->start[s + 1] - m->start[s] > most)
            most = m->start[s + 1] - m->start[s];
    st = sci_alloc_zero(&m->spaces, (size_t)m->workers, 1, sizeof *m->spaces);
    for (int k = 0; st == SCI_OK && k < m->workers; k++) {
        st = econ_scratch_make(&m->spaces[k].scratch, m->n);
        if (st == SCI_OK)
            st = sci_alloc(&m->spaces[k].middle, m->n, 1, sizeof *m->spaces[k].middle);
        if (st == SCI_OK)
            st = sci_alloc(&m->spaces[k].column, most, 1, sizeof(double));
        if (st == SCI_OK)
            st = sci_alloc(&m->spaces[k].tests, m->n, 1, sizeof(uint32_t));
    }
    return st;
}

static void
clear_making(making *m)
{
    for (int k = 0; m->spaces != NULL && k < m->workers; k++) {
        econ_scratch_clear(&m->spaces[k].scratch);
        sci_free(m->spaces[k].middle);
        sci_free(m->spaces[k].column);
        sci_free(m->spaces[k].tests);
    }
    sci_free(m->spaces);
    sci_free(m->start);
    sci_free(m->member);
}

/* ---- indicators ---- */

static sci_status
score_indicator(void *context, size_t i, int worker)
{
    making *m = context;
    econ_scratch *scratch = &m->spaces[worker].scratch;
    double *x = scratch->series[0];
    sci_status st = econ_indicator_series(m->panel, m->rules, &m->window, i, x, scratch);

    if (st == SCI_OK)
        econ_window_score(&m->window, x, m->from, m->out->z + i * m->n, NULL, NULL, NULL, scratch);
    return st;
}

/* ---- sectors ---- */

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

static size_t
gather(const making *m, size_t sector, size_t t, double *column)
{
    size_t n = 0;

    for (size_t k = m->start[sector]; k < m->start[sector + 1]; k++) {
        double z = m->out->z[m->member[k] * m->n + t];

        if (!isnan(z))
            column[n++] = z;
    }
    return n;
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

/* The sector in one period; the column is sorted afterwards. */
static sci_status
sum_up(making *m, size_t sector, size_t t, bool weighted, double *column, size_t n)
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

/* One indicator against the others of its sector. */
static void
score_within(making *m, size_t i, const worker_space *space, econ_scratch *scratch, double *score)
{
    const double *z = m->out->z + i * m->n;
    double *apart = scratch->series[0];

    for (size_t t = 0; t < m->n; t++)
        apart[t] = isnan(z[t]) ? (double)NAN : z[t] - econ_middle_without(&space->middle[t], z[t]);
    econ_window_score(&m->window, apart, m->from, score, NULL, NULL, scratch->behind, scratch);
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
    size_t row = sector * m->n;

    memset(space->tests, 0, m->n * sizeof *space->tests);
    for (size_t t = 0; t < m->n; t++)
        least[t] = (double)INFINITY;
    for (size_t k = m->start[sector]; k < m->start[sector + 1]; k++) {
        size_t i = m->member[k];
        double *score = m->given->within != NULL ? m->given->within + i * m->n : scratch->series[1];

        memset(scratch->flags, 0, m->n);
        score_within(m, i, space, scratch, score);
        econ_window_p(&m->window, score, scratch->behind, m->from, p, scratch->flags, 1, scratch);
        for (size_t t = m->from; t < m->n; t++) {
            keep_best(m, row + t, i, score[t], p[t], &least[t], scratch->flags[t] != 0);
            space->tests[t] += isnan(p[t]) ? 0U : 1U;
        }
    }
    for (size_t t = m->from; t < m->n; t++)
        if (space->tests[t] > 0)
            m->out->p_within[row + t] = -expm1((double)space->tests[t] * log1p(-least[t]));
}

static sci_status
score_sector(void *context, size_t sector, int worker)
{
    making *m = context;
    worker_space *space = &m->spaces[worker];
    econ_scratch *scratch = &space->scratch;
    econ_scores *out = m->out;
    size_t row = sector * m->n, members = m->start[sector + 1] - m->start[sector];
    bool known = m->given->known != NULL && m->given->known[sector];
    bool weighted = !known && is_weighted(m, sector);
    sci_status st = SCI_OK;

    for (size_t t = 0; st == SCI_OK && t < m->n && !known; t++) {
        size_t n = gather(m, sector, t, space->column);

        st = sum_up(m, sector, t, weighted, space->column, n);
        space->middle[t] = econ_middle_of(space->column, n);
    }
    if (st == SCI_OK && !known && members > 1)
        score_withins(m, sector, space);
    if (st == SCI_OK && !known && out->mahalanobis != NULL)
        st = econ_mahalanobis_sector(m->panel, m->rules, &m->window, members,
                                     m->member + m->start[sector], m->from, out->mahalanobis + row,
                                     out->p_mahalanobis + row, scratch);
    if (st != SCI_OK)
        return st;
    econ_window_score(&m->window, out->raw + row, m->from, out->level + row, NULL, NULL,
                      scratch->behind, scratch);
    econ_window_p(&m->window, out->level + row, scratch->behind, m->from, out->p_level + row,
                  out->extrapolated + row, ECON_STAT_LEVEL, scratch);
    return SCI_OK;
}

/* ---- the economy, and sectors against it ---- */

static size_t
gather_sectors(const making *m, const double *array, size_t t, double *column)
{
    size_t n = 0;

    for (size_t s = 0; s < m->panel->n_sectors; s++)
        if (!isnan(array[s * m->n + t]))
            column[n++] = array[s * m->n + t];
    econ_sort(column, n);
    return n;
}

static void
compare_sectors(making *m, size_t t, double *column)
{
    econ_scores *out = m->out;
    econ_middle middle = econ_middle_of(column, gather_sectors(m, out->raw, t, column));

    out->economy_raw[t] = econ_middle_median(&middle);
    middle = econ_middle_of(column, gather_sectors(m, out->level, t, column));
    out->economy_level[t] = econ_middle_median(&middle);
    for (size_t s = 0; s < m->panel->n_sectors; s++) {
        double level = out->level[s * m->n + t];

        if (!isnan(level))
            out->relative_raw[s * m->n + t] = level - econ_middle_without(&middle, level);
    }
}

static sci_status
score_relative(void *context, size_t sector, int worker)
{
    making *m = context;
    econ_scratch *scratch = &m->spaces[worker].scratch;
    econ_scores *out = m->out;
    size_t row = sector * m->n;

    econ_window_score(&m->window, out->relative_raw + row, m->from, out->relative + row, NULL, NULL,
                      scratch->behind, scratch);
    econ_window_p(&m->window, out->relative + row, scratch->behind, m->from, out->p_relative + row,
                  out->extrapolated + row, ECON_STAT_RELATIVE, scratch);
    return SCI_OK;
}

static void
score_economy(making *m)
{
    econ_scratch *scratch = &m->spaces[0].scratch;
    econ_scores *out = m->out;

    econ_window_score(&m->window, out->economy_level, m->from, out->economy, NULL, NULL,
                      scratch->behind, scratch);
    econ_window_p(&m->window, out->economy, scratch->behind, m->from, out->p_economy,
                  out->economy_extrapolated, 1, scratch);
}

/* ---- all together ---- */

/* Both directions of Sidak for two tests; of one that is alone, its own p. */
static double
join_p(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) ? b : a;
    return -expm1(2.0 * log1p(-fmin(a, b)));
}

static sci_status
judge_period(making *m, size_t t)
{
    econ_scores *out = m->out;
    size_t n = m->panel->n_sectors;
    sci_status st = econ_fdr_q(m->rules->fdr, out->p_relative + t, n, m->n, out->q_relative + t);

    if (st == SCI_OK)
        st = econ_fdr_q(m->rules->fdr, out->p_within + t, n, m->n, out->q_within + t);
    for (size_t s = 0; s < n; s++)
        out->overall_p[s * m->n + t] =
            join_p(out->p_relative[s * m->n + t], out->p_within[s * m->n + t]);
    return st;
}

static sci_status
run(making *m, sci_pool *pool)
{
    sci_status st = sci_parallel_for(pool, m->panel->n_indicators, score_indicator, m);

    if (st == SCI_OK)
        st = sci_parallel_for(pool, m->panel->n_sectors, score_sector, m);
    if (st != SCI_OK)
        return st;
    for (size_t t = m->from; t < m->n; t++)
        compare_sectors(m, t, m->spaces[0].column);
    score_economy(m);
    st = sci_parallel_for(pool, m->panel->n_sectors, score_relative, m);
    for (size_t t = m->from; st == SCI_OK && t < m->n; t++)
        st = judge_period(m, t);
    return st;
}

sci_status
econ_scores_continue(econ_scores *out, const econ_panel *panel, const econ_rules *rules,
                     const econ_given *given, int threads)
{
    making m = { .out = out,
                 .panel = panel,
                 .rules = rules,
                 .given = given,
                 .from = given->from,
                 .n = panel->n_periods };
    sci_pool *pool = NULL;
    sci_status st = SCI_OK;

    econ_rules_mark(rules, panel, out->excluded, out->in_sample);
    st = econ_rules_window(&m.window, rules, panel, out->excluded);
    if (st == SCI_OK)
        st = sci_pool_create(&pool, threads);
    if (st == SCI_OK) {
        m.workers = sci_pool_threads(pool);
        st = list_members(&m);
    }
    if (st == SCI_OK)
        st = make_spaces(&m);
    if (st == SCI_OK)
        st = run(&m, pool);
    clear_making(&m);
    sci_pool_free(pool);
    return st;
}

sci_status
econ_scores_make(econ_scores *out, const econ_panel *panel, const econ_rules *rules, int threads)
{
    const econ_given nothing = { .from = 0 };
    sci_status st = econ_scores_alloc(out, panel, rules);

    if (st == SCI_OK)
        st = econ_scores_continue(out, panel, rules, &nothing, threads);
    if (st != SCI_OK)
        econ_scores_clear(out);
    return st;
}
