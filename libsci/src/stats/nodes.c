/* SPDX-License-Identifier: BSD-3-Clause */
/* The geometry of the segment tree, and its digests. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#include "nodes.h"

static uint64_t
least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

unsigned
sci_tree_height(uint64_t leaves)
{
    unsigned height = 0;

    while (height < 63 && (UINT64_C(1) << height) < leaves)
        height++;
    return height;
}

bool
sci_tree_span(uint64_t leaves, uint64_t level, uint64_t index, uint64_t *first, uint64_t *end)
{
    uint64_t width;

    if (leaves > INT64_MAX || level > sci_tree_height(leaves))
        return false;
    width = UINT64_C(1) << level;
    if (leaves == 0 || index > (leaves - 1) / width)
        return false;
    *first = index * width;
    *end = least(*first + width, leaves);
    return true;
}

unsigned
sci_tree_largest(uint64_t leaves, uint64_t first, uint64_t end)
{
    unsigned height = sci_tree_height(leaves), level = 0;

    while (level < height) {
        uint64_t width = UINT64_C(2) << level;

        if (first % width != 0 || least(first + width, leaves) > end)
            break;
        level++;
    }
    return level;
}

/* ---- digests ---- */

static void
remove_node(sci_digest_node *nodes, size_t *n, size_t at)
{
    memmove(&nodes[at], &nodes[at + 1], (*n - at - 1) * sizeof *nodes);
    (*n)--;
}

static bool
is_node(const sci_digest_node *nodes, size_t n, size_t at, uint64_t level, uint64_t index)
{
    return at < n && nodes[at].level == level && nodes[at].index == index;
}

/* Climb from node `at` while its sibling is there, or beyond the last leaf. */
static sci_status
climb(sci_digest_node *nodes, size_t *n, uint64_t leaves, sci_digest_kind kind, size_t at)
{
    unsigned height = sci_tree_height(leaves);

    while (nodes[at].level < height) {
        uint64_t level = nodes[at].level, index = nodes[at].index, first, end;
        size_t left = at;

        if (index % 2 == 1) {
            if (at == 0 || !is_node(nodes, *n, at - 1, level, index - 1))
                break;
            left = at - 1;
        }
        if (index % 2 == 1 || is_node(nodes, *n, at + 1, level, index + 1)) {
            sci_digest *joined = &nodes[left].digest;
            sci_status st = sci_digest_join(kind, joined, &nodes[left + 1].digest, joined);

            if (st != SCI_OK)
                return st;
            remove_node(nodes, n, left + 1);
        } else if (sci_tree_span(leaves, level, index + 1, &first, &end)) {
            break;
        }
        nodes[left].level = level + 1;
        nodes[left].index = index / 2;
        at = left;
    }
    return SCI_OK;
}

sci_status
sci_digest_nodes_insert(sci_digest_node *nodes, size_t *n, uint64_t leaves, sci_digest_kind kind,
                        const sci_digest_node *node)
{
    uint64_t first = 0, end = 0, other_first = 0, other_end = 0;
    size_t at = *n;

    if (!sci_tree_span(leaves, node->level, node->index, &first, &end))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "a tree of %" PRIu64 " segments has no node %" PRIu64 ",%" PRIu64, leaves,
                        node->level, node->index);
    while (at > 0) {
        (void)sci_tree_span(leaves, nodes[at - 1].level, nodes[at - 1].index, &other_first,
                            &other_end);
        if (other_end <= first)
            break;
        if (other_first < end)
            return sci_fail(SCI_ERR_REFUSED,
                            "the digest of segments %" PRIu64 " to %" PRIu64 " is there already",
                            first, end - 1);
        at--;
    }
    memmove(&nodes[at + 1], &nodes[at], (*n - at) * sizeof *nodes);
    nodes[at] = *node;
    (*n)++;
    return climb(nodes, n, leaves, kind, at);
}

sci_status
sci_digest_nodes_of_range(uint64_t segments, uint64_t first, uint64_t end, sci_digest_node **nodes,
                          size_t *n)
{
    size_t used = 0;
    sci_status st = sci_alloc_zero(nodes, SCI_TREE_NODES_MOST, 1, sizeof **nodes);

    if (st != SCI_OK)
        return st;
    while (first < end) {
        unsigned level = sci_tree_largest(segments, first, end);
        uint64_t width = UINT64_C(1) << level;

        (*nodes)[used].level = level;
        (*nodes)[used].index = first / width;
        used++;
        first = least(first + width, segments);
    }
    *n = used;
    return SCI_OK;
}

/* ---- nodes of tables ---- */

static bool
product_is(uint64_t a, uint64_t b, uint64_t product)
{
    uint64_t c;

    return !__builtin_mul_overflow(a, b, &c) && c == product;
}

sci_status
sci_segmentation_check(const sci_segmentation *s, uint64_t groups)
{
    bool right;

    if (s->segments == 0) /* none: several sources, or no elements */
        return SCI_OK;
    right = product_is(s->periods, s->period_groups, groups) && s->segments <= INT64_MAX;
    if (s->periods_per_segment > 0)
        right = right && s->segments_per_period == 1 && s->periods > 0
                && s->segments == (s->periods - 1) / s->periods_per_segment + 1;
    else
        right = right && s->segments_per_period > 0
                && product_is(s->periods, s->segments_per_period, s->segments);
    if (!right)
        return sci_fail(SCI_ERR_FORMAT, "the segments do not agree with the groups");
    return SCI_OK;
}

sci_status
sci_node_span(const sci_segmentation *s, const sci_stats_node *node, uint64_t *first, uint64_t *end)
{
    uint64_t spp = s->segments_per_period, pps = s->periods_per_segment, a = 0, b = 0;
    unsigned root = sci_tree_height(spp);

    if (s->segments == 0 || node->period >= s->periods || node->period_count == 0
        || node->period_count > s->periods - node->period
        || (node->period_count > 1 && node->level != root)
        || !sci_tree_span(spp, node->level, node->index, &a, &b))
        goto bad;
    if (pps == 0) {
        *first = node->period * spp + a;
        *end = (node->period + node->period_count - 1) * spp + b;
        return SCI_OK;
    }
    a = node->period + node->period_count;
    if (node->period % pps != 0 || (a % pps != 0 && a != s->periods))
        goto bad;
    *first = node->period / pps;
    *end = (a - 1) / pps + 1;
    return SCI_OK;
bad:
    return sci_fail(SCI_ERR_FORMAT, "there is no node %" PRIu64 ",%" PRIu64 " of period %" PRIu64,
                    node->level, node->index, node->period);
}

/* The next node of [first, end), where a period is cut into segments. */
static sci_stats_node
next_in_cut_period(const sci_segmentation *s, uint64_t first, uint64_t end, uint64_t *next)
{
    uint64_t spp = s->segments_per_period, start = first % spp;
    sci_stats_node node = { .period = first / spp, .period_count = 1 };
    unsigned level;

    if (start == 0 && end - first >= spp) {
        node.period_count = (end - first) / spp;
        node.level = sci_tree_height(spp);
        *next = first + node.period_count * spp;
        return node;
    }
    level = sci_tree_largest(spp, start, least(start + (end - first), spp));
    node.level = level;
    node.index = start >> level;
    *next = first - start + least(start + (UINT64_C(1) << level), spp);
    return node;
}

static sci_stats_node
next_of_whole_periods(const sci_segmentation *s, uint64_t first, uint64_t end, uint64_t *next)
{
    uint64_t pps = s->periods_per_segment;
    uint64_t period = first * pps, stop = end == s->segments ? s->periods : end * pps;

    *next = end;
    return (sci_stats_node){ .period = period, .period_count = stop - period };
}

sci_status
sci_nodes_of_range(const sci_segmentation *s, uint64_t first, uint64_t end, sci_stats_node **nodes,
                   size_t *n, uint64_t *n_rows)
{
    uint64_t rows = 0;
    size_t used = 0;
    /* A run of complete periods between the nodes of two that are cut. */
    sci_status st = sci_alloc_zero(nodes, SCI_TREE_NODES_MOST + 1, 1, sizeof **nodes);

    if (st != SCI_OK)
        return st;
    while (first < end) {
        sci_stats_node *node = &(*nodes)[used++];

        *node = s->periods_per_segment > 0 ? next_of_whole_periods(s, first, end, &first)
                                           : next_in_cut_period(s, first, end, &first);
        node->first_row = rows;
        rows += node->period_count * s->period_groups;
    }
    *n = used;
    *n_rows = rows;
    return SCI_OK;
}

/* ---- what a shard lacks ---- */

static size_t
add_range(char *text, size_t size, size_t used, uint64_t first, uint64_t end)
{
    int n =
        snprintf(text + used, size - used, "%s %" PRIu64, used > 0 ? " and" : "segments", first);

    used = n < 0 || (size_t)n >= size - used ? size - 1 : used + (size_t)n;
    if (end - first > 1 && used < size - 1) {
        n = snprintf(text + used, size - used, " to %" PRIu64, end - 1);
        used = n < 0 || (size_t)n >= size - used ? size - 1 : used + (size_t)n;
    }
    return used;
}

void
sci_stats_missing(const sci_stats *stats, char *text, size_t size)
{
    uint64_t at = 0, first, end, segments = stats->segmentation.segments;
    uint64_t lost = 0, one = 0; /* how many, and the first index of the last range */
    size_t used = 0;

    if (size == 0)
        return;
    text[0] = '\0';
    if (!stats->shard)
        return;
    for (size_t i = 0; i < stats->n_digest_nodes; i++) {
        const sci_digest_node *node = &stats->digest_nodes[i];

        if (!sci_tree_span(segments, node->level, node->index, &first, &end))
            continue;
        if (first > at) {
            used = add_range(text, size, used, at, first);
            lost += first - at;
            one = at;
        }
        at = end;
    }
    if (at < segments) {
        used = add_range(text, size, used, at, segments);
        lost += segments - at;
        one = at;
    }
    if (lost == 0)
        (void)snprintf(text, size, "no segment is missing");
    else if (lost == 1)
        (void)snprintf(text, size, "segment %" PRIu64 " of %" PRIu64 " is missing", one, segments);
    else
        (void)snprintf(text + used, size - used, " of %" PRIu64 " are missing", segments);
}
