/* SPDX-License-Identifier: BSD-3-Clause */
/* The rows of a table that belong to the groups of another array. */
#ifndef SCI_SELECT_H
#define SCI_SELECT_H

#include <sci/engine.h>

/* A table (of the same kind, with the same parameters and origins) whose rows are those of `table` for the groups of
 * `g`: labels are found by name, kept axes have the same size. Of a sample axis that several sources were put together
 * on, the stretch of the source with this digest is taken (SCI_DIGEST_BYTES; may be NULL where
 * sci_stats_needs_digest is false). SCI_ERR_REFUSED names the axis or label that `table` does not have; `name` is that
 * of the table in messages. */
SCI_API sci_status sci_stats_select(sci_stats **out, const sci_stats *table, const char *name,
                                    const sci_grouping *g, const uint8_t *digest) SCI_MUST_CHECK;

/* True if the table's sample axis was put together from several sources. */
SCI_API bool sci_stats_needs_digest(const sci_stats *table);

/* How the digests of its sources were made. */
SCI_API sci_digest_kind sci_stats_digest_kind(const sci_stats *table);

/* What a running table says as moments: mean and variance of each group, with ddof 0 (as batch normalization uses them
 * for inference). SCI_ERR_REFUSED for another kind. */
SCI_API sci_status sci_stats_from_running(sci_stats **out, const sci_stats *running) SCI_MUST_CHECK;

#endif
