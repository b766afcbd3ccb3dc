/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "summary.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/quantile.h>
#include <sci/select.h>

const double summary_percents[SUMMARY_PERCENTS] = { 0,  0.5, 1,  2,  5,  10,   25, 50,
                                                    75, 90,  95, 98, 99, 99.5, 100 };

/* ---- moments ---- */

static void
set_moments(imaging_summary *s, uint64_t i, const sci_moments *moments)
{
    imaging_summary_row *row = &s->rows[i];

    row->moments = row->plain = *moments;
    row->mm3 = row->moments.count > 0 ? row->moments.weight * s->members.weight_mm3 : 0.0;
}

static sci_status
fit_moments(imaging_summary *s, const imaging_context *c, const imaging_groups *groups)
{
    sci_stats *stats = NULL;
    sci_status st = sci_fit(s->volume->source, groups->g, &c->options, &stats, NULL);

    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        set_moments(s, i, &sci_stats_moments(stats)[i]);
    sci_stats_free(stats);
    return st;
}

/* Of small integers the histogram has them. */
static sci_status
take_moments(imaging_summary *s, const imaging_context *c, const imaging_groups *groups,
             const sci_quantiles *q)
{
    bool weighted = s->members.weighted || c->settings->mask_weights;
    sci_status st = SCI_OK;

    if (weighted || !sci_quantiles_whole(q) || !sci_type_is_integer(s->volume->source->array.type))
        return fit_moments(s, c, groups);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++) {
        sci_moments moments;

        st = sci_quantiles_moments(q, i, &moments);
        if (st == SCI_OK)
            set_moments(s, i, &moments);
    }
    return st;
}

static sci_status
name_rows(imaging_summary *s, const imaging_context *c, const imaging_groups *groups,
          const sci_report *report)
{
    sci_stats *head = NULL;
    sci_status st = sci_stats_head(&head, s->volume->source, groups->g, &c->options, report, NULL);

    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        st = sci_stats_group_name(head, i, s->rows[i].name, sizeof s->rows[i].name);
    sci_stats_free(head);
    return st;
}

/* The same with every voxel counting once. */
static sci_status
fit_plain(imaging_summary *s, const imaging_context *c)
{
    imaging_members plain = s->members; /* borrows all that it has */
    imaging_groups groups = { 0 };
    sci_stats *stats = NULL;
    sci_status st;

    memset(plain.weights, 0, sizeof plain.weights);
    st = imaging_groups_make(&groups, c, s->volume, &plain);
    if (st == SCI_OK)
        st = imaging_groups_attach(&groups, s->volume, &plain);
    if (st == SCI_OK)
        st = sci_fit(s->volume->source, groups.g, &c->options, &stats, NULL);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        s->rows[i].plain = sci_stats_moments(stats)[i];
    sci_stats_free(stats);
    imaging_groups_clear(&groups);
    return st;
}

/* ---- order statistics ---- */

static sci_status
fit_percentiles(imaging_summary *s, const imaging_context *c, const imaging_groups *groups,
                sci_quantiles **q, sci_report *report)
{
    double p[SUMMARY_PERCENTS];
    sci_status st;

    for (int k = 0; k < SUMMARY_PERCENTS; k++)
        p[k] = summary_percents[k] / 100.0;
    st = sci_quantiles_fit(q, s->volume->source, groups->g, &c->options, SUMMARY_PERCENTS, p, NULL,
                           report);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        for (size_t k = 0; k < SUMMARY_PERCENTS; k++)
            s->rows[i].percentiles[k] = sci_quantiles_value(*q, i, k);
    return st;
}

static sci_status
find_mads(imaging_summary *s, const imaging_context *c, const imaging_groups *groups,
          const sci_quantiles *q)
{
    double *centre = NULL, *mads = NULL;
    sci_status st = sci_alloc(&centre, s->n, 1, sizeof *centre);

    if (st == SCI_OK)
        st = sci_alloc(&mads, s->n, 1, sizeof *mads);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        centre[i] = s->rows[i].percentiles[SUMMARY_MEDIAN];
    if (st == SCI_OK)
        st = imaging_mads_find(groups, c, s->volume->source, q, s->n, centre, mads);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++)
        s->rows[i].mad = mads[i];
    sci_free(centre);
    sci_free(mads);
    return st;
}

/* Of all members of a channel; labels have none of their own. */
static sci_status
find_otsu(imaging_summary *s, const imaging_context *c, imaging_groups *groups,
          const sci_quantiles *q)
{
    bool whole = sci_quantiles_whole(q);
    imaging_members thresholds = { .rule = { .kind = MASK_OTSU } };
    sci_type type = s->volume->source->array.type;
    sci_status st = SCI_OK;

    for (uint64_t i = 0; i < s->n; i++)
        s->rows[i].otsu = (double)NAN;
    if (groups->kept_of != NULL)
        return SCI_OK;
    if (!whole)
        st = imaging_thresholds_find(&thresholds, groups, c, s->volume->source);
    for (uint64_t i = 0; i < s->n && st == SCI_OK; i++) {
        imaging_summary_row *row = &s->rows[i];

        if (whole)
            st = imaging_otsu_group(q, i, type, row->percentiles[0],
                                    row->percentiles[SUMMARY_PERCENTS - 1], &row->otsu);
        else
            row->otsu = thresholds.low[i];
    }
    sci_free(thresholds.low);
    return st;
}

/* ---- all of it ---- */

static sci_status
measure(imaging_summary *s, const imaging_context *c)
{
    imaging_groups groups = { 0 };
    sci_quantiles *q = NULL;
    sci_report report = { 0 };
    sci_status st = imaging_groups_make(&groups, c, s->volume, &s->members);

    if (st == SCI_OK)
        st = imaging_thresholds_find(&s->members, &groups, c, s->volume->source);
    if (st == SCI_OK)
        st = imaging_groups_attach(&groups, s->volume, &s->members);
    if (st == SCI_OK) {
        s->n = groups.n;
        st = sci_alloc_zero(&s->rows, s->n, 1, sizeof *s->rows);
    }
    if (st == SCI_OK)
        st = fit_percentiles(s, c, &groups, &q, &report);
    if (st == SCI_OK)
        st = name_rows(s, c, &groups, &report);
    if (st == SCI_OK)
        st = take_moments(s, c, &groups, q);
    if (st == SCI_OK && s->members.weighted)
        st = fit_plain(s, c);
    if (st == SCI_OK)
        st = find_mads(s, c, &groups, q);
    if (st == SCI_OK)
        st = find_otsu(s, c, &groups, q);
    s->voxels = report.elements;
    sci_quantiles_free(q);
    imaging_groups_clear(&groups);
    return st;
}

sci_status
imaging_summary_make(imaging_summary *out, const imaging_context *c, const char *file,
                     const char *dataset, const char *mask, const char *labels)
{
    sci_status st;

    *out = (imaging_summary){ .ddof = c->options.ddof };
    st = imaging_volume_open(&out->volume, c, file, dataset);
    if (st == SCI_OK)
        st = imaging_members_open(&out->members, c, out->volume, mask, labels);
    if (st == SCI_OK)
        st = measure(out, c);
    if (st != SCI_OK)
        imaging_summary_clear(out);
    return st;
}

void
imaging_summary_clear(imaging_summary *summary)
{
    imaging_members_clear(&summary->members);
    imaging_volume_free(summary->volume);
    sci_free(summary->rows);
    *summary = (imaging_summary){ 0 };
}

bool
imaging_summary_differs(const imaging_summary *summary, const imaging_summary_row *row)
{
    double sd = sci_moments_sd(&row->plain, summary->ddof);

    return summary->members.weighted && row->moments.count > 0
           && fabs(sci_moments_mean(&row->moments) - sci_moments_mean(&row->plain)) > 0.01 * sd;
}
