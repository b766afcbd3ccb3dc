/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a table by the names of another grouping's groups. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>
#include <sci/select.h>

#include "grouping.h"
#include "match.h"
#include "table.h"

/* Where the levels of a factor of g are in the table: at `levels[i]`, or at first + i where levels
 * is NULL. */
typedef struct place {
    uint64_t n, n_table, first;
    uint64_t *levels;
} place;

static int
compare_to(const sci_levels *levels, uint64_t i, const sci_levels *wanted, uint64_t k)
{
    char number[24];

    if (levels->texts == NULL && wanted->texts == NULL)
        return (levels->values[i] > wanted->values[k]) - (levels->values[i] < wanted->values[k]);
    if (levels->texts != NULL && wanted->texts != NULL)
        return strcmp(levels->texts[i], wanted->texts[k]);
    (void)snprintf(number, sizeof number, "%" PRId64,
                   levels->texts == NULL ? levels->values[i] : wanted->values[k]);
    return levels->texts == NULL ? strcmp(number, wanted->texts[k])
                                 : strcmp(levels->texts[i], number);
}

/* Place of level k of `wanted`; levels->count if there is none. Texts among integers are not in
 * their order. */
static uint64_t
find_level(const sci_levels *levels, const sci_levels *wanted, uint64_t k)
{
    uint64_t low = 0, high = levels->count;

    if ((levels->texts == NULL) != (wanted->texts == NULL)) {
        while (low < high && compare_to(levels, low, wanted, k) != 0)
            low++;
        return low;
    }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        int order = compare_to(levels, middle, wanted, k);

        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return levels->count;
}

static sci_status
place_labels(place *p, const sci_space *table, const sci_space *space, int factor, const char *name)
{
    const sci_levels *from = &table->factors[factor].levels,
                     *wanted = &space->factors[factor].levels;
    sci_status st = sci_alloc(&p->levels, wanted->count, 1, sizeof *p->levels);

    for (uint64_t i = 0; st == SCI_OK && i < wanted->count; i++) {
        char axes[128], level[256];

        p->levels[i] = find_level(from, wanted, i);
        if (p->levels[i] < from->count)
            continue;
        sci_space_factor_name(space, factor, axes, sizeof axes);
        sci_space_level_name(space, factor, i, level, sizeof level);
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has no statistics of %s=%s", name, axes, level);
    }
    return st;
}

/* The stretch of the source with this digest on the sample axis of `table`. */
static sci_status
place_samples(place *p, const sci_space *table, const uint8_t *digest, const char *name)
{
    uint64_t first = 0;

    for (int i = 0; i < table->n_parts; i++) {
        const sci_part *part = &table->parts[i];

        if (digest != NULL && memcmp(part->digest, digest, sizeof part->digest) == 0) {
            if (part->count != p->n)
                return sci_fail(SCI_ERR_REFUSED,
                                "'%s' has %" PRIu64 " samples of '%s', not %" PRIu64, name,
                                part->count, part->name, p->n);
            p->first = first;
            return SCI_OK;
        }
        first += part->count;
    }
    return sci_fail(SCI_ERR_REFUSED,
                    "'%s' was made from %d other files: none has the content of this one", name,
                    table->n_parts);
}

static sci_status
place_factor(place *p, const sci_space *table, const sci_space *space, int factor, const char *name,
             const uint8_t *digest)
{
    const sci_factor *f = &space->factors[factor];
    char axes[128];

    p->n = sci_space_levels(space, factor);
    p->n_table = sci_space_levels(table, factor);
    if (!f->keep)
        return place_labels(p, table, space, factor, name);
    if (f->axes[0] == 0 && table->n_parts > 0)
        return place_samples(p, table, digest, name);
    if (p->n == p->n_table)
        return SCI_OK;
    sci_space_factor_name(space, factor, axes, sizeof axes);
    return sci_fail(SCI_ERR_REFUSED,
                    "'%s' has statistics of %" PRIu64 " indices of axis %s, the input has %" PRIu64,
                    name, p->n_table, axes, p->n);
}

/* Same axes in the same roles; sizes are the business of place_factor. */
static sci_status
match_spaces(const sci_space *table, const sci_space *space, const char *name)
{
    sci_space sized = *space;
    char quoted[512];

    for (int f = 0; f < table->n_factors; f++)
        for (int i = 0; i < table->factors[f].n_axes; i++)
            sized.shape[table->factors[f].axes[i]] = table->shape[table->factors[f].axes[i]];
    (void)snprintf(quoted, sizeof quoted, "'%s'", name);
    return sci_space_match(table, quoted, &sized, "the input");
}

static void
copy_rows(sci_stats *out, const sci_stats *table, const place *places)
{
    for (uint64_t g = 0; g < out->n_rows; g++) {
        uint64_t rest = g, row = 0, step = 1;

        for (int f = out->space.n_factors - 1; f >= 0; f--) {
            const place *p = &places[f];
            uint64_t level = rest % p->n;

            row += step * (p->levels != NULL ? p->levels[level] : p->first + level);
            step *= p->n_table;
            rest /= p->n;
        }
        if (out->kind == SCI_STATS_RUNNING)
            out->running[g] = table->running[row];
        else
            out->moments[g] = table->moments[row];
    }
}

/* All sources, or the one whose samples were taken. */
static sci_status
copy_origins(sci_stats *out, const sci_stats *table, const uint8_t *only)
{
    sci_status st = sci_alloc_zero(&out->origins, table->n_origins, 1, sizeof *out->origins);

    for (size_t i = 0; st == SCI_OK && i < table->n_origins; i++) {
        sci_origin *origin = &out->origins[out->n_origins];

        if (only != NULL
            && (out->n_origins > 0
                || memcmp(table->origins[i].digest.bytes, only, SCI_DIGEST_BYTES) != 0))
            continue;
        *origin = table->origins[i];
        origin->name = NULL;
        st = sci_strdup(&origin->name, table->origins[i].name);
        out->n_origins++;
    }
    return st;
}

sci_status
sci_stats_select(sci_stats **out, const sci_stats *table, const char *name, const sci_grouping *g,
                 const uint8_t *digest)
{
    const sci_space *space = sci_grouping_space(g);
    place places[SCI_MAX_RANK] = { { 0 } };
    sci_stats *stats = NULL;
    sci_status st = SCI_OK;

    if (table->shard)
        return sci_fail(SCI_ERR_REFUSED, "'%s' is a shard; merge it with the others first", name);
    st = match_spaces(&table->space, space, name);
    for (int f = 0; st == SCI_OK && f < space->n_factors; f++)
        st = place_factor(&places[f], &table->space, space, f, name, digest);
    if (st == SCI_OK)
        st = sci_table_create(&stats, table->kind, space, &table->parameters);
    if (st == SCI_OK)
        st = copy_origins(stats, table, table->space.n_parts > 0 ? digest : NULL);
    if (st != SCI_OK)
        goto out;
    stats->digest_kind = table->digest_kind;
    stats->rule = table->rule;
    stats->steps = table->steps;
    copy_rows(stats, table, places);
    *out = stats;
    stats = NULL;
out:
    sci_stats_free(stats);
    for (int f = 0; f < SCI_MAX_RANK; f++)
        sci_free(places[f].levels);
    return st;
}

int64_t
sci_labels_at(const sci_labels *labels, uint64_t position)
{
    return labels->codes != NULL && position < labels->size ? labels->codes[position] : -1;
}

bool
sci_stats_needs_digest(const sci_stats *table)
{
    return table->space.n_parts > 0;
}

sci_digest_kind
sci_stats_digest_kind(const sci_stats *table)
{
    return table->digest_kind;
}

sci_status
sci_stats_from_running(sci_stats **out, const sci_stats *running)
{
    sci_parameters parameters = running->parameters;
    sci_stats *stats = NULL;
    sci_status st;

    if (running->kind != SCI_STATS_RUNNING)
        return sci_fail(SCI_ERR_REFUSED, "these are no running statistics");
    parameters.ddof = 0;
    st = sci_table_create(&stats, SCI_STATS_MOMENTS, &running->space, &parameters);
    if (st == SCI_OK)
        st = copy_origins(stats, running, NULL);
    if (st != SCI_OK) {
        sci_stats_free(stats);
        return st;
    }
    stats->digest_kind = running->digest_kind;
    for (uint64_t g = 0; g < stats->n_rows; g++) {
        const sci_running *r = &running->running[g];
        bool constant = r->variance == 0.0;

        /* One member of weight 1 whose squared deviation is the variance; the range says only
         * whether it is 0. */
        stats->moments[g] =
            (sci_moments){ .count = 1, .weight = 1.0, .mean_hi = r->mean, .m2 = r->variance };
        stats->moments[g].min = constant ? r->mean : -(double)INFINITY;
        stats->moments[g].max = constant ? r->mean : (double)INFINITY;
    }
    *out = stats;
    return SCI_OK;
}

sci_status
sci_stats_rename(sci_stats *stats, const char *name)
{
    char *copy = NULL;
    sci_status st;

    if (stats->n_origins != 1)
        return sci_fail(SCI_ERR_ARGUMENT, "a table of %zu sources has no single name",
                        stats->n_origins);
    st = sci_strdup(&copy, name);
    if (st != SCI_OK)
        return st;
    sci_free(stats->origins[0].name);
    stats->origins[0].name = copy;
    return SCI_OK;
}
