/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batches.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sci/memory.h>

#define NAMED 3 /* cells named in a refusal */

void
genomics_cells_clear(genomics_cells *cells)
{
    for (size_t t = 0; t < cells->terms.n; t++) {
        if (cells->codes != NULL)
            sci_free(cells->codes[t]);
        if (cells->numbers != NULL)
            sci_free(cells->numbers[t]);
    }
    sci_free(cells->codes);
    sci_free(cells->numbers);
    sci_free(cells->batch);
    sci_free(cells->sizes);
    genomics_terms_clear(&cells->terms);
    *cells = (genomics_cells){ 0 };
}

/* ---- levels ---- */

/* Models, plans and summaries know a level by its name. */
static sci_status
refuse_twins(const anndata_texts *levels, const char *column)
{
    texts_index index = { 0 };
    sci_status st = texts_index_make(&index, levels);

    if (st == SCI_OK && texts_duplicate(&index) != NULL)
        st = sci_fail(SCI_ERR_FORMAT, "two categories of '%s' are called '%s'", column,
                      texts_duplicate(&index));
    texts_index_clear(&index);
    return st;
}

/* The levels that some cell has, in their order; codes follow. */
static sci_status
use_levels(const anndata_texts *raw, int32_t *codes, uint64_t n, const char *column,
           anndata_texts *out)
{
    uint64_t *place = NULL, *order = NULL, used = 0;
    const char **names = NULL;
    anndata_texts levels = { 0 };
    sci_status st = sci_alloc_zero(&place, raw->n, 1, sizeof *place);

    if (st == SCI_OK)
        st = sci_alloc(&names, raw->n, 1, sizeof *names);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        if (codes[i] >= 0)
            place[codes[i]] = 1;
    for (uint64_t l = 0; st == SCI_OK && l < raw->n; l++)
        if (place[l])
            names[used++] = raw->items[l];
    if (st == SCI_OK)
        st = texts_copy(&levels, used, names);
    if (st == SCI_OK)
        st = refuse_twins(&levels, column);
    if (st == SCI_OK)
        st = texts_sort(&levels, &order);
    if (st == SCI_OK) {
        uint64_t *rank = NULL;

        st = sci_alloc(&rank, used, 1, sizeof *rank);
        for (uint64_t k = 0; st == SCI_OK && k < used; k++)
            rank[order[k]] = k;
        for (uint64_t l = 0, k = 0; st == SCI_OK && l < raw->n; l++)
            if (place[l])
                place[l] = rank[k++];
        sci_free(rank);
    }
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        if (codes[i] >= 0)
            codes[i] = (int32_t)place[codes[i]];
    if (st == SCI_OK)
        *out = levels;
    else
        anndata_texts_clear(&levels);
    sci_free(place);
    sci_free(order);
    sci_free(names);
    return st;
}

/* Codes of levels that are known already. */
static sci_status
know_levels(const anndata_texts *raw, int32_t *codes, uint64_t n, const anndata_texts *known,
            const char *column)
{
    int64_t *place = NULL;
    texts_index index = { 0 };
    sci_status st = sci_alloc(&place, raw->n, 1, sizeof *place);

    if (st == SCI_OK)
        st = texts_index_make(&index, known);
    for (uint64_t l = 0; st == SCI_OK && l < raw->n; l++)
        place[l] = texts_find(&index, raw->items[l]);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        char list[512];

        if (codes[i] < 0)
            continue;
        if (place[codes[i]] >= 0) {
            codes[i] = (int32_t)place[codes[i]];
            continue;
        }
        texts_list(known, 12, list, sizeof list);
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' has the level '%s', which the model does not know; it has %s", column,
                      raw->items[codes[i]], list);
    }
    texts_index_clear(&index);
    sci_free(place);
    return st;
}

static sci_status
settle(const anndata_texts *raw, int32_t *codes, uint64_t n, const anndata_texts *known,
       const char *column, anndata_texts *out)
{
    sci_status st;

    if (known == NULL)
        return use_levels(raw, codes, n, column, out);
    st = know_levels(raw, codes, n, known, column);
    return st == SCI_OK ? texts_copy(out, known->n, (const char *const *)known->items) : st;
}

/* ---- columns ---- */

static bool
listed(const anndata_texts *texts, const char *name)
{
    for (uint64_t i = 0; i < texts->n; i++)
        if (strcmp(texts->items[i], name) == 0)
            return true;
    return false;
}

/* A column as a factor: codes of its levels. */
static sci_status
read_factor(const genomics_cells *cells, anndata *a, const char *name, bool asked,
            anndata_column *column)
{
    sci_status st = anndata_column_read(a, ANNDATA_OBS, name, column);

    if (st == SCI_OK && column->kind == ANNDATA_REAL && !asked)
        return sci_fail(SCI_ERR_ARGUMENT,
                        "the column '%s' of '%s' holds real numbers, not batches; if they are "
                        "names of batches, say --as-factor %s",
                        name, cells->name, name);
    return st == SCI_OK ? anndata_column_as_factor(column) : st;
}

/* Codes that a record keeps, where the batches were not in obs. */
static sci_status
take_codes(genomics_cells *cells, const genomics_columns *columns, const anndata_texts *known)
{
    sci_status st;

    if (known == NULL || columns->n_codes != cells->n)
        return sci_fail(SCI_ERR_REFUSED,
                        "the model keeps the batches of %llu cells, '%s' has %llu; --batch-key "
                        "names them",
                        (unsigned long long)columns->n_codes, cells->name,
                        (unsigned long long)cells->n);
    st = sci_alloc(&cells->batch, cells->n, 1, sizeof *cells->batch);
    if (st != SCI_OK)
        return st;
    memcpy(cells->batch, columns->codes, cells->n * sizeof *cells->batch);
    return texts_copy(&cells->terms.batches, known->n, (const char *const *)known->items);
}

static sci_status
read_batch(genomics_cells *cells, anndata *a, const genomics_columns *columns,
           const anndata_texts *known)
{
    anndata_column column = { 0 };
    anndata_texts levels = { 0 };
    sci_status st;

    if (columns->codes != NULL)
        return take_codes(cells, columns, known);
    if (columns->batch[0] == '@') {
        st = genomics_labels_read(columns->batch + 1, a, cells->name, &levels, &cells->batch);
        if (st == SCI_OK)
            st = settle(&levels, cells->batch, cells->n, known, columns->batch,
                        &cells->terms.batches);
        anndata_texts_clear(&levels);
        return st;
    }
    st = read_factor(cells, a, columns->batch, listed(&columns->factors, columns->batch), &column);
    if (st == SCI_OK) {
        cells->batch = column.codes;
        column.codes = NULL;
        st = settle(&column.levels, cells->batch, cells->n, known, columns->batch,
                    &cells->terms.batches);
    }
    anndata_column_clear(&column);
    return st;
}

/* The term t: a factor, or numbers. */
static sci_status
read_term(genomics_cells *cells, size_t t, anndata *a, const char *name, genomics_role role,
          bool factor, const genomics_term *known)
{
    genomics_term *term = &cells->terms.items[t];
    anndata_column column = { 0 };
    sci_status st = anndata_column_read(a, ANNDATA_OBS, name, &column);
    bool numbers = column.kind == ANNDATA_INTEGER || column.kind == ANNDATA_REAL;

    term->role = role;
    if (st == SCI_OK)
        st = sci_strdup(&term->name, name);
    term->numeric =
        known != NULL ? known->numeric
                      : role == GENOMICS_REMOVED || (numbers && !factor && role != GENOMICS_BATCH2);
    if (st == SCI_OK && term->numeric && !numbers && column.kind != ANNDATA_BOOLEAN)
        st =
            sci_fail(role == GENOMICS_REMOVED && known == NULL ? SCI_ERR_ARGUMENT : SCI_ERR_REFUSED,
                     "the column '%s' of '%s' is no numeric one%s", name, cells->name,
                     role == GENOMICS_REMOVED ? "; --batch-key2 takes out a factor" : "");
    if (st == SCI_OK && term->numeric) {
        cells->numbers[t] = column.numbers;
        column.numbers = NULL;
    } else if (st == SCI_OK) {
        if (numbers)
            st = anndata_column_as_factor(&column);
        if (st == SCI_OK) {
            cells->codes[t] = column.codes;
            column.codes = NULL;
            st = settle(&column.levels, cells->codes[t], cells->n,
                        known != NULL ? &known->levels : NULL, name, &term->levels);
        }
    }
    anndata_column_clear(&column);
    return st;
}

/* ---- missing values ---- */

static bool
is_missing(const genomics_cells *cells, size_t t, uint64_t i)
{
    return cells->terms.items[t].numeric ? !isfinite(cells->numbers[t][i]) : cells->codes[t][i] < 0;
}

static sci_status
refuse_missing(const genomics_cells *cells, anndata *a, uint64_t count, const uint64_t *first,
               const char *column)
{
    anndata_texts names = { 0 };
    char text[400] = "";
    size_t used = 0, shown = count < NAMED ? (size_t)count : NAMED;
    sci_status st = anndata_names(a, ANNDATA_OBS, &names);

    for (size_t k = 0; st == SCI_OK && k < shown; k++) {
        const char *name = names.items[first[k]];

        used += (size_t)snprintf(text + used, sizeof text - used, "%s'%.100s'", k == 0 ? "" : ", ",
                                 name ? name : "");
    }
    if (st == SCI_OK)
        st = sci_fail(SCI_ERR_REFUSED,
                      "%llu cell%s of '%s' ha%s no value in '%s' (%s%s); fill it in, take these "
                      "cells out, or leave the column out",
                      (unsigned long long)count, count == 1 ? "" : "s", cells->name,
                      count == 1 ? "s" : "ve", column, text, count > shown ? ", …" : "");
    anndata_texts_clear(&names);
    return st;
}

static sci_status
check_complete(const genomics_cells *cells, anndata *a, const char *batch)
{
    for (size_t t = 0; t <= cells->terms.n; t++) {
        uint64_t count = 0, first[NAMED];

        for (uint64_t i = 0; i < cells->n; i++) {
            if (t == 0 ? cells->batch[i] >= 0 : !is_missing(cells, t - 1, i))
                continue;
            if (count < NAMED)
                first[count] = i;
            count++;
        }
        if (count > 0)
            return refuse_missing(cells, a, count, first,
                                  t == 0 ? batch : cells->terms.items[t - 1].name);
    }
    return SCI_OK;
}

/* ---- all ---- */

static sci_status
read_terms(genomics_cells *cells, anndata *a, const genomics_columns *columns,
           const genomics_terms *known)
{
    size_t t = 0;
    sci_status st = SCI_OK;

    for (uint64_t k = 0; st == SCI_OK && k < columns->keep.n; k++, t++)
        st = read_term(cells, t, a, columns->keep.items[k], GENOMICS_KEPT,
                       listed(&columns->factors, columns->keep.items[k]),
                       known != NULL ? &known->items[t] : NULL);
    for (uint64_t k = 0; st == SCI_OK && k < columns->removed.n; k++, t++)
        st = read_term(cells, t, a, columns->removed.items[k], GENOMICS_REMOVED, false,
                       known != NULL ? &known->items[t] : NULL);
    if (st == SCI_OK && columns->batch2 != NULL)
        st = read_term(cells, t, a, columns->batch2, GENOMICS_BATCH2, true,
                       known != NULL ? &known->items[t] : NULL);
    return st;
}

sci_status
genomics_cells_read(genomics_cells *out, anndata *a, const genomics_columns *columns,
                    const genomics_terms *known, bool new_batches)
{
    genomics_cells cells = { .name = columns->name, .n = anndata_length(a, ANNDATA_OBS) };
    size_t n = columns->keep.n + columns->removed.n + (columns->batch2 != NULL);
    sci_status st = sci_alloc_zero(&cells.terms.items, n, 1, sizeof *cells.terms.items);

    cells.terms.n = st == SCI_OK ? n : 0;
    if (st == SCI_OK && known != NULL && known->n != n)
        st = sci_fail(SCI_ERR_REFUSED, "the model has %zu covariates, not %zu", known->n, n);
    if (st == SCI_OK)
        st = sci_alloc_zero(&cells.codes, n, 1, sizeof *cells.codes);
    if (st == SCI_OK)
        st = sci_alloc_zero(&cells.numbers, n, 1, sizeof *cells.numbers);
    if (st == SCI_OK)
        st = read_batch(&cells, a, columns, known != NULL && !new_batches ? &known->batches : NULL);
    if (st == SCI_OK)
        st = read_terms(&cells, a, columns, known);
    if (st == SCI_OK)
        st = check_complete(&cells, a, columns->batch);
    if (st == SCI_OK && cells.n == 0)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has no cells", cells.name);
    if (st == SCI_OK)
        st = sci_alloc_zero(&cells.sizes, cells.terms.batches.n, 1, sizeof *cells.sizes);
    for (uint64_t i = 0; st == SCI_OK && i < cells.n; i++)
        cells.sizes[cells.batch[i]]++;
    if (st == SCI_OK)
        *out = cells;
    else
        genomics_cells_clear(&cells);
    return st;
}

/* ---- as numbers ---- */

static void
factor_columns(const genomics_term *term, const int32_t *codes, uint64_t n, bool full,
               uint64_t stride, double *out)
{
    int32_t last = (int32_t)term->levels.n - 1;

    for (uint64_t i = 0; i < n; i++) {
        double *row = out + i * stride;

        if (full)
            row[codes[i]] = 1.0;
        else if (term->role != GENOMICS_BATCH2 && codes[i] > 0)
            row[codes[i] - 1] = 1.0;
        else if (term->role == GENOMICS_BATCH2 && codes[i] < last)
            row[codes[i]] = 1.0;
        else if (term->role == GENOMICS_BATCH2)
            for (int32_t k = 0; k < last; k++)
                row[k] = -1.0;
    }
}

sci_status
genomics_cells_covariates(const genomics_cells *cells, bool full, double **out)
{
    uint64_t q = genomics_terms_columns(&cells->terms, full), column = 0;
    double *values = NULL;
    sci_status st;

    *out = NULL;
    if (q == 0)
        return SCI_OK;
    st = sci_alloc_zero(&values, cells->n, q, sizeof *values);
    if (st != SCI_OK)
        return st;
    for (size_t t = 0; t < cells->terms.n; t++) {
        const genomics_term *term = &cells->terms.items[t];

        if (term->numeric)
            for (uint64_t i = 0; i < cells->n; i++)
                values[i * q + column] = cells->numbers[t][i];
        else
            factor_columns(term, cells->codes[t], cells->n, full, q, values + column);
        column += genomics_term_columns(term, full);
    }
    *out = values;
    return SCI_OK;
}

/* Means first, then products of the deviations: two passes over the rows. */
static void
fill_table(sci_crossed *table, const genomics_cells *cells, const double *covariates)
{
    uint64_t q = table->covariates;

    for (uint64_t i = 0; i < cells->n; i++) {
        int32_t b = cells->batch[i];

        table->rows[b]++;
        for (uint64_t k = 0; k < q; k++)
            table->mean[(uint64_t)b * q + k] += covariates[i * q + k];
    }
    for (uint64_t b = 0; b < table->levels; b++)
        for (uint64_t k = 0; k < q; k++)
            table->mean[b * q + k] /= table->rows[b] > 0 ? (double)table->rows[b] : 1.0;
    for (uint64_t i = 0; i < cells->n; i++) {
        uint64_t b = (uint64_t)cells->batch[i];
        const double *row = covariates + i * q, *mean = table->mean + b * q;
        double *gram = table->gram + b * q * q;

        for (uint64_t j = 0; j < q; j++)
            for (uint64_t k = 0; k < q; k++)
                gram[j * q + k] += (row[j] - mean[j]) * (row[k] - mean[k]);
    }
}

sci_status
genomics_cells_table(const genomics_cells *cells, uint64_t columns, const double *covariates,
                     sci_crossed **out)
{
    sci_crossed *table = NULL;
    sci_status st = sci_crossed_create(&table, cells->terms.batches.n, 1, columns);

    if (st != SCI_OK)
        return st;
    fill_table(table, cells, covariates);
    *out = table;
    return SCI_OK;
}
