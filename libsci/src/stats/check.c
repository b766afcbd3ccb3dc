/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables that came from outside. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "check.h"
#include "moments_priv.h"
#include "nodes.h"

#define COUNT_EXACT (UINT64_C(1) << 53) /* sums of counts are exact doubles up to here */

/* ---- space ---- */

static sci_status
check_levels(const sci_levels *levels, int factor)
{
    for (uint64_t i = 1; i < levels->count; i++)
        if (levels->texts != NULL ? strcmp(levels->texts[i - 1], levels->texts[i]) >= 0
                                  : levels->values[i - 1] >= levels->values[i])
            return sci_fail(SCI_ERR_FORMAT,
                            "level %" PRIu64 " of factor %d is not after the one before it", i,
                            factor);
    return SCI_OK;
}

/* Factors are ordered by their first axis, and no axis has two. */
static sci_status
check_factors(const sci_space *space)
{
    bool taken[SCI_MAX_RANK] = { false };
    int last_first = -1;
    sci_status st = SCI_OK;

    for (int i = 0; st == SCI_OK && i < space->n_factors; i++) {
        const sci_factor *f = &space->factors[i];
        int last = last_first;

        if (f->n_axes < 1 || f->n_axes > space->rank || (f->keep && f->n_axes != 1))
            return sci_fail(SCI_ERR_FORMAT, "factor %d has %d axes", i, f->n_axes);
        for (int k = 0; k < f->n_axes; k++) {
            int axis = f->axes[k];

            if (axis <= last || axis >= space->rank || taken[axis])
                return sci_fail(SCI_ERR_FORMAT, "factor %d cannot have axis %d", i, axis);
            taken[axis] = true;
            last = axis;
        }
        last_first = f->axes[0];
        st = check_levels(&f->levels, i);
    }
    return st;
}

static sci_status
check_parts(const sci_space *space)
{
    uint64_t total = 0;

    if (space->n_parts == 0)
        return SCI_OK;
    if (space->n_parts < 2 || !sci_space_has_samples(space))
        return sci_fail(SCI_ERR_FORMAT, "there are parts, but no concatenated samples");
    for (int i = 0; i < space->n_parts; i++) {
        const sci_part *part = &space->parts[i], *before = part - 1;
        int order = i == 0 ? -1 : strcmp(before->name, part->name);

        if (order > 0
            || (order == 0 && memcmp(before->digest, part->digest, sizeof part->digest) >= 0))
            return sci_fail(SCI_ERR_FORMAT, "part %d is not after the one before it", i);
        if (__builtin_add_overflow(total, part->count, &total))
            return sci_fail(SCI_ERR_FORMAT, "the parts have too many samples");
    }
    if (total != space->shape[0])
        return sci_fail(SCI_ERR_FORMAT, "the parts have %" PRIu64 " samples, not %" PRIu64, total,
                        space->shape[0]);
    return SCI_OK;
}

sci_status
sci_space_check(const sci_space *space)
{
    sci_status st;

    if (space->rank < 0 || space->rank > SCI_MAX_RANK || space->n_factors < 0
        || space->n_factors > space->rank)
        return sci_fail(SCI_ERR_FORMAT, "there are %d axes and %d factors", space->rank,
                        space->n_factors);
    for (int i = 0; i < space->rank; i++)
        if (space->shape[i] > INT64_MAX)
            return sci_fail(SCI_ERR_FORMAT, "axis %d is too long", i);
    st = check_factors(space);
    return st != SCI_OK ? st : check_parts(space);
}

/* ---- head ---- */

static sci_status
check_origins(const sci_stats *head)
{
    for (size_t i = 1; i < head->n_origins; i++) {
        const sci_origin *a = &head->origins[i - 1], *b = &head->origins[i];
        int order = memcmp(a->digest.bytes, b->digest.bytes, sizeof a->digest.bytes);

        if (order > 0 || (order == 0 && strcmp(a->name, b->name) >= 0))
            return sci_fail(SCI_ERR_FORMAT, "source %zu is not after the one before it", i);
    }
    if (sci_space_has_samples(&head->space)
        && (head->space.n_parts > 0 ? head->n_origins != (size_t)head->space.n_parts
                                    : head->n_origins > 1))
        return sci_fail(SCI_ERR_FORMAT, "there are %zu sources of %d parts", head->n_origins,
                        head->space.n_parts);
    return SCI_OK;
}

/* The digest nodes must be the maximal ones of the range, too. */
static sci_status
check_digest_range(const sci_stats *head, uint64_t first, uint64_t end, size_t *used)
{
    sci_digest_node *nodes = NULL;
    size_t n = 0;
    sci_status st = sci_digest_nodes_of_range(head->segmentation.segments, first, end, &nodes, &n);

    for (size_t i = 0; st == SCI_OK && i < n; i++, (*used)++)
        if (*used >= head->n_digest_nodes || head->digest_nodes[*used].level != nodes[i].level
            || head->digest_nodes[*used].index != nodes[i].index)
            st = sci_fail(SCI_ERR_FORMAT, "the digests are not of the segments that the shard has");
    sci_free(nodes);
    return st;
}

static sci_status
check_range(const sci_stats *head, uint64_t first, uint64_t end, size_t *used, uint64_t *rows)
{
    sci_stats_node *nodes = NULL;
    uint64_t more = 0;
    size_t n = 0;
    sci_status st = sci_nodes_of_range(&head->segmentation, first, end, &nodes, &n, &more);

    for (size_t i = 0; st == SCI_OK && i < n; i++, (*used)++) {
        nodes[i].first_row += *rows;
        if (*used >= head->n_nodes || memcmp(&nodes[i], &head->nodes[*used], sizeof nodes[i]) != 0)
            st = sci_fail(SCI_ERR_FORMAT, "node %zu of the shard is not where it should be", *used);
    }
    if (st == SCI_OK && __builtin_add_overflow(*rows, more, rows))
        st = sci_fail(SCI_ERR_FORMAT, "the shard has too many rows");
    sci_free(nodes);
    return st;
}

/* The ranges that the nodes cover, taken apart again, must give exactly these nodes. */
static sci_status
check_nodes(const sci_stats *head, uint64_t n_rows)
{
    uint64_t rows = 0, first = 0, end = 0, next_first = 0, next_end = 0;
    size_t used = 0, digests = 0;
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < head->n_nodes;) {
        st = sci_node_span(&head->segmentation, &head->nodes[i], &first, &end);
        for (i++; st == SCI_OK && i < head->n_nodes; i++) {
            st = sci_node_span(&head->segmentation, &head->nodes[i], &next_first, &next_end);
            if (st == SCI_OK && next_first < end)
                st =
                    sci_fail(SCI_ERR_FORMAT, "node %zu of the shard overlaps the one before it", i);
            if (st != SCI_OK || next_first != end)
                break;
            end = next_end;
        }
        if (st == SCI_OK)
            st = check_range(head, first, end, &used, &rows);
        if (st == SCI_OK)
            st = check_digest_range(head, first, end, &digests);
    }
    if (st == SCI_OK && (used != head->n_nodes || digests != head->n_digest_nodes))
        st = sci_fail(SCI_ERR_FORMAT, "the nodes and digests of the shard do not agree");
    if (st == SCI_OK && rows != n_rows)
        st = sci_fail(SCI_ERR_FORMAT, "the shard has %" PRIu64 " rows, its nodes %" PRIu64, n_rows,
                      rows);
    return st;
}

static sci_status
check_running_head(const sci_stats *head)
{
    if (head->rule != SCI_RUNNING_EXPONENTIAL && head->rule != SCI_RUNNING_CUMULATIVE)
        return sci_fail(SCI_ERR_FORMAT, "there is no rule %d of running statistics",
                        (int)head->rule);
    if (head->shard || head->n_origins > 0 || head->segmentation.segments > 0
        || sci_space_has_samples(&head->space))
        return sci_fail(SCI_ERR_FORMAT, "running statistics have no sources, shards or samples");
    return SCI_OK;
}

sci_status
sci_head_check(const sci_stats *head, uint64_t n_rows)
{
    uint64_t groups = 0;
    sci_status st = sci_space_check(&head->space);

    if (st == SCI_OK && sci_space_groups(&head->space, &groups) != SCI_OK)
        st = sci_fail(SCI_ERR_FORMAT, "there are too many groups");
    if (st == SCI_OK && head->parameters.ddof != 0 && head->parameters.ddof != 1)
        st = sci_fail(SCI_ERR_FORMAT, "ddof is %d", head->parameters.ddof);
    if (st == SCI_OK)
        st = check_origins(head);
    if (st == SCI_OK)
        st = sci_segmentation_check(&head->segmentation, groups);
    if (st == SCI_OK && head->kind == SCI_STATS_RUNNING)
        st = check_running_head(head);
    if (st == SCI_OK && !head->shard && n_rows != groups)
        st = sci_fail(SCI_ERR_FORMAT, "there are %" PRIu64 " rows of %" PRIu64 " groups", n_rows,
                      groups);
    if (st == SCI_OK && !head->shard && (head->n_nodes > 0 || head->n_digest_nodes > 0))
        st = sci_fail(SCI_ERR_FORMAT, "a whole table has no nodes");
    if (st == SCI_OK && head->shard && head->n_origins != 1)
        st = sci_fail(SCI_ERR_FORMAT, "a shard has one source, not %zu", head->n_origins);
    if (st == SCI_OK && head->shard)
        st = check_nodes(head, n_rows);
    return st;
}

/* ---- rows ---- */

/* Any other NaN would give other bytes later on. */
static bool
canonical(double x)
{
    const double nan = SCI_NAN;

    return !isnan(x) || memcmp(&x, &nan, sizeof x) == 0;
}

static const char *
wrong_with_moments(const sci_moments *m, bool weighted)
{
    if (m->count == 0) {
        const sci_moments empty = sci_moments_empty();

        return memcmp(m, &empty, sizeof empty) == 0 ? NULL : "it has no members, but values";
    }
    if (!canonical(m->mean_hi) || !canonical(m->mean_lo) || !canonical(m->m2) || !canonical(m->min)
        || !canonical(m->max))
        return "a NaN is not the canonical one";
    if (!(m->weight > 0.0))
        return "its weight is not positive";
    if (!weighted && m->count <= COUNT_EXACT && m->weight != (double)m->count)
        return "its weight is not its count";
    if (m->m2 < 0.0)
        return "its sum of squares is negative";
    if (isnan(m->min) != isnan(m->max) || m->min > m->max)
        return "its minimum is above its maximum";
    if (m->exponent < -SCI_EXPONENT_MOST || m->exponent > SCI_EXPONENT_MOST)
        return "its exponent is out of range";
    return NULL;
}

static sci_status
refuse_row(const sci_stats *head, uint64_t row, const char *wrong)
{
    char name[200];

    if (head->shard || sci_stats_group_name(head, row, name, sizeof name) != SCI_OK)
        return sci_fail(SCI_ERR_FORMAT, "row %" PRIu64 ": %s", row, wrong);
    return sci_fail(SCI_ERR_FORMAT, "group '%s': %s", name, wrong);
}

sci_status
sci_moments_check(const sci_stats *head, uint64_t first, uint64_t n, const sci_moments *rows)
{
    for (uint64_t i = 0; i < n; i++) {
        const char *wrong = wrong_with_moments(&rows[i], head->parameters.weighted);

        if (wrong != NULL)
            return refuse_row(head, first + i, wrong);
    }
    return SCI_OK;
}

sci_status
sci_running_check(const sci_stats *head, uint64_t first, uint64_t n, const sci_running *rows)
{
    for (uint64_t i = 0; i < n; i++) {
        const sci_running *r = &rows[i];

        if (!canonical(r->mean) || !canonical(r->variance))
            return refuse_row(head, first + i, "a NaN is not the canonical one");
        if (r->variance < 0.0)
            return refuse_row(head, first + i, "its variance is negative");
        if (r->steps > head->steps)
            return refuse_row(head, first + i, "it has more steps than the table");
    }
    return SCI_OK;
}
