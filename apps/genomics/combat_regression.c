/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Least squares of every gene on batches and covariates. By Frisch, Waugh and Lovell the batches are
 * taken out by centring inside each: beta = (Σ_b S_cc)⁻¹ Σ_b S_cy. Genes without missing values share
 * one decomposition and go in tiles; each of the others has its own. */
#include <string.h>

#include <sci/memory.h>

#include "combat_priv.h"
#include "design.h"
#include "gram.h"

enum { TILE = 256 };

/* Storage of a regression. */
typedef struct regression {
    combat_fitting *fitting;
    bool *intercept; /* [q] columns of ones, which ComBat drops */
    double *lower;   /* [q][q] of all rows */
    double *all;     /* [q] squared norms inside the batches, over all rows */
    double *tile;    /* [q][TILE] right sides, then solutions */
    /* one gene with missing values */
    double *gram, *own;         /* [q][q] */
    double *norm;               /* [q] */
    bool *left_out;             /* [q] */
    double *mean_c, *scc, *scy; /* [B][q], [B][q][q], [B][q] */
    sci_crossed_cell *cells;    /* [B] */
} regression;

static void
regression_clear(regression *r)
{
    sci_free(r->intercept);
    sci_free(r->lower);
    sci_free(r->tile);
    sci_free(r->gram);
    sci_free(r->own);
    sci_free(r->norm);
    sci_free(r->all);
    sci_free(r->left_out);
    sci_free(r->mean_c);
    sci_free(r->scc);
    sci_free(r->scy);
    sci_free(r->cells);
}

static sci_status
regression_make(regression *r, combat_fitting *fitting)
{
    uint64_t q = fitting->table->covariates, levels = fitting->table->levels;
    struct {
        void *where;
        uint64_t rows, columns;
        size_t size;
    } parts[] = {
        { &r->intercept, q, 1, sizeof *r->intercept },
        { &r->lower, q, q, sizeof *r->lower },
        { &r->tile, q, TILE, sizeof *r->tile },
        { &r->gram, q, q, sizeof *r->gram },
        { &r->own, q, q, sizeof *r->own },
        { &r->norm, q, 1, sizeof *r->norm },
        { &r->all, q, 1, sizeof *r->all },
        { &r->left_out, q, 1, sizeof *r->left_out },
        { &r->mean_c, levels, q, sizeof *r->mean_c },
        { &r->scc, levels * q, q, sizeof *r->scc },
        { &r->scy, levels, q, sizeof *r->scy },
        { &r->cells, levels, 1, sizeof *r->cells },
    };
    sci_status st = SCI_OK;

    r->fitting = fitting;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && st == SCI_OK; i++)
        st = sci_alloc_zero(parts[i].where, parts[i].rows, parts[i].columns, parts[i].size);
    return st;
}

/* The mean of the covariates over all rows. */
static void
find_center(const sci_crossed *table, double *center)
{
    for (uint64_t k = 0; k < table->covariates; k++) {
        double rows = 0.0;

        center[k] = 0.0;
        for (uint64_t b = 0; b < table->levels; b++) {
            if (table->rows[b] == 0)
                continue;
            rows += (double)table->rows[b];
            center[k] += (table->mean[b * table->covariates + k] - center[k])
                         * ((double)table->rows[b] / rows);
        }
    }
}

/* Squared distances of the batches' means of a covariate from their mean, weighted by n. */
static double
spread_of_means(const regression *r, uint64_t k)
{
    uint64_t q = r->fitting->table->covariates;
    double n = 0.0, mean = 0.0, squares = 0.0;

    for (uint64_t b = 0; b < r->fitting->table->levels; b++) {
        double weight = (double)r->cells[b].n, apart = r->mean_c[b * q + k] - mean;

        if (weight == 0.0)
            continue;
        n += weight;
        mean += apart * (weight / n);
        squares += apart * (r->mean_c[b * q + k] - mean) * weight;
    }
    return squares;
}

static sci_status
factor_all(regression *r)
{
    const sci_crossed *table = r->fitting->table;
    uint64_t q = table->covariates;
    size_t n = 0, dropped = 0;
    sci_status st = design_aliased(table, r->left_out, &n);

    if (st != SCI_OK)
        return st;
    for (uint64_t k = 0; k < q; k++) {
        r->intercept[k] = design_is_intercept(table, k);
        dropped += r->intercept[k] ? 1 : 0;
        if (r->left_out[k])
            return sci_fail(SCI_ERR_REFUSED,
                            "covariate %llu is confounded with batch or the covariates before it",
                            (unsigned long long)k + 1);
    }
    for (uint64_t b = 0; b < table->levels; b++)
        for (uint64_t i = 0; i < q * q; i++)
            r->gram[i] += table->gram[b * q * q + i];
    for (uint64_t k = 0; k < q; k++)
        r->all[k] = r->gram[k * q + k];
    memcpy(r->left_out, r->intercept, q * sizeof *r->left_out);
    if (gram_factor(r->lower, q, r->gram, r->all, r->all, r->left_out) != dropped)
        return sci_fail(SCI_ERR_REFUSED, "the covariates are confounded");
    return SCI_OK;
}

/* ---- genes without missing values ---- */

static void
solve_tile(regression *r, uint64_t first, uint64_t n)
{
    const sci_crossed *table = r->fitting->table;
    uint64_t q = table->covariates, genes = table->columns;

    memset(r->tile, 0, q * TILE * sizeof *r->tile);
    for (uint64_t b = 0; b < table->levels; b++)
        for (uint64_t k = 0; k < q; k++) {
            const double *cross = table->cross + (b * q + k) * genes + first;

            for (uint64_t i = 0; i < n; i++)
                r->tile[k * TILE + i] += cross[i];
        }
    gram_solve(r->lower, q, r->intercept, r->tile, n, TILE);
    for (uint64_t k = 0; k < q; k++)
        memcpy(r->fitting->model->beta + k * genes + first, r->tile + k * TILE,
               n * sizeof *r->tile);
}

/* row[i] := Σ_j gram[row][j]·beta_j - 2·cross_row, whose product with beta_row is that row's part of
 * the change in the sum of squares. */
static void
change_of_row(const double *gram, const double *tile, const double *cross, uint64_t q, uint64_t n,
              double *row)
{
    for (uint64_t i = 0; i < n; i++)
        row[i] = -2.0 * cross[i];
    for (uint64_t j = 0; j < q; j++)
        for (uint64_t i = 0; i < n; i++)
            row[i] += gram[j] * tile[j * TILE + i];
}

static void
batch_tile(regression *r, uint64_t b, uint64_t first, uint64_t n)
{
    const sci_crossed *table = r->fitting->table;
    uint64_t q = table->covariates, genes = table->columns;
    double *alpha = r->fitting->model->gamma_hat + b * genes + first;
    double *rss = r->fitting->rss + b * genes + first;
    double row[TILE];

    for (uint64_t i = 0; i < n; i++) {
        const sci_moments *m = &table->moments[b * genes + first + i];

        alpha[i] = sci_moments_mean(m);
        rss[i] = combat_squares(m);
    }
    for (uint64_t k = 0; k < q; k++) {
        const double *beta = r->tile + k * TILE;
        double apart = table->mean[b * q + k] - r->fitting->center[k];

        change_of_row(table->gram + (b * q + k) * q, r->tile,
                      table->cross + (b * q + k) * genes + first, q, n, row);
        for (uint64_t i = 0; i < n; i++) {
            alpha[i] -= apart * beta[i];
            rss[i] += row[i] * beta[i];
        }
    }
    for (uint64_t i = 0; i < n; i++)
        rss[i] = rss[i] > 0.0 ? rss[i] : 0.0;
}

/* ---- one gene with missing values ---- */

static void
gather_gene(regression *r, uint64_t gene)
{
    const sci_crossed *table = r->fitting->table;
    uint64_t q = table->covariates;

    memset(r->gram, 0, q * q * sizeof *r->gram);
    for (uint64_t b = 0; b < table->levels; b++) {
        r->cells[b] =
            sci_crossed_get(table, b, gene, r->mean_c + b * q, r->scc + b * q * q, r->scy + b * q);
        if (r->cells[b].n == 0)
            continue;
        for (uint64_t i = 0; i < q * q; i++)
            r->gram[i] += r->scc[b * q * q + i];
    }
}

/* False if what is there cannot tell the covariates apart. */
static bool
solve_gene(regression *r, double *beta)
{
    const sci_crossed *table = r->fitting->table;
    uint64_t q = table->covariates;
    size_t dropped = 0;

    for (uint64_t k = 0; k < q; k++) {
        r->left_out[k] = r->intercept[k];
        dropped += r->intercept[k] ? 1 : 0;
        r->norm[k] = r->gram[k * q + k] + spread_of_means(r, k);
        beta[k] = 0.0;
        for (uint64_t b = 0; b < table->levels; b++)
            if (r->cells[b].n > 0)
                beta[k] += r->scy[b * q + k];
    }
    if (gram_factor(r->own, q, r->gram, r->norm, r->all, r->left_out) != dropped)
        return false;
    gram_solve(r->own, q, r->left_out, beta, 1, 1);
    return true;
}

static void
batch_gene(const regression *r, const double *beta, uint64_t b, uint64_t gene)
{
    uint64_t q = r->fitting->table->covariates, place = b * r->fitting->table->columns + gene;
    double alpha = r->cells[b].mean, rss = r->cells[b].syy;

    for (uint64_t k = 0; k < q; k++) {
        double row = -2.0 * r->scy[b * q + k];

        for (uint64_t j = 0; j < q; j++)
            row += r->scc[(b * q + k) * q + j] * beta[j];
        alpha -= (r->mean_c[b * q + k] - r->fitting->center[k]) * beta[k];
        rss += row * beta[k];
    }
    r->fitting->model->gamma_hat[place] = alpha;
    r->fitting->rss[place] = rss > 0.0 ? rss : 0.0;
}

static void
gene_with_missing(regression *r, uint64_t gene, bool frozen)
{
    combat_model *model = r->fitting->model;
    uint64_t q = model->covariates, genes = model->columns;
    double *beta = r->tile; /* its own tile is done */

    gather_gene(r, gene);
    if (frozen) {
        for (uint64_t k = 0; k < q; k++)
            beta[k] = model->beta[k * genes + gene];
    } else if (!solve_gene(r, beta)) {
        model->unadjusted[gene] |= COMBAT_ALIASED;
        return;
    }
    for (uint64_t k = 0; k < q; k++)
        model->beta[k * genes + gene] = beta[k];
    for (uint64_t b = 0; b < model->levels; b++)
        if (r->cells[b].n > 0)
            batch_gene(r, beta, b, gene);
}

static void
regress_tile(regression *r, uint64_t first, uint64_t n, bool frozen)
{
    combat_model *model = r->fitting->model;
    const sci_crossed *table = r->fitting->table;

    if (!frozen)
        solve_tile(r, first, n);
    else
        for (uint64_t k = 0; k < model->covariates; k++)
            memcpy(r->tile + k * TILE, model->beta + k * model->columns + first,
                   n * sizeof *r->tile);
    for (uint64_t b = 0; b < table->levels; b++)
        if (table->rows[b] > 0)
            batch_tile(r, b, first, n);
    if (table->missing_sum == NULL || table->covariates == 0)
        return; /* without covariates means and squares are all there is */
    for (uint64_t g = first; g < first + n; g++)
        if (model->unadjusted[g] == 0 && combat_has_missing(table, g))
            gene_with_missing(r, g, frozen);
}

sci_status
combat_regress(combat_fitting *fitting, bool frozen)
{
    uint64_t genes = fitting->table->columns;
    regression r = { 0 };
    sci_status st = regression_make(&r, fitting);

    if (st != SCI_OK)
        goto out;
    if (!frozen) {
        find_center(fitting->table, fitting->center);
        st = factor_all(&r);
        if (st != SCI_OK)
            goto out;
    }
    for (uint64_t first = 0; first < genes; first += TILE)
        regress_tile(&r, first, genes - first < TILE ? genes - first : TILE, frozen);
out:
    regression_clear(&r);
    return st;
}
