/* SPDX-License-Identifier: BSD-3-Clause */
/* Crossed tables as values: making, copying, merging, and what a regression reads off them. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "crossed.h"
#include "moments_priv.h"
#include "table.h"

static sci_status
check_size(uint64_t levels, uint64_t columns, uint64_t covariates)
{
    uint64_t groups, crossed;

    if (levels == 0)
        return sci_fail(SCI_ERR_ARGUMENT, "a crossed table has at least one level");
    if (__builtin_mul_overflow(levels, columns, &groups)
        || __builtin_mul_overflow(groups, covariates, &crossed) || groups > INT64_MAX
        || crossed > INT64_MAX)
        return sci_fail(SCI_ERR_NOMEM,
                        "a table of %" PRIu64 " levels, %" PRIu64 " columns and %" PRIu64
                        " covariates is too large",
                        levels, columns, covariates);
    return SCI_OK;
}

sci_status
sci_crossed_create(sci_crossed **out, uint64_t levels, uint64_t columns, uint64_t covariates)
{
    sci_crossed *t = NULL;
    uint64_t q = covariates;
    sci_status st = check_size(levels, columns, q);

    if (st == SCI_OK)
        st = sci_alloc_zero(&t, 1, 1, sizeof *t);
    if (st != SCI_OK)
        return st;
    *t = (sci_crossed){ .levels = levels, .columns = columns, .covariates = q };
    st = sci_alloc_zero(&t->rows, levels, 1, sizeof *t->rows);
    if (st == SCI_OK)
        st = sci_alloc_zero(&t->mean, levels, q, sizeof *t->mean);
    if (st == SCI_OK)
        st = sci_alloc_zero(&t->gram, levels * q, q, sizeof *t->gram);
    if (st == SCI_OK)
        st = sci_alloc(&t->moments, levels, columns, sizeof *t->moments);
    if (st == SCI_OK)
        st = sci_alloc_zero(&t->cross, levels * q, columns, sizeof *t->cross);
    if (st != SCI_OK) {
        sci_crossed_free(t);
        return st;
    }
    sci_moments_clear_rows(t->moments, levels * columns);
    *out = t;
    return SCI_OK;
}

void
sci_crossed_free(sci_crossed *table)
{
    if (!table)
        return;
    sci_free(table->rows);
    sci_free(table->mean);
    sci_free(table->gram);
    sci_free(table->moments);
    sci_free(table->cross);
    sci_free(table->missing_sum);
    sci_free(table->missing_gram);
    sci_free(table);
}

sci_status
sci_crossed_need_missing(sci_crossed *table)
{
    uint64_t q = table->covariates;
    double *sum = NULL, *gram = NULL;
    sci_status st;

    if (q == 0 || table->missing_sum)
        return SCI_OK;
    st = sci_alloc_zero(&sum, table->levels * q, table->columns, sizeof *sum);
    if (st == SCI_OK)
        st = sci_alloc_zero(&gram, table->levels * (q * (q + 1) / 2), table->columns, sizeof *gram);
    if (st != SCI_OK) {
        sci_free(sum);
        return st;
    }
    table->missing_sum = sum;
    table->missing_gram = gram;
    return SCI_OK;
}

sci_status
sci_crossed_copy(sci_crossed **out, const sci_crossed *from)
{
    uint64_t b = from->levels, g = from->columns, q = from->covariates;
    sci_crossed *t = NULL;
    sci_status st = sci_crossed_create(&t, b, g, q);

    if (st == SCI_OK && from->missing_sum)
        st = sci_crossed_need_missing(t);
    if (st != SCI_OK) {
        sci_crossed_free(t);
        return st;
    }
    memcpy(t->rows, from->rows, b * sizeof *t->rows);
    memcpy(t->mean, from->mean, b * q * sizeof *t->mean);
    memcpy(t->gram, from->gram, b * q * q * sizeof *t->gram);
    memcpy(t->moments, from->moments, b * g * sizeof *t->moments);
    memcpy(t->cross, from->cross, b * q * g * sizeof *t->cross);
    if (t->missing_sum) {
        memcpy(t->missing_sum, from->missing_sum, b * q * g * sizeof *t->missing_sum);
        memcpy(t->missing_gram, from->missing_gram,
               b * (q * (q + 1) / 2) * g * sizeof *t->missing_gram);
    }
    *out = t;
    return SCI_OK;
}

/* ---- one column of one level, gathered ---- */

/* Where the k-th covariate of a level and column lies. */
static size_t
cross_at(const sci_crossed *t, uint64_t level, uint64_t k, uint64_t column)
{
    return (level * t->covariates + k) * t->columns + column;
}

static size_t
gram_at(const sci_crossed *t, uint64_t level, uint64_t pair, uint64_t column)
{
    uint64_t q = t->covariates;

    return (level * (q * (q + 1) / 2) + pair) * t->columns + column;
}

/* ---- merging ---- */

/* Sums about another centre: u' = u + d for every row, d = old mean - new mean. */
static void
shift_column(sci_crossed *t, uint64_t level, uint64_t column, const double *d)
{
    const sci_moments *m = &t->moments[level * t->columns + column];
    double total = m->count > 0 ? m->weight * sci_moments_mean(m) : 0.0;
    double missing = (double)(t->rows[level] - m->count);
    uint64_t q = t->covariates, pair = 0;

    for (uint64_t k = 0; k < q; k++)
        t->cross[cross_at(t, level, k, column)] += d[k] * total;
    if (!t->missing_sum)
        return;
    for (uint64_t i = 0; i < q; i++)
        for (uint64_t j = i; j < q; j++, pair++) {
            double si = t->missing_sum[cross_at(t, level, i, column)];
            double sj = t->missing_sum[cross_at(t, level, j, column)];

            t->missing_gram[gram_at(t, level, pair, column)] +=
                (d[i] * sj + d[j] * si) + missing * (d[i] * d[j]);
        }
    for (uint64_t k = 0; k < q; k++)
        t->missing_sum[cross_at(t, level, k, column)] += missing * d[k];
}

/* The same for a whole level, whose mean it becomes. */
static void
shift_level(sci_crossed *t, uint64_t level, const double *mean, double *d)
{
    uint64_t q = t->covariates;
    double n = (double)t->rows[level], *own = t->mean + level * q, *gram = t->gram + level * q * q;
    bool moves = false;

    for (uint64_t k = 0; k < q; k++) {
        d[k] = own[k] - mean[k];
        moves = moves || d[k] != 0.0;
        own[k] = mean[k];
    }
    if (!moves)
        return;
    for (uint64_t i = 0; i < q; i++)
        for (uint64_t j = 0; j < q; j++)
            gram[i * q + j] += n * (d[i] * d[j]);
    for (uint64_t g = 0; g < t->columns; g++)
        shift_column(t, level, g, d);
}

/* Both levels have the same centre: plain sums. */
static void
add_level(sci_crossed *into, uint64_t to, const sci_crossed *from, uint64_t level,
          const uint64_t *column_of)
{
    uint64_t q = into->covariates, pairs = q * (q + 1) / 2;

    for (uint64_t i = 0; i < q * q; i++)
        into->gram[to * q * q + i] += from->gram[level * q * q + i];
    into->rows[to] += from->rows[level];
    for (uint64_t g = 0; g < from->columns; g++) {
        uint64_t at = column_of ? column_of[g] : g;

        sci_moments_merge(&into->moments[to * into->columns + at],
                          &from->moments[level * from->columns + g]);
        for (uint64_t k = 0; k < q; k++)
            into->cross[cross_at(into, to, k, at)] += from->cross[cross_at(from, level, k, g)];
        if (!from->missing_sum)
            continue;
        for (uint64_t k = 0; k < q; k++)
            into->missing_sum[cross_at(into, to, k, at)] +=
                from->missing_sum[cross_at(from, level, k, g)];
        for (uint64_t p = 0; p < pairs; p++)
            into->missing_gram[gram_at(into, to, p, at)] +=
                from->missing_gram[gram_at(from, level, p, g)];
    }
}

/* Columns that `from` does not have: all of its rows are missing there. d is what its level was
 * shifted by, from a centre about which Σu was 0. */
static void
add_absent(sci_crossed *into, uint64_t to, const sci_crossed *from, uint64_t level,
           const bool *present, const double *d)
{
    uint64_t q = into->covariates;
    const double *gram = from->gram + level * q * q;
    double n = (double)from->rows[level];

    for (uint64_t g = 0; g < into->columns; g++) {
        uint64_t pair = 0;

        if (present[g])
            continue;
        for (uint64_t i = 0; i < q; i++) {
            into->missing_sum[cross_at(into, to, i, g)] += n * d[i];
            for (uint64_t j = i; j < q; j++, pair++)
                into->missing_gram[gram_at(into, to, pair, g)] += gram[i * q + j];
        }
    }
}

static sci_status
check_merge(const sci_crossed *into, const sci_crossed *from, const uint64_t *level_of,
            const uint64_t *column_of)
{
    if (into->covariates != from->covariates)
        return sci_fail(SCI_ERR_SHAPE,
                        "tables of %" PRIu64 " and %" PRIu64 " covariates cannot be merged",
                        into->covariates, from->covariates);
    for (uint64_t l = 0; l < from->levels; l++)
        if ((level_of ? level_of[l] : l) >= into->levels)
            return sci_fail(SCI_ERR_SHAPE, "level %" PRIu64 " has no place in a table of %" PRIu64,
                            l, into->levels);
    for (uint64_t g = 0; g < from->columns; g++)
        if ((column_of ? column_of[g] : g) >= into->columns)
            return sci_fail(SCI_ERR_SHAPE, "column %" PRIu64 " has no place in a table of %" PRIu64,
                            g, into->columns);
    return SCI_OK;
}

typedef struct merge_space {
    double *mean, *d; /* [q] */
    bool *present;    /* [columns of into]; NULL: `from` has them all */
} merge_space;

static void
merge_space_clear(merge_space *s)
{
    sci_free(s->mean);
    sci_free(s->d);
    sci_free(s->present);
}

static sci_status
merge_space_create(merge_space *s, const sci_crossed *into, const sci_crossed *from,
                   const uint64_t *column_of)
{
    uint64_t covered = 0;
    sci_status st = sci_alloc(&s->mean, into->covariates, 1, sizeof *s->mean);

    if (st == SCI_OK)
        st = sci_alloc(&s->d, into->covariates, 1, sizeof *s->d);
    if (st == SCI_OK)
        st = sci_alloc_zero(&s->present, into->columns, 1, sizeof *s->present);
    for (uint64_t g = 0; st == SCI_OK && g < from->columns; g++) {
        uint64_t at = column_of ? column_of[g] : g;

        if (s->present[at])
            return sci_fail(SCI_ERR_ARGUMENT, "two columns have the place %" PRIu64, at);
        s->present[at] = true;
        covered++;
    }
    if (st == SCI_OK && covered == into->columns) {
        sci_free(s->present);
        s->present = NULL;
    }
    return st;
}

static void
merge_level(sci_crossed *into, uint64_t to, sci_crossed *from, uint64_t level,
            const uint64_t *column_of, const merge_space *s)
{
    uint64_t q = into->covariates;
    double n = (double)from->rows[level], all = n + (double)into->rows[to];

    if (from->rows[level] == 0)
        return;
    for (uint64_t k = 0; k < q; k++) {
        double a = into->mean[to * q + k], b = from->mean[level * q + k];

        s->mean[k] = into->rows[to] == 0 ? b : a + (b - a) * (n / all);
    }
    shift_level(into, to, s->mean, s->d);
    shift_level(from, level, s->mean, s->d);
    add_level(into, to, from, level, column_of);
    if (s->present && into->missing_sum)
        add_absent(into, to, from, level, s->present, s->d);
}

/* The rows that `into` has already lack the values of columns that only `from` has: they are in
 * missing_* of `into` as soon as these exist. */
static void
note_absent_before(sci_crossed *into)
{
    uint64_t q = into->covariates;

    for (uint64_t l = 0; l < into->levels; l++)
        for (uint64_t g = 0; g < into->columns; g++) {
            uint64_t pair = 0;

            if (into->rows[l] == 0 || into->moments[l * into->columns + g].count > 0)
                continue;
            for (uint64_t i = 0; i < q; i++)
                for (uint64_t j = i; j < q; j++, pair++)
                    into->missing_gram[gram_at(into, l, pair, g)] = into->gram[(l * q + i) * q + j];
        }
}

/* True if some (level, column) of the union lacks values that its rows could have. */
static bool
leaves_gaps(const sci_crossed *into, const merge_space *s)
{
    if (s->present)
        return true;
    for (uint64_t l = 0; l < into->levels; l++)
        for (uint64_t g = 0; into->rows[l] > 0 && g < into->columns; g++)
            if (into->moments[l * into->columns + g].count < into->rows[l])
                return true;
    return false;
}

sci_status
sci_crossed_merge(sci_crossed *into, const sci_crossed *from, const uint64_t *level_of,
                  const uint64_t *column_of)
{
    sci_crossed *own = NULL; /* its levels are centred anew */
    merge_space space = { 0 };
    sci_status st = check_merge(into, from, level_of, column_of);

    if (st == SCI_OK)
        st = merge_space_create(&space, into, from, column_of);
    if (st == SCI_OK)
        st = sci_crossed_copy(&own, from);
    if (st == SCI_OK && !into->missing_sum && into->covariates > 0
        && (from->missing_sum || leaves_gaps(into, &space))) {
        st = sci_crossed_need_missing(into);
        if (st == SCI_OK)
            note_absent_before(into);
    }
    for (uint64_t l = 0; st == SCI_OK && l < own->levels; l++)
        merge_level(into, level_of ? level_of[l] : l, own, l, column_of, &space);
    merge_space_clear(&space);
    sci_crossed_free(own);
    return st;
}

/* ---- reading ---- */

/* Σu over the values that are there: those that are missing took theirs away from a sum of 0. */
static double
sum_there(const sci_crossed *t, uint64_t level, uint64_t k, uint64_t column)
{
    return t->missing_sum ? -t->missing_sum[cross_at(t, level, k, column)] : 0.0;
}

static void
get_scc(const sci_crossed *t, uint64_t level, uint64_t column, double n, double *scc)
{
    uint64_t q = t->covariates, pair = 0;
    const double *gram = t->gram + level * q * q;

    for (uint64_t i = 0; i < q; i++)
        for (uint64_t j = i; j < q; j++, pair++) {
            double s = gram[i * q + j];

            if (n == 0.0)
                s = 0.0;
            else if (t->missing_sum)
                s = (s - t->missing_gram[gram_at(t, level, pair, column)])
                    - sum_there(t, level, i, column) * (sum_there(t, level, j, column) / n);
            scc[i * q + j] = scc[j * q + i] = s;
        }
}

sci_crossed_cell
sci_crossed_get(const sci_crossed *table, uint64_t level, uint64_t column, double *mean_c,
                double *scc, double *scy)
{
    const sci_moments *m = &table->moments[level * table->columns + column];
    uint64_t q = table->covariates;
    double n = (double)m->count;
    sci_crossed_cell cell = { .n = m->count };

    if (m->count > 0) {
        cell.mean = sci_moments_mean(m);
        cell.syy = ldexp(m->m2, 2 * m->exponent);
    }
    for (uint64_t k = 0; k < q; k++) {
        double there = sum_there(table, level, k, column);

        if (mean_c)
            mean_c[k] = m->count > 0 ? table->mean[level * q + k] + there / n : 0.0;
        if (scy)
            scy[k] = m->count > 0
                         ? table->cross[cross_at(table, level, k, column)] - there * cell.mean
                         : 0.0;
    }
    if (scc)
        get_scc(table, level, column, n, scc);
    return cell;
}
