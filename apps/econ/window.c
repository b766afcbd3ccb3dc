/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window.h"

#include <math.h>
#include <string.h>

#include <gsl/gsl_statistics_double.h>

#include <sci/memory.h>

#include "tail.h"
#include "window_priv.h"

/* 1/(sqrt(2)·quantile 5/8 of the normal): Qn of normal data is their standard deviation. */
#define QN_FACTOR 2.2191444659850757

sci_status
econ_scratch_make(econ_scratch *scratch, size_t n)
{
    sci_status st;

    *scratch = (econ_scratch){ .n = n };
    st = sci_alloc(&scratch->sorted, n + 1, 1, sizeof *scratch->sorted);
    if (st == SCI_OK)
        st = sci_alloc(&scratch->work, n + 1, 3, sizeof *scratch->work);
    if (st == SCI_OK)
        st = sci_alloc(&scratch->counts, n + 1, 5, sizeof *scratch->counts);
    if (st == SCI_OK)
        st = sci_alloc(&scratch->behind, n, 1, sizeof *scratch->behind);
    for (int k = 0; st == SCI_OK && k < 4; k++)
        st = sci_alloc(&scratch->series[k], n, 1, sizeof *scratch->series[k]);
    if (st == SCI_OK)
        st = sci_alloc(&scratch->flags, n, 1, sizeof *scratch->flags);
    if (st != SCI_OK)
        econ_scratch_clear(scratch);
    return st;
}

void
econ_scratch_clear(econ_scratch *scratch)
{
    sci_free(scratch->sorted);
    sci_free(scratch->work);
    sci_free(scratch->counts);
    sci_free(scratch->behind);
    for (int k = 0; k < 4; k++)
        sci_free(scratch->series[k]);
    sci_free(scratch->flags);
    *scratch = (econ_scratch){ .n = 0 };
}

/* A power of two that brings numbers to where their squares are numbers; 1 where they are there. */
static double
unit_of(const econ_sorted *h)
{
    double largest = fmax(fabs(h->v[0]), fabs(h->v[h->n - 1]));

    return largest > 0x1p400 ? 0x1p-600 : (largest < 0x1p-400 ? 0x1p600 : 1.0);
}

static void
mean_and_sd(const econ_sorted *h, double *centre, double *spread)
{
    double sum = 0.0, squares = 0.0, rest = 0.0, mean, unit = unit_of(h);

    for (size_t i = 0; i < h->n; i++)
        sum += h->v[i] * unit;
    mean = sum / (double)h->n;
    for (size_t i = 0; i < h->n; i++)
        rest += h->v[i] * unit - mean;
    mean += rest / (double)h->n;
    for (size_t i = 0; i < h->n; i++)
        squares += (h->v[i] * unit - mean) * (h->v[i] * unit - mean);
    *centre = mean / unit;
    *spread = h->v[0] == h->v[h->n - 1] ? 0.0 : sqrt(squares / (double)(h->n - 1)) / unit;
}

void
econ_spread_of(const econ_sorted *history, econ_scale scale, econ_scratch *scratch, double *centre,
               double *spread)
{
    *centre = *spread = (double)NAN;
    if (history->n < ECON_HISTORY_LEAST)
        return;
    if (scale == ECON_SCALE_SD) {
        mean_and_sd(history, centre, spread);
        return;
    }
    *centre = econ_sorted_median(history);
    if (scale == ECON_SCALE_QN)
        *spread = QN_FACTOR
                  * gsl_stats_Qn0_from_sorted_data(history->v, 1, history->n, scratch->work,
                                                   scratch->counts);
    else
        *spread = ECON_MAD_FACTOR * econ_sorted_deviation(history, *centre);
}

/* ---- what was known before ---- */

/* A history that moves on with time. */
typedef struct moving {
    const econ_window *w;
    econ_sorted sorted;
    size_t oldest; /* ECON_ROLLING: no earlier period is in it */
} moving;

/* `value` of period t joins; `oldest_value(o)` left it. */
static void
join(moving *m, double value)
{
    econ_sorted_insert(&m->sorted, value + 0.0);
}

static bool
is_full(const moving *m)
{
    return m->w->kind == ECON_ROLLING && m->sorted.n > m->w->values;
}

/* The history of period `from`, in any order. */
static void
gather(moving *m, const econ_window *w, const double *x, size_t from, econ_scratch *scratch)
{
    size_t most = w->kind == ECON_ROLLING ? w->values : w->n;

    *m = (moving){ .w = w, .sorted = { scratch->sorted, 0 }, .oldest = from };
    while (m->oldest > 0 && m->sorted.n < most) {
        m->oldest--;
        if (econ_enters(w, x, m->oldest))
            m->sorted.v[m->sorted.n++] = x[m->oldest] + 0.0;
    }
}

static void
begin(moving *m, const econ_window *w, const double *x, size_t from, econ_scratch *scratch)
{
    gather(m, w, x, from, scratch);
    econ_sort(m->sorted.v, m->sorted.n);
}

static void
move_on(moving *m, const double *x, size_t t)
{
    if (!econ_enters(m->w, x, t))
        return;
    join(m, x[t]);
    while (is_full(m)) {
        if (econ_enters(m->w, x, m->oldest))
            econ_sorted_remove(&m->sorted, x[m->oldest]);
        m->oldest++;
    }
}

static void
count_behind(const econ_window *w, const double *x, uint32_t *behind)
{
    size_t n = 0;

    for (size_t t = 0; t < w->n; t++) {
        behind[t] = (uint32_t)(w->kind == ECON_ROLLING && n > w->values ? w->values : n);
        n += econ_enters(w, x, t);
    }
}

/* The last period alone, as a monthly update asks for. */
static void
score_last(const econ_window *w, const double *x, double *score, econ_scratch *scratch)
{
    size_t t = w->n - 1;
    double centre, spread;
    moving m;

    gather(&m, w, x, t, scratch);
    econ_spread_unsorted(&m.sorted, w->scale, scratch, &centre, &spread);
    score[t] = econ_against(x[t], centre, spread);
}

void
econ_window_score(const econ_window *w, const double *x, size_t from, double *score, double *centre,
                  double *spread, uint32_t *behind, econ_scratch *scratch)
{
    moving m;

    if (w->kind == ECON_CALIBRATED) {
        econ_calibrated_score(w, x, from, score, centre, spread, behind, scratch);
        return;
    }
    if (behind != NULL)
        count_behind(w, x, behind);
    if (w->n - from == 1 && centre == NULL && spread == NULL) {
        score_last(w, x, score, scratch);
        return;
    }
    begin(&m, w, x, from, scratch);
    for (size_t t = from; t < w->n; t++) {
        double c = (double)NAN, s = (double)NAN, value = x[t];

        if (!isnan(value) || centre != NULL || spread != NULL)
            econ_spread_of(&m.sorted, w->scale, scratch, &c, &s);
        if (centre != NULL)
            centre[t] = c;
        if (spread != NULL)
            spread[t] = s;
        move_on(&m, x, t);
        score[t] = econ_against(value, c, s);
    }
}

void
econ_window_median(const econ_window *w, const double *x, double *centre, econ_scratch *scratch)
{
    moving m;

    if (w->kind == ECON_CALIBRATED) {
        econ_calibrated_median(w, x, centre, scratch);
        return;
    }
    begin(&m, w, x, 0, scratch);
    for (size_t t = 0; t < w->n; t++) {
        centre[t] = econ_sorted_median(&m.sorted);
        move_on(&m, x, t);
    }
}

/* ---- how unusual ---- */

/* The last period alone: order matters only in the tail. */
static double
p_last(const econ_window *w, const double *score, const uint32_t *behind, const double *sizes,
       bool *extrapolated, econ_scratch *scratch)
{
    size_t t = w->n - 1, larger = 0;
    double size = fabs(score[t]);
    moving m;

    gather(&m, w, sizes, t, scratch);
    for (size_t i = 0; i < m.sorted.n; i++)
        larger += m.sorted.v[i] >= size;
    *extrapolated = false;
    if (w->tail == ECON_TAIL_GPD && m.sorted.n >= ECON_TAIL_LEAST && larger > (m.sorted.n + 9) / 10
        && behind[t] >= ECON_P_LEAST)
        return (double)(1 + larger) / (double)(1 + m.sorted.n);
    econ_sort(m.sorted.v, m.sorted.n);
    return econ_tail_p(w->tail, w->scale, score[t], behind[t], &m.sorted, extrapolated);
}

/* p of `score` by a history that moves. */
static void
p_moving(const econ_window *w, const double *score, const uint32_t *behind, size_t from,
         const econ_p_out *out, econ_scratch *scratch)
{
    double *sizes = scratch->work;
    bool extrapolated = false;
    moving m;

    for (size_t t = 0; t < w->n; t++)
        sizes[t] = econ_comparable(w, score, behind, t);
    if (w->n - from == 1) {
        out->p[from] = p_last(w, score, behind, sizes, &extrapolated, scratch);
        econ_p_flag(out, from, extrapolated);
        return;
    }
    begin(&m, w, sizes, from, scratch);
    for (size_t t = from; t < w->n; t++) {
        if (econ_p_matters(w, out, t, score[t], behind[t], &m.sorted)) {
            out->p[t] =
                econ_tail_p(w->tail, w->scale, score[t], behind[t], &m.sorted, &extrapolated);
            econ_p_flag(out, t, extrapolated);
        }
        move_on(&m, sizes, t);
    }
}

void
econ_window_p(const econ_window *w, const double *score, const uint32_t *behind, size_t from,
              const econ_p_out *out, econ_scratch *scratch)
{
    if (w->kind == ECON_CALIBRATED)
        econ_calibrated_p(w, score, behind, from, out, scratch);
    else
        p_moving(w, score, behind, from, out, scratch);
}

void
econ_window_judge(const econ_window *w, const double *x, size_t from, double *score,
                  const econ_p_out *out, econ_scratch *scratch)
{
    /* Where scores were given before, those count and not what x would have. */
    if (w->kind == ECON_CALIBRATED && from == 0) {
        econ_calibrated_judge(w, x, score, out, scratch);
        return;
    }
    econ_window_score(w, x, from, score, NULL, NULL, scratch->behind, scratch);
    econ_window_p(w, score, scratch->behind, from, out, scratch);
}
