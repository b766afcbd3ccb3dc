/* SPDX-License-Identifier: BSD-3-Clause */
/* Shards of a crossed table: maximal nodes of the segment tree, put together in any order. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "crossed.h"
#include "crossed_part.h"
#include "nodes.h"

sci_status
sci_crossed_shard_create(sci_crossed_shard **out, uint64_t segments)
{
    sci_crossed_shard *shard = NULL;
    sci_status st = sci_alloc_zero(&shard, 1, 1, sizeof *shard);

    if (st != SCI_OK)
        return st;
    shard->segments = segments;
    *out = shard;
    return SCI_OK;
}

void
sci_crossed_shard_free(sci_crossed_shard *shard)
{
    if (!shard)
        return;
    for (size_t i = 0; i < shard->n; i++)
        sci_crossed_free(shard->nodes[i].table);
    sci_free(shard->nodes);
    sci_free(shard);
}

/* ---- one node and its sibling ---- */

static bool
same_doubles(const double *a, const double *b, uint64_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

/* Nodes of one fit have the same rows, means and grams: those of the whole matrix. */
static sci_status
check_kin(const sci_crossed *a, const sci_crossed *b)
{
    uint64_t q = a->covariates;

    if (a->levels != b->levels || a->columns != b->columns || q != b->covariates
        || memcmp(a->rows, b->rows, a->levels * sizeof *a->rows) != 0
        || !same_doubles(a->mean, b->mean, a->levels * q)
        || !same_doubles(a->gram, b->gram, a->levels * q * q))
        return sci_fail(SCI_ERR_REFUSED, "the shards are not of one matrix and one row model");
    return SCI_OK;
}

/* Plain sums, as the tree of crossed_part.h joins them. */
static sci_status
join(sci_crossed *left, const sci_crossed *right)
{
    uint64_t q = left->covariates, groups = left->levels * left->columns;
    sci_status st = right->missing_sum ? sci_crossed_need_missing(left) : SCI_OK;

    if (st != SCI_OK)
        return st;
    sci_moments_merge_rows(left->moments, right->moments, groups);
    sci_add_doubles(left->cross, right->cross, q * groups);
    if (right->missing_sum) {
        sci_add_doubles(left->missing_sum, right->missing_sum, q * groups);
        sci_add_doubles(left->missing_gram, right->missing_gram, q * (q + 1) / 2 * groups);
    }
    return SCI_OK;
}

static bool
is_node(const sci_crossed_shard *shard, size_t at, uint64_t level, uint64_t index)
{
    return at < shard->n && shard->nodes[at].level == level && shard->nodes[at].index == index;
}

static void
remove_node(sci_crossed_shard *shard, size_t at)
{
    sci_crossed_free(shard->nodes[at].table);
    memmove(&shard->nodes[at], &shard->nodes[at + 1], (shard->n - at - 1) * sizeof *shard->nodes);
    shard->n--;
}

/* Climb from node `at` while its sibling is there, or beyond the last segment. */
static sci_status
climb(sci_crossed_shard *shard, size_t at)
{
    unsigned height = sci_tree_height(shard->segments);

    while (shard->nodes[at].level < height) {
        uint64_t level = shard->nodes[at].level, index = shard->nodes[at].index, first, end;
        size_t left = at;

        if (index % 2 == 1) {
            if (at == 0 || !is_node(shard, at - 1, level, index - 1))
                break;
            left = at - 1;
        }
        if (index % 2 == 1 || is_node(shard, at + 1, level, index + 1)) {
            sci_status st = join(shard->nodes[left].table, shard->nodes[left + 1].table);

            if (st != SCI_OK)
                return st;
            remove_node(shard, left + 1);
        } else if (sci_tree_span(shard->segments, level, index + 1, &first, &end)) {
            break;
        }
        shard->nodes[left].level = level + 1;
        shard->nodes[left].index = index / 2;
        at = left;
    }
    return SCI_OK;
}

/* ---- inserting ---- */

/* Where a node goes; refused if it lies inside another, or another in it. */
static sci_status
find_place(const sci_crossed_shard *shard, const sci_crossed_node *node, size_t *at)
{
    uint64_t first = 0, end = 0, other_first = 0, other_end = 0;

    if (!sci_tree_span(shard->segments, node->level, node->index, &first, &end))
        return sci_fail(SCI_ERR_ARGUMENT,
                        "a tree of %" PRIu64 " segments has no node %" PRIu64 ",%" PRIu64,
                        shard->segments, node->level, node->index);
    for (*at = shard->n; *at > 0; --*at) {
        const sci_crossed_node *other = &shard->nodes[*at - 1];

        (void)sci_tree_span(shard->segments, other->level, other->index, &other_first, &other_end);
        if (other_end <= first)
            break;
        if (other_first < end)
            return sci_fail(SCI_ERR_REFUSED,
                            "segments %" PRIu64 " to %" PRIu64 " are there already", first,
                            end - 1);
    }
    return SCI_OK;
}

static sci_status
make_room(sci_crossed_shard *shard)
{
    sci_crossed_node *nodes = NULL;
    sci_status st = sci_alloc(&nodes, shard->n + 1, 1, sizeof *nodes);

    if (st != SCI_OK)
        return st;
    if (shard->n > 0)
        memcpy(nodes, shard->nodes, shard->n * sizeof *nodes);
    sci_free(shard->nodes);
    shard->nodes = nodes;
    return SCI_OK;
}

sci_status
sci_crossed_shard_insert(sci_crossed_shard *shard, sci_crossed_node *node)
{
    size_t at = 0;
    sci_status st = find_place(shard, node, &at);

    if (st == SCI_OK && shard->n > 0)
        st = check_kin(shard->nodes[0].table, node->table);
    if (st == SCI_OK)
        st = make_room(shard);
    if (st != SCI_OK) {
        sci_crossed_free(node->table);
        node->table = NULL;
        return st;
    }
    memmove(&shard->nodes[at + 1], &shard->nodes[at], (shard->n - at) * sizeof *node);
    shard->nodes[at] = *node;
    node->table = NULL;
    shard->n++;
    return climb(shard, at);
}

const sci_crossed *
sci_crossed_shard_whole(const sci_crossed_shard *shard)
{
    return shard->n == 1 && is_node(shard, 0, sci_tree_height(shard->segments), 0)
               ? shard->nodes[0].table
               : NULL;
}
