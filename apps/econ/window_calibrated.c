/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One history for all periods. */
#include "window_priv.h"

/* The history, in order of time. */
static econ_sorted
gather(const econ_window *w, const double *x, econ_scratch *scratch)
{
    econ_sorted h = { scratch->sorted, 0 };

    for (size_t t = 0; t < w->calibration; t++) {
        h.v[h.n] = x[t] + 0.0;
        h.n += econ_enters(w, x, t);
    }
    return h;
}

void
econ_spread_unsorted(const econ_sorted *h, econ_scale scale, econ_scratch *scratch, double *centre,
                     double *spread)
{
    if (scale != ECON_SCALE_MAD || h->n < ECON_HISTORY_LEAST) {
        econ_sort(h->v, h->n);
        econ_spread_of(h, scale, scratch, centre, spread);
        return;
    }
    *centre = econ_median(h->v, h->n);
    for (size_t i = 0; i < h->n; i++)
        h->v[i] = fabs(h->v[i] - *centre);
    *spread = ECON_MAD_FACTOR * econ_median(h->v, h->n);
}

static void
fill(double *out, size_t n, double value)
{
    for (size_t t = 0; out != NULL && t < n; t++)
        out[t] = value;
}

static void
score_all(const double *x, size_t n, double centre, double spread, double *score)
{
    bool beyond = false;

    if (!(spread > 0.0 && isfinite(spread))) {
        fill(score, n, (double)NAN);
        return;
    }
    for (size_t t = 0; t < n; t++) {
        score[t] = (x[t] - centre) / spread;
        beyond |= fabs(score[t]) > ECON_SCORE_MOST;
    }
    for (size_t t = 0; beyond && t < n; t++)
        score[t] = econ_against(x[t], centre, spread);
}

void
econ_calibrated_score(const econ_window *w, const double *x, size_t from, double *score,
                      double *centre, double *spread, uint32_t *behind, econ_scratch *scratch)
{
    econ_sorted h = gather(w, x, scratch);
    double c, s;

    econ_spread_unsorted(&h, w->scale, scratch, &c, &s);
    for (size_t t = 0; behind != NULL && t < w->n; t++)
        behind[t] = (uint32_t)h.n;
    fill(centre == NULL ? NULL : centre + from, w->n - from, c);
    fill(spread == NULL ? NULL : spread + from, w->n - from, s);
    score_all(x + from, w->n - from, c, s, score + from);
}

void
econ_calibrated_median(const econ_window *w, const double *x, double *centre, econ_scratch *scratch)
{
    econ_sorted h = gather(w, x, scratch);

    fill(centre, w->n, econ_median(h.v, h.n));
}

/* ---- p ---- */

static void
p_among(const econ_window *w, const econ_sorted *sizes, const double *score, const uint32_t *behind,
        size_t from, const econ_p_out *out)
{
    econ_pareto tail = { .threshold = (double)INFINITY };
    bool extrapolated;

    if (w->tail == ECON_TAIL_GPD && sizes->n >= ECON_TAIL_LEAST)
        tail = econ_pareto_fit(sizes);
    for (size_t t = from; t < w->n; t++) {
        if (!econ_p_matters(w, out, t, score[t], behind[t], sizes))
            continue;
        out->p[t] =
            econ_tail_p_fitted(w->tail, w->scale, score[t], behind[t], sizes, &tail, &extrapolated);
        econ_p_flag(out, t, extrapolated);
    }
}

void
econ_calibrated_p(const econ_window *w, const double *score, const uint32_t *behind, size_t from,
                  const econ_p_out *out, econ_scratch *scratch)
{
    econ_sorted sizes = { scratch->sorted, 0 };

    for (size_t t = 0; t < w->calibration; t++) {
        double size = econ_comparable(w, score, behind, t);

        if (!isnan(size))
            sizes.v[sizes.n++] = size;
    }
    econ_sort(sizes.v, sizes.n);
    p_among(w, &sizes, score, behind, from, out);
}

/* The |score| of a history in order, in order: those below the centre, the last of them first, merged with those
 * above it. Which of two is taken decides no branch. */
static void
fold(const econ_sorted *h, double centre, double spread, econ_sorted *sizes)
{
    size_t below = econ_sorted_below(h, centre), above = below;
    double *v = h->v;

    sizes->n = h->n;
    for (size_t i = 0; i < h->n; i++)
        v[i] = fabs(econ_against(v[i], centre, spread));
    for (size_t k = 0; k < h->n; k++) {
        if (below == 0 || above == h->n) {
            sizes->v[k] = below == 0 ? v[above++] : v[--below];
            continue;
        }
        size_t lower = v[below - 1] < v[above];

        sizes->v[k] = v[lower ? below - 1 : above];
        below -= lower;
        above += 1 - lower;
    }
}

void
econ_calibrated_judge(const econ_window *w, const double *x, double *score, const econ_p_out *out,
                      econ_scratch *scratch)
{
    econ_sorted h = gather(w, x, scratch), sizes = { scratch->work, 0 };
    double c, s;

    econ_sort(h.v, h.n);
    econ_spread_of(&h, w->scale, scratch, &c, &s);
    score_all(x, w->n, c, s, score);
    for (size_t t = 0; t < w->n; t++)
        scratch->behind[t] = (uint32_t)h.n;
    if (h.n < ECON_P_LEAST || !(s > 0.0 && isfinite(s)) || !isfinite(h.v[0])
        || !isfinite(h.v[h.n - 1])) {
        econ_calibrated_p(w, score, scratch->behind, 0, out, scratch);
        return;
    }
    fold(&h, c, s, &sizes);
    p_among(w, &sizes, score, scratch->behind, 0, out);
}
