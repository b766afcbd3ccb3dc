/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How unusual a score is among those before it. */
#ifndef ECON_TAIL_H
#define ECON_TAIL_H

#include <stdbool.h>

#include "rules.h"
#include "sorted.h"

/* A generalized Pareto distribution of what exceeds `threshold`, the survivor function being
 * share·(1 + shape·(x - threshold)/scale)^(-1/shape). */
typedef struct econ_pareto {
    double threshold, shape, scale, share;
} econ_pareto;

/* Fitted to the largest tenth (rounded up) of at least 2 numbers, |score| in increasing order: probability
 * weighted moments (Hosking and Wallis 1987), the shape then drawn towards 1/2 with the weight of ten
 * exceedances (as Vehtari, Simpson, Gelman, Yao, Gabry 2024 do for small tails), the scale by the mean.
 * A shape below 0.1 is 0.1: tails of a few numbers are never proved to be thin, let alone to end. share is (k + 1)/(n + 1).
 * The scale is 0 where all exceedances are. */
econ_pareto econ_pareto_fit(const econ_sorted *sizes);

/* The probability of more than x; x > threshold. */
double econ_pareto_above(const econ_pareto *tail, double x);

/* Two-sided p of a score whose history has `behind` values. `sizes` are the |score| of its past. With
 * fewer than ECON_P_LEAST values behind it NaN, unless who asks for the normal wants it so. gpd and empirical fall back on t as long as there are less
 * than ECON_TAIL_LEAST sizes. *extrapolated: p is of the fitted tail. */
double econ_tail_p(econ_tail kind, econ_scale scale, double score, size_t behind,
                   const econ_sorted *sizes, bool *extrapolated);

/* The same with a tail that was fitted before (of ECON_TAIL_GPD where it applies). */
double econ_tail_p_fitted(econ_tail kind, econ_scale scale, double score, size_t behind,
                          const econ_sorted *sizes, const econ_pareto *tail, bool *extrapolated);

/* True: p of this score is surely at least `least`, which one comparison tells of most. The arguments are
 * those of econ_tail_p. */
bool econ_tail_p_at_least(econ_tail kind, double score, size_t behind, const econ_sorted *sizes,
                          double least);

/* Two-sided p of a standardized value under a Student t of 5 degrees of freedom, the tails of growth rates,
 * whose own spread (by this measure) is 1, with the history's centre uncertain by its `behind` values. */
double econ_student_p(econ_scale scale, double score, size_t behind);
/* Two-sided normal. */
double econ_normal_p(double score);
/* The upper tail of chi squared. */
double econ_chi_squared_p(double x, size_t degrees);

#endif
