/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables as objects: creating, copying, and what they say about themselves. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "content.h"
#include "table.h"

/* ---- creating ---- */

void
sci_moments_clear_rows(sci_moments *rows, uint64_t n)
{
    const sci_moments empty = sci_moments_empty();

    for (uint64_t i = 0; i < n; i++)
        rows[i] = empty;
}

static sci_status
allocate_rows(sci_stats *stats, uint64_t n)
{
    sci_status st;

    if (stats->kind == SCI_STATS_RUNNING) {
        st = sci_alloc(&stats->running, n, 1, sizeof *stats->running);
        for (uint64_t i = 0; st == SCI_OK && i < n; i++)
            stats->running[i] = (sci_running){ .variance = 1.0 };
    } else {
        st = sci_alloc(&stats->moments, n, 1, sizeof *stats->moments);
        if (st == SCI_OK)
            sci_moments_clear_rows(stats->moments, n);
    }
    if (st == SCI_OK)
        stats->n_rows = n;
    return st;
}

sci_status
sci_table_create_rows(sci_stats **out, sci_stats_kind kind, const sci_space *space,
                      const sci_parameters *parameters, uint64_t n_rows)
{
    sci_stats *stats = NULL;
    sci_status st = sci_alloc_zero(&stats, 1, 1, sizeof *stats);

    if (st != SCI_OK)
        return st;
    stats->kind = kind;
    stats->parameters = *parameters;
    st = sci_space_copy(&stats->space, space);
    if (st == SCI_OK && n_rows > 0)
        st = allocate_rows(stats, n_rows);
    if (st != SCI_OK) {
        sci_stats_free(stats);
        return st;
    }
    *out = stats;
    return SCI_OK;
}

sci_status
sci_table_create(sci_stats **out, sci_stats_kind kind, const sci_space *space,
                 const sci_parameters *parameters)
{
    uint64_t groups = 0;
    sci_status st = sci_space_groups(space, &groups);

    return st != SCI_OK ? st : sci_table_create_rows(out, kind, space, parameters, groups);
}

sci_status
sci_stats_create(sci_stats **out, const sci_grouping *g, int ddof)
{
    sci_parameters parameters = { .ddof = ddof };

    if (ddof != 0 && ddof != 1)
        return sci_fail(SCI_ERR_ARGUMENT, "ddof is %d, not 0 or 1", ddof);
    return sci_table_create(out, SCI_STATS_MOMENTS, sci_grouping_space(g), &parameters);
}

void
sci_stats_free(sci_stats *stats)
{
    if (stats == NULL)
        return;
    sci_space_clear(&stats->space);
    for (size_t i = 0; i < stats->n_origins; i++)
        sci_free(stats->origins[i].name);
    sci_free(stats->origins);
    sci_free(stats->moments);
    sci_free(stats->running);
    sci_free(stats->nodes);
    sci_free(stats->digest_nodes);
    sci_free(stats);
}

/* ---- copying ---- */

static sci_status
copy_origins(sci_stats *out, const sci_stats *from)
{
    sci_status st;

    if (from->n_origins == 0)
        return SCI_OK;
    st = sci_alloc_zero(&out->origins, from->n_origins, 1, sizeof *out->origins);
    for (size_t i = 0; st == SCI_OK && i < from->n_origins; i++) {
        out->origins[i] = from->origins[i];
        out->origins[i].name = NULL;
        st = sci_strdup(&out->origins[i].name, from->origins[i].name);
        out->n_origins = i + 1;
    }
    return st;
}

sci_status
sci_table_copy_head(sci_stats **out, const sci_stats *from)
{
    sci_stats *stats = NULL;
    sci_status st = sci_table_create_rows(&stats, from->kind, &from->space, &from->parameters, 0);

    if (st == SCI_OK)
        st = copy_origins(stats, from);
    if (st != SCI_OK) {
        sci_stats_free(stats);
        return st;
    }
    stats->digest_kind = from->digest_kind;
    stats->rule = from->rule;
    stats->steps = from->steps;
    stats->segmentation = from->segmentation;
    stats->shard = from->shard;
    *out = stats;
    return SCI_OK;
}

static sci_status
copy_block(void *out, const void *from, size_t n, size_t size)
{
    void *copy = NULL;
    sci_status st;

    if (n == 0)
        return SCI_OK;
    st = sci_alloc(&copy, n, 1, size);
    if (st != SCI_OK)
        return st;
    memcpy(copy, from, n * size);
    memcpy(out, &copy, sizeof copy);
    return SCI_OK;
}

sci_status
sci_stats_copy(sci_stats **out, const sci_stats *from)
{
    sci_stats *stats = NULL;
    sci_status st = sci_table_copy_head(&stats, from);

    if (st == SCI_OK && from->moments != NULL)
        st = copy_block(&stats->moments, from->moments, from->n_rows, sizeof *from->moments);
    if (st == SCI_OK && from->running != NULL)
        st = copy_block(&stats->running, from->running, from->n_rows, sizeof *from->running);
    if (st == SCI_OK)
        st = copy_block(&stats->nodes, from->nodes, from->n_nodes, sizeof *from->nodes);
    if (st == SCI_OK)
        st = copy_block(&stats->digest_nodes, from->digest_nodes, from->n_digest_nodes,
                        sizeof *from->digest_nodes);
    if (st != SCI_OK) {
        sci_stats_free(stats);
        return st;
    }
    stats->n_rows = from->n_rows;
    stats->n_nodes = from->n_nodes;
    stats->n_digest_nodes = from->n_digest_nodes;
    stats->has_content = from->has_content;
    memcpy(stats->content, from->content, sizeof stats->content);
    *out = stats;
    return SCI_OK;
}

sci_status
sci_table_add_origin(sci_stats *stats, const sci_origin *origin)
{
    sci_origin *grown = NULL;
    char *name = NULL;
    sci_status st = sci_alloc(&grown, stats->n_origins + 1, 1, sizeof *grown);

    if (st == SCI_OK)
        st = sci_strdup(&name, origin->name);
    if (st != SCI_OK) {
        sci_free(grown);
        return st;
    }
    if (stats->n_origins > 0)
        memcpy(grown, stats->origins, stats->n_origins * sizeof *grown);
    grown[stats->n_origins] = *origin;
    grown[stats->n_origins].name = name;
    sci_free(stats->origins);
    stats->origins = grown;
    stats->n_origins++;
    return SCI_OK;
}

/* ---- what a table says about itself ---- */

sci_stats_kind
sci_stats_get_kind(const sci_stats *stats)
{
    return stats->kind;
}

uint64_t
sci_stats_groups(const sci_stats *stats)
{
    uint64_t groups = 0;

    /* The product was checked when the table was made. */
    return sci_space_groups(&stats->space, &groups) == SCI_OK ? groups : 0;
}

int
sci_stats_ddof(const sci_stats *stats)
{
    return stats->parameters.ddof;
}

const sci_moments *
sci_stats_moments(const sci_stats *stats)
{
    return stats->moments;
}

const sci_running *
sci_stats_running(const sci_stats *stats)
{
    return stats->running;
}

bool
sci_stats_is_shard(const sci_stats *stats)
{
    return stats->shard;
}

uint64_t
sci_stats_steps(const sci_stats *stats)
{
    return stats->steps;
}

sci_running_rule
sci_stats_rule(const sci_stats *stats)
{
    return stats->rule;
}

sci_nan_policy
sci_stats_nan(const sci_stats *stats)
{
    return stats->parameters.nan;
}

sci_status
sci_stats_weigh(sci_stats *stats, double weight)
{
    sci_status st;

    if (stats->kind != SCI_STATS_MOMENTS || stats->shard || stats->moments == NULL)
        return sci_fail(SCI_ERR_REFUSED, "only a whole table of moments can be weighed");
    if (stats->parameters.ddof != 0)
        return sci_fail(SCI_ERR_REFUSED, "ddof 1 has no meaning with unequal weights; use ddof 0");
    if (!(weight > 0.0) || !isfinite(weight))
        return sci_fail(SCI_ERR_ARGUMENT, "a weight of %.9g: weights are above 0", weight);
    st = sci_moments_weighable(stats->moments, stats->n_rows, weight);
    if (st != SCI_OK)
        return st;
    sci_moments_weigh(stats->moments, stats->n_rows, weight);
    stats->parameters.weighted = true;
    stats->parameters.equal_weight = 0.0;
    return SCI_OK;
}

double
sci_stats_equal_weight(const sci_stats *stats)
{
    double weight = stats->parameters.equal_weight;

    return weight > 0.0 ? weight : 1.0;
}

bool
sci_stats_is_weighted(const sci_stats *stats)
{
    return stats->parameters.weighted;
}

bool
sci_stats_is_masked(const sci_stats *stats)
{
    return stats->parameters.masked;
}

sci_status
sci_stats_group_name(const sci_stats *stats, uint64_t group, char *text, size_t size)
{
    return sci_space_group_name(&stats->space, group, text, size);
}

int
sci_stats_rank(const sci_stats *stats)
{
    return stats->space.rank;
}

sci_status
sci_stats_get_axis(const sci_stats *stats, int axis, sci_stats_axis *out)
{
    const sci_space *space = &stats->space;

    if (axis < 0 || axis >= space->rank)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no axis %d, only %d", axis, space->rank);
    *out = (sci_stats_axis){ .name = space->axis_names[axis],
                             .size = space->shape[axis],
                             .factor = sci_space_factor_of(space, axis) };
    return SCI_OK;
}

int
sci_stats_factors(const sci_stats *stats)
{
    return stats->space.n_factors;
}

sci_status
sci_stats_get_factor(const sci_stats *stats, int factor, sci_stats_factor *out)
{
    const sci_space *space = &stats->space;

    if (factor < 0 || factor >= space->n_factors)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no factor %d, only %d", factor,
                        space->n_factors);
    *out = (sci_stats_factor){ .keep = space->factors[factor].keep,
                               .n_axes = space->factors[factor].n_axes,
                               .levels = sci_space_levels(space, factor) };
    memcpy(out->axes, space->factors[factor].axes, sizeof out->axes);
    return SCI_OK;
}

sci_status
sci_stats_level_name(const sci_stats *stats, int factor, uint64_t level, char *text, size_t size)
{
    const sci_space *space = &stats->space;

    if (factor < 0 || factor >= space->n_factors)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no factor %d, only %d", factor,
                        space->n_factors);
    if (level >= sci_space_levels(space, factor))
        return sci_fail(SCI_ERR_ARGUMENT, "factor %d has no level %" PRIu64, factor, level);
    sci_space_level_name(space, factor, level, text, size);
    return SCI_OK;
}

uint64_t
sci_stats_origins(const sci_stats *stats)
{
    return stats->n_origins;
}

sci_status
sci_stats_get_origin(const sci_stats *stats, uint64_t origin, sci_stats_origin *out)
{
    const sci_origin *from;

    if (origin >= stats->n_origins)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no source %" PRIu64 ", only %zu", origin,
                        stats->n_origins);
    from = &stats->origins[origin];
    *out = (sci_stats_origin){ .name = from->name,
                               .elements = from->elements,
                               .members = from->members,
                               .nonfinite = from->nonfinite };
    if (!stats->shard)
        sci_digest_text(stats->digest_kind, &from->digest, out->digest);
    return SCI_OK;
}

void
sci_stats_digest(const sci_stats *stats, uint8_t out[16])
{
    sci_table_content(stats, out);
}

void
sci_stats_fingerprint(const sci_stats *stats, uint8_t out[16])
{
    sci_space_fingerprint(&stats->space, out);
}
