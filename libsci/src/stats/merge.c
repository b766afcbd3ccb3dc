/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables of separate sources: sorted by content, then folded on the fixed binary tree over that
 * order (ENGINE rules 2 and 19), so that the order of arguments never matters. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "content.h"
#include "match.h"
#include "merge.h"
#include "nodes.h"
#include "unite.h"

#define ROWS_AT_ONCE 1024 /* in memory: a few blocks stay in the cache */

/* ---- the order of the tables ---- */

typedef struct entry {
    const sci_stats *head;
    sci_rows_source rows; /* without `read`: in the table */
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

/* Everything that is merged, the lists in the order of content. */
struct sci_merging {
    size_t n;
    entry *entries;
    const sci_stats **heads;
    sci_space_map *maps;
    sci_stats *out;
    sci_moments *blocks; /* one a level of the tree of tables */
    uint64_t block;
};

void
sci_merging_free(sci_merging *m)
{
    if (m == NULL)
        return;
    if (m->maps != NULL)
        for (size_t i = 0; i < m->n; i++)
            sci_space_map_clear(&m->maps[i]);
    sci_free(m->entries);
    sci_free(m->heads);
    sci_free(m->maps);
    sci_free(m->blocks);
    sci_stats_free(m->out);
    sci_free(m);
}

const sci_stats *
sci_merging_head(const sci_merging *m)
{
    return m->out;
}

static sci_status
sort_tables(sci_merging *m, const sci_stats *const *heads, const sci_rows_source *rows)
{
    sci_status st = sci_alloc(&m->entries, m->n, 1, sizeof *m->entries);

    if (st == SCI_OK)
        st = sci_alloc(&m->heads, m->n, 1, sizeof *m->heads);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m->maps, m->n, 1, sizeof *m->maps);
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < m->n; i++) {
        m->entries[i] = (entry){ .head = heads[i], .argument = i };
        if (rows != NULL)
            m->entries[i].rows = rows[i];
        sci_table_content(heads[i], m->entries[i].content);
    }
    qsort(m->entries, m->n, sizeof *m->entries, compare_entries);
    for (size_t i = 0; i < m->n; i++)
        m->heads[i] = m->entries[i].head;
    return SCI_OK;
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
check_tables(size_t n, const sci_stats *const *heads, const char *const *names)
{
    sci_table_label first = sci_table_label_of(names, 0);
    size_t pattern = 0;
    sci_status st = SCI_OK;

    while (pattern < n - 1 && is_blank(heads[pattern]))
        pattern++;
    for (size_t i = 0; st == SCI_OK && i < n; i++) {
        sci_table_label label = sci_table_label_of(names, i);
        sci_table_label other = sci_table_label_of(names, pattern);

        if (heads[i]->kind == SCI_STATS_RUNNING)
            st = sci_fail(SCI_ERR_REFUSED, "%s: running statistics cannot be merged", label.text);
        else if (is_blank(heads[i]))
            st = check_blank(heads[i], label.text);
        else
            st = sci_parameters_match(heads[pattern], other.text, heads[i], label.text);
        if (st == SCI_OK && heads[i]->parameters.ddof != heads[0]->parameters.ddof)
            st = sci_fail(SCI_ERR_REFUSED, "%s: ddof is %d, in %s it is %d", label.text,
                          heads[i]->parameters.ddof, first.text, heads[0]->parameters.ddof);
        if (st == SCI_OK)
            st = sci_space_match(&heads[0]->space, first.text, &heads[i]->space, label.text);
    }
    return st;
}

/* ---- head of the result ---- */

static sci_status
make_head(sci_merging *m, const sci_stats *const *arguments, const char *const *names)
{
    const sci_stats *pattern = m->heads[0];
    sci_space space = { 0 };
    sci_status st;

    for (size_t i = m->n; i-- > 0;)
        if (!is_blank(m->heads[i]))
            pattern = m->heads[i];
    st = sci_spaces_unite(&space, m->maps, m->n, m->heads);
    if (st == SCI_OK)
        st = sci_table_create_rows(&m->out, SCI_STATS_MOMENTS, &space, &pattern->parameters, 0);
    sci_space_clear(&space);
    if (st != SCI_OK)
        return st;
    m->out->digest_kind = pattern->digest_kind;
    return sci_origins_unite(m->out, m->n, arguments, names);
}

/* ---- rows ---- */

static sci_status
read_rows(const entry *e, uint64_t first, uint64_t n, sci_moments *out)
{
    if (e->rows.read != NULL)
        return e->rows.read(e->rows.context, first, n, out);
    memcpy(out, e->head->moments + first, n * sizeof *out);
    return SCI_OK;
}

/* Rows of merged groups [group, group + n) as table i has them; false, and nothing written, if it
 * has none. */
static sci_status
read_table(const sci_merging *m, size_t i, uint64_t group, uint64_t n, sci_moments *out, bool *any)
{
    const sci_space_map *map = &m->maps[i];
    uint64_t at = group, end = group + n;
    sci_status st = SCI_OK;

    *any = false;
    while (st == SCI_OK && at < end) {
        sci_run run = sci_space_map_run(map, at, end), more = { 0 };

        while (run.present
               && at + run.count < end) { /* one read where neighbours stay neighbours */
            more = sci_space_map_run(map, at + run.count, end);
            if (!more.present || more.local != run.local + run.count)
                break;
            run.count += more.count;
        }
        if (run.present && !*any) {
            sci_moments_clear_rows(out, n);
            *any = true;
        }
        if (run.present)
            st = read_rows(&m->entries[i], run.local, run.count, out + (at - group));
        at += run.count;
    }
    return st;
}

/* The same for node (level, index) of the tree of tables. */
static sci_status
read_node(const sci_merging *m, unsigned level, uint64_t index, uint64_t group, uint64_t n,
          sci_moments *out, bool *any)
{
    sci_moments *right = m->blocks + (size_t)level * m->block;
    uint64_t first, end;
    bool more = false;
    sci_status st;

    if (level == 0)
        return read_table(m, index, group, n, out, any);
    st = read_node(m, level - 1, 2 * index, group, n, out, any);
    if (st != SCI_OK || !sci_tree_span(m->n, level - 1, 2 * index + 1, &first, &end))
        return st;
    st = read_node(m, level - 1, 2 * index + 1, group, n, *any ? right : out, &more);
    if (st == SCI_OK && *any && more)
        sci_moments_merge_rows(out, right, n);
    *any = *any || more;
    return st;
}

sci_status
sci_merging_run(sci_merging *m, const sci_rows_sink *sink, uint64_t block)
{
    unsigned height = sci_tree_height(m->n);
    uint64_t groups = sci_stats_groups(m->out);
    sci_status st;

    m->block = block < groups ? block : groups;
    sci_free(m->blocks);
    st = sci_alloc(&m->blocks, (size_t)height + 1, m->block, sizeof *m->blocks);
    for (uint64_t group = 0; st == SCI_OK && group < groups; group += m->block) {
        uint64_t n = groups - group < m->block ? groups - group : m->block;
        bool any = false;

        st = read_node(m, height, 0, group, n, m->blocks, &any);
        if (st == SCI_OK && !any)
            sci_moments_clear_rows(m->blocks, n);
        if (st == SCI_OK)
            st = sink->append(sink->context, group, n, m->blocks);
    }
    return st;
}

sci_status
sci_merging_create(sci_merging **out, size_t n, const sci_stats *const *heads,
                   const sci_rows_source *rows, const char *const *names)
{
    sci_merging *m = NULL;
    sci_status st = check_tables(n, heads, names);

    if (st == SCI_OK)
        st = sci_alloc_zero(&m, 1, 1, sizeof *m);
    if (st != SCI_OK)
        return st;
    m->n = n;
    st = sort_tables(m, heads, rows);
    if (st == SCI_OK)
        st = make_head(m, heads, names);
    if (st != SCI_OK) {
        sci_merging_free(m);
        return st;
    }
    *out = m;
    return SCI_OK;
}

/* ---- in memory ---- */

static sci_status
append_memory(void *context, uint64_t first, uint64_t n, const sci_moments *rows)
{
    sci_stats *stats = context;

    memcpy(stats->moments + first, rows, n * sizeof *rows);
    return SCI_OK;
}

static sci_status
merge_whole(sci_stats **out, size_t n, const sci_stats *const *tables, const char *const *names)
{
    sci_merging *m = NULL;
    sci_rows_sink sink = { .append = append_memory };
    uint64_t groups;
    sci_status st = sci_merging_create(&m, n, tables, NULL, names);

    if (st != SCI_OK)
        goto out;
    groups = sci_stats_groups(m->out);
    st = sci_alloc(&m->out->moments, groups, 1, sizeof *m->out->moments);
    if (st != SCI_OK)
        goto out;
    m->out->n_rows = groups;
    sink.context = m->out;
    st = sci_merging_run(m, &sink, ROWS_AT_ONCE);
    if (st != SCI_OK)
        goto out;
    *out = m->out;
    m->out = NULL;
out:
    sci_merging_free(m);
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
