/* SPDX-License-Identifier: BSD-3-Clause */
/* The digest of a table: everything that it holds, in one canonical spelling. It names a table
 * (merging sorts by it) and guards its file. */
#include <string.h>

#include "content.h"

/* Each field of a row has its own digest, so that a file may hold and check columns. */
void
sci_rows_canon_begin(sci_rows_canon *r)
{
    r->rows = 0;
    for (int i = 0; i < SCI_COLUMNS_MOST; i++)
        sci_canon_begin(&r->columns[i]);
}

void
sci_rows_canon_moments(sci_rows_canon *r, const sci_moments *rows, uint64_t n)
{
    const size_t stride = sizeof *rows;

    if (n == 0) /* then rows may be NULL */
        return;
    r->rows += n;
    sci_canon_words(&r->columns[0], &rows->count, n, stride);
    sci_canon_words(&r->columns[1], &rows->weight, n, stride);
    sci_canon_words(&r->columns[2], &rows->mean_hi, n, stride);
    sci_canon_words(&r->columns[3], &rows->mean_lo, n, stride);
    sci_canon_words(&r->columns[4], &rows->m2, n, stride);
    sci_canon_words(&r->columns[5], &rows->min, n, stride);
    sci_canon_words(&r->columns[6], &rows->max, n, stride);
    sci_canon_halves(&r->columns[7], &rows->exponent, n, stride);
}

void
sci_rows_canon_running(sci_rows_canon *r, const sci_running *rows, uint64_t n)
{
    const size_t stride = sizeof *rows;

    if (n == 0) /* then rows may be NULL */
        return;
    r->rows += n;
    sci_canon_words(&r->columns[0], &rows->mean, n, stride);
    sci_canon_words(&r->columns[1], &rows->variance, n, stride);
    sci_canon_words(&r->columns[2], &rows->steps, n, stride);
}

static void
describe_origin(sci_canon *c, const sci_origin *origin)
{
    sci_canon_text(c, origin->name);
    sci_canon_bytes(c, origin->digest.bytes, sizeof origin->digest.bytes);
    sci_canon_number(c, origin->elements);
    sci_canon_number(c, origin->members);
    sci_canon_number(c, origin->nonfinite);
}

static void
describe_shard(sci_canon *c, const sci_stats *stats)
{
    sci_canon_number(c, stats->shard);
    sci_canon_number(c, stats->n_nodes);
    for (size_t i = 0; i < stats->n_nodes; i++) {
        const sci_stats_node *node = &stats->nodes[i];

        sci_canon_number(c, node->period);
        sci_canon_number(c, node->period_count);
        sci_canon_number(c, node->level);
        sci_canon_number(c, node->index);
        sci_canon_number(c, node->first_row);
    }
    sci_canon_number(c, stats->n_digest_nodes);
    for (size_t i = 0; i < stats->n_digest_nodes; i++) {
        const sci_digest_node *node = &stats->digest_nodes[i];

        sci_canon_number(c, node->level);
        sci_canon_number(c, node->index);
        sci_canon_bytes(c, node->digest.bytes, sizeof node->digest.bytes);
    }
}

static void
describe_segmentation(sci_canon *c, const sci_segmentation *s)
{
    sci_canon_number(c, s->periods);
    sci_canon_number(c, s->period_length);
    sci_canon_number(c, s->period_groups);
    sci_canon_number(c, s->segment_length);
    sci_canon_number(c, s->periods_per_segment);
    sci_canon_number(c, s->segments_per_period);
    sci_canon_number(c, s->segments);
}

static void
describe_head(sci_canon *c, const sci_stats *stats)
{
    uint8_t space[16];

    sci_canon_text(c, "libsci table 1");
    sci_canon_number(c, (uint64_t)stats->kind);
    sci_canon_number(c, (uint64_t)stats->parameters.ddof);
    sci_canon_number(c, (uint64_t)stats->parameters.nan);
    sci_canon_number(c, stats->parameters.weighted);
    sci_canon_number(c, stats->parameters.masked);
    if (stats->parameters.equal_weight > 0.0)
        sci_canon_words(c, &stats->parameters.equal_weight, 1, sizeof(double));
    sci_canon_number(c, (uint64_t)stats->digest_kind);
    sci_canon_number(c, (uint64_t)stats->rule);
    sci_canon_number(c, stats->steps);
    sci_space_fingerprint(&stats->space, space);
    sci_canon_bytes(c, space, sizeof space);
    for (int i = 0; i < stats->space.rank; i++)
        sci_canon_number(c, stats->space.shape[i]);
    sci_canon_number(c, stats->n_origins);
    for (size_t i = 0; i < stats->n_origins; i++)
        describe_origin(c, &stats->origins[i]);
    describe_segmentation(c, &stats->segmentation);
    describe_shard(c, stats);
}

void
sci_rows_canon_end(const sci_rows_canon *r, const sci_stats *head, uint8_t out[SCI_CONTENT_BYTES])
{
    int columns = head->kind == SCI_STATS_RUNNING ? SCI_RUNNING_COLUMNS : SCI_MOMENTS_COLUMNS;
    sci_canon c;

    sci_canon_begin(&c);
    describe_head(&c, head);
    sci_canon_number(&c, r->rows);
    for (int i = 0; i < columns; i++) {
        uint8_t column[16];

        sci_canon_end(&r->columns[i], column);
        sci_canon_bytes(&c, column, sizeof column);
    }
    sci_canon_end(&c, out);
}

void
sci_table_content(const sci_stats *stats, uint8_t out[SCI_CONTENT_BYTES])
{
    sci_rows_canon rows;

    if (stats->has_content) {
        memcpy(out, stats->content, SCI_CONTENT_BYTES);
        return;
    }
    sci_rows_canon_begin(&rows);
    if (stats->kind == SCI_STATS_RUNNING)
        sci_rows_canon_running(&rows, stats->running, stats->n_rows);
    else
        sci_rows_canon_moments(&rows, stats->moments, stats->n_rows);
    sci_rows_canon_end(&rows, stats, out);
}
