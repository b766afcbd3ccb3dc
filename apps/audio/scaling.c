/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scaling.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

/* eps_rel times the mean of squares; a power of two in x is the same power, squared, in it. */
static void
add_relative_eps(sci_moments *m, double eps_rel, int ddof)
{
    double mean, square;

    if (m->count == 0 || sci_moments_is_constant(m))
        return;
    mean = m->mean_hi + m->mean_lo;
    square = m->m2 / m->weight + mean * mean;
    m->m2 += eps_rel * square * (m->weight - (double)ddof);
}

static double
sd_of(const sci_moments *m, double eps, int ddof)
{
    return sqrt((sci_moments_is_constant(m) ? 0.0 : sci_moments_variance(m, ddof)) + eps);
}

/* Of the bands of one channel. */
static void
relax_channel(audio_scaling *s, uint64_t first, uint64_t bands, double share, int ddof)
{
    sci_moments layer = sci_moments_empty();
    double sd, mean;

    for (uint64_t b = first; b < first + bands; b++)
        sci_moments_merge(&layer, &s->rows[b]);
    sd = sd_of(&layer, s->eps, ddof);
    mean = sci_moments_mean(&layer);
    for (uint64_t b = first; b < first + bands; b++) {
        bool empty = s->rows[b].count == 0 || !(sd > 0.0);
        double own = empty ? 0.0 : sd_of(&s->rows[b], s->eps, ddof);

        s->gamma[b] = empty ? 1.0 - share : 1.0 - share + share * (own / sd);
        s->beta[b] = empty ? 0.0 : share * ((sci_moments_mean(&s->rows[b]) - mean) / sd);
    }
}

static sci_status
relax(audio_scaling *s, const audio_recipe *r, uint64_t bands, const sci_grouping *g)
{
    sci_status st = sci_alloc(&s->gamma, s->n, 1, sizeof *s->gamma);

    if (st == SCI_OK)
        st = sci_alloc(&s->beta, s->n, 1, sizeof *s->beta);
    for (uint64_t c = 0; c < s->n && st == SCI_OK; c += bands)
        relax_channel(s, c, bands, r->relax, (int)r->ddof);
    return st == SCI_OK ? sci_affine_scale_shift(s->affine, g, s->gamma, s->beta) : st;
}

sci_status
audio_scaling_make(audio_scaling *out, const audio_recipe *recipe, const sci_moments *moments,
                   uint64_t n, uint64_t bands, const sci_grouping *g, bool inverse)
{
    audio_scaling s = { .n = n, .eps = recipe->eps };
    sci_status st = sci_alloc(&s.rows, n, 1, sizeof *s.rows);

    if (st == SCI_OK)
        memcpy(s.rows, moments, n * sizeof *s.rows);
    for (uint64_t k = 0; k < n && st == SCI_OK && recipe->eps_rel > 0.0; k++)
        add_relative_eps(&s.rows[k], recipe->eps_rel, (int)recipe->ddof);
    if (st == SCI_OK)
        st = sci_affine_create(&s.affine, g, s.eps, (int)recipe->ddof);
    if (st == SCI_OK && recipe->relax > 0.0)
        st = relax(&s, recipe, bands, g);
    if (st == SCI_OK)
        sci_affine_outside(s.affine, SCI_OUTSIDE_ZERO);
    if (st == SCI_OK && inverse)
        st = sci_affine_invert(s.affine);
    if (st != SCI_OK) {
        audio_scaling_clear(&s);
        return st;
    }
    *out = s;
    return SCI_OK;
}

/* Mean 0 and variance 1. */
sci_status
audio_scaling_identity(audio_scaling *out, uint64_t n, const sci_grouping *g, bool zero)
{
    audio_scaling s = { .n = n };
    sci_status st = sci_alloc(&s.rows, n, 1, sizeof *s.rows);

    for (uint64_t k = 0; k < n && st == SCI_OK; k++)
        s.rows[k] = (sci_moments){ .count = 2, .weight = 2.0, .m2 = 2.0, .min = -1.0, .max = 1.0 };
    if (st == SCI_OK)
        st = sci_affine_create(&s.affine, g, 0.0, 0);
    if (st == SCI_OK)
        sci_affine_outside(s.affine, zero ? SCI_OUTSIDE_ZERO : SCI_OUTSIDE_KEEP);
    if (st != SCI_OK) {
        audio_scaling_clear(&s);
        return st;
    }
    *out = s;
    return SCI_OK;
}

void
audio_scaling_clear(audio_scaling *s)
{
    sci_affine_free(s->affine);
    sci_free(s->rows);
    sci_free(s->gamma);
    sci_free(s->beta);
    *s = (audio_scaling){ 0 };
}

static sci_status
read_rows(void *context, uint64_t first, uint64_t n, sci_moments *rows)
{
    memcpy(rows, (const sci_moments *)context + first, n * sizeof *rows);
    return SCI_OK;
}

sci_rows_source
audio_scaling_rows(audio_scaling *s)
{
    return (sci_rows_source){ .read = read_rows, .context = s->rows };
}
