/* SPDX-License-Identifier: BSD-3-Clause */
/* Shards put together. The nodes of the result follow from the segments that are there; each is
 * then computed by going down its tree to nodes that a shard holds. So the order of shards cannot
 * matter, and little memory is needed beside the result. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "match.h"
#include "nodes.h"

#define ROWS_AT_ONCE 1024 /* of a node; each level of its tree needs as many */

/* A node of a shard, and the segments that it covers. */
typedef struct piece {
    uint64_t first, end;
    sci_stats_node node;
    size_t table;
} piece;

typedef struct shards {
    size_t n;
    const sci_stats *const *tables;
    const char *const *names;
    size_t pattern; /* the shard that the others are compared with */
    const sci_segmentation *cut;
    size_t n_pieces;
    piece *pieces; /* sorted by place */
    sci_moments *scratch;
} shards;

/* ---- are these shards of one source, each segment once? ---- */

static sci_status
check_sources(const sci_stats *a, const char *a_label, const sci_stats *b, const char *b_label)
{
    const sci_segmentation *s = &a->segmentation, *t = &b->segmentation;
    sci_status st;

    if (a->n_origins != 1 || b->n_origins != 1)
        return sci_fail(SCI_ERR_ARGUMENT, "%s: a shard has one source",
                        a->n_origins != 1 ? a_label : b_label);
    if (a->parameters.weighted != b->parameters.weighted
        || a->parameters.equal_weight != b->parameters.equal_weight)
        return sci_fail(SCI_ERR_REFUSED, "%s: made with other weights than %s", b_label, a_label);
    if (b->has_content)
        return sci_fail(SCI_ERR_ARGUMENT, "%s: its rows are not in memory", b_label);
    if (strcmp(a->origins[0].name, b->origins[0].name) != 0)
        return sci_fail(SCI_ERR_REFUSED, "%s: a shard of '%.200s', %s is one of '%.200s'", b_label,
                        b->origins[0].name, a_label, a->origins[0].name);
    st = sci_space_match_exactly(&a->space, a_label, &b->space, b_label);
    if (st == SCI_OK && memcmp(s, t, sizeof *s) != 0)
        st = sci_fail(
            SCI_ERR_REFUSED,
            "%s: %" PRIu64 " segments of %" PRIu64 " elements, %s has %" PRIu64 " of %" PRIu64,
            b_label, t->segments, t->segment_length, a_label, s->segments, s->segment_length);
    return st;
}

static sci_status
check_heads(shards *s)
{
    sci_table_label pattern;
    sci_status st = SCI_OK;

    while (s->pattern < s->n - 1 && !s->tables[s->pattern]->shard)
        s->pattern++;
    s->cut = &s->tables[s->pattern]->segmentation;
    pattern = sci_table_label_of(s->names, s->pattern);
    for (size_t i = 0; st == SCI_OK && i < s->n; i++) {
        const sci_stats *a = s->tables[s->pattern], *b = s->tables[i];
        sci_table_label label = sci_table_label_of(s->names, i);

        st = sci_parameters_match(a, pattern.text, b, label.text);
        if (st == SCI_OK && !b->shard && (b->n_origins != 1 || b->segmentation.segments == 0))
            st = sci_fail(SCI_ERR_REFUSED, "%s: a whole table, %s is a shard", label.text,
                          pattern.text);
        if (st == SCI_OK)
            st = check_sources(a, pattern.text, b, label.text);
    }
    return st;
}

/* By first segment, the longer one first; then by table, for the messages. */
static int
compare_pieces(const void *left, const void *right)
{
    const piece *a = left, *b = right;

    if (a->first != b->first)
        return a->first < b->first ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    return (a->table > b->table) - (a->table < b->table);
}

/* A whole table of the source is all of its segments: others may still be empty. */
static sci_stats_node
node_of(const shards *s, size_t table, size_t k)
{
    if (s->tables[table]->shard)
        return s->tables[table]->nodes[k];
    return (sci_stats_node){ .period_count = s->cut->periods,
                             .level = sci_tree_height(s->cut->segments_per_period) };
}

static size_t
count_nodes(const sci_stats *table)
{
    return table->shard ? table->n_nodes : 1;
}

static sci_status
gather(shards *s)
{
    size_t total = 0, used = 0;
    sci_status st;

    for (size_t i = 0; i < s->n; i++)
        total += count_nodes(s->tables[i]);
    st = sci_alloc(&s->pieces, total, 1, sizeof *s->pieces);
    for (size_t i = 0; st == SCI_OK && i < s->n; i++)
        for (size_t k = 0; st == SCI_OK && k < count_nodes(s->tables[i]); k++) {
            piece *p = &s->pieces[used++];

            *p = (piece){ .node = node_of(s, i, k), .table = i };
            st = sci_node_span(s->cut, &p->node, &p->first, &p->end);
        }
    if (st != SCI_OK)
        return st;
    s->n_pieces = total;
    qsort(s->pieces, total, sizeof *s->pieces, compare_pieces);
    return SCI_OK;
}

static sci_status
refuse_overlap(const shards *s, const piece *outer, const piece *inner)
{
    sci_table_label a = sci_table_label_of(s->names, outer->table);
    sci_table_label b = sci_table_label_of(s->names, inner->table);
    const char *how = inner->first == outer->first && inner->end == outer->end ? "are those"
                      : inner->end <= outer->end                               ? "lie within those"
                                                                               : "overlap those";

    return sci_fail(SCI_ERR_REFUSED,
                    "%s: segments %" PRIu64 " to %" PRIu64 " %s of %s (%" PRIu64 " to %" PRIu64 ")",
                    b.text, inner->first, inner->end - 1, how, a.text, outer->first,
                    outer->end - 1);
}

static sci_status
check_overlaps(const shards *s)
{
    size_t last = 0; /* the piece that ends last so far */

    for (size_t i = 1; i < s->n_pieces; i++) {
        if (s->pieces[i].first < s->pieces[last].end)
            return refuse_overlap(s, &s->pieces[last], &s->pieces[i]);
        last = i;
    }
    return SCI_OK;
}

/* ---- the nodes of the result ---- */

static sci_status
append_nodes(sci_stats *out, size_t room, const sci_segmentation *cut, uint64_t first, uint64_t end)
{
    sci_stats_node *nodes = NULL;
    uint64_t rows = 0;
    size_t n = 0;
    sci_status st = sci_nodes_of_range(cut, first, end, &nodes, &n, &rows);

    if (st == SCI_OK && n > room - out->n_nodes)
        st = sci_fail(SCI_ERR_ARGUMENT, "a shard does not hold maximal nodes");
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        nodes[i].first_row += out->n_rows;
        out->nodes[out->n_nodes++] = nodes[i];
    }
    out->n_rows += rows;
    sci_free(nodes);
    return st;
}

/* Neighbouring pieces make one range; there are never more nodes than pieces. */
static sci_status
lay_out(const shards *s, sci_stats *out)
{
    sci_status st = sci_alloc(&out->nodes, s->n_pieces, 1, sizeof *out->nodes);

    for (size_t i = 0; st == SCI_OK && i < s->n_pieces;) {
        uint64_t first = s->pieces[i].first, end = s->pieces[i].end;

        for (i++; i < s->n_pieces && s->pieces[i].first == end; i++)
            end = s->pieces[i].end;
        st = append_nodes(out, s->n_pieces, s->cut, first, end);
    }
    return st;
}

/* ---- their rows ---- */

/* The piece that holds segment `first`, whole up to `end`, or NULL. */
static const piece *
find_piece(const shards *s, uint64_t first, uint64_t end)
{
    size_t low = 0, high = s->n_pieces;

    while (high - low > 1) { /* the last piece that begins at or before `first` */
        size_t middle = low + (high - low) / 2;

        if (s->pieces[middle].first <= first)
            low = middle;
        else
            high = middle;
    }
    return s->pieces[low].first <= first && s->pieces[low].end >= end ? &s->pieces[low] : NULL;
}

/* Rows [row, row + n) of node (level, index) of a period into `out`. */
static void
evaluate(const shards *s, uint64_t period, unsigned level, uint64_t index, uint64_t row, uint64_t n,
         sci_moments *out)
{
    uint64_t leaves = s->cut->segments_per_period, first = 0, end = 0, right_first, right_end;
    sci_moments *right = s->scratch + (size_t)level * ROWS_AT_ONCE;
    const piece *p;

    (void)sci_tree_span(leaves, level, index, &first, &end);
    p = find_piece(s, period * leaves + first, period * leaves + end);
    if (p != NULL) {
        uint64_t skipped = (period - p->node.period) * s->cut->period_groups;
        const sci_moments *rows = s->tables[p->table]->moments + p->node.first_row + skipped + row;

        memcpy(out, rows, n * sizeof *out);
        return;
    }
    evaluate(s, period, level - 1, 2 * index, row, n, out);
    if (sci_tree_span(leaves, level - 1, 2 * index + 1, &right_first, &right_end)) {
        evaluate(s, period, level - 1, 2 * index + 1, row, n, right);
        sci_moments_merge_rows(out, right, n);
    }
}

static void
fill_cut_period(const shards *s, const sci_stats_node *node, sci_moments *rows)
{
    uint64_t groups = s->cut->period_groups;

    for (uint64_t k = 0; k < node->period_count; k++)
        for (uint64_t row = 0; row < groups; row += ROWS_AT_ONCE) {
            uint64_t n = groups - row < ROWS_AT_ONCE ? groups - row : ROWS_AT_ONCE;

            evaluate(s, node->period + k, (unsigned)node->level, node->index, row, n,
                     rows + k * groups + row);
        }
}

static void
fill_whole_periods(const shards *s, sci_moments *rows)
{
    for (size_t i = 0; i < s->n_pieces; i++) {
        const piece *p = &s->pieces[i];
        uint64_t n = p->node.period_count * s->cut->period_groups;

        if (n > 0)
            memcpy(rows, s->tables[p->table]->moments + p->node.first_row, n * sizeof *rows);
        rows += n;
    }
}

static sci_status
fill_rows(shards *s, sci_stats *out)
{
    size_t levels = sci_tree_height(s->cut->segments_per_period) + 1;
    sci_status st = sci_alloc(&out->moments, out->n_rows, 1, sizeof *out->moments);

    if (st == SCI_OK && s->cut->periods_per_segment == 0)
        st = sci_alloc(&s->scratch, levels, ROWS_AT_ONCE, sizeof *s->scratch);
    if (st != SCI_OK)
        return st;
    if (s->cut->periods_per_segment > 0)
        fill_whole_periods(s, out->moments);
    else
        for (size_t i = 0; i < out->n_nodes; i++)
            fill_cut_period(s, &out->nodes[i], out->moments + out->nodes[i].first_row);
    return SCI_OK;
}

/* ---- the source ---- */

static sci_status
insert_digests(const shards *s, const sci_stats *table, sci_stats *out)
{
    uint64_t segments = s->cut->segments;
    sci_digest_node root = { .level = sci_tree_height(segments) };
    sci_status st = SCI_OK;

    if (!table->shard) {
        root.digest = table->origins[0].digest;
        return sci_digest_nodes_insert(out->digest_nodes, &out->n_digest_nodes, segments,
                                       out->digest_kind, &root);
    }
    for (size_t k = 0; st == SCI_OK && k < table->n_digest_nodes; k++)
        st = sci_digest_nodes_insert(out->digest_nodes, &out->n_digest_nodes, segments,
                                     out->digest_kind, &table->digest_nodes[k]);
    return st;
}

static sci_status
join_digests(const shards *s, sci_stats *out)
{
    size_t total = 1;
    sci_status st;

    for (size_t i = 0; i < s->n; i++)
        total += s->tables[i]->shard ? s->tables[i]->n_digest_nodes : 1;
    st = sci_alloc_zero(&out->digest_nodes, total, 1, sizeof *out->digest_nodes);
    for (size_t i = 0; st == SCI_OK && i < s->n; i++)
        st = insert_digests(s, s->tables[i], out);
    return st;
}

static sci_status
join_origins(const shards *s, sci_stats *out)
{
    sci_origin *origin = &out->origins[0];
    bool fits = true;

    for (size_t i = 1; i < s->n; i++) {
        const sci_origin *more = &s->tables[i]->origins[0];

        fits = fits && !__builtin_add_overflow(origin->elements, more->elements, &origin->elements)
               && !__builtin_add_overflow(origin->members, more->members, &origin->members)
               && !__builtin_add_overflow(origin->nonfinite, more->nonfinite, &origin->nonfinite);
    }
    return fits ? SCI_OK : sci_fail(SCI_ERR_SHAPE, "the shards have more than 2^64 - 1 elements");
}

static sci_status
make_empty(sci_stats *out, uint64_t groups)
{
    sci_status st;

    sci_free(out->moments);
    out->moments = NULL;
    out->shard = false;
    if (groups == 0)
        return SCI_OK;
    st = sci_alloc(&out->moments, groups, 1, sizeof *out->moments);
    if (st != SCI_OK)
        return st;
    sci_moments_clear_rows(out->moments, groups);
    out->n_rows = groups;
    return SCI_OK;
}

static bool
is_complete(const sci_stats *shard)
{
    uint64_t segments = shard->segmentation.segments, covered = 0, first, end;

    for (size_t i = 0; i < shard->n_digest_nodes; i++)
        if (sci_tree_span(segments, shard->digest_nodes[i].level, shard->digest_nodes[i].index,
                          &first, &end))
            covered += end - first;
    return covered == segments;
}

/* What the nodes said is then in the rows and in the digest of the source. */
sci_status
sci_shard_complete(sci_stats *out)
{
    uint64_t groups = 0;
    sci_status st;

    if (!is_complete(out))
        return SCI_OK;
    st = sci_space_groups(&out->space, &groups);
    if (st == SCI_OK && out->segmentation.segments == 0) /* of an array without elements */
        return make_empty(out, groups);
    if (st == SCI_OK && (out->n_rows != groups || out->n_digest_nodes != 1))
        st = sci_fail(SCI_ERR_ARGUMENT, "the shards do not have the groups of their table");
    if (st != SCI_OK)
        return st;
    out->origins[0].digest = out->digest_nodes[0].digest;
    sci_free(out->nodes);
    sci_free(out->digest_nodes);
    out->nodes = NULL;
    out->digest_nodes = NULL;
    out->n_nodes = 0;
    out->n_digest_nodes = 0;
    out->shard = false;
    return SCI_OK;
}

sci_status
sci_shards_merge(sci_stats **out, size_t n, const sci_stats *const *tables,
                 const char *const *names)
{
    shards s = { .n = n, .tables = tables, .names = names };
    sci_stats *merged = NULL;
    sci_status st = check_heads(&s);

    if (st == SCI_OK)
        st = gather(&s);
    if (st == SCI_OK)
        st = check_overlaps(&s);
    if (st == SCI_OK)
        st = sci_table_copy_head(&merged, tables[0]);
    if (st != SCI_OK)
        goto out;
    st = lay_out(&s, merged);
    if (st == SCI_OK)
        st = fill_rows(&s, merged);
    if (st == SCI_OK)
        st = join_digests(&s, merged);
    if (st == SCI_OK)
        st = join_origins(&s, merged);
    if (st == SCI_OK)
        st = sci_shard_complete(merged);
    if (st != SCI_OK)
        goto out;
    *out = merged;
    merged = NULL;
out:
    sci_stats_free(merged);
    sci_free(s.scratch);
    sci_free(s.pieces);
    return st;
}
