/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What order statistics of the voxels decide: thresholds of masks, and limits of values. */
#ifndef IMAGING_LIMITS_H
#define IMAGING_LIMITS_H

#include <sci/quantile.h>

#include "groups.h"
#include "mapped.h"

/* The threshold of pN and otsu for each kept group: members->low. To be called before
 * imaging_groups_attach; the thresholds are those of all voxels (with a mask file there is no other
 * rule). Percentiles are interpolated (type 7); Otsu 1979 on the exact histogram of integers of up to
 * 16 bits, on 65536 equal bins between minimum and maximum of other types. */
sci_status imaging_thresholds_find(imaging_members *members, imaging_groups *groups,
                                   const imaging_context *c, sci_source *source) SCI_MUST_CHECK;

/* "0.5,99.5": two percentiles in order. */
sci_status imaging_clip_parse(const char *text, double percent[2]) SCI_MUST_CHECK;

/* The percentiles p[0] and p[1] (percent) of each kept group, inside the mask: low and high have
 * n_kept each, NaN for a group without voxels. */
sci_status imaging_limits_find(const imaging_groups *groups, const imaging_context *c,
                               sci_source *source, const double percent[2], double *low,
                               double *high) SCI_MUST_CHECK;

/* Clamp the source to limits of the kept groups; with `only` no other voxels than those. */
sci_status imaging_limits_clamp(sci_source **out, sci_source *source, const imaging_groups *groups,
                                const imaging_context *c, const imaging_volume *volume,
                                const double *low, const double *high,
                                const imaging_only *only) SCI_MUST_CHECK;

/* The median absolute deviation of each group of groups->g about its centre (NaN: of none), from
 * `medians` where these have counted every value, else in passes of its own. */
sci_status imaging_mads_find(const imaging_groups *groups, const imaging_context *c,
                             sci_source *source, const sci_quantiles *medians, uint64_t n,
                             double *centre, double *out) SCI_MUST_CHECK;

/* Otsu's threshold of a group of which q has a histogram, between its lowest and highest value. */
sci_status imaging_otsu_group(const sci_quantiles *q, uint64_t group, sci_type type, double low,
                              double high, double *out) SCI_MUST_CHECK;

/* Otsu's threshold of a histogram over values value[0] < value[1] < …: the value whose cut, "above
 * it", gives the largest variance between both sides. NaN if all counts but one are 0. */
double imaging_otsu(size_t n, const double *values, const uint64_t *counts);

#endif
