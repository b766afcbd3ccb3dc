/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "beyond.h"

#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "gram.h"
#include "recode.h"

/* The normal equations of one regression on the k kept covariates. */
typedef struct equations {
    double n, mean, syy;
    double *mean_c, *scc, *scy; /* [k], [k][k], [k] */
    double *lower;              /* [k][k] */
    bool *left_out;             /* [k] */
    bool factored;              /* `lower` is that of columns without missing values */
} equations;

typedef struct beyond {
    const sci_crossed *table;
    const sci_column_map *map;
    uint64_t k;
    uint64_t *of;               /* [k] covariates of the table */
    equations together, *apart; /* apart[levels] */
    double *mean_c, *scc, *scy; /* of the table's q covariates */
    double *norm, *right;       /* [k] */
} beyond;

static void
equations_clear(equations *e)
{
    sci_free(e->mean_c);
    sci_free(e->scc);
    sci_free(e->scy);
    sci_free(e->lower);
    sci_free(e->left_out);
}

static sci_status
equations_make(equations *e, uint64_t k)
{
    sci_status st = sci_alloc_zero(&e->mean_c, k, 1, sizeof *e->mean_c);

    if (st == SCI_OK)
        st = sci_alloc_zero(&e->scc, k, k, sizeof *e->scc);
    if (st == SCI_OK)
        st = sci_alloc_zero(&e->scy, k, 1, sizeof *e->scy);
    if (st == SCI_OK)
        st = sci_alloc_zero(&e->lower, k, k, sizeof *e->lower);
    if (st == SCI_OK)
        st = sci_alloc_zero(&e->left_out, k, 1, sizeof *e->left_out);
    return st;
}

static void
beyond_clear(beyond *b)
{
    equations_clear(&b->together);
    for (uint64_t l = 0; b->apart != NULL && l < b->table->levels; l++)
        equations_clear(&b->apart[l]);
    sci_free(b->apart);
    sci_free(b->of);
    sci_free(b->mean_c);
    sci_free(b->scc);
    sci_free(b->scy);
    sci_free(b->norm);
    sci_free(b->right);
}

static sci_status
beyond_make(beyond *b, const bool *kept)
{
    uint64_t q = b->table->covariates;
    sci_status st = sci_alloc(&b->of, q, 1, sizeof *b->of);

    for (uint64_t j = 0; st == SCI_OK && j < q; j++)
        if (kept[j])
            b->of[b->k++] = j;
    if (st == SCI_OK)
        st = sci_alloc_zero(&b->mean_c, q, 1, sizeof *b->mean_c);
    if (st == SCI_OK)
        st = sci_alloc_zero(&b->scc, q, q, sizeof *b->scc);
    if (st == SCI_OK)
        st = sci_alloc_zero(&b->scy, q, 1, sizeof *b->scy);
    if (st == SCI_OK)
        st = sci_alloc_zero(&b->norm, b->k, 1, sizeof *b->norm);
    if (st == SCI_OK)
        st = sci_alloc_zero(&b->right, b->k, 1, sizeof *b->right);
    if (st == SCI_OK)
        st = equations_make(&b->together, b->k);
    if (st == SCI_OK)
        st = sci_alloc_zero(&b->apart, b->table->levels, 1, sizeof *b->apart);
    for (uint64_t l = 0; st == SCI_OK && l < b->table->levels; l++)
        st = equations_make(&b->apart[l], b->k);
    return st;
}

/* One level's cell of a column. */
static void
take(beyond *b, uint64_t level, uint64_t column)
{
    equations *e = &b->apart[level];
    uint64_t q = b->table->covariates;
    sci_crossed_cell cell =
        genomics_cell_mapped(b->table, level, column, b->map, level, b->mean_c, b->scc, b->scy);

    e->n = (double)cell.n;
    e->mean = cell.mean;
    e->syy = cell.syy;
    for (uint64_t i = 0; i < b->k; i++) {
        e->mean_c[i] = b->mean_c[b->of[i]];
        e->scy[i] = b->scy[b->of[i]];
        for (uint64_t j = 0; j < b->k; j++)
            e->scc[i * b->k + j] = b->scc[b->of[i] * q + b->of[j]];
    }
}

/* Chan's formula. */
static void
add(equations *to, const equations *from, uint64_t k)
{
    double n = to->n + from->n, weight = to->n * from->n / n, dy = from->mean - to->mean;

    to->syy += from->syy + dy * dy * weight;
    for (uint64_t i = 0; i < k; i++) {
        double d = from->mean_c[i] - to->mean_c[i];

        to->scy[i] += from->scy[i] + d * dy * weight;
        for (uint64_t j = 0; j < k; j++)
            to->scc[i * k + j] +=
                from->scc[i * k + j] + d * (from->mean_c[j] - to->mean_c[j]) * weight;
    }
    for (uint64_t i = 0; i < k; i++)
        to->mean_c[i] += (from->mean_c[i] - to->mean_c[i]) * (from->n / n);
    to->mean += dy * (from->n / n);
    to->n = n;
}

static void
join_levels(beyond *b)
{
    equations *all = &b->together;

    all->n = all->mean = all->syy = 0.0;
    memset(all->mean_c, 0, b->k * sizeof *all->mean_c);
    memset(all->scy, 0, b->k * sizeof *all->scy);
    memset(all->scc, 0, b->k * b->k * sizeof *all->scc);
    for (uint64_t l = 0; l < b->table->levels; l++)
        if (b->apart[l].n > 0.0)
            add(all, &b->apart[l], b->k);
}

/* What the regression leaves of the sum of squares; scy becomes its solution. Columns in which no
 * value is missing have one gram, which is decomposed once. */
static double
residual(const beyond *b, equations *e, double rows)
{
    bool complete = e->n == rows;
    double rest = e->syy;

    if (!complete || !e->factored) {
        memset(e->left_out, 0, b->k * sizeof *e->left_out);
        for (uint64_t i = 0; i < b->k; i++)
            b->norm[i] = e->scc[i * b->k + i] + gram_norm_of_mean(e->n, e->mean_c[i]);
        (void)gram_factor(e->lower, b->k, e->scc, b->norm, b->norm, e->left_out);
        e->factored = complete;
    }
    memcpy(b->right, e->scy, b->k * sizeof *b->right);
    gram_solve(e->lower, b->k, e->left_out, e->scy, 1, 1);
    for (uint64_t i = 0; i < b->k; i++)
        rest -= b->right[i] * e->scy[i];
    return rest > 0.0 ? rest : 0.0;
}

sci_status
genomics_beyond(double *out, const sci_crossed *table, const sci_column_map *map, const bool *kept)
{
    beyond b = { .table = table, .map = map };
    double rows = 0.0, between = 0.0, total = 0.0;
    uint64_t levels = 0;
    sci_status st = beyond_make(&b, kept);

    for (uint64_t l = 0; l < table->levels; l++) {
        rows += (double)table->rows[l];
        levels += table->rows[l] > 0;
    }
    for (uint64_t g = 0; st == SCI_OK && g < table->columns; g++) {
        for (uint64_t l = 0; l < table->levels; l++)
            take(&b, l, g);
        join_levels(&b);
        total += b.together.syy;
        between += residual(&b, &b.together, rows);
        for (uint64_t l = 0; l < table->levels; l++)
            if (b.apart[l].n > 0.0)
                between -= residual(&b, &b.apart[l], (double)table->rows[l]);
    }
    if (st == SCI_OK)
        *out = levels > 1 && total > 0.0 ? fmax(between / total, 0.0) : (double)NAN;
    beyond_clear(&b);
    return st;
}
