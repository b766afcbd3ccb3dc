/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arrays of the scores. */
#include "scores_priv.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

enum { SECTOR_ARRAYS = 13, PERIOD_ARRAYS = 4 };

static sci_status
alloc_missing(double **out, size_t rows, size_t columns)
{
    sci_status st = sci_alloc(out, rows, columns, sizeof **out);

    for (size_t i = 0; st == SCI_OK && i < rows * columns; i++)
        (*out)[i] = (double)NAN;
    return st;
}

static sci_status
alloc_flags(econ_scores *out)
{
    size_t n = out->n_periods, s = out->n_sectors;
    sci_status st = sci_alloc_zero(&out->n_available, s, n, sizeof *out->n_available);

    if (st == SCI_OK)
        st = sci_alloc(&out->within_driver, s, n, sizeof *out->within_driver);
    if (st == SCI_OK)
        memset(out->within_driver, 0xff, s * n * sizeof *out->within_driver);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->extrapolated, s, n, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->in_sample, n, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->excluded, n, 1, 1);
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->economy_extrapolated, n, 1, 1);
    return st;
}

sci_status
econ_scores_alloc(econ_scores *out, const econ_panel *panel, const econ_rules *rules)
{
    size_t n = panel->n_periods, s = panel->n_sectors;
    sci_status st = SCI_OK;

    *out = (econ_scores){ .n_periods = n, .n_indicators = panel->n_indicators, .n_sectors = s };
    double **const sectors[SECTOR_ARRAYS] = { &out->raw,
                                              &out->level,
                                              &out->relative_raw,
                                              &out->relative,
                                              &out->within_max,
                                              &out->breadth,
                                              &out->p_level,
                                              &out->p_relative,
                                              &out->p_within,
                                              &out->q_relative,
                                              &out->q_within,
                                              &out->overall_p,
                                              NULL };
    double **const periods[PERIOD_ARRAYS] = { &out->economy_raw, &out->economy_level, &out->economy,
                                              &out->p_economy };

    st = alloc_missing(&out->z, panel->n_indicators, n);
    for (int k = 0; st == SCI_OK && sectors[k] != NULL; k++)
        st = alloc_missing(sectors[k], s, n);
    for (int k = 0; st == SCI_OK && k < PERIOD_ARRAYS; k++)
        st = alloc_missing(periods[k], n, 1);
    if (st == SCI_OK && (rules->stats & ECON_STAT_MAHALANOBIS) != 0) {
        st = alloc_missing(&out->mahalanobis, s, n);
        if (st == SCI_OK)
            st = alloc_missing(&out->p_mahalanobis, s, n);
    }
    if (st == SCI_OK)
        st = alloc_flags(out);
    if (st != SCI_OK)
        econ_scores_clear(out);
    return st;
}

void
econ_scores_clear(econ_scores *scores)
{
    void *const all[] = { scores->z,
                          scores->raw,
                          scores->level,
                          scores->relative_raw,
                          scores->relative,
                          scores->within_max,
                          scores->breadth,
                          scores->p_level,
                          scores->p_relative,
                          scores->p_within,
                          scores->q_relative,
                          scores->q_within,
                          scores->overall_p,
                          scores->mahalanobis,
                          scores->p_mahalanobis,
                          scores->economy_raw,
                          scores->economy,
                          scores->economy_level,
                          scores->p_economy,
                          scores->n_available,
                          scores->within_driver,
                          scores->extrapolated,
                          scores->in_sample,
                          scores->excluded,
                          scores->economy_extrapolated };

    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        sci_free(all[k]);
    *scores = (econ_scores){ .n_periods = 0 };
}
