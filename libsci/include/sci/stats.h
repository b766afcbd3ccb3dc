/* SPDX-License-Identifier: BSD-3-Clause */
/* A table: groups × one kind of accumulator, with names derived from the factors. */
#ifndef SCI_STATS_H
#define SCI_STATS_H

#include <sci/grouping.h>
#include <sci/moments.h>

typedef struct sci_stats sci_stats;

typedef enum sci_stats_kind {
    SCI_STATS_MOMENTS, /* sci_moments a group */
    SCI_STATS_RUNNING  /* sci_running a group */
    /* cross-products, histogram and private tables get their numbers when they come */
} sci_stats_kind;

/* Running statistics as batch normalization keeps them: mean and unbiased variance. */
typedef struct sci_running {
    double mean, variance;
    uint64_t steps; /* batches in which the group had members */
} sci_running;

typedef enum sci_running_rule {
    SCI_RUNNING_EXPONENTIAL, /* new = (1 - momentum)·old + momentum·batch */
    SCI_RUNNING_CUMULATIVE   /* the plain average of all batches so far */
} sci_running_rule;

/* An empty moments table (all groups empty) for a grouping. ddof 0 or 1 is kept with the table. */
SCI_API sci_status sci_stats_create(sci_stats **out, const sci_grouping *g,
                                    int ddof) SCI_MUST_CHECK;
SCI_API sci_status sci_stats_copy(sci_stats **out, const sci_stats *from) SCI_MUST_CHECK;
SCI_API void sci_stats_free(sci_stats *stats);

SCI_API sci_stats_kind sci_stats_get_kind(const sci_stats *stats);
SCI_API uint64_t sci_stats_groups(const sci_stats *stats);
SCI_API int sci_stats_ddof(const sci_stats *stats);

/* The rows, group number 0 first; NULL for another kind. A shard has rows too, but only
 * sci_stats_merge of all shards makes them the table. */
SCI_API const sci_moments *sci_stats_moments(const sci_stats *stats);
SCI_API const sci_running *sci_stats_running(const sci_stats *stats);

/* True if the table holds only part of its source's segments. */
SCI_API bool sci_stats_is_shard(const sci_stats *stats);

/* "C=3", "N=0 F=low"; "all" where there is no factor. */
SCI_API sci_status sci_stats_group_name(const sci_stats *stats, uint64_t group, char *text,
                                        size_t size) SCI_MUST_CHECK;

/* into := into + from. Labels are matched by name (union of levels), kept axes by name and size; a
 * kept axis 0 is a sample axis and is concatenated. Shards of one source are put together on the
 * segment tree, in any order. Refused with SCI_ERR_REFUSED and a message that says why: other axes,
 * factors, kinds, parameters; a source that both have; a repeated, nested or foreign shard; running
 * tables. On failure `into` is as before. */
SCI_API sci_status sci_stats_merge(sci_stats *into, const sci_stats *from) SCI_MUST_CHECK;

/* The same for n tables at once, in an order that depends on their content only (sorted by digest),
 * so that the order of arguments never matters. `names` (may be NULL) are used in refusals. */
SCI_API sci_status sci_stats_merge_all(sci_stats **out, size_t n, const sci_stats *const *tables,
                                       const char *const *names) SCI_MUST_CHECK;

/* Fold groups together: row r of the result is the merge, in order, of the rows g of `fine` with
 * coarse_of[g] == r; -1 leaves g out. The result has n_coarse rows and one factor "group" with
 * levels 0…n_coarse-1. */
SCI_API sci_status sci_stats_fold(sci_stats **out, const sci_stats *fine, uint64_t n_coarse,
                                  const int64_t *coarse_of) SCI_MUST_CHECK;

/* An empty running table (mean 0, variance 1, no steps) with the groups of `like`. */
SCI_API sci_status sci_stats_create_running(sci_stats **out, const sci_stats *like,
                                            sci_running_rule rule) SCI_MUST_CHECK;

/* One step of a running table with the moments of one batch. Empty groups of the batch are left
 * alone; a group of count 1 has no unbiased variance and is refused (SCI_ERR_DEGENERATE), as is a
 * shard or a table with other groups (SCI_ERR_REFUSED). momentum is used by the exponential rule
 * only, in (0,1]. */
SCI_API sci_status sci_stats_update(sci_stats *running, const sci_stats *batch,
                                    double momentum) SCI_MUST_CHECK;

/* Batches that have entered a running table. */
SCI_API uint64_t sci_stats_steps(const sci_stats *stats);

/* Every member weighs `weight` (> 0) times as much from now on, and the table is a weighted one: of
 * an array that is put together with others whose elements weigh unlike, where its own weights are
 * all equal and therefore were left out; takes the place of sci_stats_equal_weight. Counts, means
 * and variances stay. SCI_ERR_REFUSED for
 * shards, running tables and ddof 1, SCI_ERR_ARGUMENT for other weights, SCI_ERR_NONFINITE if a sum
 * of squares leaves double. */
SCI_API sci_status sci_stats_weigh(sci_stats *stats, double weight) SCI_MUST_CHECK;

/* ---- what a table says about itself ---- */

/* How non-finite values were treated, and whether members had weights of their own or a mask. */
SCI_API sci_nan_policy sci_stats_nan(const sci_stats *stats);
SCI_API bool sci_stats_is_weighted(const sci_stats *stats);
SCI_API bool sci_stats_is_masked(const sci_stats *stats);
/* Weights that are the same for all members are left out of the rows, so that these are those of no
 * weights: each row's weight and m2 are to be multiplied by this. Tables that differ in it are
 * merged as if the weights had been there. 1 if there were none. */
SCI_API double sci_stats_equal_weight(const sci_stats *stats);
/* Of a running table. */
SCI_API sci_running_rule sci_stats_rule(const sci_stats *stats);

/* An axis of the arrays that the table was made of. */
typedef struct sci_stats_axis {
    const char *name; /* the table's */
    uint64_t size;    /* 0 where the merged arrays differ */
    int factor;       /* that the axis belongs to; -1: pooled */
} sci_stats_axis;
SCI_API int sci_stats_rank(const sci_stats *stats);
/* SCI_ERR_ARGUMENT if there is no such axis. */
SCI_API sci_status sci_stats_get_axis(const sci_stats *stats, int axis,
                                      sci_stats_axis *out) SCI_MUST_CHECK;

typedef struct sci_stats_factor {
    bool keep; /* else label */
    int n_axes;
    int axes[SCI_MAX_RANK]; /* increasing */
    uint64_t levels;
} sci_stats_factor;
SCI_API int sci_stats_factors(const sci_stats *stats);
/* SCI_ERR_ARGUMENT if there is no such factor. */
SCI_API sci_status sci_stats_get_factor(const sci_stats *stats, int factor,
                                        sci_stats_factor *out) SCI_MUST_CHECK;
/* "3", "low", "a.h5:0". SCI_ERR_ARGUMENT if there is no such factor or level. Truncated to fit. */
SCI_API sci_status sci_stats_level_name(const sci_stats *stats, int factor, uint64_t level,
                                        char *text, size_t size) SCI_MUST_CHECK;

/* A source that entered the table. */
typedef struct sci_stats_origin {
    const char *name; /* the table's */
    char digest[80];  /* "xxh3:…" or "sha256:…"; "" for a shard */
    uint64_t elements, members, nonfinite;
} sci_stats_origin;
/* How many; they are sorted by digest, then name. */
SCI_API uint64_t sci_stats_origins(const sci_stats *stats);
/* SCI_ERR_ARGUMENT if there is no such origin. */
SCI_API sci_status sci_stats_get_origin(const sci_stats *stats, uint64_t origin,
                                        sci_stats_origin *out) SCI_MUST_CHECK;

/* "segments 0 to 4 and 9 to 11 of 12 are missing" for a shard ("no segment is missing": of an array
 * without elements), "" for a whole table. Truncated to fit. */
SCI_API void sci_stats_missing(const sci_stats *stats, char *text, size_t size);

/* XXH3-128 of everything that the table holds: the digest of its file. */
SCI_API void sci_stats_digest(const sci_stats *stats, uint8_t out[16]);
/* XXH3-128 of its axes, factors and levels: the fingerprint of its grouping. */
SCI_API void sci_stats_fingerprint(const sci_stats *stats, uint8_t out[16]);

/* ---- files ---- */

/* Statistics files (docs/stats-file.md). save writes a temporary beside `path`, verifies it and
 * renames it; load checks everything that it reads. `path` may be FILE or FILE:/group, where the
 * group holds a table (outputs of the programs keep theirs so). */
SCI_API sci_status sci_stats_save(const sci_stats *stats, const char *path) SCI_MUST_CHECK;
SCI_API sci_status sci_stats_load(sci_stats **out, const char *path) SCI_MUST_CHECK;

#endif
