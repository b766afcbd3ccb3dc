/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series measured against its own history. */
#ifndef ECON_WINDOW_H
#define ECON_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include <sci/status.h>

#include "rules.h"
#include "sorted.h"

/* Which values are the history of which, over n periods. Nothing is owned. */
typedef struct econ_window {
    econ_window_kind kind;
    size_t n;
    size_t values;           /* ECON_ROLLING: how many of the last ones */
    size_t calibration;      /* ECON_CALIBRATED: the first so many periods */
    const uint8_t *excluded; /* [n], not 0: scored, but no history */
    econ_scale scale;
    econ_tail tail;
} econ_window;

/* C = 1/(3rd quartile of the normal): C·MAD of normal data is their standard deviation. */
#define ECON_MAD_FACTOR 1.482602218505602

/* A score that would be larger is this: their squares and differences are numbers too. */
#define ECON_SCORE_MOST 1e100

/* Working space of one thread. */
typedef struct econ_scratch {
    size_t n;
    double *sorted, *work; /* n + 1, 3n + 3 */
    int *counts;           /* 5n + 5 */
    uint32_t *behind;      /* n */
    double *series[4];     /* n each, for whoever calls the functions below */
    uint8_t *flags;        /* n */
} econ_scratch;
sci_status econ_scratch_make(econ_scratch *scratch, size_t n) SCI_MUST_CHECK;
void econ_scratch_clear(econ_scratch *scratch);

/* Centre and spread of numbers in order: median and C·MAD, median and Qn (Rousseeuw and Croux 1993, without
 * the correction for small samples), mean and standard deviation with n - 1. NaN for fewer than 2. */
void econ_spread_of(const econ_sorted *history, econ_scale scale, econ_scratch *scratch,
                    double *centre, double *spread);

/* score[t] = (x[t] - centre)/spread, at most ECON_SCORE_MOST in size, for t in [from, n), those before being given;
 * NaN where x is missing, its history has fewer than ECON_HISTORY_LEAST values or no spread. centre, spread (may be NULL) are those of
 * the history of t, whether x[t] is missing or not; behind[t] (may be NULL) counts its values, for all t.
 * `score` must not be x. */
void econ_window_score(const econ_window *w, const double *x, size_t from, double *score,
                       double *centre, double *spread, uint32_t *behind, econ_scratch *scratch);

/* centre[t] = median of the history of t, from its first value on. */
void econ_window_median(const econ_window *w, const double *x, double *centre,
                        econ_scratch *scratch);

/* Where p go. */
typedef struct econ_p_out {
    double *p;      /* [n] */
    uint8_t *flags; /* [n], may be NULL: flags[t] |= flag where p[t] lies on a fitted tail */
    uint8_t flag;
    const double *
        least; /* [n], may be NULL: of several p the least is looked for, and is so far this; one that is
                            not less may be +inf */
} econ_p_out;

/* p[t] of score[t], t in [from, n), among the past scores that had ECON_P_LEAST values behind them. */
void econ_window_p(const econ_window *w, const double *score, const uint32_t *behind, size_t from,
                   const econ_p_out *out, econ_scratch *scratch);

/* Score and p of x: econ_window_score, then econ_window_p, the history being sorted once only. Overwrites
 * scratch->behind. */
void econ_window_judge(const econ_window *w, const double *x, size_t from, double *score,
                       const econ_p_out *out, econ_scratch *scratch);

#endif
