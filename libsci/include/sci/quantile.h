/* SPDX-License-Identifier: BSD-3-Clause */
/* Exact order statistics of every group of an array, in rounds that stream and merge.
 *
 * A round counts the next 16 bits of the members' ordered bit patterns: of each group and each
 * distinct prefix that is still wanted, 65536 bins. 8- and 16-bit integers are done after one round
 * (their counts are the whole histogram), 32-bit types after two, 64-bit types after four. Counts
 * add, so any split into threads, shards and files gives the same table. NaN and infinities follow
 * the NaN policy of the options. Percentiles are interpolated as Hyndman and Fan's type 7: rank
 * (n - 1)·p, linear between neighbours. */
#ifndef SCI_QUANTILE_H
#define SCI_QUANTILE_H

#include <sci/engine.h>

typedef struct sci_quantiles sci_quantiles;

/* For `groups` groups of elements of `type`, the quantiles p[0…n-1], each in [0,1]. centre NULL: of
 * the elements; else of |x - centre[group]| as float64 (copied; for the median absolute deviation).
 */
SCI_API sci_status sci_quantiles_create(sci_quantiles **out, uint64_t groups, sci_type type,
                                        size_t n, const double *p,
                                        const double *centre) SCI_MUST_CHECK;
SCI_API void sci_quantiles_free(sci_quantiles *q);
SCI_API sci_status sci_quantiles_copy(sci_quantiles **out,
                                      const sci_quantiles *from) SCI_MUST_CHECK;

/* Count one source in the round that is open. Every source must be counted once in each round; after
 * a failure q can only be freed. Weights of the grouping only act as a mask. SCI_ERR_SHAPE: another type or number of groups;
 * SCI_ERR_BUDGET names the memory needed; SCI_ERR_NONFINITE under the refusing policy. Under
 * `propagate` a NaN makes the quantiles of its group NaN, infinities are numbers like others. Of the
 * report constant and empty groups are not filled. */
SCI_API sci_status sci_quantiles_count(sci_quantiles *q, sci_source *in, const sci_grouping *g,
                                       const sci_options *opt, sci_report *report) SCI_MUST_CHECK;

/* into += from, both in the same round of the same request (SCI_ERR_REFUSED otherwise). Not after
 * the last round, nor of sci_quantiles_fit's. */
SCI_API sci_status sci_quantiles_merge(sci_quantiles *into,
                                       const sci_quantiles *from) SCI_MUST_CHECK;

/* Close the round. *done: every quantile is known. SCI_ERR_REFUSED if a later round counted other
 * numbers of members than the first: the inputs are not the same. */
SCI_API sci_status sci_quantiles_advance(sci_quantiles *q, bool *done) SCI_MUST_CHECK;
/* True if a later round is open that lacks members which the first one had, and has none beyond them:
 * other sources are still to be counted or merged before it can be closed. */
SCI_API bool sci_quantiles_is_partial(const sci_quantiles *q);
SCI_API int sci_quantiles_round(const sci_quantiles *q);  /* 0, 1, …: the one that is open */
SCI_API int sci_quantiles_rounds(const sci_quantiles *q); /* in all */

/* After the last round. NaN for an empty group. */
SCI_API double sci_quantiles_value(const sci_quantiles *q, uint64_t group, size_t k);
SCI_API uint64_t sci_quantiles_members(const sci_quantiles *q, uint64_t group);

/* True if the first round kept the count of every value: 8- and 16-bit types. */
SCI_API bool sci_quantiles_whole(const sci_quantiles *q);

/* Of these, whatever p was asked for: the quantile p of |x - centre| (SCI_ERR_ARGUMENT of other
 * types). The median absolute deviation is that of 0.5 about the median. NaN for an empty group. */
SCI_API sci_status sci_quantiles_deviation(const sci_quantiles *q, uint64_t group, double p,
                                           double centre, double *out) SCI_MUST_CHECK;

/* And of integers among these the moments of the members, every one counting once, from exact sums
 * (SCI_ERR_ARGUMENT of other types). */
SCI_API sci_status sci_quantiles_moments(const sci_quantiles *q, uint64_t group,
                                         sci_moments *out) SCI_MUST_CHECK;

/* Walk the values of a group in increasing order with their counts, *at being 0 at first; false at
 * the end. As below, wider types give the lower end of 16 leading bits. */
SCI_API bool sci_quantiles_next(const sci_quantiles *q, uint64_t group, uint64_t *at, double *value,
                                uint64_t *count);

/* The histogram of the first round over the value range: count of members in each of `bins` equal
 * bins between low and high. Exact for 8- and 16-bit types; for wider ones each member counts at
 * the lower end of its bin of 16 leading bits. */
SCI_API sci_status sci_quantiles_histogram(const sci_quantiles *q, uint64_t group, double low,
                                           double high, size_t bins,
                                           uint64_t *counts) SCI_MUST_CHECK;

/* All rounds over one source, of which p and the members are kept; the histogram too where it fits
 * in memory. Where leading axes are kept and their groups do not fit together, they are counted some
 * at a time. */
SCI_API sci_status sci_quantiles_fit(sci_quantiles **out, sci_source *in, const sci_grouping *g,
                                     const sci_options *opt, size_t n, const double *p,
                                     const double *centre, sci_report *report) SCI_MUST_CHECK;

/* From one process to another, as sci/handover.h does it with tables. */
SCI_API sci_status sci_quantiles_put(const sci_quantiles *q, int fd) SCI_MUST_CHECK;
SCI_API sci_status sci_quantiles_take(sci_quantiles **out, int fd) SCI_MUST_CHECK;

/* Its own kind of table in a statistics file (docs/stats-file.md), at FILE:/group of an output. */
SCI_API sci_status sci_quantiles_load(sci_quantiles **out, const char *path) SCI_MUST_CHECK;
struct sci_h5_output;
SCI_API sci_status sci_h5_output_quantiles(struct sci_h5_output *out, const char *path,
                                           const sci_quantiles *q) SCI_MUST_CHECK;

#endif
