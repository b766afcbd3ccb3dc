/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "limits.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/quantile.h>

#include "cli/number.h"

#include "mapped.h"

#define OTSU_BINS 65536

/* ---- Otsu ---- */

double
imaging_otsu(size_t n, const double *values, const uint64_t *counts)
{
    double total = 0.0, sum = 0.0, below = 0.0, sum_below = 0.0, best = -1.0;
    size_t at = 0, used = 0;

    for (size_t i = 0; i < n; i++) {
        total += (double)counts[i];
        sum += (double)counts[i] * values[i];
        used += counts[i] > 0;
    }
    if (used < 2)
        return (double)NAN;
    for (size_t i = 0; i + 1 < n; i++) {
        double above, between, difference;

        below += (double)counts[i];
        sum_below += (double)counts[i] * values[i];
        above = total - below;
        if (below == 0.0 || counts[i] == 0)
            continue;
        if (above == 0.0)
            break;
        difference = sum_below / below - (sum - sum_below) / above;
        between = below * above * difference * difference;
        if (between > best) {
            best = between;
            at = i;
        }
    }
    return values[at];
}

/* The histogram of a group between its ends: of small integers one bin a value. */
static sci_status
otsu_in(const sci_quantiles *q, uint64_t group, sci_type type, double low, double high,
        double *values, uint64_t *counts, double *out)
{
    bool exact = sci_type_is_integer(type) && high - low < OTSU_BINS;
    size_t bins = exact ? (size_t)(high - low) + 1 : OTSU_BINS;
    double width = exact ? 1.0 : (high - low) / OTSU_BINS;
    sci_status st =
        sci_quantiles_histogram(q, group, low, low + (double)bins * width, bins, counts);

    for (size_t i = 0; i < bins; i++)
        values[i] = low + (double)i * width;
    if (st == SCI_OK)
        *out = imaging_otsu(bins, values, counts);
    return st;
}

sci_status
imaging_otsu_group(const sci_quantiles *q, uint64_t group, sci_type type, double low, double high,
                   double *out)
{
    double *values = NULL;
    uint64_t *counts = NULL;
    sci_status st;

    *out = (double)NAN;
    if (!(high > low))
        return SCI_OK;
    st = sci_alloc(&values, OTSU_BINS, 1, sizeof *values);
    if (st == SCI_OK)
        st = sci_alloc(&counts, OTSU_BINS, 1, sizeof *counts);
    if (st == SCI_OK)
        st = otsu_in(q, group, type, low, high, values, counts, out);
    sci_free(values);
    sci_free(counts);
    return st;
}

static sci_status
find_otsu(imaging_members *m, const imaging_groups *groups, const imaging_context *c,
          sci_source *source)
{
    const double ends[2] = { 0.0, 1.0 };
    sci_quantiles *q = NULL;
    sci_status st = sci_quantiles_fit(&q, source, groups->kept, &c->options, 2, ends, NULL, NULL);

    for (uint64_t i = 0; i < groups->n_kept && st == SCI_OK; i++)
        st = imaging_otsu_group(q, i, source->array.type, sci_quantiles_value(q, i, 0),
                                sci_quantiles_value(q, i, 1), &m->low[i]);
    sci_quantiles_free(q);
    return st;
}

static sci_status
find_percentile(imaging_members *m, const imaging_groups *groups, const imaging_context *c,
                sci_source *source)
{
    const double p = m->rule.threshold / 100.0;
    sci_quantiles *q = NULL;
    sci_status st = sci_quantiles_fit(&q, source, groups->kept, &c->options, 1, &p, NULL, NULL);

    for (uint64_t i = 0; i < groups->n_kept && st == SCI_OK; i++)
        m->low[i] = sci_quantiles_value(q, i, 0);
    sci_quantiles_free(q);
    return st;
}

sci_status
imaging_thresholds_find(imaging_members *members, imaging_groups *groups, const imaging_context *c,
                        sci_source *source)
{
    bool otsu = members->rule.kind == MASK_OTSU;
    imaging_context finite = *c;
    sci_status st;

    if (!otsu && members->rule.kind != MASK_PERCENTILE)
        return SCI_OK;
    if (c->settings->over != NULL)
        return sci_fail(
            SCI_ERR_ARGUMENT,
            "--over time takes every voxel by itself, a mask by threshold the whole image; "
            "give a mask in a file");
    /* The threshold is that of numbers; a NaN is a member all the same and makes its group NaN. */
    if (finite.options.nan == SCI_NAN_PROPAGATE)
        finite.options.nan = SCI_NAN_IGNORE;
    members->n_low = groups->n_kept;
    st = sci_alloc(&members->low, groups->n_kept, 1, sizeof *members->low);
    if (st == SCI_OK)
        st = otsu ? find_otsu(members, groups, &finite, source)
                  : find_percentile(members, groups, &finite, source);
    return st;
}

/* ---- deviations ---- */

sci_status
imaging_mads_find(const imaging_groups *groups, const imaging_context *c, sci_source *source,
                  const sci_quantiles *medians, uint64_t n, double *centre, double *out)
{
    const double half = 0.5;
    sci_quantiles *q = NULL;
    sci_status st = SCI_OK;

    for (uint64_t i = 0; i < n; i++)
        centre[i] = isnan(centre[i]) ? 0.0 : centre[i];
    if (sci_quantiles_whole(medians)) {
        for (uint64_t i = 0; i < n && st == SCI_OK; i++)
            st = sci_quantiles_deviation(medians, i, half, centre[i], &out[i]);
        return st;
    }
    st = sci_quantiles_fit(&q, source, groups->g, &c->options, 1, &half, centre, NULL);
    for (uint64_t i = 0; i < n && st == SCI_OK; i++)
        out[i] = sci_quantiles_value(q, i, 0);
    sci_quantiles_free(q);
    return st;
}

/* ---- limits ---- */

sci_status
imaging_clip_parse(const char *text, double percent[2])
{
    char first[64];
    const char *comma = strchr(text, ',');

    if (comma == NULL || (size_t)(comma - text) >= sizeof first)
        return sci_fail(SCI_ERR_ARGUMENT, "--clip '%s': two percentiles, as 0.5,99.5", text);
    memcpy(first, text, (size_t)(comma - text));
    first[comma - text] = '\0';
    if (!cli_parse_real(first, &percent[0]) || !cli_parse_real(comma + 1, &percent[1])
        || !(percent[0] >= 0.0 && percent[0] < percent[1] && percent[1] <= 100.0))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "--clip '%s': two percentiles between 0 and 100, the lower one first",
                        text);
    return SCI_OK;
}

sci_status
imaging_limits_find(const imaging_groups *groups, const imaging_context *c, sci_source *source,
                    const double percent[2], double *low, double *high)
{
    const double p[2] = { percent[0] / 100.0, percent[1] / 100.0 };
    sci_quantiles *q = NULL;
    sci_status st = sci_quantiles_fit(&q, source, groups->kept, &c->options, 2, p, NULL, NULL);

    for (uint64_t i = 0; i < groups->n_kept && st == SCI_OK; i++) {
        low[i] = sci_quantiles_value(q, i, 0);
        high[i] = sci_quantiles_value(q, i, 1);
    }
    sci_quantiles_free(q);
    return st;
}

sci_status
imaging_limits_clamp(sci_source **out, sci_source *source, const imaging_groups *groups,
                     const imaging_context *c, const imaging_volume *volume, const double *low,
                     const double *high, const imaging_only *only)
{
    imaging_step step = { .kind = STEP_CLAMP, .a = low, .b = high, .only = only };
    sci_status st = imaging_groups_blocks(groups, c, volume, &step.blocks, &step.last);

    return st == SCI_OK ? imaging_mapped_create(out, source, 1, &step) : st;
}
