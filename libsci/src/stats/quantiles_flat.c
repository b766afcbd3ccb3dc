/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "canon.h"
#include "quantiles_flat.h"

#define GROUPS_MOST (UINT64_C(1) << 20)     /* that a file may hold */
#define COUNTS_MOST (UINT64_C(1) << 32)     /* bytes that counts may unfold to */
#define SUM_MOST (UINT64_C(1) << 62)        /* of members */

/* ---- to lists ---- */

static sci_status
flatten_counts(sci_flat_counts *flat, const uint64_t *counts, uint64_t cells, uint64_t bins)
{
    uint64_t at = 0;
    sci_status st;

    flat->cells = cells;
    for (uint64_t i = 0; counts != NULL && i < cells * bins; i++)
        flat->entries += counts[i] > 0;
    st = sci_alloc_zero(&flat->filled, cells, 1, sizeof *flat->filled);
    if (st == SCI_OK)
        st = sci_alloc(&flat->bins, flat->entries, 1, sizeof *flat->bins);
    if (st == SCI_OK)
        st = sci_alloc(&flat->counts, flat->entries, 1, sizeof *flat->counts);
    for (uint64_t c = 0; st == SCI_OK && counts != NULL && c < cells; c++)
        for (uint64_t bin = 0; bin < bins; bin++)
            if (counts[c * bins + bin] > 0) {
                flat->filled[c]++;
                flat->bins[at] = (uint16_t)bin;
                flat->counts[at++] = counts[c * bins + bin];
            }
    return st;
}

static sci_status
flatten_pairs(uint64_t **out, const sci_quantile_tally *tallies, uint64_t n)
{
    sci_status st = sci_alloc(out, n, 2, sizeof **out);

    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        (*out)[2 * i] = tallies[i].members;
        (*out)[2 * i + 1] = tallies[i].missing;
    }
    return st;
}

static sci_status
flatten_doubles(double **out, const double *from, uint64_t n)
{
    sci_status st = sci_alloc(out, n, 1, sizeof **out);

    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        (*out)[i] = isnan(from[i]) ? (double)NAN : from[i];
    return st;
}

static sci_status
flatten_targets(sci_quantiles_flat *flat, const sci_quantiles *q)
{
    uint64_t n = q->groups * 2 * q->n;
    sci_status st = sci_alloc(&flat->targets, n, 2, sizeof *flat->targets);

    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        flat->targets[2 * i] = q->targets[i].key;
        flat->targets[2 * i + 1] = q->targets[i].rank;
    }
    return st;
}

sci_status
sci_quantiles_flatten(sci_quantiles_flat *flat, const sci_quantiles *q)
{
    sci_status st = SCI_OK;

    memset(flat, 0, sizeof *flat);
    if (q->spoiled || q->values != NULL)
        return sci_fail(SCI_ERR_ARGUMENT, "quantiles without their counts cannot be kept");
    flat->type = (uint64_t)q->type;
    flat->groups = q->groups;
    flat->n = q->n;
    flat->round = (uint64_t)q->round;
    flat->nan = (uint64_t)(q->nan + 1);
    flat->deviation = q->centre != NULL;
    st = flatten_doubles(&flat->p, q->p, q->n);
    if (st == SCI_OK && q->centre != NULL)
        st = flatten_doubles(&flat->centre, q->centre, q->groups);
    if (st == SCI_OK)
        st = flatten_pairs(&flat->members, q->tallies, q->groups);
    if (st == SCI_OK)
        st = flatten_counts(&flat->first, q->first, q->groups, q->bins);
    if (st == SCI_OK && q->round > 0)
        st = flatten_targets(flat, q);
    if (st == SCI_OK && sci_quantiles_flat_is_open(flat)) {
        st = flatten_pairs(&flat->seen, q->seen, q->groups);
        if (st == SCI_OK)
            st = flatten_counts(&flat->open, q->counts, q->cell_start[q->groups], q->bins);
    }
    if (st != SCI_OK)
        sci_quantiles_flat_clear(flat);
    return st;
}

static void
clear_counts(sci_flat_counts *flat)
{
    sci_free(flat->filled);
    sci_free(flat->bins);
    sci_free(flat->counts);
}

void
sci_quantiles_flat_clear(sci_quantiles_flat *flat)
{
    clear_counts(&flat->first);
    clear_counts(&flat->open);
    sci_free(flat->p);
    sci_free(flat->centre);
    sci_free(flat->members);
    sci_free(flat->targets);
    sci_free(flat->seen);
    memset(flat, 0, sizeof *flat);
}

/* ---- numbers ---- */

static uint64_t
rounds_of(const sci_quantiles_flat *flat)
{
    int bits = flat->deviation ? 64 : sci_ordered_bits((sci_type)flat->type);

    return bits <= 16 ? 1 : (uint64_t)bits / 16;
}

static uint64_t
bins_of(const sci_quantiles_flat *flat)
{
    return !flat->deviation && sci_ordered_bits((sci_type)flat->type) == 8 ? 256
                                                                           : SCI_ORDERED_BINS;
}

bool
sci_quantiles_flat_is_open(const sci_quantiles_flat *flat)
{
    return flat->round > 0 && flat->round < rounds_of(flat);
}

sci_status
sci_quantiles_flat_numbers(const sci_quantiles_flat *flat)
{
    if (flat->type > SCI_FLOAT64)
        return sci_fail(SCI_ERR_FORMAT, "elements of an unknown type");
    if (flat->groups == 0 || flat->groups > GROUPS_MOST || flat->n > SCI_QUANTILES_MOST
        || flat->groups * 2 * flat->n > GROUPS_MOST)
        return sci_fail(SCI_ERR_FORMAT, "%" PRIu64 " quantiles of %" PRIu64 " groups", flat->n,
                        flat->groups);
    if (flat->nan > 3 || flat->deviation > 1)
        return sci_fail(SCI_ERR_FORMAT, "an unknown treatment of NaN");
    if (flat->round > rounds_of(flat))
        return sci_fail(SCI_ERR_FORMAT, "round %" PRIu64 " of %" PRIu64, flat->round + 1,
                        rounds_of(flat));
    if (flat->groups * bins_of(flat) > COUNTS_MOST / sizeof(uint64_t))
        return sci_fail(SCI_ERR_FORMAT, "counts of %" PRIu64 " groups", flat->groups);
    return SCI_OK;
}

/* ---- back ---- */

static sci_status
restore_counts(uint64_t **out, const sci_flat_counts *flat, uint64_t cells, uint64_t bins)
{
    uint64_t at = 0, sum = 0;
    sci_status st;

    *out = NULL;
    if (flat->cells != cells)
        return sci_fail(SCI_ERR_FORMAT, "counts of %" PRIu64 " cells for %" PRIu64, flat->cells,
                        cells);
    if (cells * bins > COUNTS_MOST / sizeof **out)
        return sci_fail(SCI_ERR_FORMAT, "counts of %" PRIu64 " cells", cells);
    for (uint64_t c = 0; c < cells; c++) {
        if (flat->filled[c] > bins || flat->filled[c] > flat->entries - at)
            return sci_fail(SCI_ERR_FORMAT, "cell %" PRIu64 " has too many bins", c);
        for (uint64_t i = 0; i < flat->filled[c]; i++, at++) {
            bool rising = i == 0 || flat->bins[at] > flat->bins[at - 1];

            if (!rising || flat->bins[at] >= bins || flat->counts[at] == 0
                || flat->counts[at] > SUM_MOST - sum)
                return sci_fail(SCI_ERR_FORMAT, "cell %" PRIu64 " has impossible counts", c);
            sum += flat->counts[at];
        }
    }
    if (at != flat->entries)
        return sci_fail(SCI_ERR_FORMAT, "counts that belong to no cell");
    st = sci_alloc_zero(out, cells, bins, sizeof **out);
    at = 0;
    for (uint64_t c = 0; st == SCI_OK && c < cells; c++)
        for (uint64_t i = 0; i < flat->filled[c]; i++, at++)
            (*out)[c * bins + flat->bins[at]] = flat->counts[at];
    return st;
}

static uint64_t
sum_of(const uint64_t *counts, uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < n; i++)
        sum += counts[i];
    return sum;
}

static sci_status
restore_first(sci_quantiles *q, const sci_quantiles_flat *flat)
{
    sci_status st = restore_counts(&q->first, &flat->first, q->groups, q->bins);

    for (uint64_t g = 0; st == SCI_OK && g < q->groups; g++) {
        q->tallies[g] = (sci_quantile_tally){ flat->members[2 * g], flat->members[2 * g + 1] };
        if (sum_of(q->first + g * q->bins, q->bins) != q->tallies[g].members)
            st = sci_fail(SCI_ERR_FORMAT,
                          "the counts of group %" PRIu64 " are not those of its members", g);
        else if (q->tallies[g].missing > 0 && flat->nan != 1 + SCI_NAN_PROPAGATE)
            st = sci_fail(SCI_ERR_FORMAT, "NaN among the members of group %" PRIu64, g);
    }
    return st;
}

/* What the first round says of a target has to be what it began with. */
static sci_status
restore_targets(sci_quantiles *q, const sci_quantiles_flat *flat)
{
    sci_quantile_target *begun = NULL;
    uint64_t n = q->groups * 2 * q->n;
    int later = q->bits == 8 ? 0 : 16 * (int)(flat->round - 1);
    sci_status st = sci_quantiles_first_targets(q, &begun);

    if (st == SCI_OK)
        st = sci_alloc(&q->targets, n, 1, sizeof *q->targets);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        q->targets[i] = (sci_quantile_target){ flat->targets[2 * i], flat->targets[2 * i + 1] };
        if (q->targets[i].key >> later != begun[i].key || q->targets[i].rank > begun[i].rank
            || (later == 0 && q->targets[i].rank != begun[i].rank))
            st = sci_fail(SCI_ERR_FORMAT,
                          "quantiles of group %" PRIu64 " lie where its members do not",
                          i / (2 * q->n));
    }
    sci_free(begun);
    return st;
}

static sci_status
restore_open(sci_quantiles *q, const sci_quantiles_flat *flat)
{
    sci_status st = sci_quantiles_begin_round(q);

    if (st == SCI_OK)
        st = restore_counts(&q->counts, &flat->open, q->cell_start[q->groups], q->bins);
    for (uint64_t g = 0; st == SCI_OK && g < q->groups; g++) {
        uint64_t cells = q->cell_start[g + 1] - q->cell_start[g];

        q->seen[g] = (sci_quantile_tally){ flat->seen[2 * g], flat->seen[2 * g + 1] };
        if (sum_of(q->counts + q->cell_start[g] * q->bins, cells * q->bins) > q->seen[g].members)
            st = sci_fail(SCI_ERR_FORMAT,
                          "the counts of group %" PRIu64 " are more than its members", g);
    }
    return st;
}

static sci_status
check_values(const sci_quantiles_flat *flat)
{
    for (uint64_t k = 0; k < flat->n; k++)
        if (!(flat->p[k] >= 0.0 && flat->p[k] <= 1.0))
            return sci_fail(SCI_ERR_FORMAT, "quantile %g is not between 0 and 1", flat->p[k]);
    for (uint64_t g = 0; flat->deviation && g < flat->groups; g++)
        if (isinf(flat->centre[g]))
            return sci_fail(SCI_ERR_FORMAT, "the centre of group %" PRIu64 " is infinite", g);
    return SCI_OK;
}

sci_status
sci_quantiles_restore(sci_quantiles **out, const sci_quantiles_flat *flat)
{
    sci_quantiles *q = NULL;
    sci_status st = sci_quantiles_flat_numbers(flat);

    if (st == SCI_OK)
        st = check_values(flat);
    if (st == SCI_OK)
        st = sci_quantiles_create(&q, flat->groups, (sci_type)flat->type, flat->n, flat->p,
                                  flat->deviation ? flat->centre : NULL);
    if (st != SCI_OK)
        return st;
    q->nan = (int)flat->nan - 1;
    st = restore_first(q, flat);
    q->round = (int)flat->round;
    if (st == SCI_OK && q->round > 0)
        st = restore_targets(q, flat);
    if (st == SCI_OK && sci_quantiles_flat_is_open(flat))
        st = restore_open(q, flat);
    if (st != SCI_OK) {
        sci_quantiles_free(q);
        return st;
    }
    *out = q;
    return SCI_OK;
}

/* ---- digest ---- */

static void
canon_counts(sci_canon *c, const sci_flat_counts *flat)
{
    sci_canon_number(c, flat->cells);
    sci_canon_number(c, flat->entries);
    sci_canon_words(c, flat->filled, flat->cells, sizeof *flat->filled);
    for (uint64_t i = 0; i < flat->entries; i++)
        sci_canon_number(c, flat->bins[i]);
    sci_canon_words(c, flat->counts, flat->entries, sizeof *flat->counts);
}

void
sci_quantiles_flat_content(const sci_quantiles_flat *flat, uint8_t out[16])
{
    sci_canon c;

    sci_canon_begin(&c);
    sci_canon_text(&c, "libsci quantiles 1");
    sci_canon_text(&c, sci_type_name((sci_type)flat->type));
    sci_canon_number(&c, flat->groups);
    sci_canon_number(&c, flat->n);
    sci_canon_number(&c, flat->round);
    sci_canon_number(&c, flat->nan);
    sci_canon_number(&c, flat->deviation);
    sci_canon_words(&c, flat->p, flat->n, sizeof *flat->p);
    if (flat->deviation)
        sci_canon_words(&c, flat->centre, flat->groups, sizeof *flat->centre);
    sci_canon_words(&c, flat->members, 2 * flat->groups, sizeof *flat->members);
    canon_counts(&c, &flat->first);
    if (flat->round > 0)
        sci_canon_words(&c, flat->targets, 4 * flat->groups * flat->n, sizeof *flat->targets);
    if (sci_quantiles_flat_is_open(flat)) {
        sci_canon_words(&c, flat->seen, 2 * flat->groups, sizeof *flat->seen);
        canon_counts(&c, &flat->open);
    }
    sci_canon_end(&c, out);
}
