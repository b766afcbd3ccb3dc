/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of separate sources: sorted by content, then folded on the fixed binary tree over that
 * order (ENGINE rules 2 and 19), so that the order of arguments never matters. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "content.h"
#include "match.h"
#include "nodes.h"
#include "unite.h"

#define ROWS_AT_ONCE 1024 /* a few blocks of rows stay in the cache */

/* ---- the order of the tables ---- */

typedef struct entry {
    const sci_stats *table;
    size_t argument;
    uint8_t content[SCI_CONTENT_BYTES];
} entry;

static int
compare_entries(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    int order = memcmp(a->content, b->content, sizeof a->content);

    return order != 0 ? order : (a->argument > b->argument) - (a->argument < b->argument);
}

/* Everything that is merged, in the order of content. */
typedef struct merging {
    size_t n;
    const sci_stats **tables;
    sci_space_map *maps;
    sci_stats *out;
    sci_moments *blocks; /* one a level of the tree of tables */
    bool weigh;          /* equal weights are unlike, so that they have to be put in */
} merging;

static void
merging_clear(merging *m)
{
    if (m->maps != NULL)
        for (size_t i = 0; i < m->n; i++)
            sci_space_map_clear(&m->maps[i]);
    sci_free(m->tables);
    sci_free(m->maps);
    sci_free(m->blocks);
    sci_stats_free(m->out);
}

static sci_status
sort_tables(merging *m, const sci_stats *const *tables)
{
    entry *entries = NULL;
    sci_status st = sci_alloc(&entries, m->n, 1, sizeof *entries);

    if (st == SCI_OK)
        st = sci_alloc(&m->tables, m->n, 1, sizeof *m->tables);
    if (st != SCI_OK)
        goto out;
    for (size_t i = 0; i < m->n; i++) {
        entries[i] = (entry){ .table = tables[i], .argument = i };
        sci_table_content(tables[i], entries[i].content);
    }
    qsort(entries, m->n, sizeof *entries, compare_entries);
    for (size_t i = 0; i < m->n; i++)
        m->tables[i] = entries[i].table;
out:
    sci_free(entries);
    return st;
}

/* ---- what makes no sense ---- */

/* A table that sci_stats_create made has no source yet: it only brings its groups. */
static bool
is_blank(const sci_stats *stats)
{
    return stats->n_origins == 0;
}

static sci_status
check_blank(const sci_stats *stats, const char *label)
{
    for (uint64_t i = 0; stats->moments != NULL && i < stats->n_rows; i++)
        if (stats->moments[i].count > 0)
            return sci_fail(SCI_ERR_REFUSED, "%s: its groups have members, but no source", label);
    return SCI_OK;
}

static sci_status
check_tables(size_t n, const sci_stats *const *tables, const char *const *names)
{
    sci_table_label first = sci_table_label_of(names, 0);
    size_t pattern = 0;
    sci_status st = SCI_OK;

    while (pattern < n - 1 && is_blank(tables[pattern]))
        pattern++;
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        sci_table_label label = sci_table_label_of(names, i);
        sci_table_label other = sci_table_label_of(names, pattern);

        if (tables[i]->kind == SCI_STATS_RUNNING)
            st = sci_fail(SCI_ERR_REFUSED, "%s: running statistics cannot be merged", label.text);
        else if (tables[i]->n_rows != sci_stats_groups(tables[i]))
            st = sci_fail(SCI_ERR_ARGUMENT, "%s: its rows are not in memory", label.text);
        else if (is_blank(tables[i]))
            st = check_blank(tables[i], label.text);
        else
            st = sci_parameters_match(tables[pattern], other.text, tables[i], label.text);
        if (st == SCI_OK && tables[i]->parameters.ddof != tables[0]->parameters.ddof)
            st = sci_fail(SCI_ERR_REFUSED, "%s: ddof is %d, in %s it is %d", label.text,
                          tables[i]->parameters.ddof, first.text, tables[0]->parameters.ddof);
        if (st == SCI_OK)
            st = sci_space_match(&tables[0]->space, first.text, &tables[i]->space, label.text);
    }
    return st;
}

/* ---- weights that were left out ---- */

/* Weights that are equal in each table matter where they are not in all of them. */
static sci_status
look_at_weights(merging *m, size_t n, const sci_stats *const *tables, const char *const *names)
{
    const sci_stats *pattern = NULL, *other = NULL;
    sci_status st = SCI_OK;

    for (size_t i = 0; i < n; i++) {
        if (is_blank(tables[i]))
            continue;
        pattern = pattern != NULL ? pattern : tables[i];
        if (sci_stats_equal_weight(tables[i]) != sci_stats_equal_weight(pattern))
            other = tables[i];
    }
    m->weigh = other != NULL;
    for (size_t i = 0; m->weigh && st == SCI_OK && i < n; i++) {
        sci_table_label label = sci_table_label_of(names, i);
        double weight = sci_stats_equal_weight(tables[i]);

        if (tables[i]->parameters.ddof != 0)
            return sci_fail(SCI_ERR_REFUSED,
                            "%s: all weights are %.9g, in others %.9g, and ddof 1 has no meaning "
                            "with unequal weights; use ddof 0",
                            label.text, weight,
                            sci_stats_equal_weight(tables[i] == other ? pattern : other));
        if (sci_moments_weighable(tables[i]->moments, tables[i]->n_rows, weight) != SCI_OK)
            st = sci_fail(SCI_ERR_NONFINITE, "%s: %s", label.text, sci_message());
    }
    return st;
}

/* ---- the result without its rows ---- */

static sci_status
make_head(merging *m, const sci_stats *const *arguments, const char *const *names)
{
    const sci_stats *pattern = m->tables[0];
    sci_space space = { 0 };
    sci_status st = sci_alloc_zero(&m->maps, m->n, 1, sizeof *m->maps);

    for (size_t i = m->n; i-- > 0;)
        if (!is_blank(m->tables[i]))
            pattern = m->tables[i];
    if (st == SCI_OK)
        st = sci_spaces_unite(&space, m->maps, m->n, m->tables);
    if (st == SCI_OK)
        st = sci_table_create(&m->out, SCI_STATS_MOMENTS, &space, &pattern->parameters);
    sci_space_clear(&space);
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < m->n; i++) {
        const sci_parameters *p = &m->tables[i]->parameters;

        if (is_blank(m->tables[i]))
            continue;
        if (p->equal_weight != pattern->parameters.equal_weight)
            m->out->parameters.equal_weight = 0.0;
        m->out->parameters.weighted = m->out->parameters.weighted || m->weigh || p->weighted;
    }
    m->out->digest_kind = pattern->digest_kind;
    return sci_origins_unite(m->out, m->n, arguments, names);
}

/* ---- rows ---- */

/* Rows of merged groups [group, group + n) as table i has them. False, and nothing is written, if
 * it has none of them. */
static bool
read_table(const merging *m, size_t i, uint64_t group, uint64_t n, sci_moments *out)
{
    bool any = false;

    for (uint64_t at = group; at < group + n;) {
        sci_run run = sci_space_map_run(&m->maps[i], at, group + n);

        if (run.present && !any)
            sci_moments_clear_rows(out, n);
        if (run.present)
            memcpy(out + (at - group), m->tables[i]->moments + run.local, run.count * sizeof *out);
        if (run.present && m->weigh)
            sci_moments_weigh(out + (at - group), run.count, sci_stats_equal_weight(m->tables[i]));
        any = any || run.present;
        at += run.count;
    }
    return any;
}

/* The same for node (level, index) of the tree of tables. */
static bool
read_node(const merging *m, unsigned level, uint64_t index, uint64_t group, uint64_t n,
          sci_moments *out)
{
    sci_moments *right = m->blocks + (size_t)level * ROWS_AT_ONCE;
    uint64_t first, end;
    bool any, more;

    if (level == 0)
        return read_table(m, index, group, n, out);
    any = read_node(m, level - 1, 2 * index, group, n, out);
    if (!sci_tree_span(m->n, level - 1, 2 * index + 1, &first, &end))
        return any;
    more = read_node(m, level - 1, 2 * index + 1, group, n, any ? right : out);
    if (any && more)
        sci_moments_merge_rows(out, right, n);
    return any || more;
}

static sci_status
fold_rows(merging *m)
{
    unsigned height = sci_tree_height(m->n);
    sci_status st = sci_alloc(&m->blocks, (size_t)height + 1, ROWS_AT_ONCE, sizeof *m->blocks);

    for (uint64_t group = 0; st == SCI_OK && group < m->out->n_rows; group += ROWS_AT_ONCE) {
        uint64_t left = m->out->n_rows - group;

        /* Where no table has any of the groups the rows stay as they are: empty. */
        (void)read_node(m, height, 0, group, left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE,
                        m->out->moments + group);
    }
    return st;
}

static sci_status
merge_whole(sci_stats **out, size_t n, const sci_stats *const *tables, const char *const *names)
{
    merging m = { .n = n };
    sci_status st = check_tables(n, tables, names);

    if (st == SCI_OK)
        st = look_at_weights(&m, n, tables, names);
    if (st == SCI_OK)
        st = sort_tables(&m, tables);
    if (st == SCI_OK)
        st = make_head(&m, tables, names);
    if (st == SCI_OK)
        st = fold_rows(&m);
    if (st == SCI_OK) {
        *out = m.out;
        m.out = NULL;
    }
    merging_clear(&m);
    return st;
}

sci_status
sci_stats_merge_all(sci_stats **out, size_t n, const sci_stats *const *tables,
                    const char *const *names)
{
    bool shards = false;
    sci_status st;

    if (n == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no table to merge");
    for (size_t i = 0; i < n; i++)
        shards = shards || tables[i]->shard;
    if (shards)
        return sci_shards_merge(out, n, tables, names);
    if (n > 1)
        return merge_whole(out, n, tables, names);
    st = check_tables(n, tables, names);
    return st != SCI_OK ? st : sci_stats_copy(out, tables[0]);
}

sci_status
sci_stats_merge(sci_stats *into, const sci_stats *from)
{
    const sci_stats *tables[2] = { into, from };
    sci_stats *merged = NULL, old = *into;
    sci_status st = sci_stats_merge_all(&merged, 2, tables, NULL);

    if (st != SCI_OK)
        return st;
    *into = *merged;
    *merged = old;
    sci_stats_free(merged);
    return SCI_OK;
}
