/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recode.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

/* T[i][k]; without T the identity. */
static double
coefficient(const double *T, uint64_t i, uint64_t k, uint64_t Q)
{
    return T != NULL ? T[i * Q + k] : i == k ? 1.0 : 0.0;
}

/* out[i][g] = Σ_k T[i][k] in[k][g] over the chosen columns. */
static void
combine_rows(double *out, const double *in, const double *T, uint64_t q, uint64_t Q, uint64_t G,
             uint64_t n, const uint64_t *columns)
{
    for (uint64_t i = 0; i < q; i++) {
        double *to = out + i * n;

        for (uint64_t k = 0; k < Q; k++) {
            double factor = coefficient(T, i, k, Q);
            const double *from = in + k * G;

            if (factor == 0.0)
                continue;
            for (uint64_t g = 0; g < n; g++)
                if (columns == NULL || columns[g] != GENOMICS_NO_COLUMN)
                    to[g] += factor * from[columns != NULL ? columns[g] : g];
        }
    }
}

/* The pair (i, j) of the upper triangle of q × q. */
static uint64_t
pair(uint64_t i, uint64_t j, uint64_t q)
{
    uint64_t a = i < j ? i : j, b = i < j ? j : i;

    return a * q - a * (a + 1) / 2 + b;
}

/* Rows of pairs: out[(i,j)] = Σ_k Σ_l T[i][k] T[j][l] in[(k,l)]. */
static void
combine_pairs(double *out, const double *in, const double *T, uint64_t q, uint64_t Q, uint64_t G,
              uint64_t n, const uint64_t *columns)
{
    for (uint64_t i = 0; i < q; i++)
        for (uint64_t j = i; j < q; j++)
            for (uint64_t k = 0; k < Q; k++)
                for (uint64_t l = 0; coefficient(T, i, k, Q) != 0.0 && l < Q; l++) {
                    double factor = coefficient(T, i, k, Q) * coefficient(T, j, l, Q);
                    const double *from = in + pair(k, l, Q) * G;
                    double *to = out + pair(i, j, q) * n;

                    if (factor == 0.0)
                        continue;
                    for (uint64_t g = 0; g < n; g++)
                        if (columns == NULL || columns[g] != GENOMICS_NO_COLUMN)
                            to[g] += factor * from[columns != NULL ? columns[g] : g];
                }
}

/* Means and grams of the covariates. */
static void
recode_covariates(sci_crossed *to, const sci_crossed *from, const double *T)
{
    uint64_t q = to->covariates, Q = from->covariates;

    for (uint64_t b = 0; b < from->levels; b++) {
        const double *mean = from->mean + b * Q, *gram = from->gram + b * Q * Q;

        to->rows[b] = from->rows[b];
        for (uint64_t i = 0; i < q; i++)
            for (uint64_t k = 0; k < Q; k++)
                to->mean[b * q + i] += coefficient(T, i, k, Q) * mean[k];
        for (uint64_t i = 0; i < q; i++)
            for (uint64_t j = 0; j < q; j++)
                for (uint64_t k = 0; k < Q; k++)
                    for (uint64_t l = 0; coefficient(T, i, k, Q) != 0.0 && l < Q; l++)
                        to->gram[(b * q + i) * q + j] +=
                            coefficient(T, i, k, Q) * coefficient(T, j, l, Q) * gram[k * Q + l];
    }
}

/* A gene that is missing everywhere: Σ u is 0 over all rows, and Σ u·u' is their gram. */
static void
fill_absent(sci_crossed *to, uint64_t b, const uint64_t *columns)
{
    uint64_t q = to->covariates, n = to->columns, pairs = q * (q + 1) / 2;

    for (uint64_t g = 0; g < n; g++)
        if (columns[g] == GENOMICS_NO_COLUMN)
            for (uint64_t i = 0; i < q; i++)
                for (uint64_t j = i; j < q; j++)
                    to->missing_gram[(b * pairs + pair(i, j, q)) * n + g] =
                        to->gram[(b * q + i) * q + j];
}

static bool
has_absent(const uint64_t *columns, uint64_t n)
{
    for (uint64_t g = 0; columns != NULL && g < n; g++)
        if (columns[g] == GENOMICS_NO_COLUMN)
            return true;
    return false;
}

sci_status
genomics_recode(sci_crossed **out, const sci_crossed *from, const double *T, uint64_t q, uint64_t n,
                const uint64_t *columns)
{
    uint64_t Q = from->covariates, G = from->columns, B = from->levels;
    uint64_t pairs = q * (q + 1) / 2, Pairs = Q * (Q + 1) / 2;
    bool absent = has_absent(columns, n);
    sci_crossed *to = NULL;
    sci_status st;

    if (T == NULL)
        q = Q, pairs = Pairs;
    if (columns == NULL)
        n = G;
    st = sci_crossed_create(&to, B, n, q);
    if (st == SCI_OK && (from->missing_sum != NULL || absent)) {
        st = sci_alloc_zero(&to->missing_sum, B * q, n, sizeof *to->missing_sum);
        if (st == SCI_OK)
            st = sci_alloc_zero(&to->missing_gram, B * pairs, n, sizeof *to->missing_gram);
    }
    if (st != SCI_OK) {
        sci_crossed_free(to);
        return st;
    }
    recode_covariates(to, from, T);
    for (uint64_t b = 0; b < B; b++) {
        for (uint64_t g = 0; g < n; g++)
            if (columns == NULL || columns[g] != GENOMICS_NO_COLUMN)
                to->moments[b * n + g] = from->moments[b * G + (columns != NULL ? columns[g] : g)];
        combine_rows(to->cross + b * q * n, from->cross + b * Q * G, T, q, Q, G, n, columns);
        if (absent)
            fill_absent(to, b, columns);
        if (from->missing_sum == NULL)
            continue;
        combine_rows(to->missing_sum + b * q * n, from->missing_sum + b * Q * G, T, q, Q, G, n,
                     columns);
        combine_pairs(to->missing_gram + b * pairs * n, from->missing_gram + b * Pairs * G, T, q, Q,
                      G, n, columns);
    }
    *out = to;
    return SCI_OK;
}

/* ---- after a map ---- */

sci_crossed_cell
genomics_cell_mapped(const sci_crossed *table, uint64_t level, uint64_t column,
                     const sci_column_map *map, uint64_t map_level, double *mean_c, double *scc,
                     double *scy)
{
    uint64_t q = table->covariates, G = table->columns, at = map_level * G + column;
    sci_crossed_cell cell = sci_crossed_get(table, level, column, mean_c, scc, scy);
    double scale;

    if (map == NULL)
        return cell;
    scale = map->scale[at];
    cell.mean = cell.mean * scale + map->shift[at];
    cell.syy *= scale * scale;
    for (uint64_t j = 0; j < q; j++) {
        double slope = map->slope[(map_level * q + j) * G + column];

        cell.mean += slope * mean_c[j];
        cell.syy += 2.0 * scale * slope * scy[j];
        for (uint64_t k = 0; k < q; k++)
            cell.syy += slope * map->slope[(map_level * q + k) * G + column] * scc[j * q + k];
    }
    cell.syy = cell.syy > 0.0 ? cell.syy : 0.0;
    for (uint64_t j = 0; j < q; j++) {
        scy[j] *= scale;
        for (uint64_t k = 0; k < q; k++)
            scy[j] += scc[j * q + k] * map->slope[(map_level * q + k) * G + column];
    }
    return cell;
}

sci_status
genomics_recode_mapped(sci_crossed **out, const sci_crossed *from, uint64_t parts,
                       const sci_column_map *map)
{
    uint64_t q = from->covariates, G = from->columns;
    double *work = NULL;
    sci_crossed *to = NULL;
    sci_status st = sci_alloc_zero(&work, q * (q + 2), 1, sizeof *work);

    if (st == SCI_OK)
        st = sci_crossed_create(&to, from->levels, G, 0);
    for (uint64_t b = 0; st == SCI_OK && b < from->levels; b++) {
        to->rows[b] = from->rows[b];
        for (uint64_t g = 0; g < G; g++) {
            sci_crossed_cell cell =
                genomics_cell_mapped(from, b, g, map, b / parts, work, work + 2 * q, work + q);

            if (cell.n > 0)
                to->moments[b * G + g] = (sci_moments){ .count = cell.n,
                                                        .weight = (double)cell.n,
                                                        .mean_hi = cell.mean,
                                                        .m2 = cell.syy,
                                                        .min = cell.mean,
                                                        .max = cell.mean };
        }
    }
    sci_free(work);
    if (st == SCI_OK)
        *out = to;
    else
        sci_crossed_free(to);
    return st;
}

/* ---- what the values look like ---- */

static bool
is_whole(double value)
{
    return value >= 0.0 && value == floor(value);
}

bool
genomics_looks_like_counts(const sci_crossed *table)
{
    bool some = false;

    for (uint64_t i = 0; i < table->levels * table->columns; i++) {
        const sci_moments *m = &table->moments[i];
        double sum = (m->mean_hi + m->mean_lo) * (double)m->count;

        if (m->count == 0)
            continue;
        if (!is_whole(m->min) || !is_whole(m->max)
            || fabs(sum - nearbyint(sum)) > 1e-9 * (1.0 + sum))
            return false;
        some = some || m->max > 1.0;
    }
    return some;
}

uint64_t
genomics_missing(const sci_crossed *table)
{
    uint64_t missing = 0;

    for (uint64_t b = 0; b < table->levels; b++)
        for (uint64_t g = 0; g < table->columns; g++)
            missing += table->rows[b] - table->moments[b * table->columns + g].count;
    return missing;
}
