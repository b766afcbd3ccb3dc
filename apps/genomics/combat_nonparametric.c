/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nonparametric posterior (Johnson, Li, Rabinovic 2007, section 3.3): a gene's γ and δ are those of
 * all other genes of the batch, weighted by the likelihood that they give to the gene's values. Since
 * Σ(s - γ_j)² = Σ(s - s̄)² + n·(s̄ - γ_j)², that takes a handful of numbers a gene. The likelihoods are
 * kept as logarithms relative to the largest, so that they stay finite for any number of cells. */
#include <float.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/parallel.h>

#include "combat_priv.h"

enum { LANES = 8, GRAIN = 16 };

/* A weight below e^-50 of the largest is lost in the last bit of any sum of theirs. */
#define LEAST_EXPONENT (-50.0)

typedef struct likelihood {
    combat_batch *batch;
    uint64_t padded;            /* genes, rounded up to whole lanes */
    double *gamma, *delta;      /* [padded] of the genes as candidates; 0 in the padding */
    double *half_log, *inverse; /* log(δ)/2 and 1/(2δ) */
    double *logs;               /* [workers][padded] */
} likelihood;

/* e^x for x in [-50, 0], to about an ulp, in operations that a compiler turns into vectors: the same
 * bits on every machine. */
static inline double
exp_of(double x)
{
    const double shifter = 0x1.8p52;
    double k = x * 0x1.71547652b82fep+0 + shifter; /* 1/ln 2 */
    double n = k - shifter, r, p;
    int64_t bits, power;

    r = x - n * 0x1.62e42fefa0000p-1; /* ln 2 in two parts: the first product is exact */
    r -= n * 0x1.cf79abc9e3b3ap-40;
    p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    memcpy(&power, &k, sizeof power);
    memcpy(&bits, &p, sizeof bits);
    bits = (int64_t)((uint64_t)bits + ((uint64_t)power << 52));
    memcpy(&p, &bits, sizeof p);
    return p;
}

/* logs[j] := the logarithm of the likelihood of gene i under candidate j, less what is the same for all
 * j; the largest is returned. */
static inline double
find_logs(const likelihood *l, uint64_t i, double *logs)
{
    double n = l->batch->n[i], mean = l->batch->gamma[i], ss = l->batch->ss[i];
    double most[LANES], largest = -(double)INFINITY;

    for (uint64_t lane = 0; lane < LANES; lane++)
        most[lane] = -(double)INFINITY;
    for (uint64_t j = 0; j < l->padded; j++) {
        double apart = mean - l->gamma[j];

        logs[j] = -n * l->half_log[j] - (ss + n * (apart * apart)) * l->inverse[j];
    }
    for (uint64_t j = l->batch->m; j < l->padded; j++)
        logs[j] = -(double)INFINITY;
    logs[i] = -(double)INFINITY; /* a gene is no witness for itself */
    for (uint64_t j = 0; j < l->padded; j += LANES)
        for (uint64_t lane = 0; lane < LANES; lane++)
            most[lane] = logs[j + lane] > most[lane] ? logs[j + lane] : most[lane];
    for (uint64_t lane = 0; lane < LANES; lane++)
        largest = most[lane] > largest ? most[lane] : largest;
    return largest;
}

/* True if no candidate of these lanes has a weight. */
static inline bool
negligible(const double *logs, double largest)
{
    bool none = true;

    for (uint64_t lane = 0; lane < LANES; lane++)
        none &= !(logs[lane] - largest > LEAST_EXPONENT);
    return none;
}

/* The kernel: sums[3] := Σw, Σwγ, Σwδ over the candidates for gene i, in lanes that are written out so
 * that every instruction set gives the same bits. False if no candidate has a likelihood. */
SCI_CLONES static bool
sum_candidates(const likelihood *l, uint64_t i, double *logs, double *sums)
{
    double weight[LANES] = { 0.0 }, gamma[LANES] = { 0.0 }, delta[LANES] = { 0.0 };
    double largest = find_logs(l, i, logs);

    for (uint64_t j = 0; j < l->padded; j += LANES) {
        if (negligible(logs + j, largest))
            continue;
        for (uint64_t lane = 0; lane < LANES; lane++) {
            double x = logs[j + lane] - largest;
            double w = exp_of(x > LEAST_EXPONENT ? x : LEAST_EXPONENT);

            w = x > LEAST_EXPONENT ? w : 0.0;
            weight[lane] += w;
            gamma[lane] += w * l->gamma[j + lane];
            delta[lane] += w * l->delta[j + lane];
        }
    }
    for (uint64_t lane = 0; lane < LANES; lane++) {
        sums[0] += weight[lane];
        sums[1] += gamma[lane];
        sums[2] += delta[lane];
    }
    return isfinite(largest);
}

static sci_status
average_grain(void *context, size_t index, int worker)
{
    const likelihood *l = context;
    combat_batch *batch = l->batch;
    uint64_t first = (uint64_t)index * GRAIN;

    for (uint64_t i = first; i < first + GRAIN && i < batch->m; i++) {
        double sums[3] = { 0.0, 0.0, 0.0 };
        bool some = sum_candidates(l, i, l->logs + (uint64_t)worker * l->padded, sums);

        /* Where every other gene has variance 0 there is nothing to borrow. */
        batch->gamma_star[i] = some ? sums[1] / sums[0] : batch->gamma[i];
        batch->delta_star[i] = some ? sums[2] / sums[0] : batch->delta[i];
    }
    return SCI_OK;
}

/* A candidate of variance 0 has no likelihood (sva: 1/0·0, which it makes 0). */
static void
prepare(likelihood *l)
{
    for (uint64_t j = 0; j < l->batch->m; j++) {
        double delta = l->batch->delta[j];
        bool usable = delta >= DBL_MIN && delta <= DBL_MAX;

        l->gamma[j] = l->batch->gamma[j];
        l->delta[j] = usable ? delta : 1.0;
        l->half_log[j] = usable ? 0.5 * log(delta) : (double)INFINITY;
        l->inverse[j] = usable ? 0.5 / delta : 0.5;
    }
}

sci_status
combat_nonparametric(combat_batch *batch, sci_pool *pool)
{
    likelihood l = { .batch = batch, .padded = (batch->m + LANES - 1) / LANES * LANES };
    double **parts[] = { &l.gamma, &l.delta, &l.half_log, &l.inverse };
    sci_status st = SCI_OK;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && st == SCI_OK; i++)
        st = sci_alloc_zero(parts[i], l.padded, 1, sizeof **parts[i]);
    if (st == SCI_OK)
        st = sci_alloc(&l.logs, (size_t)sci_pool_threads(pool), l.padded, sizeof *l.logs);
    if (st == SCI_OK) {
        prepare(&l);
        st = sci_parallel_for(pool, (batch->m + GRAIN - 1) / GRAIN, average_grain, &l);
    }
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sci_free(*parts[i]);
    sci_free(l.logs);
    return st;
}
