/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether covariates and batches can be told apart, from means and grams. */
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "design.h"
#include "gram.h"

/* ---- a table of the covariates alone ---- */

static void
add_sums(long double *sums, const sci_row_model *model, uint64_t row, uint64_t level)
{
    for (uint64_t k = 0; k < model->covariates; k++)
        sums[level * model->covariates + k] +=
            (long double)model->covariate[row * model->covariates + k];
}

static void
add_products(long double *products, const sci_row_model *model, const double *mean, uint64_t row,
             uint64_t level)
{
    uint64_t q = model->covariates;
    const double *c = model->covariate + row * q;

    for (uint64_t i = 0; i < q; i++)
        for (uint64_t j = 0; j <= i; j++)
            products[(level * q + i) * q + j] +=
                ((long double)c[i] - (long double)mean[level * q + i])
                * ((long double)c[j] - (long double)mean[level * q + j]);
}

/* The level of a row, or -1. */
static int64_t
level_of(const sci_row_model *model, uint64_t row)
{
    return model->label == NULL ? 0 : model->label[row];
}

static void
fill_table(sci_crossed *table, const sci_row_model *model, long double *sums, long double *products)
{
    uint64_t q = model->covariates;

    for (uint64_t row = 0; row < model->rows; row++) {
        int64_t level = level_of(model, row);

        if (level < 0)
            continue;
        table->rows[level]++;
        add_sums(sums, model, row, (uint64_t)level);
    }
    for (uint64_t i = 0; i < table->levels * q; i++)
        if (table->rows[i / q] > 0)
            table->mean[i] = (double)(sums[i] / (long double)table->rows[i / q]);
    for (uint64_t row = 0; row < model->rows; row++)
        if (level_of(model, row) >= 0)
            add_products(products, model, table->mean, row, (uint64_t)level_of(model, row));
    for (uint64_t level = 0; level < table->levels; level++)
        for (uint64_t i = 0; i < q; i++)
            for (uint64_t j = 0; j < q; j++)
                table->gram[(level * q + i) * q + j] =
                    (double)products[(level * q + (i > j ? i : j)) * q + (i > j ? j : i)];
}

sci_status
design_table(sci_crossed **out, const sci_row_model *model)
{
    sci_crossed *table = NULL;
    long double *sums = NULL, *products = NULL;
    uint64_t q = model->covariates;
    sci_status st;

    st = sci_crossed_create(&table, model->levels, 0, q);
    if (st == SCI_OK)
        st = sci_alloc_zero(&sums, model->levels, q, sizeof *sums);
    if (st == SCI_OK)
        st = sci_alloc_zero(&products, model->levels * q, q, sizeof *products);
    if (st != SCI_OK)
        goto out;
    for (uint64_t row = 0; row < model->rows; row++)
        if (level_of(model, row) >= (int64_t)model->levels) {
            st = sci_fail(SCI_ERR_ARGUMENT, "row %llu has label %lld of %llu",
                          (unsigned long long)row, (long long)level_of(model, row),
                          (unsigned long long)model->levels);
            goto out;
        }
    fill_table(table, model, sums, products);
    *out = table;
    table = NULL;
out:
    sci_free(sums);
    sci_free(products);
    sci_crossed_free(table);
    return st;
}

/* ---- the rank ---- */

bool
design_is_intercept(const sci_crossed *table, uint64_t covariate)
{
    uint64_t q = table->covariates, rows = 0;

    for (uint64_t level = 0; level < table->levels; level++) {
        if (table->rows[level] == 0)
            continue;
        rows += table->rows[level];
        if (table->mean[level * q + covariate] != 1.0
            || table->gram[(level * q + covariate) * q + covariate] != 0.0)
            return false;
    }
    return rows > 0;
}

/* norm[k] := squared norm of column k about its mean over all rows. */
static void
total_norms(const sci_crossed *table, double *norm)
{
    uint64_t q = table->covariates;

    for (uint64_t k = 0; k < q; k++) {
        double rows = 0.0, mean = 0.0, sum = 0.0;

        for (uint64_t level = 0; level < table->levels; level++) {
            double n = (double)table->rows[level];

            rows += n;
            mean += rows > 0.0 ? (table->mean[level * q + k] - mean) * (n / rows) : 0.0;
        }
        for (uint64_t level = 0; level < table->levels; level++) {
            double apart = table->mean[level * q + k] - mean;

            sum +=
                table->gram[(level * q + k) * q + k] + (double)table->rows[level] * apart * apart;
        }
        norm[k] = sum + gram_norm_of_mean(rows, mean);
    }
}

sci_status
design_aliased(const sci_crossed *table, bool *aliased, size_t *n_aliased)
{
    uint64_t q = table->covariates;
    double *gram = NULL, *lower = NULL, *norm = NULL, *size = NULL;
    size_t n = 0;
    sci_status st;

    st = sci_alloc_zero(&gram, q, q, sizeof *gram);
    if (st == SCI_OK)
        st = sci_alloc(&lower, q, q, sizeof *lower);
    if (st == SCI_OK)
        st = sci_alloc(&norm, q, 1, sizeof *norm);
    if (st == SCI_OK)
        st = sci_alloc(&size, q, 1, sizeof *size);
    if (st != SCI_OK)
        goto out;
    for (uint64_t level = 0; level < table->levels; level++)
        for (uint64_t i = 0; i < q * q; i++)
            gram[i] += table->gram[level * q * q + i];
    total_norms(table, norm);
    for (uint64_t k = 0; k < q; k++) {
        size[k] = gram[k * q + k];
        aliased[k] = design_is_intercept(table, k);
    }
    n = gram_factor(lower, q, gram, norm, size, aliased);
    for (uint64_t k = 0; k < q; k++)
        if (design_is_intercept(table, k)) {
            aliased[k] = false;
            n--;
        }
    if (n_aliased != NULL)
        *n_aliased = n;
out:
    sci_free(gram);
    sci_free(lower);
    sci_free(norm);
    sci_free(size);
    return st;
}
