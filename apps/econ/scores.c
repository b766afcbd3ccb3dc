/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a panel to the scores of its indicators, sectors and the economy. */
#include "scores_making.h"

#include <math.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#include "fdr.h"

/* ---- the work ---- */

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
    size_t most = 0;
    sci_status st;

    for (size_t s = 0; s < m->panel->n_sectors; s++)
        if (m->start[s + 1] - m->start[s] > most)
            most = m->start[s + 1] - m->start[s];
    st = sci_alloc_zero(&m->spaces, (size_t)m->workers, 1, sizeof *m->spaces);
    for (int k = 0; st == SCI_OK && k < m->workers; k++) {
        st = econ_scratch_make(&m->spaces[k].scratch, m->n);
        if (st == SCI_OK)
            st = econ_others_alloc(&m->spaces[k].others, m->n);
        if (st == SCI_OK)
            st = sci_alloc(&m->spaces[k].column, m->panel->n_sectors, 1, sizeof(double));
        if (st == SCI_OK)
            st = econ_columns_alloc(&m->spaces[k].columns, most);
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
        econ_others_clear(&m->spaces[k].others);
        sci_free(m->spaces[k].column);
        sci_free(m->spaces[k].columns.values);
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
    econ_scores *out = m->out;
    size_t row = sector * m->n;
    const econ_p_out p = { .p = out->p_relative + row,
                           .flags = out->extrapolated + row,
                           .flag = ECON_STAT_RELATIVE };

    econ_window_judge(&m->window, out->relative_raw + row, m->from, out->relative + row, &p,
                      &m->spaces[worker].scratch);
    return SCI_OK;
}

static void
score_economy(making *m)
{
    econ_scores *out = m->out;
    const econ_p_out p = { .p = out->p_economy, .flags = out->economy_extrapolated, .flag = 1 };

    econ_window_judge(&m->window, out->economy_level, m->from, out->economy, &p,
                      &m->spaces[0].scratch);
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
        st = sci_parallel_for(pool, m->panel->n_sectors, econ_making_sector, m);
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
