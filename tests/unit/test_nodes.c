/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segment tree, and shards put together on it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>
#include <stats/check.h>
#include <stats/nodes.h>

#include "support/tables.h"
#include "support/testing.h"

/* ---- the rule again, in the plainest words: the oracle ---- */

#define GROUPS 3 /* of a period */

/* An array cut into segments, with random leaves. */
typedef struct array {
    sci_segmentation cut;
    sci_moments *leaves; /* GROUPS a segment; where a segment is whole periods, a row each period */
    sci_digest *digests; /* one a segment */
} array;

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Node (level, index) of one period: left child, then right child if it begins before the end. */
static void
value_of(const array *a, uint64_t period, unsigned level, uint64_t index, sci_moments out[GROUPS])
{
    uint64_t leaves = a->cut.segments_per_period, width = UINT64_C(1) << level;

    if (level == 0) {
        memcpy(out, a->leaves + (period * leaves + index) * GROUPS, GROUPS * sizeof *out);
        return;
    }
    value_of(a, period, level - 1, 2 * index, out);
    if (index * width + width / 2 < leaves) {
        sci_moments right[GROUPS];

        value_of(a, period, level - 1, 2 * index + 1, right);
        for (int i = 0; i < GROUPS; i++)
            sci_moments_merge(&out[i], &right[i]);
    }
}

static sci_digest
digest_of(const array *a, unsigned level, uint64_t index)
{
    uint64_t width = UINT64_C(1) << level;
    sci_digest left, right, both;

    if (level == 0)
        return a->digests[index];
    left = digest_of(a, level - 1, 2 * index);
    if (index * width + width / 2 >= a->cut.segments)
        return left;
    right = digest_of(a, level - 1, 2 * index + 1);
    assert_ok(sci_digest_join(SCI_DIGEST_XXH3, &left, &right, &both));
    return both;
}

static unsigned
height_of(uint64_t leaves)
{
    unsigned height = 0;

    for (uint64_t width = 1; width < leaves; width *= 2)
        height++;
    return height;
}

/* `per` > 0: a segment is that many periods; else a period is cut into `parts`. */
static array
array_make(uint64_t periods, uint64_t per, uint64_t parts, random_stream *r)
{
    array a = { .cut = { .periods = periods,
                         .period_groups = GROUPS,
                         .periods_per_segment = per,
                         .segments_per_period = per > 0 ? 1 : parts } };
    uint64_t leaves = per > 0 ? periods : periods * parts;

    a.cut.segments = per > 0 ? (periods + per - 1) / per : leaves;
    a.cut.period_length = 100;
    a.cut.segment_length = per > 0 ? 100 * per : (99 + parts) / parts;
    a.leaves = test_alloc(leaves * GROUPS, sizeof *a.leaves);
    a.digests = test_alloc(a.cut.segments, sizeof *a.digests);
    memset(a.digests, 0, a.cut.segments * sizeof *a.digests);
    table_fill(a.leaves, leaves * GROUPS, r);
    for (uint64_t i = 0; i < a.cut.segments; i++)
        for (int k = 0; k < 16; k++)
            a.digests[i].bytes[k] = (uint8_t)random_bits(r);
    return a;
}

static void
array_clear(array *a)
{
    free(a->leaves);
    free(a->digests);
}

/* ---- tables of it ---- */

static sci_stats *
table_head(const array *a, uint64_t rows, uint64_t segments)
{
    sci_parameters parameters = { 0 };
    sci_origin origin = { .elements = segments * 10,
                          .members = segments * 9,
                          .nonfinite = segments };
    char text[60], name[] = "x.h5";
    sci_space space;
    sci_stats *stats = NULL;

    (void)snprintf(text, sizeof text, "N:keep:%llu T:pool:100 C:keep:%d",
                   (unsigned long long)a->cut.periods, GROUPS);
    table_space(&space, text);
    assert_ok(sci_table_create_rows(&stats, SCI_STATS_MOMENTS, &space, &parameters, rows));
    origin.name = name;
    assert_ok(sci_table_add_origin(stats, &origin));
    stats->segmentation = a->cut;
    sci_space_clear(&space);
    return stats;
}

static sci_stats *
whole_table(const array *a)
{
    sci_stats *stats = table_head(a, a->cut.periods * GROUPS, a->cut.segments);
    unsigned height = height_of(a->cut.segments_per_period);

    for (uint64_t p = 0; p < a->cut.periods; p++)
        value_of(a, p, height, 0, stats->moments + p * GROUPS);
    stats->origins[0].digest = digest_of(a, height_of(a->cut.segments), 0);
    return stats;
}

static void
add_node(sci_stats *s, uint64_t period, uint64_t count, unsigned level, uint64_t index)
{
    s->nodes[s->n_nodes++] = (sci_stats_node){ .period = period,
                                               .period_count = count,
                                               .level = level,
                                               .index = index,
                                               .first_row = s->n_rows };
    s->n_rows += count * GROUPS;
}

/* Largest aligned node at `first` inside [first, end), one cut off by the end of the leaves
 * counting as whole: the largest level is tried first, unlike in the library. */
static unsigned
largest_at(uint64_t leaves, uint64_t first, uint64_t end)
{
    unsigned level = height_of(leaves);

    while (first % (UINT64_C(1) << level) != 0
           || smaller(first + (UINT64_C(1) << level), leaves) > end)
        level--;
    return level;
}

static void
add_nodes(sci_stats *s, const array *a, uint64_t first, uint64_t end)
{
    uint64_t parts = a->cut.segments_per_period, per = a->cut.periods_per_segment;

    if (per > 0 && first < end)
        add_node(s, first * per, smaller(end * per, a->cut.periods) - first * per, 0, 0);
    while (per == 0 && first < end) {
        uint64_t period = first / parts, start = first % parts, whole = (end - first) / parts;

        if (start == 0 && whole > 0) {
            add_node(s, period, whole, height_of(parts), 0);
            first += whole * parts;
        } else {
            uint64_t stop = smaller(end - period * parts, parts);
            unsigned level = largest_at(parts, start, stop);

            add_node(s, period, 1, level, start >> level);
            first = period * parts + smaller(start + (UINT64_C(1) << level), parts);
        }
    }
}

static sci_stats *
shard_table(const array *a, uint64_t first, uint64_t end)
{
    sci_stats *s = table_head(a, 0, end - first);

    s->shard = true;
    assert_ok(sci_alloc(&s->nodes, 200, 1, sizeof *s->nodes));
    assert_ok(sci_alloc(&s->digest_nodes, 200, 1, sizeof *s->digest_nodes));
    add_nodes(s, a, first, end);
    assert_ok(sci_alloc(&s->moments, s->n_rows, 1, sizeof *s->moments));
    for (size_t i = 0; i < s->n_nodes; i++)
        for (uint64_t k = 0; k < s->nodes[i].period_count; k++)
            value_of(a, s->nodes[i].period + k, (unsigned)s->nodes[i].level, s->nodes[i].index,
                     s->moments + s->nodes[i].first_row + k * GROUPS);
    while (first < end) {
        unsigned level = largest_at(a->cut.segments, first, end);
        sci_digest_node *node = &s->digest_nodes[s->n_digest_nodes++];

        *node = (sci_digest_node){ .level = level, .index = first >> level };
        node->digest = digest_of(a, level, node->index);
        first = smaller(first + (UINT64_C(1) << level), a->cut.segments);
    }
    assert_ok(sci_head_check(s, s->n_rows));
    return s;
}

static sci_stats *
merge(size_t n, sci_stats *const *tables)
{
    const sci_stats **inputs = test_alloc(n, sizeof *inputs);
    sci_stats *out = NULL;

    for (size_t i = 0; i < n; i++)
        inputs[i] = tables[i];
    assert_ok(sci_stats_merge_all(&out, n, inputs, NULL));
    free(inputs);
    return out;
}

/* ---- geometry ---- */

static void
height_is_the_logarithm_rounded_up(void **state)
{
    static const struct {
        uint64_t leaves;
        unsigned height;
    } cases[] = { { 0, 0 },     { 1, 0 },     { 2, 1 },
                  { 3, 2 },     { 4, 2 },     { 5, 3 },
                  { 1024, 10 }, { 1025, 11 }, { (uint64_t)INT64_MAX, 63 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_count(sci_tree_height(cases[i].leaves), cases[i].height);
}

static void
nodes_cover_leaves_up_to_the_end(void **state)
{
    uint64_t first = 0, end = 0;

    (void)state;
    assert_that(sci_tree_span(5, 1, 1, &first, &end) && first == 2 && end == 4);
    assert_that(sci_tree_span(5, 2, 1, &first, &end) && first == 4 && end == 5);
    assert_that(sci_tree_span(5, 3, 0, &first, &end) && first == 0 && end == 5);
    assert_that(!sci_tree_span(5, 0, 5, &first, &end));
    assert_that(!sci_tree_span(5, 4, 0, &first, &end)); /* above the root */
    assert_that(!sci_tree_span(0, 0, 0, &first, &end));
    assert_that(!sci_tree_span(5, 63, 1, &first, &end));
    assert_that(!sci_tree_span(5, UINT64_MAX, 0, &first, &end));
    assert_that(!sci_tree_span(5, 1, UINT64_MAX, &first, &end));
}

static void
ranges_consist_of_few_maximal_nodes(void **state)
{
    (void)state;
    for (uint64_t segments = 1; segments <= 40; segments++)
        for (uint64_t first = 0; first <= segments; first++)
            for (uint64_t end = first; end <= segments; end++) {
                sci_digest_node *nodes = NULL;
                uint64_t at = first;
                size_t n = 0;

                test_context("segments %d to %d of %d", (int)first, (int)end, (int)segments);
                assert_ok(sci_digest_nodes_of_range(segments, first, end, &nodes, &n));
                for (size_t i = 0; i < n; i++) {
                    uint64_t a = 0, b = 0;

                    assert_that(sci_tree_span(segments, nodes[i].level, nodes[i].index, &a, &b));
                    assert_count(a, at);
                    assert_count(nodes[i].level, largest_at(segments, at, end));
                    at = b;
                }
                assert_count(at, end > first ? end : first);
                assert_that(n <= 2 * (size_t)height_of(segments) + (first == 0 && end == segments));
                sci_free(nodes);
            }
}

static void
digests_join_in_any_order(void **state)
{
    random_stream r = random_start(30);

    (void)state;
    for (uint64_t segments = 1; segments <= 33; segments++) {
        array a = array_make(segments, 1, 0, &r);
        sci_digest_node nodes[40];
        size_t order[40], n = 0;
        sci_digest root = digest_of(&a, height_of(segments), 0);

        random_permutation(&r, segments, order);
        for (size_t i = 0; i < segments; i++) {
            sci_digest_node leaf = { .index = order[i], .digest = a.digests[order[i]] };

            assert_ok(sci_digest_nodes_insert(nodes, &n, segments, SCI_DIGEST_XXH3, &leaf));
        }
        assert_count(n, 1);
        assert_count(nodes[0].level, height_of(segments));
        assert_same_bytes(&nodes[0].digest, &root, 1, sizeof root);
        array_clear(&a);
    }
}

static void
a_digest_goes_in_once(void **state)
{
    sci_digest_node nodes[8], leaf = { .index = 2 }, above = { .level = 1, .index = 1 };
    size_t n = 0;

    (void)state;
    assert_ok(sci_digest_nodes_insert(nodes, &n, 5, SCI_DIGEST_XXH3, &leaf));
    assert_fails(sci_digest_nodes_insert(nodes, &n, 5, SCI_DIGEST_XXH3, &leaf), SCI_ERR_REFUSED);
    assert_fails(sci_digest_nodes_insert(nodes, &n, 5, SCI_DIGEST_XXH3, &above), SCI_ERR_REFUSED);
    leaf.index = 5;
    assert_fails(sci_digest_nodes_insert(nodes, &n, 5, SCI_DIGEST_XXH3, &leaf), SCI_ERR_ARGUMENT);
    assert_count(n, 1);
}

/* ---- shards ---- */

static const struct {
    uint64_t periods, per, parts;
} cuts[] = {
    { 1, 0, 1 }, { 1, 0, 2 }, { 1, 0, 7 },  { 1, 0, 16 }, { 1, 0, 23 }, { 2, 0, 5 },  { 5, 0, 3 },
    { 4, 0, 4 }, { 7, 0, 1 }, { 10, 3, 0 }, { 12, 3, 0 }, { 9, 1, 0 },  { 3, 10, 0 },
};

static void
library_nodes_are_those_of_the_rule(void **state)
{
    random_stream r = random_start(31);

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(cuts); c++) {
        array a = array_make(cuts[c].periods, cuts[c].per, cuts[c].parts, &r);

        for (uint64_t first = 0; first <= a.cut.segments; first++)
            for (uint64_t end = first; end <= a.cut.segments; end++) {
                sci_stats *shard = shard_table(&a, first, end);
                sci_stats_node *nodes = NULL;
                uint64_t rows = 0;
                size_t n = 0;

                assert_ok(sci_nodes_of_range(&a.cut, first, end, &nodes, &n, &rows));
                assert_count(rows, shard->n_rows);
                assert_count(n, shard->n_nodes);
                assert_same_bytes(nodes, shard->nodes, n, sizeof *nodes);
                sci_free(nodes);
                sci_stats_free(shard);
            }
        array_clear(&a);
    }
}

/* ⌊S(i-1)/n⌋ … ⌊S·i/n⌋; with n > S some are empty. */
static void
cut_shards(const array *a, size_t n, sci_stats **shards)
{
    for (size_t i = 0; i < n; i++)
        shards[i] = shard_table(a, a->cut.segments * i / n, a->cut.segments * (i + 1) / n);
}

static void
all_shards_give_the_unsharded_table(void **state)
{
    static const size_t counts[] = { 1, 2, 3, 7, 30 };
    random_stream r = random_start(32);

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(cuts); c++) {
        array a = array_make(cuts[c].periods, cuts[c].per, cuts[c].parts, &r);
        sci_stats *whole = whole_table(&a);

        for (size_t k = 0; k < ARRAY_LEN(counts); k++) {
            sci_stats *shards[30], *shuffled[30], *merged;
            size_t n = counts[k], order[30];

            test_context("cut %zu, %zu shards", c, n);
            cut_shards(&a, n, shards);
            random_permutation(&r, n, order);
            for (size_t i = 0; i < n; i++)
                shuffled[i] = shards[order[i]];
            merged = merge(n, shuffled);
            assert_that(!sci_stats_is_shard(merged));
            assert_same_table(merged, whole);
            sci_stats_free(merged);
            for (size_t i = 0; i < n; i++)
                sci_stats_free(shards[i]);
        }
        sci_stats_free(whole);
        array_clear(&a);
    }
}

/* Merging in random pairs, with shards of shards on the way. */
static void
shards_merge_in_steps(void **state)
{
    random_stream r = random_start(33);

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(cuts); c++) {
        array a = array_make(cuts[c].periods, cuts[c].per, cuts[c].parts, &r);
        sci_stats *whole = whole_table(&a), *shards[9];
        size_t left = ARRAY_LEN(shards);

        cut_shards(&a, left, shards);
        while (left > 1) {
            size_t into = random_below(&r, left), from = random_below(&r, left - 1);

            from += from >= into;
            test_context("cut %zu, %zu left", c, left);
            assert_ok(sci_stats_merge(shards[into], shards[from]));
            if (shards[into]->shard) {
                char missing[100];

                assert_ok(sci_head_check(shards[into], shards[into]->n_rows));
                sci_stats_missing(shards[into], missing, sizeof missing);
                assert_that(strstr(missing, "missing") != NULL);
            }
            sci_stats_free(shards[from]);
            shards[from] = shards[--left];
        }
        assert_same_table(shards[0], whole);
        sci_stats_free(shards[0]);
        sci_stats_free(whole);
        array_clear(&a);
    }
}

/* A shard of what two neighbours cover is what merging them gives. */
static void
merged_neighbours_are_the_larger_shard(void **state)
{
    random_stream r = random_start(34);

    (void)state;
    for (size_t c = 0; c < ARRAY_LEN(cuts); c++) {
        array a = array_make(cuts[c].periods, cuts[c].per, cuts[c].parts, &r);
        uint64_t s = a.cut.segments;

        for (int k = 0; k < 20; k++) {
            uint64_t first = random_below(&r, s + 1), end = first + random_below(&r, s - first + 1);
            uint64_t middle = first + random_below(&r, end - first + 1);
            sci_stats *parts[2], *merged, *expected;

            if (first == 0 && end == s)
                continue;
            parts[0] = shard_table(&a, middle, end);
            parts[1] = shard_table(&a, first, middle);
            expected = shard_table(&a, first, end);
            merged = merge(2, parts);
            assert_same_table(merged, expected);
            sci_stats_free(parts[0]);
            sci_stats_free(parts[1]);
            sci_stats_free(merged);
            sci_stats_free(expected);
        }
        array_clear(&a);
    }
}

static void
empty_shards_are_legal(void **state)
{
    random_stream r = random_start(35);
    array a = array_make(1, 0, 4, &r);
    sci_stats *empty[2] = { shard_table(&a, 2, 2), shard_table(&a, 0, 0) }, *merged;
    char missing[100];

    (void)state;
    merged = merge(2, empty);
    assert_that(sci_stats_is_shard(merged));
    assert_count(merged->n_rows, 0);
    assert_count(merged->n_nodes, 0);
    sci_stats_missing(merged, missing, sizeof missing);
    assert_string_equal(missing, "segments 0 to 3 of 4 are missing");
    sci_stats_free(merged);
    sci_stats_free(empty[0]);
    sci_stats_free(empty[1]);
    array_clear(&a);
}

/* An array without elements has no segments; any shard of it is all of it. */
static void
a_shard_of_nothing_is_the_whole(void **state)
{
    random_stream r = random_start(36);
    array a = array_make(2, 1, 0, &r);
    sci_stats *shard = shard_table(&a, 0, 0), *merged;
    const sci_moments empty = sci_moments_empty();
    char missing[40];

    (void)state;
    memset(&shard->segmentation, 0, sizeof shard->segmentation);
    shard->origins[0] = (sci_origin){ .name = shard->origins[0].name };
    sci_stats_missing(shard, missing, sizeof missing);
    assert_string_equal(missing, "no segment is missing");
    merged = merge(1, &shard);
    assert_that(!merged->shard);
    assert_count(merged->n_rows, 2 * GROUPS);
    assert_same_bytes(&merged->moments[5], &empty, 1, sizeof empty);
    sci_stats_free(merged);
    sci_stats_free(shard);
    array_clear(&a);
}

/* All that is left to come are empty shards. */
static void
a_complete_table_takes_in_empty_shards_only(void **state)
{
    random_stream r = random_start(43);
    array a = array_make(2, 0, 3, &r);
    sci_stats *whole = whole_table(&a), *copy = whole_table(&a), *empty = shard_table(&a, 3, 3),
              *some = shard_table(&a, 3, 4);

    (void)state;
    assert_ok(sci_stats_merge(whole, empty));
    assert_same_table(whole, copy);
    assert_ok(sci_stats_merge(empty, whole));
    assert_same_table(empty, copy);
    assert_fails(sci_stats_merge(whole, some), SCI_ERR_REFUSED);
    assert_message_has("table 2: segments 3 to 3 lie within those of table 1 (0 to 5)");
    sci_stats_free(whole);
    sci_stats_free(copy);
    sci_stats_free(empty);
    sci_stats_free(some);
    array_clear(&a);
}

static void
what_is_missing_is_named(void **state)
{
    random_stream r = random_start(37);
    array a = array_make(3, 0, 4, &r);
    sci_stats *parts[2] = { shard_table(&a, 5, 9), shard_table(&a, 10, 11) }, *merged;
    char text[100];

    (void)state;
    merged = merge(2, parts);
    sci_stats_missing(merged, text, sizeof text);
    assert_string_equal(text, "segments 0 to 4 and 9 and 11 of 12 are missing");
    sci_stats_missing(merged, text, 20);
    assert_string_equal(text, "segments 0 to 4 and");
    sci_stats_free(parts[0]);
    sci_stats_free(merged);
    parts[0] = shard_table(&a, 0, 10);
    merged = merge(2, parts);
    sci_stats_missing(merged, text, sizeof text);
    assert_string_equal(text, "segment 11 of 12 is missing");
    sci_stats_missing(merged, text, 1);
    assert_string_equal(text, "");
    sci_stats_free(merged);
    merged = whole_table(&a);
    sci_stats_missing(merged, text, sizeof text);
    assert_string_equal(text, "");
    sci_stats_free(merged);
    sci_stats_free(parts[0]);
    sci_stats_free(parts[1]);
    array_clear(&a);
}

/* ---- refusals ---- */

static void
refused(const sci_stats *x, const sci_stats *y, const char *why)
{
    const sci_stats *tables[2] = { x, y };
    static const char *const names[2] = { "x1.h5", "x2.h5" };
    sci_stats *out = NULL;

    assert_fails(sci_stats_merge_all(&out, 2, tables, names), SCI_ERR_REFUSED);
    assert_message_has(why);
    assert_null(out);
}

static void
repeated_and_nested_shards_are_refused(void **state)
{
    random_stream r = random_start(38);
    array a = array_make(2, 0, 4, &r);
    sci_stats *low = shard_table(&a, 0, 2), *whole = shard_table(&a, 0, 8),
              *inner = shard_table(&a, 1, 2), *late = shard_table(&a, 2, 6);

    (void)state;
    refused(low, low, "'x2.h5': segments 0 to 1 are those of 'x1.h5'");
    refused(low, inner, "'x2.h5': segments 1 to 1 lie within those of 'x1.h5' (0 to 1)");
    refused(inner, low, "'x1.h5': segments 1 to 1 lie within those of 'x2.h5' (0 to 1)");
    refused(late, whole, "'x1.h5': segments 2 to 3 lie within those of 'x2.h5' (0 to 7)");
    sci_stats_free(low);
    sci_stats_free(whole);
    sci_stats_free(inner);
    sci_stats_free(late);
    array_clear(&a);
}

static void
overlapping_runs_of_periods_are_refused(void **state)
{
    random_stream r = random_start(39);
    array a = array_make(10, 1, 0, &r);
    sci_stats *x = shard_table(&a, 0, 5), *y = shard_table(&a, 3, 8);

    (void)state;
    refused(x, y, "'x2.h5': segments 3 to 7 overlap those of 'x1.h5' (0 to 4)");
    sci_stats_free(x);
    sci_stats_free(y);
    array_clear(&a);
}

static void
foreign_shards_are_refused(void **state)
{
    random_stream r = random_start(40);
    array a = array_make(2, 0, 4, &r), b = array_make(2, 0, 5, &r), c = array_make(3, 0, 4, &r);
    sci_stats *x = shard_table(&a, 0, 2), *other = shard_table(&a, 2, 4),
              *cut = shard_table(&b, 3, 4), *shape = shard_table(&c, 4, 5);

    (void)state;
    refused(x, cut, "'x2.h5': 10 segments of 20 elements, 'x1.h5' has 8 of 25");
    refused(x, shape, "'x2.h5': axis 'N' has size 3, in 'x1.h5' it has 2");
    other->parameters.ddof = 1;
    refused(x, other, "'x2.h5': ddof is 1");
    other->parameters.ddof = 0;
    other->origins[0].name[0] = 'y';
    refused(x, other, "'x2.h5': a shard of 'y.h5', 'x1.h5' is one of 'x.h5'");
    sci_stats_free(x);
    sci_stats_free(other);
    sci_stats_free(cut);
    sci_stats_free(shape);
    array_clear(&a);
    array_clear(&b);
    array_clear(&c);
}

/* ---- heads that cannot be ---- */

static void
move_row(sci_stats *s)
{
    s->nodes[1].first_row++;
}

static void
swap_nodes(sci_stats *s)
{
    sci_stats_node first = s->nodes[0];

    s->nodes[0] = s->nodes[1];
    s->nodes[1] = first;
}

static void
split_node(sci_stats *s)
{
    s->nodes[0].level = 0;
}

static void
far_period(sci_stats *s)
{
    s->nodes[0].period = UINT64_MAX;
}

static void
long_run(sci_stats *s)
{
    s->nodes[0].period_count = UINT64_MAX;
}

static void
lose_digest(sci_stats *s)
{
    s->n_digest_nodes--;
}

static void
lose_node(sci_stats *s)
{
    s->n_nodes--;
}

static void
other_digest_node(sci_stats *s)
{
    s->digest_nodes[0].index++;
}

static void
no_segments(sci_stats *s)
{
    s->segmentation.segments = 0;
}

static void
many_segments(sci_stats *s)
{
    s->segmentation.segments_per_period = UINT64_MAX / 2;
}

static void
other_groups(sci_stats *s)
{
    s->segmentation.period_groups++;
}

static void
no_origin(sci_stats *s)
{
    sci_free(s->origins[0].name);
    s->n_origins = 0;
}

static void
damaged_shards_are_found(void **state)
{
    static void (*const damages[])(sci_stats * s) = {
        move_row,  swap_nodes,  split_node,        far_period,   long_run,      lose_digest,
        lose_node, no_segments, other_digest_node, other_groups, many_segments, no_origin,
    };
    random_stream r = random_start(41);
    array a = array_make(3, 0, 6, &r);

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
        sci_stats *shard = shard_table(&a, 4, 17);

        test_context("damage %zu", i);
        assert_that(shard->n_nodes >= 3);
        damages[i](shard);
        assert_fails(sci_head_check(shard, shard->n_rows), SCI_ERR_FORMAT);
        sci_stats_free(shard);
    }
    array_clear(&a);
}

/* ---- faults ---- */

static sci_status
merge_shards(void *context)
{
    const sci_stats *const *shards = context;
    sci_stats *out = NULL;
    sci_status st = sci_stats_merge_all(&out, 3, shards, NULL);

    sci_stats_free(out);
    return st;
}

static void
merging_shards_survives_failed_allocations(void **state)
{
    random_stream r = random_start(42);
    array a = array_make(2, 0, 7, &r);
    sci_stats *shards[3];

    (void)state;
    cut_shards(&a, 3, shards);
    survives_allocations(merge_shards, shards);
    for (int i = 0; i < 3; i++)
        sci_stats_free(shards[i]);
    array_clear(&a);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(height_is_the_logarithm_rounded_up),
        cmocka_unit_test(nodes_cover_leaves_up_to_the_end),
        cmocka_unit_test(ranges_consist_of_few_maximal_nodes),
        cmocka_unit_test(digests_join_in_any_order),
        cmocka_unit_test(a_digest_goes_in_once),
        cmocka_unit_test(library_nodes_are_those_of_the_rule),
        cmocka_unit_test(all_shards_give_the_unsharded_table),
        cmocka_unit_test(shards_merge_in_steps),
        cmocka_unit_test(merged_neighbours_are_the_larger_shard),
        cmocka_unit_test(empty_shards_are_legal),
        cmocka_unit_test(a_shard_of_nothing_is_the_whole),
        cmocka_unit_test(a_complete_table_takes_in_empty_shards_only),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(repeated_and_nested_shards_are_refused),
        cmocka_unit_test(overlapping_runs_of_periods_are_refused),
        cmocka_unit_test(foreign_shards_are_refused),
        cmocka_unit_test(damaged_shards_are_found),
        cmocka_unit_test(merging_shards_survives_failed_allocations),
    };

    return run_all(tests);
}
