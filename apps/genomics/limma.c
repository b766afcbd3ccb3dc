/* SPDX-License-Identifier: GPL-3.0-or-later */
/* limma's removeBatchEffect (Ritchie et al. 2015; version 3.54): one least squares, of which the parts
 * that belong to batches and nuisance covariates are taken away. Columns in limma's order: intercept,
 * covariates that stay, contrasts of the batches, covariates that go; what a column before determines
 * is left out. The intercept is taken out by centring about the mean of all rows. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "combat.h"
#include "gram.h"

enum { TILE = 256 };

/* The columns of the least squares. */
typedef struct limma_fit {
    const sci_crossed *table;
    uint64_t levels;         /* of the table that have cells */
    uint64_t *level;         /* [levels] their numbers; the last one has no contrast */
    uint64_t n;              /* columns: covariates that stay, contrasts, covariates that go */
    uint64_t first_contrast; /* number of covariates that stay */
    uint64_t *covariate;     /* [n] of a column; meaningless for a contrast */
    /* of the whole table: what is left out, L, squared norms */
    bool *shared;                /* [n] */
    double *shared_lower, *full; /* [n][n], [n] */
    /* of one gene: the same, and its gram */
    bool *own;                       /* [n] */
    double *own_lower, *norm, *gram; /* [n][n], [n], [n][n] */
    double *right;                   /* [n][TILE] right sides, then solutions */
    /* what these are made of, for each level with cells */
    double *rows, *mean_c, *scc, *scy, *mean_y; /* [levels], [levels][q], [levels][q][q], … */
    double *center;                             /* [q] */
} limma_fit;

static bool
is_contrast(const limma_fit *f, uint64_t column)
{
    return column >= f->first_contrast && column < f->first_contrast + (f->levels - 1);
}

static void
limma_clear(limma_fit *f)
{
    void *parts[] = { f->level, f->covariate, f->own,          f->shared, f->full, f->gram,
                      f->norm,  f->own_lower, f->shared_lower, f->right,  f->rows, f->mean_c,
                      f->scc,   f->scy,       f->mean_y,       f->center };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sci_free(parts[i]);
}

static sci_status
limma_alloc(limma_fit *f)
{
    uint64_t q = f->table->covariates, n = f->n, levels = f->table->levels;
    struct {
        void *where;
        uint64_t rows, columns;
        size_t size;
    } parts[] = {
        { &f->covariate, n, 1, sizeof *f->covariate },
        { &f->own, n, 1, sizeof *f->own },
        { &f->shared, n, 1, sizeof *f->shared },
        { &f->gram, n, n, sizeof *f->gram },
        { &f->norm, n, 1, sizeof *f->norm },
        { &f->full, n, 1, sizeof *f->full },
        { &f->own_lower, n, n, sizeof *f->own_lower },
        { &f->shared_lower, n, n, sizeof *f->shared_lower },
        { &f->right, n, TILE, sizeof *f->right },
        { &f->rows, levels, 1, sizeof *f->rows },
        { &f->mean_c, levels, q, sizeof *f->mean_c },
        { &f->scc, levels * q, q, sizeof *f->scc },
        { &f->scy, levels, q, sizeof *f->scy },
        { &f->mean_y, levels, 1, sizeof *f->mean_y },
        { &f->center, q, 1, sizeof *f->center },
    };
    sci_status st = SCI_OK;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && st == SCI_OK; i++)
        st = sci_alloc_zero(parts[i].where, parts[i].rows, parts[i].columns, parts[i].size);
    return st;
}

static sci_status
limma_make(limma_fit *f, const sci_crossed *table, const bool *removed)
{
    uint64_t column = 0;
    sci_status st = sci_alloc_zero(&f->level, table->levels, 1, sizeof *f->level);

    f->table = table;
    if (st != SCI_OK)
        return st;
    for (uint64_t b = 0; b < table->levels; b++)
        if (table->rows[b] > 0)
            f->level[f->levels++] = b;
    if (f->levels == 0)
        return sci_fail(SCI_ERR_DEGENERATE, "no batch has cells");
    f->n = f->levels - 1 + table->covariates;
    st = limma_alloc(f);
    if (st != SCI_OK)
        return st;
    for (uint64_t k = 0; k < table->covariates; k++)
        if (removed == NULL || !removed[k])
            f->covariate[column++] = k;
    f->first_contrast = column;
    column += f->levels - 1;
    for (uint64_t k = 0; k < table->covariates; k++)
        if (removed != NULL && removed[k])
            f->covariate[column++] = k;
    return SCI_OK;
}

/* ---- the normal equations of what lies in rows, mean_c and scc ---- */

static double
find_center(limma_fit *f)
{
    uint64_t q = f->table->covariates;
    double rows = 0.0;

    memset(f->center, 0, q * sizeof *f->center);
    for (uint64_t l = 0; l < f->levels; l++) {
        if (f->rows[l] == 0.0)
            continue;
        rows += f->rows[l];
        for (uint64_t k = 0; k < q; k++)
            f->center[k] += (f->mean_c[l * q + k] - f->center[k]) * (f->rows[l] / rows);
    }
    return rows;
}

static double
apart(const limma_fit *f, uint64_t l, uint64_t covariate)
{
    return f->mean_c[l * f->table->covariates + covariate] - f->center[covariate];
}

/* Σ(c_i - c̄_i)(c_j - c̄_j) over all rows */
static double
covariate_product(const limma_fit *f, uint64_t i, uint64_t j)
{
    uint64_t q = f->table->covariates;
    double sum = 0.0;

    for (uint64_t l = 0; l < f->levels; l++)
        if (f->rows[l] > 0.0)
            sum += f->scc[(l * q + i) * q + j] + f->rows[l] * apart(f, l, i) * apart(f, l, j);
    return sum;
}

/* Σ z_l·(c - c̄), the contrast of level l being 1 there and -1 in the last */
static double
mixed_product(const limma_fit *f, uint64_t l, uint64_t covariate)
{
    uint64_t last = f->levels - 1;
    double at_level = f->rows[l] > 0.0 ? f->rows[l] * apart(f, l, covariate) : 0.0;
    double at_last = f->rows[last] > 0.0 ? f->rows[last] * apart(f, last, covariate) : 0.0;

    return at_level - at_last;
}

static double
contrast_product(const limma_fit *f, uint64_t i, uint64_t j, double rows)
{
    double last = f->rows[f->levels - 1];
    double product = last + (i == j ? f->rows[i] : 0.0);

    return product - (f->rows[i] - last) * ((f->rows[j] - last) / rows);
}

static double
column_product(const limma_fit *f, uint64_t i, uint64_t j, double rows)
{
    uint64_t first = f->first_contrast;

    if (is_contrast(f, i) && is_contrast(f, j))
        return contrast_product(f, i - first, j - first, rows);
    if (is_contrast(f, i))
        return mixed_product(f, i - first, f->covariate[j]);
    if (is_contrast(f, j))
        return mixed_product(f, j - first, f->covariate[i]);
    return covariate_product(f, f->covariate[i], f->covariate[j]);
}

static void
decompose(limma_fit *f, const double *size, double *lower, bool *left_out)
{
    double rows = find_center(f);

    for (uint64_t i = 0; i < f->n; i++) {
        for (uint64_t j = 0; j <= i; j++)
            f->gram[i * f->n + j] = f->gram[j * f->n + i] =
                rows > 0.0 ? column_product(f, i, j, rows) : 0.0;
        f->norm[i] = f->gram[i * f->n + i];
        if (!is_contrast(f, i))
            f->norm[i] += gram_norm_of_mean(rows, f->center[f->covariate[i]]);
        left_out[i] = false;
    }
    gram_factor(lower, f->n, f->gram, f->norm, size, left_out);
}

/* right[·][place] := the right side of a gene. */
static void
right_side(limma_fit *f, uint64_t place)
{
    uint64_t q = f->table->covariates, last = f->levels - 1;
    double rows = 0.0, mean = 0.0;

    for (uint64_t l = 0; l < f->levels; l++)
        if (f->rows[l] > 0.0) {
            rows += f->rows[l];
            mean += (f->mean_y[l] - mean) * (f->rows[l] / rows);
        }
    for (uint64_t i = 0; i < f->n; i++) {
        double sum = 0.0;

        if (is_contrast(f, i)) {
            uint64_t l = i - f->first_contrast;

            sum = f->rows[l] > 0.0 ? f->rows[l] * (f->mean_y[l] - mean) : 0.0;
            sum -= f->rows[last] > 0.0 ? f->rows[last] * (f->mean_y[last] - mean) : 0.0;
        } else {
            uint64_t k = f->covariate[i];

            for (uint64_t l = 0; l < f->levels; l++)
                if (f->rows[l] > 0.0)
                    sum += f->scy[l * q + k] + f->rows[l] * apart(f, l, k) * (f->mean_y[l] - mean);
        }
        f->right[i * TILE + place] = sum;
    }
}

/* ---- genes ---- */

static void
take_rows(limma_fit *f)
{
    uint64_t q = f->table->covariates;

    for (uint64_t l = 0; l < f->levels; l++) {
        uint64_t b = f->level[l];

        f->rows[l] = (double)f->table->rows[b];
        memcpy(f->mean_c + l * q, f->table->mean + b * q, q * sizeof *f->mean_c);
        memcpy(f->scc + l * q * q, f->table->gram + b * q * q, q * q * sizeof *f->scc);
    }
}

static bool
misses(const limma_fit *f, uint64_t gene)
{
    for (uint64_t l = 0; l < f->levels; l++)
        if (f->table->moments[f->level[l] * f->table->columns + gene].count
            < f->table->rows[f->level[l]])
            return true;
    return false;
}

static void
take_gene(limma_fit *f, uint64_t gene)
{
    uint64_t q = f->table->covariates;

    for (uint64_t l = 0; l < f->levels; l++) {
        sci_crossed_cell cell = sci_crossed_get(f->table, f->level[l], gene, f->mean_c + l * q,
                                                f->scc + l * q * q, f->scy + l * q);

        f->rows[l] = (double)cell.n;
        f->mean_y[l] = cell.mean;
    }
}

static double
negative(double x)
{
    return x == 0.0 ? -0.0 : -x;
}

/* What the solution at `place` takes away from a gene. */
static void
write_gene(const limma_fit *f, uint64_t place, uint64_t gene, sci_column_map *map)
{
    uint64_t genes = map->columns, q = map->covariates;
    double last = 0.0;

    for (uint64_t i = 0; i < f->n; i++) {
        double beta = f->right[i * TILE + place];

        if (is_contrast(f, i)) {
            map->shift[f->level[i - f->first_contrast] * genes + gene] = negative(beta);
            last -= beta;
        } else if (i >= f->first_contrast) {
            for (uint64_t l = 0; l < f->levels; l++)
                map->slope[(f->level[l] * q + f->covariate[i]) * genes + gene] =
                    negative(beta) + 0.0;
        }
    }
    map->shift[f->level[f->levels - 1] * genes + gene] = negative(last);
}

/* Genes without missing values, on the decomposition of the whole table. */
static void
solve_tile(limma_fit *f, uint64_t first, uint64_t count, sci_column_map *map)
{
    uint64_t q = f->table->covariates, genes = f->table->columns;

    take_rows(f);
    find_center(f);
    for (uint64_t i = 0; i < count; i++) {
        for (uint64_t l = 0; l < f->levels; l++) {
            uint64_t b = f->level[l];

            f->mean_y[l] = sci_moments_mean(&f->table->moments[b * genes + first + i]);
            for (uint64_t k = 0; k < q; k++)
                f->scy[l * q + k] = f->table->cross[(b * q + k) * genes + first + i];
        }
        right_side(f, i);
    }
    gram_solve(f->shared_lower, f->n, f->shared, f->right, count, TILE);
    for (uint64_t i = 0; i < count; i++)
        write_gene(f, i, first + i, map);
}

static void
solve_gene(limma_fit *f, uint64_t gene, sci_column_map *map)
{
    take_gene(f, gene);
    decompose(f, f->full, f->own_lower, f->own);
    right_side(f, 0);
    gram_solve(f->own_lower, f->n, f->own, f->right, 1, TILE);
    write_gene(f, 0, gene, map);
}

static void
tell_left_out(const limma_fit *f, bool *left_out)
{
    memset(left_out, 0, (f->table->levels + f->table->covariates) * sizeof *left_out);
    for (uint64_t i = 0; i < f->n; i++) {
        uint64_t place = is_contrast(f, i) ? f->level[i - f->first_contrast]
                                           : f->table->levels + f->covariate[i];

        left_out[place] = f->shared[i];
    }
}

sci_status
limma_map(sci_column_map **out, const sci_crossed *table, const bool *removed, bool *left_out)
{
    limma_fit f = { 0 };
    sci_column_map *map = NULL;
    uint64_t genes = table->columns;
    sci_status st = limma_make(&f, table, removed);

    if (st == SCI_OK)
        st = sci_column_map_create(&map, table->levels, genes, table->covariates);
    if (st != SCI_OK)
        goto out;
    take_rows(&f);
    decompose(&f, f.norm, f.shared_lower, f.shared);
    memcpy(f.full, f.norm, f.n * sizeof *f.full);
    for (uint64_t first = 0; first < genes; first += TILE)
        solve_tile(&f, first, genes - first < TILE ? genes - first : TILE, map);
    for (uint64_t g = 0; g < genes; g++)
        if (misses(&f, g))
            solve_gene(&f, g, map);
    if (left_out != NULL)
        tell_left_out(&f, left_out);
    *out = map;
    map = NULL;
out:
    limma_clear(&f);
    sci_column_map_free(map);
    return st;
}
