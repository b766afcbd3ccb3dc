/* SPDX-License-Identifier: BSD-3-Clause */
/* Rounds: counts to order statistics, 16 bits at a time. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "moments_priv.h"
#include "quantiles.h"

/* ---- life ---- */

static sci_status
check_request(uint64_t groups, size_t n, const double *p)
{
    if (groups == 0 || groups > SCI_QUANTILE_GROUPS_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "quantiles of %" PRIu64 " groups", groups);
    if (n > SCI_QUANTILES_MOST)
        return sci_fail(SCI_ERR_ARGUMENT, "%zu quantiles are more than %d", n, SCI_QUANTILES_MOST);
    for (size_t k = 0; k < n; k++)
        if (!(p[k] >= 0.0 && p[k] <= 1.0))
            return sci_fail(SCI_ERR_ARGUMENT, "quantile %g is not between 0 and 1", p[k]);
    return SCI_OK;
}

static sci_status
copy_array(void *out, const void *from, uint64_t n, size_t size)
{
    void *copy = NULL;
    sci_status st = SCI_OK;

    if (from != NULL)
        st = sci_alloc(&copy, n, 1, size);
    if (st == SCI_OK && from != NULL && n > 0)
        memcpy(copy, from, n * size);
    if (st == SCI_OK)
        memcpy(out, &copy, sizeof copy);
    return st;
}

sci_status
sci_quantiles_create(sci_quantiles **out, uint64_t groups, sci_type type, size_t n, const double *p,
                     const double *centre)
{
    sci_quantiles *q = NULL;
    sci_status st = check_request(groups, n, p);

    if (st == SCI_OK)
        st = sci_alloc_zero(&q, 1, 1, sizeof *q);
    if (st != SCI_OK)
        return st;
    q->type = type;
    q->groups = groups;
    q->n = n;
    q->nan = -1;
    q->bits = centre != NULL ? 64 : sci_ordered_bits(type);
    q->rounds = q->bits <= 16 ? 1 : q->bits / 16;
    q->bins = q->bits == 8 ? 256 : SCI_ORDERED_BINS;
    st = sci_alloc(&q->p, n, 1, sizeof *p);
    if (st == SCI_OK && n > 0)
        memcpy(q->p, p, n * sizeof *p);
    if (st == SCI_OK)
        st = copy_array(&q->centre, centre, groups, sizeof *centre);
    if (st == SCI_OK)
        st = sci_alloc_zero(&q->tallies, groups, 1, sizeof *q->tallies);
    if (st != SCI_OK) {
        sci_quantiles_free(q);
        return st;
    }
    *out = q;
    return SCI_OK;
}

static void
clear_round(sci_quantiles *q)
{
    sci_free(q->seen);
    sci_free(q->cell_start);
    sci_free(q->prefixes);
    sci_free(q->wanted);
    sci_free(q->counts);
    q->seen = NULL;
    q->cell_start = q->prefixes = q->wanted = q->counts = NULL;
}

void
sci_quantiles_free(sci_quantiles *q)
{
    if (q == NULL)
        return;
    clear_round(q);
    sci_free(q->p);
    sci_free(q->centre);
    sci_free(q->tallies);
    sci_free(q->first);
    sci_free(q->targets);
    sci_free(q->values);
    sci_free(q);
}

sci_status
sci_quantiles_copy(sci_quantiles **out, const sci_quantiles *from)
{
    sci_quantiles *q = NULL;
    uint64_t groups = from->groups, cells = from->cell_start ? from->cell_start[groups] : 0;
    sci_status st = sci_alloc_zero(&q, 1, 1, sizeof *q);

    if (st != SCI_OK)
        return st;
    *q = *from;
    q->p = q->centre = q->values = NULL;
    q->tallies = q->seen = NULL;
    q->targets = NULL;
    q->first = q->cell_start = q->prefixes = q->wanted = q->counts = NULL;
    st = copy_array(&q->p, from->p, from->n, sizeof *q->p);
    if (st == SCI_OK)
        st = copy_array(&q->centre, from->centre, groups, sizeof *q->centre);
    if (st == SCI_OK)
        st = copy_array(&q->tallies, from->tallies, groups, sizeof *q->tallies);
    if (st == SCI_OK)
        st = copy_array(&q->first, from->first, groups * from->bins, sizeof *q->first);
    if (st == SCI_OK)
        st = copy_array(&q->targets, from->targets, groups * 2 * from->n, sizeof *q->targets);
    if (st == SCI_OK)
        st = copy_array(&q->seen, from->seen, groups, sizeof *q->seen);
    if (st == SCI_OK)
        st = copy_array(&q->cell_start, from->cell_start, groups + 1, sizeof *q->cell_start);
    if (st == SCI_OK)
        st = copy_array(&q->prefixes, from->prefixes, cells, sizeof *q->prefixes);
    if (st == SCI_OK)
        st = copy_array(&q->wanted, from->wanted, groups * SCI_ORDERED_WORDS, sizeof *q->wanted);
    if (st == SCI_OK)
        st = copy_array(&q->counts, from->counts, cells * from->bins, sizeof *q->counts);
    if (st == SCI_OK)
        st = copy_array(&q->values, from->values, groups * from->n, sizeof *q->values);
    if (st != SCI_OK) {
        sci_quantiles_free(q);
        return st;
    }
    *out = q;
    return SCI_OK;
}

/* ---- the open round ---- */

uint64_t
sci_quantiles_cell(const sci_quantiles *q, uint64_t group)
{
    return q->round == 0 ? group : q->cell_start[group];
}

uint64_t
sci_quantiles_bytes(const sci_quantiles *q)
{
    uint64_t kept = q->round == 0 ? 0 : q->groups * (q->bins + SCI_ORDERED_WORDS);

    return (kept + sci_quantiles_cell(q, q->groups) * q->bins) * sizeof(uint64_t);
}

uint64_t *
sci_quantiles_counts(sci_quantiles *q)
{
    return q->round == 0 ? q->first : q->counts;
}

sci_quantile_tally *
sci_quantiles_tallies(sci_quantiles *q)
{
    return q->round == 0 ? q->tallies : q->seen;
}

sci_status
sci_quantiles_open(sci_quantiles *q)
{
    uint64_t **counts = q->round == 0 ? &q->first : &q->counts;

    if (*counts != NULL)
        return SCI_OK;
    return sci_alloc_zero(counts, sci_quantiles_cell(q, q->groups), q->bins, sizeof **counts);
}

sci_count_cells
sci_quantiles_cells(const sci_quantiles *q, uint64_t group, uint64_t *counts)
{
    sci_count_cells cells = { .n = 1, .counts = counts };

    if (q->round > 0) {
        cells.n = q->cell_start[group + 1] - q->cell_start[group];
        cells.prefixes = q->prefixes + q->cell_start[group];
        cells.wanted = q->wanted + group * SCI_ORDERED_WORDS;
    }
    return cells;
}

/* True if the group has quantiles that are to be found. */
static bool
is_wanted(const sci_quantiles *q, uint64_t group)
{
    return q->tallies[group].members > 0 && q->tallies[group].missing == 0;
}

static int
compare_words(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The distinct keys of a group's targets, in order. */
static uint64_t
distinct_keys(const sci_quantiles *q, uint64_t group, uint64_t *keys)
{
    uint64_t n = 2 * q->n, kept = 0;

    if (!is_wanted(q, group))
        return 0;
    for (uint64_t k = 0; k < n; k++)
        keys[k] = q->targets[group * n + k].key;
    qsort(keys, n, sizeof *keys, compare_words);
    for (uint64_t k = 0; k < n; k++)
        if (k == 0 || keys[k] != keys[k - 1])
            keys[kept++] = keys[k];
    return kept;
}

sci_status
sci_quantiles_begin_round(sci_quantiles *q)
{
    uint64_t *keys = NULL, cells = 0;
    int found = 16 * q->round; /* bits of the keys */
    sci_status st;

    clear_round(q);
    st = sci_alloc(&keys, 2 * q->n, 1, sizeof *keys);
    if (st == SCI_OK)
        st = sci_alloc(&q->prefixes, q->groups, 2 * q->n, sizeof *q->prefixes);
    if (st == SCI_OK)
        st = sci_alloc(&q->cell_start, q->groups + 1, 1, sizeof *q->cell_start);
    if (st == SCI_OK)
        st = sci_alloc_zero(&q->wanted, q->groups, SCI_ORDERED_WORDS, sizeof *q->wanted);
    if (st == SCI_OK)
        st = sci_alloc_zero(&q->seen, q->groups, 1, sizeof *q->seen);
    for (uint64_t g = 0; st == SCI_OK && g < q->groups; g++) {
        uint64_t n = distinct_keys(q, g, keys);

        q->cell_start[g] = cells;
        for (uint64_t k = 0; k < n; k++) {
            uint64_t top = keys[k] >> (found - 16);

            q->prefixes[cells++] = keys[k];
            q->wanted[g * SCI_ORDERED_WORDS + top / 64] |= UINT64_C(1) << top % 64;
        }
    }
    if (st == SCI_OK)
        q->cell_start[q->groups] = cells;
    sci_free(keys);
    return st;
}

/* ---- closing a round ---- */

/* The bin of rank *rank, which is then that inside the bin. `bins` if there are not so many. */
static uint64_t
find_rank(const uint64_t *counts, uint64_t bins, uint64_t *rank)
{
    uint64_t bin = 0;

    while (bin < bins && *rank >= counts[bin])
        *rank -= counts[bin++];
    return bin;
}

/* Where (n - 1)·p lies between two members. */
static void
ranks_of(uint64_t members, double p, uint64_t *below, uint64_t *above, double *fraction)
{
    double rank = (double)(members - 1) * p, whole = floor(rank);

    *below = (uint64_t)whole;
    *fraction = rank - whole;
    *above = *fraction > 0.0 && *below + 1 < members ? *below + 1 : *below;
}

sci_status
sci_quantiles_first_targets(const sci_quantiles *q, sci_quantile_target **out)
{
    sci_quantile_target *targets = NULL;
    sci_status st = sci_alloc_zero(&targets, q->groups, 2 * q->n, sizeof *targets);

    for (uint64_t g = 0; st == SCI_OK && g < q->groups; g++) {
        for (size_t k = 0; k < q->n && is_wanted(q, g); k++) {
            sci_quantile_target *t = &targets[(g * q->n + k) * 2];
            double fraction;

            ranks_of(q->tallies[g].members, q->p[k], &t[0].rank, &t[1].rank, &fraction);
            for (int i = 0; i < 2; i++)
                t[i].key = find_rank(q->first + g * q->bins, q->bins, &t[i].rank);
        }
    }
    if (st == SCI_OK)
        *out = targets;
    return st;
}

static sci_status
check_tallies(const sci_quantiles *q)
{
    for (uint64_t g = 0; g < q->groups; g++)
        if (q->seen[g].members != q->tallies[g].members
            || q->seen[g].missing != q->tallies[g].missing)
            return sci_fail(SCI_ERR_REFUSED,
                            "round %d counted %" PRIu64 " members of group %" PRIu64
                            ", the first round %" PRIu64 ": these are not the same inputs",
                            q->round + 1, q->seen[g].members + q->seen[g].missing, g,
                            q->tallies[g].members + q->tallies[g].missing);
    return SCI_OK;
}

/* 16 more bits of every target. */
static sci_status
refine_targets(sci_quantiles *q)
{
    for (uint64_t g = 0; g < q->groups; g++) {
        const uint64_t *prefixes = q->prefixes + q->cell_start[g];
        uint64_t cells = q->cell_start[g + 1] - q->cell_start[g];

        for (uint64_t k = 0; cells > 0 && k < 2 * q->n; k++) {
            sci_quantile_target *t = &q->targets[g * 2 * q->n + k];
            const uint64_t *cell =
                bsearch(&t->key, prefixes, cells, sizeof *prefixes, compare_words);
            uint64_t at = q->cell_start[g] + (uint64_t)(cell - prefixes);
            uint64_t bin = find_rank(q->counts + at * q->bins, q->bins, &t->rank);

            if (bin == q->bins)
                return sci_fail(SCI_ERR_REFUSED,
                                "round %d lacks members of group %" PRIu64
                                " that the rounds before had: these are not the same inputs",
                                q->round + 1, g);
            t->key = t->key << 16 | bin;
        }
    }
    return SCI_OK;
}

sci_status
sci_quantiles_advance(sci_quantiles *q, bool *done)
{
    sci_status st;

    if (q->spoiled || q->values != NULL || q->round == q->rounds)
        return sci_fail(SCI_ERR_ARGUMENT, "no round of these quantiles is open");
    st = sci_quantiles_open(q);
    if (st != SCI_OK)
        return st;
    if (q->round == 0) {
        st = sci_quantiles_first_targets(q, &q->targets);
    } else {
        st = check_tallies(q);
        if (st == SCI_OK)
            st = refine_targets(q);
    }
    if (st != SCI_OK) {
        q->spoiled = true;
        return st;
    }
    q->round++;
    if (q->round == q->rounds)
        clear_round(q);
    else
        st = sci_quantiles_begin_round(q);
    q->spoiled = st != SCI_OK;
    *done = q->round == q->rounds;
    return st;
}

bool
sci_quantiles_is_partial(const sci_quantiles *q)
{
    bool lacking = false;

    if (q->seen == NULL)
        return false;
    for (uint64_t g = 0; g < q->groups; g++) {
        const sci_quantile_tally *now = &q->seen[g], *first = &q->tallies[g];

        if (now->members > first->members || now->missing > first->missing)
            return false;
        lacking = lacking || now->members < first->members || now->missing < first->missing;
    }
    return lacking;
}

int
sci_quantiles_round(const sci_quantiles *q)
{
    return q->round;
}

int
sci_quantiles_rounds(const sci_quantiles *q)
{
    return q->rounds;
}

/* ---- merging ---- */

static bool
same_numbers(const double *a, const double *b, uint64_t n)
{
    return (a == NULL) == (b == NULL) && (a == NULL || memcmp(a, b, n * sizeof *a) == 0);
}

/* The same first round and targets are the same cells. */
static bool
same_round(const sci_quantiles *a, const sci_quantiles *b)
{
    uint64_t n = a->groups * 2 * a->n;

    if (a->round != b->round || a->round == a->rounds)
        return false;
    return a->round == 0
           || (memcmp(a->first, b->first, a->groups * a->bins * sizeof *a->first) == 0
               && (n == 0 || memcmp(a->targets, b->targets, n * sizeof *a->targets) == 0));
}

sci_status
sci_quantiles_merge(sci_quantiles *into, const sci_quantiles *from)
{
    uint64_t *counts, n;
    const uint64_t *others = from->round == 0 ? from->first : from->counts;
    const sci_quantile_tally *tallies = from->round == 0 ? from->tallies : from->seen;
    sci_status st;

    if (into->spoiled || from->spoiled || into->values || from->values)
        return sci_fail(SCI_ERR_ARGUMENT, "quantiles that cannot be counted any more are merged");
    if (into->type != from->type || into->groups != from->groups || into->n != from->n
        || !same_numbers(into->p, from->p, into->n)
        || !same_numbers(into->centre, from->centre, into->groups))
        return sci_fail(SCI_ERR_REFUSED, "other quantiles, of another type or of other groups");
    if (!same_round(into, from))
        return sci_fail(SCI_ERR_REFUSED, "counts of another round cannot be merged");
    if (into->nan >= 0 && from->nan >= 0 && into->nan != from->nan)
        return sci_fail(SCI_ERR_REFUSED, "NaN was not treated the same way (--nan)");
    if (others == NULL)
        return SCI_OK;
    st = sci_quantiles_open(into);
    if (st != SCI_OK)
        return st;
    into->nan = from->nan;
    n = sci_quantiles_cell(into, into->groups) * into->bins;
    counts = sci_quantiles_counts(into);
    for (uint64_t i = 0; i < n; i++)
        counts[i] += others[i];
    for (uint64_t g = 0; g < into->groups; g++) {
        sci_quantiles_tallies(into)[g].members += tallies[g].members;
        sci_quantiles_tallies(into)[g].missing += tallies[g].missing;
    }
    return SCI_OK;
}

/* ---- what comes out ---- */

static sci_type
key_type(const sci_quantiles *q)
{
    return q->centre != NULL ? SCI_FLOAT64 : q->type;
}

/* Hyndman and Fan 1996, type 7, without a difference that overflows. */
static double
between(double below, double above, double fraction)
{
    double gap = above - below;

    if (below == above || fraction == 0.0)
        return below;
    return isfinite(gap) ? below + fraction * gap : below * (1.0 - fraction) + above * fraction;
}

double
sci_quantiles_value(const sci_quantiles *q, uint64_t group, size_t k)
{
    const sci_quantile_target *t;
    uint64_t below, above;
    double fraction;

    if (q->values != NULL)
        return q->values[group * q->n + k];
    if (q->round < q->rounds || !is_wanted(q, group))
        return SCI_NAN;
    t = &q->targets[(group * q->n + k) * 2];
    ranks_of(q->tallies[group].members, q->p[k], &below, &above, &fraction);
    return between(sci_ordered_value(key_type(q), t[0].key),
                   sci_ordered_value(key_type(q), t[1].key), fraction);
}

uint64_t
sci_quantiles_members(const sci_quantiles *q, uint64_t group)
{
    return q->tallies[group].members;
}

bool
sci_quantiles_whole(const sci_quantiles *q)
{
    return q->rounds == 1 && q->values == NULL && q->first != NULL;
}

/* One element of the histogram. */
typedef struct occurrence {
    double value;
    uint64_t count;
} occurrence;

static int
compare_occurrences(const void *a, const void *b)
{
    double x = ((const occurrence *)a)->value, y = ((const occurrence *)b)->value;

    return (x > y) - (x < y);
}

static double
value_of_rank(const occurrence *list, size_t n, uint64_t rank)
{
    size_t i = 0;

    while (i + 1 < n && rank >= list[i].count)
        rank -= list[i++].count;
    return list[i].value;
}

sci_status
sci_quantiles_deviation(const sci_quantiles *q, uint64_t group, double p, double centre,
                        double *out)
{
    const uint64_t *counts = q->first + group * q->bins;
    occurrence *list = NULL;
    uint64_t below, above;
    double fraction;
    size_t n = 0;
    sci_status st;

    if (!sci_quantiles_whole(q) || !(p >= 0.0 && p <= 1.0))
        return sci_fail(SCI_ERR_ARGUMENT, "deviations need a whole histogram and 0 <= p <= 1");
    *out = SCI_NAN;
    if (!is_wanted(q, group) || isnan(centre))
        return SCI_OK;
    st = sci_alloc(&list, q->bins, 1, sizeof *list);
    if (st != SCI_OK)
        return st;
    for (uint64_t bin = 0; bin < q->bins; bin++)
        if (counts[bin] > 0)
            list[n++] = (occurrence){ fabs(sci_ordered_value(q->type, bin) - centre), counts[bin] };
    qsort(list, n, sizeof *list, compare_occurrences);
    ranks_of(q->tallies[group].members, p, &below, &above, &fraction);
    *out = between(value_of_rank(list, n, below), value_of_rank(list, n, above), fraction);
    sci_free(list);
    return SCI_OK;
}

/* The least value that a bin of the first round may hold. */
static double
bin_value(const sci_quantiles *q, uint64_t bin)
{
    int below = q->bits <= 16 ? 0 : q->bits - 16;
    double value = sci_ordered_value(key_type(q), bin << below);

    return isnan(value) ? (bin < q->bins / 2 ? -SCI_INF : SCI_INF) : value;
}

sci_status
sci_quantiles_histogram(const sci_quantiles *q, uint64_t group, double low, double high,
                        size_t bins, uint64_t *counts)
{
    const uint64_t *first = q->first + group * q->bins;

    if (q->first == NULL || group >= q->groups || bins == 0 || !(low < high) || !isfinite(low)
        || !isfinite(high))
        return sci_fail(SCI_ERR_ARGUMENT, "no histogram of this group between %g and %g", low,
                        high);
    memset(counts, 0, bins * sizeof *counts);
    for (uint64_t bin = 0; bin < q->bins; bin++) {
        double value, place;

        if (first[bin] == 0)
            continue;
        value = bin_value(q, bin);
        if (!(value >= low && value <= high))
            continue;
        place = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) * (double)bins;
        counts[place < (double)bins ? (size_t)place : bins - 1] += first[bin];
    }
    return SCI_OK;
}

bool
sci_quantiles_next(const sci_quantiles *q, uint64_t group, uint64_t *at, double *value,
                   uint64_t *count)
{
    for (; q->first != NULL && *at < q->bins; (*at)++) {
        *count = q->first[group * q->bins + *at];
        if (*count > 0) {
            *value = bin_value(q, (*at)++);
            return true;
        }
    }
    return false;
}
