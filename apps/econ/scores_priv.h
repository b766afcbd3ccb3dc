/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scores that go on where earlier ones ended (state.h), and sectors whose indicators are elsewhere. */
#ifndef ECON_SCORES_PRIV_H
#define ECON_SCORES_PRIV_H

#include "panel.h"
#include "scores.h"
#include "window.h"

/* What is there before. Zeroed: nothing. */
typedef struct econ_given {
    size_t from; /* scores of periods before it are in `out` and stay */
    double
        *within; /* [indicator][period]: z less the median of the sector's others, against its own
                       history; filled, those before `from` given; NULL: not kept */
    const uint8_t *known; /* [sector], not 0: raw and n_available are given for all periods; NULL */
} econ_given;

/* All arrays, NaN or 0. */
sci_status econ_scores_alloc(econ_scores *out, const econ_panel *panel,
                             const econ_rules *rules) SCI_MUST_CHECK;

/* Fill the rest of `out`, which econ_scores_alloc made. Not cleared after a failure. */
sci_status econ_scores_continue(econ_scores *out, const econ_panel *panel, const econ_rules *rules,
                                const econ_given *given, int threads) SCI_MUST_CHECK;

/* Which periods are history of which. `excluded` are the flags of the scores. SCI_ERR_REFUSED where the
 * rules do not fit the panel. */
sci_status econ_rules_window(econ_window *out, const econ_rules *rules, const econ_panel *panel,
                             const uint8_t *excluded) SCI_MUST_CHECK;
/* excluded[t] and in_sample[t] of every period; in_sample may be NULL. */
void econ_rules_mark(const econ_rules *rules, const econ_panel *panel, uint8_t *excluded,
                     uint8_t *in_sample);

/* Transform, sign and season of an indicator. Uses scratch->series[1…3]. */
sci_status econ_indicator_series(const econ_panel *panel, const econ_rules *rules,
                                 const econ_window *w, size_t indicator, double *x,
                                 econ_scratch *scratch) SCI_MUST_CHECK;

/* d squared, from the mean of the history by its covariance as Ledoit and Wolf 2004 shrink it, and its p (chi
 * squared): [period] of one sector with n members, t >= from. Values are first standardized by mean and
 * standard deviation of the history; NaN where one is missing, or fewer than ECON_P_LEAST complete
 * periods are known (of a calibration, which is the user's choice, ECON_HISTORY_LEAST). */
sci_status econ_mahalanobis_sector(const econ_panel *panel, const econ_rules *rules,
                                   const econ_window *w, size_t n, const size_t *members,
                                   size_t from, double *squared, double *p,
                                   econ_scratch *scratch) SCI_MUST_CHECK;

/* The shrunk covariance [n][n] of rows [rows][n], about their mean [n]; shrinkage in [0, 1]. */
void econ_ledoit_wolf(const double *x, size_t rows, size_t n, double *mean, double *covariance,
                      double *shrinkage);

#endif
