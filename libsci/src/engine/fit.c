/* SPDX-License-Identifier: BSD-3-Clause */
/* Fitting a table: whole, by rows, or the nodes of a shard. */
#include <string.h>

#include <sci/memory.h>

#include "fitting.h"

/* Segments of shard i of n (ENGINE rule 3): [S(i-1)/n, S·i/n). */
static void
shard_segments(const sci_options *opt, uint64_t segments, uint64_t *first, uint64_t *end)
{
    __extension__ typedef unsigned __int128 wide;

    *first = 0;
    *end = segments;
    if (opt->shards > 0) {
        *first = (uint64_t)((wide)segments * (unsigned)(opt->shard - 1) / (unsigned)opt->shards);
        *end = (uint64_t)((wide)segments * (unsigned)opt->shard / (unsigned)opt->shards);
    }
}

static sci_range
shard_range(const sci_run *run)
{
    uint64_t first, end;

    shard_segments(run->job.opt, run->cut.segments, &first, &end);
    if (first >= end)
        return (sci_range){ 0, 0 };
    return (sci_range){ sci_run_segment(run, first).first, sci_run_segment(run, end - 1).end };
}

/* With all rows kept. */
static uint64_t
table_bytes(const sci_run *run)
{
    return sci_fitting_bytes(run) + run->groups * sizeof(sci_moments);
}

static sci_status
run_fit(sci_run *run, const sci_fitting_hooks *hooks, uint64_t (*own_bytes)(const sci_run *),
        sci_fitting **out, sci_report *report)
{
    sci_pass pass = { .run = run, .process = sci_fitting_process, .range = shard_range(run) };
    sci_fitting *fitting = NULL;
    sci_status st;

    pass.own_bytes = own_bytes;
    pass.progress_total = pass.range.end - pass.range.first;
    st = sci_pass_plan(&pass, NULL);
    if (st == SCI_OK)
        st = sci_fitting_create(&fitting, run, hooks);
    pass.context = fitting;
    if (st == SCI_OK)
        st = sci_pass_run(&pass);
    if (st == SCI_OK) {
        st = sci_fitting_finish(fitting);
        if (report)
            *report = *sci_fitting_report(fitting);
    }
    if (st != SCI_OK) {
        sci_fitting_free(fitting);
        return st;
    }
    *out = fitting;
    return SCI_OK;
}

/* ---- rows handed over ---- */

static sci_status
refuse_nodes(void *context, uint64_t period, const sci_tree *tree)
{
    (void)context;
    (void)period;
    (void)tree;
    return sci_fail(SCI_ERR_ARGUMENT, "a shard has no final rows");
}

sci_status
sci_fit_rows(sci_source *in, const sci_grouping *g, const sci_options *opt,
             const sci_rows_sink *rows, sci_report *report)
{
    sci_job job = { .opt = opt, .x = in, .g = g };
    sci_fitting_hooks hooks = { .context = rows->context,
                                .rows = rows->append,
                                .nodes = refuse_nodes };
    sci_fitting *fitting = NULL;
    sci_run run;
    sci_status st;

    if (opt->shards > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "rows of a shard are not final");
    st = sci_run_open(&run, &job);
    if (st == SCI_OK)
        st = run_fit(&run, &hooks, sci_fitting_bytes, &fitting, report);
    sci_fitting_free(fitting);
    sci_run_clear(&run);
    return st;
}

/* ---- a table in memory ---- */

/* Rows and nodes as they come. */
typedef struct collector {
    const sci_run *run;
    sci_moments *rows;
    uint64_t n_rows, room;
    sci_stats_node *nodes;
    uint64_t n_nodes, node_room;
} collector;

/* Room for `wanted` items of `size` bytes in the pointer variable at `pointer`. */
static sci_status
grow(void *pointer, uint64_t used, uint64_t *room, uint64_t wanted, size_t size)
{
    void *old, *bigger = NULL;
    uint64_t next = *room > wanted / 2 ? *room * 2 : wanted;
    sci_status st;

    if (wanted <= *room)
        return SCI_OK;
    st = sci_alloc(&bigger, next, 1, size);
    if (st != SCI_OK)
        return st;
    memcpy(&old, pointer, sizeof old);
    if (used > 0)
        memcpy(bigger, old, used * size);
    sci_free(old);
    memcpy(pointer, &bigger, sizeof bigger);
    *room = next;
    return SCI_OK;
}

static sci_status
add_rows(collector *c, uint64_t n, const sci_moments *rows)
{
    sci_status st = grow(&c->rows, c->n_rows, &c->room, c->n_rows + n, sizeof *rows);

    if (st != SCI_OK)
        return st;
    memcpy(c->rows + c->n_rows, rows, n * sizeof *rows);
    c->n_rows += n;
    return SCI_OK;
}

static sci_status
add_node(collector *c, sci_stats_node node, uint64_t n, const sci_moments *rows)
{
    sci_status st = grow(&c->nodes, c->n_nodes, &c->node_room, c->n_nodes + 1, sizeof node);

    if (st != SCI_OK)
        return st;
    node.first_row = c->n_rows;
    c->nodes[c->n_nodes++] = node;
    return add_rows(c, n, rows);
}

static sci_status
collect_rows(void *context, uint64_t first_group, uint64_t n, const sci_moments *rows)
{
    collector *c = context;
    const sci_segmentation *cut = &c->run->cut;
    sci_stats_node node = { .period = first_group / cut->period_groups,
                            .period_count = n / cut->period_groups,
                            .level = sci_tree_height(cut->segments_per_period) };
    sci_stats_node *last = c->n_nodes > 0 ? &c->nodes[c->n_nodes - 1] : NULL;

    if (!last || last->level != node.level || last->index != 0
        || last->period + last->period_count != node.period)
        return add_node(c, node, n, rows);
    last->period_count += node.period_count;
    return add_rows(c, n, rows);
}

static sci_status
collect_nodes(void *context, uint64_t period, const sci_tree *tree)
{
    collector *c = context;

    for (int i = 0; i < tree->depth; i++) {
        sci_stats_node node = { .period = period,
                                .period_count = 1,
                                .level = tree->stack[i].level,
                                .index = tree->stack[i].index };
        sci_status st = add_node(c, node, tree->groups, tree->stack[i].rows);

        if (st != SCI_OK)
            return st;
    }
    return SCI_OK;
}

static sci_status
fill_origin(sci_stats *table, const sci_run *run, const sci_report *report)
{
    sci_status st = sci_alloc_zero(&table->origins, 1, 1, sizeof *table->origins);

    if (st != SCI_OK)
        return st;
    table->n_origins = 1;
    st = sci_strdup(&table->origins[0].name, run->job.x->name);
    memcpy(table->origins[0].digest.bytes, report->digest, SCI_DIGEST_BYTES);
    table->origins[0].elements = report->elements;
    table->origins[0].members = report->members;
    table->origins[0].nonfinite = report->nonfinite;
    table->segmentation = run->cut;
    table->digest_kind = run->job.opt->digest;
    return st;
}

static sci_status
fill_shard(sci_stats *table, collector *c, const sci_fitting *fitting)
{
    size_t n;
    const sci_digest_node *digests = sci_fitting_digests(fitting, &n);
    sci_status st = sci_alloc(&table->digest_nodes, n, 1, sizeof *digests);

    if (st != SCI_OK)
        return st;
    if (n > 0)
        memcpy(table->digest_nodes, digests, n * sizeof *digests);
    table->n_digest_nodes = n;
    table->shard = true;
    table->nodes = c->nodes;
    table->n_nodes = c->n_nodes;
    c->nodes = NULL;
    return SCI_OK;
}

static sci_status
make_table(sci_stats **out, const sci_run *run, collector *c, const sci_fitting *fitting)
{
    const sci_options *opt = run->job.opt;
    sci_parameters parameters = {
        .ddof = opt->ddof,
        .nan = opt->nan,
        .weighted = run->g.weighted,
        .masked = run->g.masked,
        .equal_weight = run->g.equal_weight,
    };
    bool shard = opt->shards > 0;
    sci_stats *table = NULL;
    sci_status st = sci_table_create_rows(&table, SCI_STATS_MOMENTS, sci_grouping_space(run->job.g),
                                          &parameters, shard ? c->n_rows : run->groups);

    if (st == SCI_OK)
        st = fill_origin(table, run, sci_fitting_report(fitting));
    if (st == SCI_OK && shard)
        st = fill_shard(table, c, fitting);
    if (st == SCI_OK && c->n_rows > 0)
        memcpy(table->moments, c->rows, c->n_rows * sizeof *c->rows);
    if (st == SCI_OK && shard && (run->cut.segments > 0 || opt->shards == 1))
        st = sci_shard_complete(table);
    if (st != SCI_OK) {
        sci_stats_free(table);
        return st;
    }
    *out = table;
    return SCI_OK;
}

sci_status
sci_fit(sci_source *in, const sci_grouping *g, const sci_options *opt, sci_stats **out,
        sci_report *report)
{
    sci_job job = { .opt = opt, .x = in, .g = g };
    collector c = { 0 };
    sci_fitting_hooks hooks = { .context = &c, .rows = collect_rows, .nodes = collect_nodes };
    sci_fitting *fitting = NULL;
    sci_run run;
    sci_status st = sci_run_open(&run, &job);

    c.run = &run;
    if (st == SCI_OK)
        st = run_fit(&run, &hooks, table_bytes, &fitting, report);
    if (st == SCI_OK)
        st = make_table(out, &run, &c, fitting);
    sci_free(c.rows);
    sci_free(c.nodes);
    sci_fitting_free(fitting);
    sci_run_clear(&run);
    return st;
}
