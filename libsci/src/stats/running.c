/* SPDX-License-Identifier: BSD-3-Clause */
/* Running statistics of batch normalization: Ioffe and Szegedy 2015, with torch's conventions (new
 * = momentum·batch + (1 - momentum)·old, the variance unbiased; cumulative: momentum = 1/steps). */
#include <inttypes.h>
#include <math.h>

#include <sci/memory.h>

#include "match.h"
#include "moments_priv.h"
#include "unite.h"

sci_status
sci_stats_create_running(sci_stats **out, const sci_stats *like, sci_running_rule rule)
{
    sci_parameters parameters = like->parameters;
    sci_stats *running = NULL;
    sci_status st;

    if (rule != SCI_RUNNING_EXPONENTIAL && rule != SCI_RUNNING_CUMULATIVE)
        return sci_fail(SCI_ERR_ARGUMENT, "there is no rule %d of running statistics", (int)rule);
    if (sci_space_has_samples(&like->space))
        return sci_fail(
            SCI_ERR_REFUSED,
            "axis '%.200s' is kept: running statistics have groups that every batch has",
            like->space.axis_names[0]);
    parameters.ddof = 1;
    parameters.equal_weight = 0.0;
    st = sci_table_create(&running, SCI_STATS_RUNNING, &like->space, &parameters);
    if (st != SCI_OK)
        return st;
    running->rule = rule;
    *out = running;
    return SCI_OK;
}

static sci_status
check_batch(const sci_stats *running, const sci_stats *batch, double momentum)
{
    sci_status st;

    if (running->kind != SCI_STATS_RUNNING || batch->kind != SCI_STATS_MOMENTS)
        return sci_fail(SCI_ERR_REFUSED,
                        "running statistics take in moments of a batch, nothing else");
    if (batch->shard)
        return sci_fail(SCI_ERR_REFUSED, "a shard is not a batch: merge it with the others first");
    if (batch->n_rows != sci_stats_groups(batch))
        return sci_fail(SCI_ERR_ARGUMENT, "the rows of the batch are not in memory");
    if (running->rule == SCI_RUNNING_EXPONENTIAL && !(momentum > 0.0 && momentum <= 1.0))
        return sci_fail(SCI_ERR_ARGUMENT, "momentum is %g, not in (0, 1]", momentum);
    if (batch->parameters.weighted)
        return sci_fail(SCI_ERR_REFUSED,
                        "unequal weights have no unbiased variance for running statistics");
    st = sci_space_match(&running->space, "the running table", &batch->space, "the batch");
    if (st == SCI_OK && running->parameters.nan != batch->parameters.nan)
        st =
            sci_fail(SCI_ERR_REFUSED, "the batch treats NaN in another way than the running table");
    return st;
}

/* Where the batch's groups are among those of the running table, which must have them all. */
static sci_status
map_batch(sci_space_map *map, const sci_stats *running, const sci_stats *batch)
{
    const sci_stats *tables[2] = { running, batch };
    sci_space_map maps[2];
    sci_space both = { 0 };
    char name[200];
    sci_status st = sci_spaces_unite(&both, maps, 2, tables);

    if (st != SCI_OK)
        return st;
    for (int i = 0; st == SCI_OK && i < both.n_factors; i++)
        if (sci_space_levels(&both, i) != sci_space_levels(&running->space, i)
            || (both.factors[i].levels.texts == NULL)
                   != (running->space.factors[i].levels.texts == NULL)) {
            sci_space_factor_name(&both, i, name, sizeof name);
            st = sci_fail(SCI_ERR_REFUSED,
                          "the batch has levels of '%s' that the running table has not", name);
        }
    sci_space_map_clear(&maps[0]);
    if (st == SCI_OK)
        *map = maps[1];
    else
        sci_space_map_clear(&maps[1]);
    sci_space_clear(&both);
    return st;
}

static sci_status
check_counts(const sci_stats *batch)
{
    char name[200];

    for (uint64_t i = 0; i < batch->n_rows; i++)
        if (batch->moments[i].count == 1) {
            sci_status st = sci_stats_group_name(batch, i, name, sizeof name);

            if (st != SCI_OK)
                return st;
            return sci_fail(SCI_ERR_DEGENERATE,
                            "group '%s' has one member and no unbiased variance", name);
        }
    return SCI_OK;
}

static double
blend(double old, double new, double momentum)
{
    double value = momentum * new + (1.0 - momentum) * old;

    return isnan(value) ? SCI_NAN : value;
}

static void
step(sci_running *r, const sci_moments *m, sci_running_rule rule, double momentum)
{
    if (m->count == 0)
        return;
    r->steps++;
    if (rule == SCI_RUNNING_CUMULATIVE)
        momentum = 1.0 / (double)r->steps;
    r->mean = blend(r->mean, sci_moments_mean(m), momentum);
    r->variance = blend(r->variance, sci_moments_variance(m, 1), momentum);
}

/* Sizes that change from batch to batch (the batch's own, say) are not the table's. */
static void
forget_sizes(sci_space *space, const sci_space *batch)
{
    for (int i = 0; i < space->rank; i++)
        if (space->shape[i] != batch->shape[i])
            space->shape[i] = 0;
}

sci_status
sci_stats_update(sci_stats *running, const sci_stats *batch, double momentum)
{
    sci_space_map map = { 0 };
    sci_status st = check_batch(running, batch, momentum);

    if (st == SCI_OK)
        st = check_counts(batch);
    if (st == SCI_OK)
        st = map_batch(&map, running, batch);
    if (st != SCI_OK)
        return st;
    for (uint64_t at = 0; at < running->n_rows;) {
        sci_run run = sci_space_map_run(&map, at, running->n_rows);

        for (uint64_t i = 0; run.present && i < run.count; i++)
            step(&running->running[at + i], &batch->moments[run.local + i], running->rule,
                 momentum);
        at += run.count;
    }
    running->steps++;
    forget_sizes(&running->space, &batch->space);
    sci_space_map_clear(&map);
    return SCI_OK;
}
