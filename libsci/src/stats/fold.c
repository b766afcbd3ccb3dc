/* SPDX-License-Identifier: BSD-3-Clause */
/* Groups folded into coarser ones. */
#include <inttypes.h>

#include <sci/memory.h>

#include "table.h"

/* One factor "group" with levels 0…n-1. */
static sci_status
make_space(sci_space *out, uint64_t fine, uint64_t n)
{
    sci_factor *factor = NULL;
    sci_status st;

    *out = (sci_space){ .rank = 1, .shape = { fine } };
    st = sci_strdup(&out->axis_names[0], "group");
    if (st == SCI_OK)
        st = sci_alloc_zero(&out->factors, 1, 1, sizeof *out->factors);
    if (st != SCI_OK)
        return st;
    out->n_factors = 1;
    factor = &out->factors[0];
    factor->n_axes = 1;
    st = sci_alloc(&factor->levels.values, n, 1, sizeof *factor->levels.values);
    if (st != SCI_OK)
        return st;
    factor->levels.count = n;
    for (uint64_t i = 0; i < n; i++)
        factor->levels.values[i] = (int64_t)i;
    return SCI_OK;
}

static sci_status
check_fold(const sci_stats *fine, uint64_t groups, uint64_t n_coarse, const int64_t *coarse_of)
{
    if (fine->kind != SCI_STATS_MOMENTS)
        return sci_fail(SCI_ERR_REFUSED, "running statistics cannot be folded");
    if (fine->shard)
        return sci_fail(SCI_ERR_REFUSED,
                        "a shard cannot be folded before it is merged with the others");
    if (fine->n_rows != groups)
        return sci_fail(SCI_ERR_ARGUMENT, "the rows of the table are not in memory");
    if (n_coarse > INT64_MAX)
        return sci_fail(SCI_ERR_ARGUMENT, "too many groups");
    for (uint64_t i = 0; i < groups; i++)
        if (coarse_of[i] < -1 || (coarse_of[i] >= 0 && (uint64_t)coarse_of[i] >= n_coarse))
            return sci_fail(SCI_ERR_ARGUMENT,
                            "group %" PRIu64 " is to be folded into %" PRId64
                            ", not one of %" PRIu64,
                            i, coarse_of[i], n_coarse);
    return SCI_OK;
}

sci_status
sci_stats_fold(sci_stats **out, const sci_stats *fine, uint64_t n_coarse, const int64_t *coarse_of)
{
    uint64_t groups = sci_stats_groups(fine);
    sci_space space = { 0 };
    sci_stats *coarse = NULL;
    sci_status st = check_fold(fine, groups, n_coarse, coarse_of);

    if (st == SCI_OK)
        st = make_space(&space, groups, n_coarse);
    if (st == SCI_OK)
        st = sci_table_create(&coarse, SCI_STATS_MOMENTS, &space, &fine->parameters);
    if (st != SCI_OK)
        goto out;
    coarse->digest_kind = fine->digest_kind;
    for (size_t i = 0; st == SCI_OK && i < fine->n_origins; i++)
        st = sci_table_add_origin(coarse, &fine->origins[i]);
    if (st != SCI_OK)
        goto out;
    for (uint64_t i = 0; i < groups; i++)
        if (coarse_of[i] >= 0)
            sci_moments_merge(&coarse->moments[coarse_of[i]], &fine->moments[i]);
    *out = coarse;
    coarse = NULL;
out:
    sci_space_clear(&space);
    sci_stats_free(coarse);
    return st;
}
