/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tail.h"

#include <math.h>

#include <gsl/gsl_cdf.h>

#define PRIOR_SHAPE 0.5
#define PRIOR_EXCEEDANCES 10.0
#define SHAPE_LEAST 0.1
#define STUDENT_DEGREES 5.0
/* Quartile of t with 5 degrees over that of the normal: what 1/C·MAD of such data is. */
#define STUDENT_MAD 1.0773875267736592
/* sqrt(5/3), their standard deviation. */
#define STUDENT_SD 1.2909944487358056
/* Variance of a sample's median over that of its mean, pi/2. */
#define MEDIAN_VARIANCE 1.5707963267948966

double
econ_normal_p(double score)
{
    return isnan(score) ? score : erfc(fabs(score) * 0.70710678118654752440);
}

double
econ_student_p(econ_scale scale, double score, size_t behind)
{
    double own = scale == ECON_SCALE_SD ? STUDENT_SD : STUDENT_MAD;
    double centre = scale == ECON_SCALE_SD ? 1.0 : MEDIAN_VARIANCE;
    double x = fabs(score) * own / sqrt(1.0 + centre / (double)behind);

    if (isnan(score))
        return score;
    return isinf(x) ? 0.0 : 2.0 * gsl_cdf_tdist_Q(x, STUDENT_DEGREES);
}

double
econ_chi_squared_p(double x, size_t degrees)
{
    if (isnan(x))
        return x;
    return isinf(x) ? 0.0 : gsl_cdf_chisq_Q(x, (double)degrees);
}

/* Of n sizes so many are the tail. */
static size_t
tail_of(size_t n)
{
    return (n + 9) / 10;
}

econ_pareto
econ_pareto_fit(const econ_sorted *sizes)
{
    size_t n = sizes->n, k = tail_of(n);
    const double *above = sizes->v + (n - k);
    econ_pareto tail = { .threshold = sizes->v[n - k - 1],
                         .share = (double)(k + 1) / (double)(n + 1) };
    double sum = 0.0, weighted = 0.0, mean, half;

    for (size_t i = 0; i < k; i++) {
        double excess = above[i] - tail.threshold;

        sum += excess;
        weighted += excess * (double)(k - 1 - i);
    }
    mean = sum / (double)k;
    /* L-scale of the exceedances: E(x) - 2 E(x (1 - F)). */
    half = k > 1 ? mean - 2.0 * weighted / ((double)k * (double)(k - 1)) : 0.0;
    tail.shape = half > 0.0 ? 2.0 - mean / half : PRIOR_SHAPE;
    tail.shape = ((double)k * tail.shape + PRIOR_EXCEEDANCES * PRIOR_SHAPE)
                 / ((double)k + PRIOR_EXCEEDANCES);
    if (tail.shape < SHAPE_LEAST)
        tail.shape = SHAPE_LEAST;
    tail.scale = mean * (1.0 - tail.shape);
    return tail;
}

double
econ_pareto_above(const econ_pareto *tail, double x)
{
    double y;

    if (!(tail->scale > 0.0))
        return tail->share;
    y = (x - tail->threshold) / tail->scale;
    return tail->share * exp(-log1p(tail->shape * y) / tail->shape);
}

double
econ_tail_p_fitted(econ_tail kind, econ_scale scale, double score, size_t behind,
                   const econ_sorted *sizes, const econ_pareto *tail, bool *extrapolated)
{
    double size = fabs(score);
    size_t larger;

    *extrapolated = false;
    if (kind == ECON_TAIL_NORMAL)
        return econ_normal_p(score);
    if (isnan(score) || behind < ECON_P_LEAST)
        return (double)NAN;
    if (kind == ECON_TAIL_T || sizes->n < ECON_TAIL_LEAST)
        return econ_student_p(scale, score, behind);
    if (kind == ECON_TAIL_GPD && size > tail->threshold) {
        *extrapolated = true;
        return econ_pareto_above(tail, size);
    }
    larger = sizes->n - econ_sorted_below(sizes, size);
    return (double)(1 + larger) / (double)(1 + sizes->n);
}

double
econ_tail_p(econ_tail kind, econ_scale scale, double score, size_t behind, const econ_sorted *sizes,
            bool *extrapolated)
{
    econ_pareto tail = { .threshold = (double)INFINITY };

    if (kind == ECON_TAIL_GPD && sizes->n >= ECON_TAIL_LEAST
        && fabs(score) > sizes->v[sizes->n - tail_of(sizes->n) - 1])
        tail = econ_pareto_fit(sizes);
    return econ_tail_p_fitted(kind, scale, score, behind, sizes, &tail, extrapolated);
}

bool
econ_tail_p_at_least(econ_tail kind, double score, size_t behind, const econ_sorted *sizes,
                     double least)
{
    double size = fabs(score), ranks = least * (double)(1 + sizes->n);
    size_t n = sizes->n, many;

    if (kind != ECON_TAIL_GPD && kind != ECON_TAIL_EMPIRICAL)
        return false;
    if (isnan(score) || behind < ECON_P_LEAST || n < ECON_TAIL_LEAST || !(ranks < (double)n))
        return false;
    if (kind == ECON_TAIL_GPD && size > sizes->v[n - tail_of(n) - 1])
        return false;
    /* p is (1 + larger)/(1 + n), and here at least one rank more than asked for: no rounding matters. */
    many = (size_t)ranks + 1;
    return sizes->v[n - many] >= size;
}
