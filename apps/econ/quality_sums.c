/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Indicators that are sums of others. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

#include "quality.h"

/* A search over subsets, largest first. What is left of the total in a few periods must neither fall below zero
 * nor stay above what all smaller candidates together have; few subsets get past that. Sums with negative
 * members are not found. */
enum { PROBES = 4, PERIODS_LEAST = 12, STEPS_MOST = 20000, CANDIDATES_MOST = 400 };

typedef struct search {
    const double *const *candidates; /* in order of their first probe, largest first */
    double (*probe)[PROBES];         /* of each candidate */
    double (*after)[PROBES];         /* sums of probes from each candidate on */
    const double *total;
    size_t n, n_candidates;
    double tolerance; /* of one value */
    bool *in_sum;
    size_t steps;
} search;

/* Every period in which total and members have values agrees, and there are enough of them. */
static bool
holds(const search *s, size_t members)
{
    size_t compared = 0;

    for (size_t t = 0; t < s->n; t++) {
        double sum = 0.0;

        for (size_t k = 0; k < s->n_candidates; k++)
            if (s->in_sum[k])
                sum += s->candidates[k][t];
        if (isnan(sum) || isnan(s->total[t]))
            continue;
        compared++;
        if (fabs(sum - s->total[t]) > s->tolerance * (double)(members + 1))
            return false;
    }
    return compared >= PERIODS_LEAST;
}

static bool
descend(search *s, size_t k, const double *left, size_t members)
{
    double slack = s->tolerance * (double)(members + 2);
    bool done = true;

    if (++s->steps > STEPS_MOST)
        return false;
    for (int p = 0; p < PROBES; p++) {
        if (left[p] < -slack)
            return false;
        done = done && left[p] <= slack;
    }
    if (done)
        return members >= 2 && holds(s, members);
    if (k == s->n_candidates)
        return false;
    for (int p = 0; p < PROBES; p++)
        if (left[p] > s->after[k][p] + slack + s->tolerance * (double)s->n_candidates)
            return false;
    s->in_sum[k] = true;
    {
        double rest[PROBES];

        for (int p = 0; p < PROBES; p++)
            rest[p] = left[p] - s->probe[k][p];
        if (descend(s, k + 1, rest, members + 1))
            return true;
    }
    s->in_sum[k] = false;
    return descend(s, k + 1, left, members);
}

/* Half of the last decimal place that values have, from the first of them. */
static double
rounding_of(const double *values, size_t n)
{
    int places = 0;

    for (size_t t = 0; t < n && places < 9; t++)
        while (!isnan(values[t]) && places < 9
               && fabs(values[t] * pow(10.0, places) - round(values[t] * pow(10.0, places)))
                      > 1e-6 * fmax(1.0, fabs(values[t]) * 1e-3))
            places++;
    return 0.5 * pow(10.0, -places);
}

/* Periods with values of the total, evenly spread. False: too few. */
static bool
choose_probes(const double *total, size_t n, size_t at[PROBES])
{
    size_t seen = 0, found = 0, k = 0;

    for (size_t t = 0; t < n; t++)
        seen += isnan(total[t]) ? 0 : 1;
    if (seen < PERIODS_LEAST)
        return false;
    for (size_t t = 0; t < n && k < PROBES; t++) {
        if (isnan(total[t]))
            continue;
        if (found == k * (seen - 1) / (PROBES - 1))
            at[k++] = t;
        found++;
    }
    return k == PROBES;
}

bool
econ_quality_is_sum(const double *total, const double *const *candidates, size_t n_candidates,
                    size_t n, bool *in_sum)
{
    size_t at[PROBES];
    double probes[CANDIDATES_MOST][PROBES], after[CANDIDATES_MOST + 1][PROBES] = { 0 },
                                                                    left[PROBES];
    search s = { .candidates = candidates,
                 .probe = probes,
                 .after = after,
                 .total = total,
                 .n = n,
                 .n_candidates = n_candidates,
                 .in_sum = in_sum };

    if (n_candidates < 2 || n_candidates > CANDIDATES_MOST || !choose_probes(total, n, at))
        return false;
    memset(in_sum, 0, n_candidates * sizeof *in_sum);
    s.tolerance = rounding_of(total, n);
    for (size_t k = 0; k < n_candidates; k++)
        s.tolerance = fmax(s.tolerance, rounding_of(candidates[k], n));
    for (size_t k = n_candidates; k-- > 0;)
        for (int p = 0; p < PROBES; p++) {
            probes[k][p] = candidates[k][at[p]];
            after[k][p] = after[k + 1][p] + probes[k][p];
        }
    for (int p = 0; p < PROBES; p++)
        left[p] = total[at[p]];
    return descend(&s, 0, left, 0);
}

/* ---- over a panel ---- */

typedef struct ordered {
    size_t indicator;
    double size;
} ordered;

static int
compare_sizes(const void *a, const void *b)
{
    const ordered *x = a, *y = b;

    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return (x->indicator > y->indicator) - (x->indicator < y->indicator);
}

static double
mean_of(const double *values, size_t n, bool *usable)
{
    double sum = 0.0;
    size_t seen = 0;

    for (size_t t = 0; t < n; t++) {
        *usable = *usable && !(values[t] < 0.0);
        if (isnan(values[t]))
            continue;
        sum += values[t];
        seen++;
    }
    *usable = *usable && seen >= PERIODS_LEAST && sum > 0.0;
    return seen == 0 ? 0.0 : sum / (double)seen;
}

static sci_status
note_sum(econ_panel *panel, size_t total, const size_t *members, const bool *in_sum, size_t n)
{
    char list[512] = "";
    size_t used = 0, count = 0;

    for (size_t k = 0; k < n; k++) {
        int more;

        if (!in_sum[k])
            continue;
        count++;
        if (count > 6 || used >= sizeof list)
            continue;
        more = snprintf(list + used, sizeof list - used, "%s'%.60s'", used > 0 ? ", " : "",
                        panel->indicators[members[k]].name);
        used += more < 0 ? 0 : (size_t)more;
    }
    return econ_notes_add(&panel->notes, ECON_WARNING, "nested_total", 0, 0,
                          "'%.80s' is the sum of %s%s: what happens in them counts twice",
                          panel->indicators[total].name, list, count > 6 ? " and others" : "");
}

/* One total against the others of its sector (`all`: of any) that are not larger. */
static sci_status
check_total(econ_panel *panel, const ordered *order, size_t n, size_t at, bool all, bool *found)
{
    const double *candidates[CANDIDATES_MOST];
    size_t members[CANDIDATES_MOST], count = 0;
    bool in_sum[CANDIDATES_MOST];
    size_t total = order[at].indicator, sector = panel->indicators[total].sector_index;

    *found = false;
    for (size_t k = at + 1; k < n && count < CANDIDATES_MOST; k++) {
        size_t i = order[k].indicator;

        if (!all && panel->indicators[i].sector_index != sector)
            continue;
        members[count] = i;
        candidates[count++] = panel->values + i * panel->n_periods;
    }
    *found = econ_quality_is_sum(panel->values + total * panel->n_periods, candidates, count,
                                 panel->n_periods, in_sum);
    return *found ? note_sum(panel, total, members, in_sum, count) : SCI_OK;
}

sci_status
econ_quality_sums(econ_panel *panel)
{
    ordered *order = NULL;
    size_t n = 0;
    sci_status st;

    if (panel->n_indicators > CANDIDATES_MOST)
        return SCI_OK;
    st = sci_alloc(&order, panel->n_indicators, 1, sizeof *order);
    if (st != SCI_OK)
        return st;
    for (size_t i = 0; i < panel->n_indicators; i++) {
        bool usable = true;
        double size = mean_of(panel->values + i * panel->n_periods, panel->n_periods, &usable);

        if (usable)
            order[n++] = (ordered){ i, size };
    }
    qsort(order, n, sizeof *order, compare_sizes);
    for (size_t k = 0; k < n && st == SCI_OK; k++) {
        bool found;

        st = check_total(panel, order, n, k, false, &found);
        if (st == SCI_OK && !found && panel->n_sectors > 1)
            st = check_total(panel, order, n, k, true, &found);
    }
    sci_free(order);
    return st;
}
