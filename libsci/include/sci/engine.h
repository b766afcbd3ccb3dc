/* SPDX-License-Identifier: BSD-3-Clause */
/* The passes: fit, apply, normalize (both at once), gradient. The same bytes come out for any
 * number of threads, any memory budget and any shards. */
#ifndef SCI_ENGINE_H
#define SCI_ENGINE_H

#include <sci/affine.h>
#include <sci/grouping.h>
#include <sci/io.h>
#include <sci/stats.h>

typedef enum sci_digest_kind { SCI_DIGEST_XXH3, SCI_DIGEST_SHA256 } sci_digest_kind;

#define SCI_DIGEST_BYTES 32 /* XXH3-128 uses the first 16, the rest is 0 */

/* Valid when zeroed. */
typedef struct sci_options {
    int threads;           /* workers; 0: one a processor, for few elements the caller alone */
    uint64_t memory_bytes; /* budget of slabs, chunks, tables and maps; 0: see ENGINE rule 5 in
                              docs/design.md */
    sci_nan_policy nan;
    sci_digest_kind digest;
    int shard, shards; /* 1-based; 0, 0: everything */
    int ddof;
    /* Called from one thread at a time with elements done and in all; may be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t total);
    void *progress_context;
    const volatile int *stop; /* becomes nonzero to give up with SCI_ERR_INTERRUPTED; may be NULL */
} sci_options;

/* Processors that this process may use (affinity respected), at least 1. */
SCI_API int sci_processors(void);

/* What a pass saw. Filled also where values were refused (SCI_ERR_NONFINITE); zeros after other
 * failures. */
typedef struct sci_report {
    uint64_t elements;        /* read */
    uint64_t members;         /* in a group, mask and weight > 0 */
    uint64_t nonfinite;       /* NaN and infinities among the members */
    uint64_t first_nonfinite; /* its index in C order; meaningless if nonfinite is 0 */
    uint64_t constant_groups; /* groups of zero variance */
    uint64_t empty_groups;
    uint8_t digest[SCI_DIGEST_BYTES]; /* of the source's bytes */
} sci_report;

/* Rows of a table that may be larger than memory, in the order of group numbers. */
typedef struct sci_rows_sink {
    sci_status (*append)(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows);
    void *context;
} sci_rows_sink;
typedef struct sci_rows_source {
    sci_status (*read)(void *context, uint64_t first_group, uint64_t n, sci_moments *rows);
    void *context;
} sci_rows_source;

/* Rows of a table in memory (moments only; the table must outlive it). */
SCI_API sci_rows_source sci_stats_rows(const sci_stats *stats);

/* The distinct values of an integer source in numeric order, at most `most` of them (SCI_ERR_BUDGET
 * beyond); *levels is released by sci_free. For sci_labels_from_source. */
SCI_API sci_status sci_map_scan(sci_source *source, const sci_options *opt, uint64_t most,
                                uint64_t *n_levels, int64_t **levels) SCI_MUST_CHECK;
/* In the same pass the digest that a fit over the whole source would report. */
SCI_API sci_status sci_map_scan_digest(sci_source *source, const sci_options *opt, uint64_t most,
                                       uint64_t *n_levels, int64_t **levels,
                                       uint8_t digest[SCI_DIGEST_BYTES]) SCI_MUST_CHECK;

/* The moments of every group. With opt->shards the table is a shard, unless it holds all segments;
 * of an array without elements only shard 1 of 1 does. report may be NULL. */
SCI_API sci_status sci_fit(sci_source *in, const sci_grouping *g, const sci_options *opt,
                           sci_stats **out, sci_report *report) SCI_MUST_CHECK;

/* The same with the rows handed over as they become final, in the order of groups; not for shards.
 * Where axis 0 is kept memory stays constant. */
SCI_API sci_status sci_fit_rows(sci_source *in, const sci_grouping *g, const sci_options *opt,
                                const sci_rows_sink *rows, sci_report *report) SCI_MUST_CHECK;

/* Transform every element with given statistics. opt->shards restricts it to the elements [first,
 * end) that the caller names in `range` (NULL: all). Non-finite elements are transformed as IEEE
 * arithmetic does. */
typedef struct sci_range {
    uint64_t first, end;
} sci_range;
SCI_API sci_status sci_apply(sci_source *in, const sci_affine *a, const sci_rows_source *stats,
                             const sci_range *range, const sci_options *opt, sci_sink *out,
                             sci_report *report) SCI_MUST_CHECK;

/* fit, then apply; in one pass over the input when a period fits in memory. rows (may be NULL) gets
 * the table. */
SCI_API sci_status sci_normalize(sci_source *in, const sci_affine *a, const sci_options *opt,
                                 sci_sink *out, const sci_rows_sink *rows,
                                 sci_report *report) SCI_MUST_CHECK;

/* The gradient of a loss with respect to x, gamma and beta, given that with respect to y. dgamma
 * and dbeta (each may be NULL) have the groups of the affine's second step (one group where there
 * is none). dx_i = scale·(g_i - w_i/W·Σg - w_i/(W - ddof)·z_i·Σ(g·z)), g = dy·gamma, z = (x -
 * mean)·scale; sums over every normalized element. Ioffe and Szegedy 2015, extended to weights. */
SCI_API sci_status sci_gradient(sci_source *x, sci_source *dy, const sci_affine *a,
                                const sci_options *opt, sci_sink *dx, double *dgamma, double *dbeta,
                                sci_report *report) SCI_MUST_CHECK;

#endif
