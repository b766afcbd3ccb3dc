/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "running.h"

#include <errno.h>
#include <sys/stat.h>

static bool
is_missing(const char *path)
{
    struct stat s;

    return stat(path, &s) != 0 && errno == ENOENT;
}

/* The state so far; mean 0 and variance 1 where there is none yet. */
static sci_status
load_running(const cli_call *call, const sci_stats *batch, sci_stats **out)
{
    const array_settings *s = call->settings;
    bool exponential = cli_given(call, "momentum");
    sci_status st;

    if (is_missing(s->running))
        return sci_stats_create_running(
            out, batch, s->cumulative ? SCI_RUNNING_CUMULATIVE : SCI_RUNNING_EXPONENTIAL);
    st = sci_stats_load(out, s->running);
    if (st != SCI_OK)
        return st;
    if (sci_stats_get_kind(*out) != SCI_STATS_RUNNING)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' holds no running statistics; --running replaces only those",
                      s->running);
    else if (s->cumulative && sci_stats_rule(*out) != SCI_RUNNING_CUMULATIVE)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' was begun with a momentum; leave out --cumulative",
                      s->running);
    else if (exponential && sci_stats_rule(*out) != SCI_RUNNING_EXPONENTIAL)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' was begun with --cumulative; leave out --momentum",
                      s->running);
    return st;
}

/* A kept axis 0 counts samples, and those of the next batch are others. */
static sci_status
refuse_samples(const sci_stats *batch)
{
    sci_stats_axis axis;
    sci_stats_factor factor;
    sci_status st;

    if (sci_stats_rank(batch) == 0)
        return SCI_OK;
    st = sci_stats_get_axis(batch, 0, &axis);
    if (st != SCI_OK || axis.factor < 0)
        return st;
    st = sci_stats_get_factor(batch, axis.factor, &factor);
    if (st == SCI_OK && factor.keep)
        st = sci_fail(SCI_ERR_REFUSED,
                      "--running: axis %s holds the samples of a batch and must not be kept; "
                      "--norm batch pools it", axis.name);
    return st;
}

sci_status
array_running_step(const cli_call *call, sci_stats **table)
{
    const array_settings *s = call->settings;
    sci_stats *running = NULL;
    sci_status st = refuse_samples(*table);

    if (st == SCI_OK)
        st = load_running(call, *table, &running);
    if (st == SCI_OK)
        st = sci_stats_update(running, *table, s->momentum);
    if (st != SCI_OK) {
        sci_stats_free(running);
        return st;
    }
    sci_stats_free(*table);
    *table = running;
    return SCI_OK;
}

const char *
array_running_misuse(const cli_call *call)
{
    const array_settings *s = call->settings;

    if (s->running == NULL && s->common.output == NULL)
        return "say where the table goes with -o FILE, or --running FILE for running statistics";
    if (s->running != NULL && s->common.output != NULL)
        return "--running names the output; leave out -o";
    if (s->running != NULL && s->common.shard.total > 0)
        return "running statistics have no shards; leave out --shard or --running";
    if (s->running == NULL && (s->cumulative || cli_given(call, "momentum")))
        return "--momentum and --cumulative need --running";
    if (s->cumulative && cli_given(call, "momentum"))
        return "--momentum and --cumulative exclude each other";
    return NULL;
}
