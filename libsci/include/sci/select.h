/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables in use: the rows that belong to the groups of another array, running tables as moments,
 * and heads of tables whose rows are elsewhere. */
#ifndef SCI_SELECT_H
#define SCI_SELECT_H

#include <sci/engine.h>

/* A table (of the same kind, with the same parameters and origins) whose rows are those of `table`
 * for the groups of `g`: labels are found by name, kept axes have the same size. Of a sample axis
 * that several sources were put together on, the stretch of the source with this digest is taken
 * (SCI_DIGEST_BYTES; may be NULL where sci_stats_needs_digest is false). SCI_ERR_REFUSED names the
 * axis or label that `table` does not have; `name` is that of the table in messages. */
SCI_API sci_status sci_stats_select(sci_stats **out, const sci_stats *table, const char *name,
                                    const sci_grouping *g, const uint8_t *digest) SCI_MUST_CHECK;

/* The level of a position, -1 if it has none (or if the labels are streamed). */
SCI_API int64_t sci_labels_at(const sci_labels *labels, uint64_t position);

/* True if the table's sample axis was put together from several sources. */
SCI_API bool sci_stats_needs_digest(const sci_stats *table);

/* How the digests of its sources were made. */
SCI_API sci_digest_kind sci_stats_digest_kind(const sci_stats *table);

/* What a running table says as moments: mean and variance of each group, with ddof 0 (as batch
 * normalization uses them for inference). SCI_ERR_REFUSED for another kind. */
SCI_API sci_status sci_stats_from_running(sci_stats **out, const sci_stats *running) SCI_MUST_CHECK;

/* A table without rows that has everything else: what belongs to the rows that sci_fit_rows or
 * sci_normalize handed over with this report. `name` is that of the source in the table (NULL:
 * in->name). */
SCI_API sci_status sci_stats_head(sci_stats **out, const sci_source *in, const sci_grouping *g,
                                  const sci_options *opt, const sci_report *report,
                                  const char *name) SCI_MUST_CHECK;

/* Call the only source of a table otherwise. SCI_ERR_ARGUMENT if it has several. */
SCI_API sci_status sci_stats_rename(sci_stats *stats, const char *name) SCI_MUST_CHECK;

#endif
