/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of window.h share: histories that grow or move on (window.c), one history for all periods
 * (window_calibrated.c). */
#ifndef ECON_WINDOW_PRIV_H
#define ECON_WINDOW_PRIV_H

#include <math.h>
#include <stdbool.h>

#include "tail.h"
#include "window.h"

/* A history has no negative zeros (x + 0.0 is 0 of both), as which of equal zeros is in the middle would else
 * depend on how it was sorted. */
static inline bool
econ_enters(const econ_window *w, const double *x, size_t t)
{
    return !isnan(x[t]) && !w->excluded[t];
}

static inline double
econ_against(double x, double centre, double spread)
{
    double score = (x - centre) / spread;

    if (isnan(x) || !(spread > 0.0) || isinf(spread))
        return (double)NAN;
    if (fabs(score) <= ECON_SCORE_MOST)
        return score;
    /* Perhaps it was only the difference that is no number. */
    score = 2.0 * ((0.5 * x - 0.5 * centre) / spread);
    return fmax(-ECON_SCORE_MOST, fmin(ECON_SCORE_MOST, score));
}

/* |score| where it may be compared with, else NaN. */
static inline double
econ_comparable(const econ_window *w, const double *score, const uint32_t *behind, size_t t)
{
    return behind[t] >= ECON_P_LEAST && !w->excluded[t] ? fabs(score[t]) : (double)NAN;
}

/* False: p[t] would not be less than what it has to be; it is then +inf. */
static inline bool
econ_p_matters(const econ_window *w, const econ_p_out *out, size_t t, double score, size_t behind,
               const econ_sorted *sizes)
{
    if (out->least == NULL || !econ_tail_p_at_least(w->tail, score, behind, sizes, out->least[t]))
        return true;
    out->p[t] = (double)INFINITY;
    return false;
}

static inline void
econ_p_flag(const econ_p_out *out, size_t t, bool extrapolated)
{
    if (out->flags != NULL && extrapolated)
        out->flags[t] |= out->flag;
}

/* As econ_spread_of, of numbers in any order, which it changes. The median and its deviation need no order; the
 * bits are the same. */
void econ_spread_unsorted(const econ_sorted *h, econ_scale scale, econ_scratch *scratch,
                          double *centre, double *spread);

/* ---- one history for all periods: as the functions of window.h ---- */

void econ_calibrated_score(const econ_window *w, const double *x, size_t from, double *score,
                           double *centre, double *spread, uint32_t *behind, econ_scratch *scratch);
void econ_calibrated_p(const econ_window *w, const double *score, const uint32_t *behind,
                       size_t from, const econ_p_out *out, econ_scratch *scratch);
/* From the first period on. */
void econ_calibrated_judge(const econ_window *w, const double *x, double *score,
                           const econ_p_out *out, econ_scratch *scratch);
void econ_calibrated_median(const econ_window *w, const double *x, double *centre,
                            econ_scratch *scratch);

#endif
