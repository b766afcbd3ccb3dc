/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of sci_stats, for the engine (which fills it) and the statistics file (which stores
 * it). */
#ifndef SCI_STATS_TABLE_H
#define SCI_STATS_TABLE_H

#include <sci/engine.h>
#include <sci/stats.h>

#include "../core/digest.h"
#include "space.h"

/* How an array is cut (ENGINE rule 1): set by shape and grouping alone. */
typedef struct sci_segmentation {
    uint64_t periods, period_length, period_groups; /* elements and groups of a period */
    uint64_t segment_length; /* elements; a multiple of period_length if periods_per_segment > 0 */
    uint64_t periods_per_segment; /* > 0: a segment is whole periods; 0: a period is cut */
    uint64_t segments_per_period; /* 1 if periods_per_segment > 0 */
    uint64_t segments;            /* in all; the last of the array or of a period may be shorter */
} sci_segmentation;

/* A maximal node of a shard's range (nodes.h makes them): rows of `period_count` periods from
 * `period` on. Where a segment is whole periods, or a period is complete, one node holds a run of
 * complete periods (level and index are then those of the root: level =
 * ceil(log2(segments_per_period)), index 0). Otherwise period_count is 1 and (level, index) is the
 * node of that period's tree. Its rows start at `first_row` of the table's rows. */
typedef struct sci_stats_node {
    uint64_t period, period_count, level, index, first_row;
} sci_stats_node;

/* A maximal node of the digest tree over all segments of the array. */
typedef struct sci_digest_node {
    uint64_t level, index;
    sci_digest digest;
} sci_digest_node;

/* How a table was made. */
typedef struct sci_parameters {
    int ddof;
    sci_nan_policy nan;
    bool weighted; /* by weights that differ */
    bool masked;
    double
        equal_weight; /* what equal weights multiply to, which the rows leave out; 0: none given */
} sci_parameters;

#define SCI_CONTENT_BYTES 16

/* One source of a table. */
typedef struct sci_origin {
    char *name;
    sci_digest digest; /* zeros for a shard: its digest nodes have the parts */
    uint64_t elements, members, nonfinite;
} sci_origin;

struct sci_stats {
    sci_stats_kind kind;
    sci_parameters parameters;
    sci_digest_kind digest_kind;
    sci_space space;
    uint64_t n_rows;      /* groups, or the rows of a shard's nodes */
    sci_moments *moments; /* kind moments */
    sci_running *running; /* kind running */
    sci_running_rule rule;
    uint64_t steps;                /* of a running table */
    sci_segmentation segmentation; /* of the one source; zeroed where there are several */
    size_t n_origins;
    sci_origin *origins; /* sorted by digest, then name */
    bool shard;          /* has nodes instead of groups; an empty shard has none */
    size_t n_nodes;
    sci_stats_node *nodes; /* sorted by place, their rows in the same order without gaps */
    size_t n_digest_nodes;
    sci_digest_node *digest_nodes; /* the same segments as the nodes */
    bool has_content;              /* a head: the rows are elsewhere and have this digest */
    uint8_t content[SCI_CONTENT_BYTES];
};

/* An empty table of `kind` whose space is a copy of `space`; rows allocated for all groups and
 * empty (mean 0, variance 1 if running). */
sci_status sci_table_create(sci_stats **out, sci_stats_kind kind, const sci_space *space,
                            const sci_parameters *parameters) SCI_MUST_CHECK;
/* The same for `n_rows` rows instead of all groups (shards, and rows that live elsewhere). */
sci_status sci_table_create_rows(sci_stats **out, sci_stats_kind kind, const sci_space *space,
                                 const sci_parameters *parameters, uint64_t n_rows) SCI_MUST_CHECK;

/* A copy of everything but the rows and nodes: n_rows and the numbers of nodes are 0, content
 * unknown. */
sci_status sci_table_copy_head(sci_stats **out, const sci_stats *from) SCI_MUST_CHECK;
/* n empty rows. */
void sci_moments_clear_rows(sci_moments *rows, uint64_t n);

/* Take the one source of a fit in: name is copied. */
sci_status sci_table_add_origin(sci_stats *stats, const sci_origin *origin) SCI_MUST_CHECK;

/* As if each member weighed `weight` times as much; SCI_ERR_NONFINITE if double does not hold
 * that. */
sci_status sci_moments_weighable(const sci_moments *rows, uint64_t n, double weight) SCI_MUST_CHECK;
void sci_moments_weigh(sci_moments *rows, uint64_t n, double weight);

/* into[i] := merge(into[i], from[i]) */
void sci_moments_merge_rows(sci_moments *into, const sci_moments *from, uint64_t n);

/* The space of a grouping (grouping.c); owned by the grouping. */
const sci_space *sci_grouping_space(const sci_grouping *g);

#endif
