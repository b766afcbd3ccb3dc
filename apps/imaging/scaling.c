/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scaling.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/quantile.h>

#include "limits.h"
#include "method_whitestripe.h"

#define MAD_TO_SD 1.4826 /* of a normal distribution: 1/Φ⁻¹(3/4), rounded as everybody does */

bool
imaging_method_is_moments(int method)
{
    return method == IMAGING_ZSCORE || method == IMAGING_GROUP || method == IMAGING_INSTANCE
           || method == IMAGING_LAYER || method == IMAGING_CT;
}

double
imaging_eps(const imaging_context *c, const imaging_members *members)
{
    int method = c->settings->method;

    if (cli_given(c->call, "eps"))
        return c->settings->common.eps;
    if (c->settings->like != LIKE_NONE)
        return 0.0;
    return method == IMAGING_GROUP || method == IMAGING_INSTANCE || method == IMAGING_LAYER
                   || members->labels != NULL
               ? 1e-5
               : 0.0;
}

sci_moments
imaging_row(double centre, double scale, uint64_t count)
{
    sci_moments row = { .count = count,
                        .weight = 1.0,
                        .mean_hi = centre,
                        .m2 = scale * scale,
                        .min = centre,
                        .max = centre + scale };

    if (count == 0)
        row = (sci_moments){ .min = (double)INFINITY, .max = -(double)INFINITY };
    return row;
}

/* ---- moments ---- */

static sci_status
fit_moments(imaging_scaling *out, const imaging_groups *groups, const imaging_context *c,
            sci_source *source, sci_report *report)
{
    sci_status st = sci_fit(source, groups->g, &c->options, &out->stats, report);

    if (st == SCI_OK)
        st = sci_alloc(&out->rows, out->n, 1, sizeof *out->rows);
    if (st == SCI_OK)
        memcpy(out->rows, sci_stats_moments(out->stats), out->n * sizeof *out->rows);
    return st;
}

/* ---- order statistics ---- */

static sci_status
fit_robust(imaging_scaling *out, const imaging_groups *groups, const imaging_context *c,
           sci_source *source, sci_report *report)
{
    const double half = 0.5;
    sci_quantiles *medians = NULL;
    double *centre = NULL, *mads = NULL;
    sci_status st =
        sci_quantiles_fit(&medians, source, groups->g, &c->options, 1, &half, NULL, report);

    if (st == SCI_OK)
        st = sci_alloc(&centre, out->n, 1, sizeof *centre);
    if (st == SCI_OK)
        st = sci_alloc(&mads, out->n, 1, sizeof *mads);
    for (uint64_t i = 0; i < out->n && st == SCI_OK; i++)
        centre[i] = sci_quantiles_value(medians, i, 0);
    if (st == SCI_OK)
        st = imaging_mads_find(groups, c, source, medians, out->n, centre, mads);
    for (uint64_t i = 0; i < out->n && st == SCI_OK; i++)
        out->rows[i] = imaging_row(isnan(mads[i]) ? mads[i] : centre[i], MAD_TO_SD * mads[i],
                                   sci_quantiles_members(medians, i));
    sci_free(centre);
    sci_free(mads);
    sci_quantiles_free(medians);
    return st;
}

static sci_status
fit_range(imaging_scaling *out, const imaging_groups *groups, const imaging_context *c,
          sci_source *source, sci_report *report)
{
    const double ends[2] = { 0.0, 1.0 };
    sci_quantiles *q = NULL;
    sci_status st = sci_quantiles_fit(&q, source, groups->g, &c->options, 2, ends, NULL, report);

    for (uint64_t i = 0; i < out->n && st == SCI_OK; i++) {
        double low = sci_quantiles_value(q, i, 0), high = sci_quantiles_value(q, i, 1);

        out->rows[i] = imaging_row(low, high - low, sci_quantiles_members(q, i));
    }
    sci_quantiles_free(q);
    return st;
}

/* The engine's pass is for the digest and the number of members. */
static sci_status
fit_whitestripe(imaging_scaling *out, const imaging_groups *groups, const imaging_members *members,
                const imaging_context *c, const imaging_volume *volume, sci_source *source,
                sci_report *report)
{
    sci_status st = sci_fit(source, groups->g, &c->options, &out->stats, report);

    return st == SCI_OK ? imaging_whitestripe_find(out->rows, groups, members, c, volume, source)
                        : st;
}

sci_status
imaging_scaling_find(imaging_scaling *out, const imaging_groups *groups,
                     const imaging_members *members, const imaging_context *c,
                     const imaging_volume *volume, sci_source *source, double eps,
                     sci_report *report)
{
    int method = c->settings->method;
    sci_status st = SCI_OK;

    *out = (imaging_scaling){ .n = groups->n, .eps = eps };
    if (imaging_method_is_moments(method))
        st = fit_moments(out, groups, c, source, report);
    else
        st = sci_alloc(&out->rows, out->n, 1, sizeof *out->rows);
    if (st == SCI_OK && method == IMAGING_ROBUST)
        st = fit_robust(out, groups, c, source, report);
    if (st == SCI_OK && method == IMAGING_RANGE)
        st = fit_range(out, groups, c, source, report);
    if (st == SCI_OK && method == IMAGING_WHITESTRIPE)
        st = fit_whitestripe(out, groups, members, c, volume, source, report);
    if (st != SCI_OK)
        imaging_scaling_clear(out);
    return st;
}

void
imaging_scaling_clear(imaging_scaling *scaling)
{
    sci_free(scaling->rows);
    sci_stats_free(scaling->stats);
    *scaling = (imaging_scaling){ 0 };
}

/* ---- troubles ---- */

bool
imaging_trouble_see(imaging_troubles *t, uint64_t group, const sci_moments *row)
{
    if (row->count == 0) {
        if (t->n_empty++ == 0)
            t->first_empty = group;
        return true;
    }
    if (isnan(row->m2) || (row->count >= 2 && row->m2 > 0.0))
        return false; /* NaN: a member is, and --nan propagate makes them all so */
    if (t->n_degenerate++ == 0) {
        t->first_degenerate = group;
        t->degenerate = *row;
    }
    return true;
}

static const sci_moments empty_row = { .min = (double)INFINITY, .max = -(double)INFINITY };

void
imaging_scaling_settle(imaging_scaling *scaling, const imaging_context *c,
                       const imaging_members *members, imaging_troubles *troubles)
{
    uint64_t least = members->labels != NULL ? (uint64_t)c->settings->min_voxels : 0;

    for (uint64_t i = 0; i < scaling->n; i++) {
        sci_moments *row = &scaling->rows[i];

        if (row->count > 0 && row->count < least) {
            if (troubles->n_small++ == 0)
                troubles->first_small = i;
            *row = empty_row;
        } else if (imaging_trouble_see(troubles, i, row)
                   && c->settings->degenerate == DEGENERATE_KEEP) {
            *row = empty_row;
        }
    }
}
