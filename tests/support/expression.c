/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expression.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sci/h5_look.h>
#include <sci/memory.h>

#include "load.h"
#include "testing.h"

#define GOLDEN_TOLERANCE 1e-10

expression
expression_make(uint64_t cells, uint64_t genes, uint64_t batches, uint64_t covariates)
{
    expression e = { cells, genes, batches, covariates, NULL, NULL, NULL };

    e.values = test_alloc(cells * genes + 1, sizeof *e.values);
    e.batch = test_alloc(cells, sizeof *e.batch);
    e.covariate = test_alloc(cells * covariates + 1, sizeof *e.covariate);
    memset(e.values, 0, cells * genes * sizeof *e.values);
    memset(e.batch, 0, cells * sizeof *e.batch);
    memset(e.covariate, 0, cells * covariates * sizeof *e.covariate);
    return e;
}

void
expression_free(expression *e)
{
    free(e->values);
    free(e->batch);
    free(e->covariate);
    memset(e, 0, sizeof *e);
}

/* ---- files ---- */

int32_t *
expression_codes(const char *path, const char *column, uint64_t *levels)
{
    char dataset[128];
    loaded codes;
    int32_t *out;

    snprintf(dataset, sizeof dataset, "/obs/%s/codes", column);
    codes = load_dataset(path, dataset);
    out = test_alloc(codes.n, sizeof *out);
    *levels = 0;
    for (uint64_t i = 0; i < codes.n; i++) {
        out[i] = (int32_t)codes.values[i];
        if (out[i] >= 0 && (uint64_t)out[i] + 1 > *levels)
            *levels = (uint64_t)out[i] + 1;
    }
    loaded_free(&codes);
    return out;
}

static bool
has(const char *path, const char *object)
{
    sci_h5_file *file = NULL;
    bool there = false;

    assert_ok(sci_h5_file_open(&file, path));
    assert_ok(sci_h5_file_has(file, object, &there));
    sci_h5_file_close(file);
    return there;
}

static void
load_sparse(expression *e, const char *path)
{
    loaded data = load_dataset(path, "/X/data"), indices = load_dataset(path, "/X/indices");
    loaded indptr = load_dataset(path, "/X/indptr");

    for (uint64_t row = 0; row < e->cells; row++)
        for (uint64_t i = (uint64_t)indptr.values[row]; i < (uint64_t)indptr.values[row + 1]; i++)
            e->values[row * e->genes + (uint64_t)indices.values[i]] += data.values[i];
    loaded_free(&data);
    loaded_free(&indices);
    loaded_free(&indptr);
}

expression
expression_load(const char *path, const char *batch)
{
    expression e;
    uint64_t batches, genes = 0;
    int32_t *codes = expression_codes(path, batch, &batches);
    loaded x;

    if (!has(path, "/X/data")) {
        x = load_dataset(path, "/X");
        e = expression_make(x.array.shape[0], x.array.shape[1], batches, 0);
        memcpy(e.values, x.values, x.n * sizeof *x.values);
        loaded_free(&x);
    } else {
        x = load_dataset(path, "/X/indices");
        for (uint64_t i = 0; i < x.n; i++)
            genes = (uint64_t)x.values[i] + 1 > genes ? (uint64_t)x.values[i] + 1 : genes;
        loaded_free(&x);
        x = load_dataset(path, "/X/indptr");
        e = expression_make(x.n - 1, genes, batches, 0);
        loaded_free(&x);
        load_sparse(&e, path);
    }
    free(e.batch);
    e.batch = codes;
    return e;
}

/* ---- tables ---- */

void
expression_design(expression *e, size_t n, const design_variable *variables)
{
    design *d = NULL;
    uint64_t before = e->covariates, all;
    double *joined;

    assert_ok(design_create(&d, e->cells, n, variables, e->batch));
    all = before + d->columns;
    joined = test_alloc(e->cells * all + 1, sizeof *joined);
    for (uint64_t i = 0; i < e->cells; i++) {
        memcpy(joined + i * all, e->covariate + i * before, before * sizeof *joined);
        memcpy(joined + i * all + before, d->values + i * d->columns, d->columns * sizeof *joined);
    }
    free(e->covariate);
    e->covariate = joined;
    e->covariates = all;
    design_free(d);
}

sci_row_model
expression_rows(const expression *e)
{
    return (sci_row_model){ e->cells, e->batches, e->batch, e->covariates, e->covariate };
}

/* u of a cell's covariate. */
static double
centred(const expression *e, const sci_crossed *t, uint64_t cell, uint64_t k)
{
    return e->covariate[cell * e->covariates + k]
           - t->mean[(uint64_t)e->batch[cell] * e->covariates + k];
}

static void
fill_covariates(sci_crossed *t, const expression *e)
{
    sci_row_model rows = expression_rows(e);
    sci_crossed *alone = NULL;
    uint64_t q = e->covariates;

    assert_ok(design_table(&alone, &rows));
    memcpy(t->rows, alone->rows, e->batches * sizeof *t->rows);
    memcpy(t->mean, alone->mean, e->batches * q * sizeof *t->mean);
    memcpy(t->gram, alone->gram, e->batches * q * q * sizeof *t->gram);
    sci_crossed_free(alone);
}

static void
fill_moments(sci_moments *m, const expression *e, uint64_t batch, uint64_t gene)
{
    long double sum = 0.0L, squares = 0.0L, mean;

    *m = sci_moments_empty();
    for (uint64_t i = 0; i < e->cells; i++) {
        double y = e->values[i * e->genes + gene];

        if (e->batch[i] != (int32_t)batch || isnan(y))
            continue;
        m->count++;
        sum += (long double)y;
        m->min = fmin(m->min, y);
        m->max = fmax(m->max, y);
    }
    if (m->count == 0)
        return;
    m->weight = (double)m->count;
    mean = sum / (long double)m->count;
    for (uint64_t i = 0; i < e->cells; i++) {
        double y = e->values[i * e->genes + gene];

        if (e->batch[i] == (int32_t)batch && !isnan(y))
            squares += ((long double)y - mean) * ((long double)y - mean);
    }
    m->mean_hi = (double)mean;
    m->mean_lo = (double)(mean - (long double)m->mean_hi);
    m->m2 = (double)squares;
}

static void
fill_cross(sci_crossed *t, const expression *e, uint64_t batch, uint64_t gene)
{
    uint64_t q = e->covariates, pairs = q * (q + 1) / 2;

    for (uint64_t k = 0; k < q; k++) {
        long double cross = 0.0L, sum = 0.0L;

        for (uint64_t i = 0; i < e->cells; i++) {
            double y = e->values[i * e->genes + gene];

            if (e->batch[i] != (int32_t)batch)
                continue;
            if (isnan(y))
                sum += (long double)centred(e, t, i, k);
            else
                cross += (long double)centred(e, t, i, k) * (long double)y;
        }
        t->cross[(batch * q + k) * e->genes + gene] = (double)cross;
        if (t->missing_sum != NULL)
            t->missing_sum[(batch * q + k) * e->genes + gene] = (double)sum;
    }
    for (uint64_t i = 0, p = 0; i < q && t->missing_gram != NULL; i++)
        for (uint64_t j = i; j < q; j++, p++) {
            long double sum = 0.0L;

            for (uint64_t cell = 0; cell < e->cells; cell++)
                if (e->batch[cell] == (int32_t)batch && isnan(e->values[cell * e->genes + gene]))
                    sum +=
                        (long double)centred(e, t, cell, i) * (long double)centred(e, t, cell, j);
            t->missing_gram[(batch * pairs + p) * e->genes + gene] = (double)sum;
        }
}

sci_crossed *
expression_table(const expression *e)
{
    sci_crossed *t = NULL;
    uint64_t q = e->covariates;
    bool missing = false;

    assert_ok(sci_crossed_create(&t, e->batches, e->genes, q));
    fill_covariates(t, e);
    for (uint64_t i = 0; i < e->cells * e->genes; i++)
        missing = missing || (e->batch[i / e->genes] >= 0 && isnan(e->values[i]));
    if (missing) {
        assert_ok(sci_alloc_zero(&t->missing_sum, e->batches * q, e->genes, sizeof(double)));
        assert_ok(sci_alloc_zero(&t->missing_gram, e->batches * (q * (q + 1) / 2), e->genes,
                                 sizeof(double)));
    }
    for (uint64_t b = 0; b < e->batches; b++)
        for (uint64_t g = 0; g < e->genes; g++) {
            fill_moments(&t->moments[b * e->genes + g], e, b, g);
            fill_cross(t, e, b, g);
        }
    return t;
}

/* ---- maps ---- */

static double
mapped(const expression *e, const sci_column_map *map, uint64_t cell, uint64_t gene)
{
    double x = e->values[cell * e->genes + gene], moved;
    uint64_t batch, place;

    if (e->batch[cell] < 0)
        return x;
    batch = (uint64_t)e->batch[cell];
    place = batch * e->genes + gene;
    moved = map->shift[place];
    for (uint64_t k = 0; k < map->covariates; k++)
        moved += e->covariate[cell * e->covariates + k]
                 * map->slope[(batch * map->covariates + k) * e->genes + gene];
    if (map->inverse)
        return (x - moved) / map->scale[place];
    return x * map->scale[place] + moved;
}

double *
expression_mapped(const expression *e, const sci_column_map *map)
{
    double *out = test_alloc(e->cells * e->genes, sizeof *out);

    for (uint64_t cell = 0; cell < e->cells; cell++)
        for (uint64_t gene = 0; gene < e->genes; gene++)
            out[cell * e->genes + gene] = mapped(e, map, cell, gene);
    return out;
}

double *
expression_combat(const expression *e, const combat_options *opt, combat_model **model)
{
    sci_crossed *table = expression_table(e);
    sci_column_map *map = NULL;
    combat_model *fitted = NULL;
    double *out;

    assert_ok(combat_fit(&fitted, table, opt));
    assert_ok(combat_map(&map, fitted));
    out = expression_mapped(e, map);
    sci_column_map_free(map);
    sci_crossed_free(table);
    if (model != NULL)
        *model = fitted;
    else
        combat_model_free(fitted);
    return out;
}

double *
expression_limma(const expression *e, const bool *removed, bool *left_out)
{
    sci_crossed *table = expression_table(e);
    sci_column_map *map = NULL;
    double *out;

    assert_ok(limma_map(&map, table, removed, left_out));
    out = expression_mapped(e, map);
    sci_column_map_free(map);
    sci_crossed_free(table);
    return out;
}

void
assert_same_values(const double *got, const double *expected, uint64_t n, double atol)
{
    for (uint64_t i = 0; i < n; i++)
        if (isnan(got[i]) != isnan(expected[i]) || fabs(got[i] - expected[i]) > atol)
            test_failed(__FILE__, __LINE__, "value %llu is %.17g instead of %.17g",
                        (unsigned long long)i, got[i], expected[i]);
}

void
expression_compare(const expression *e, const double *got, const char *golden, const char *dataset,
                   bool some_rows)
{
    loaded expected = load_dataset(golden, dataset), rows = { 0 };

    test_context("%s of %s", dataset, golden);
    if (some_rows)
        rows = load_dataset(golden, "/rows");
    assert_count(expected.n, (some_rows ? rows.n : e->cells) * e->genes);
    for (uint64_t i = 0; i < expected.n / e->genes; i++) {
        uint64_t row = some_rows ? (uint64_t)rows.values[i] : i;

        assert_same_values(got + row * e->genes, expected.values + i * e->genes, e->genes,
                           GOLDEN_TOLERANCE);
    }
    loaded_free(&expected);
    loaded_free(&rows);
}
