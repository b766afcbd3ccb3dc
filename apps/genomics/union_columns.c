/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of several tables as one. */
#include <math.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"
#include "union.h"

static uint64_t
row_of(const union_column *part, uint64_t i)
{
    return part->rows != NULL ? part->rows[i] : i;
}

/* ---- numbers ---- */

static sci_status
join_numbers(anndata_column *out, size_t n, const union_column *parts, uint64_t rows)
{
    const anndata_column *first = NULL;
    uint64_t at = 0;
    sci_status st = sci_alloc(&out->numbers, rows, 1, sizeof *out->numbers);

    for (size_t p = 0; p < n; p++) {
        const anndata_column *c = parts[p].column;

        if (c == NULL)
            continue;
        if (first == NULL) {
            first = c;
            out->kind = c->kind;
            out->typed = c->typed;
            out->type = c->type;
            continue;
        }
        if (c->kind != out->kind)
            out->kind = c->kind == ANNDATA_REAL || out->kind == ANNDATA_REAL ? ANNDATA_REAL
                                                                             : ANNDATA_INTEGER;
        out->typed = out->typed && c->typed && c->type == out->type;
    }
    for (size_t p = 0; st == SCI_OK && p < n; p++)
        for (uint64_t i = 0; i < parts[p].n; i++)
            out->numbers[at++] = parts[p].column != NULL
                                     ? parts[p].column->numbers[row_of(&parts[p], i)]
                                     : (double)NAN;
    return st;
}

/* ---- levels ---- */

/* Every level once, in the order of first appearance, and the number of each of the parts' levels. */
static sci_status
unite_levels(size_t n, const union_column *parts, anndata_texts *levels, int32_t **numbers)
{
    sci_texts_maker maker = { 0 };
    anndata_texts all = { 0 }, sorted = { 0 };
    int32_t *codes = NULL, *place = NULL;
    const char **texts = NULL;
    uint64_t found = 0;
    sci_status st = SCI_OK;

    for (size_t p = 0; p < n; p++)
        for (uint64_t l = 0;
             st == SCI_OK && parts[p].column != NULL && l < parts[p].column->levels.n; l++) {
            const char *text = parts[p].column->levels.items[l];

            st = sci_texts_add(&maker, text, strlen(text));
        }
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, &all);
    if (st == SCI_OK)
        st = anndata_factor_of_texts(&all, &sorted, &codes);
    if (st == SCI_OK)
        st = sci_alloc(&place, sorted.n, 1, sizeof *place);
    if (st == SCI_OK)
        st = sci_alloc(&texts, sorted.n, 1, sizeof *texts);
    for (uint64_t l = 0; st == SCI_OK && l < sorted.n; l++)
        place[l] = -1;
    for (uint64_t i = 0; st == SCI_OK && i < all.n; i++) {
        if (place[codes[i]] < 0) {
            texts[found] = sorted.items[codes[i]];
            place[codes[i]] = (int32_t)found++;
        }
        codes[i] = place[codes[i]];
    }
    if (st == SCI_OK)
        st = sci_texts_copy(levels, found, texts);
    if (st == SCI_OK) {
        *numbers = codes;
        codes = NULL;
    }
    sci_texts_maker_clear(&maker);
    sci_texts_clear(&all);
    sci_texts_clear(&sorted);
    sci_free(texts);
    sci_free(place);
    sci_free(codes);
    return st;
}

static sci_status
join_levels(anndata_column *out, size_t n, const union_column *parts, uint64_t rows)
{
    int32_t *numbers = NULL;
    uint64_t at = 0, base = 0;
    sci_status st = unite_levels(n, parts, &out->levels, &numbers);

    out->kind = ANNDATA_CATEGORICAL;
    out->text = out->ordered = true;
    if (st == SCI_OK)
        st = sci_alloc(&out->codes, rows, 1, sizeof *out->codes);
    for (size_t p = 0; st == SCI_OK && p < n; p++) {
        const anndata_column *c = parts[p].column;

        for (uint64_t i = 0; i < parts[p].n; i++) {
            int32_t code = c != NULL ? c->codes[row_of(&parts[p], i)] : -1;

            out->codes[at++] = code < 0 ? -1 : numbers[base + (uint64_t)code];
        }
        if (c == NULL)
            continue;
        out->text = out->text && c->text;
        out->ordered = out->ordered && c->ordered && c->levels.n == out->levels.n;
        base += c->levels.n;
    }
    sci_free(numbers);
    return st;
}

/* ---- both ---- */

static bool
any_levels(size_t n, const union_column *parts)
{
    for (size_t p = 0; p < n; p++)
        if (parts[p].column != NULL && parts[p].column->kind == ANNDATA_CATEGORICAL)
            return true;
    return false;
}

/* Numbers among categories: copies of them as factors. */
static sci_status
make_factors(size_t n, const union_column *parts, anndata_column *factors, union_column *out)
{
    sci_status st = SCI_OK;

    for (size_t p = 0; st == SCI_OK && p < n; p++) {
        const anndata_column *c = parts[p].column;

        out[p] = parts[p];
        if (c == NULL || c->codes != NULL)
            continue;
        factors[p] = (anndata_column){ .kind = c->kind, .n = c->n, .numbers = c->numbers };
        st = anndata_column_as_factor(&factors[p]);
        factors[p].numbers = NULL;
        out[p].column = &factors[p];
    }
    return st;
}

sci_status
union_columns(anndata_column *out, size_t n, const union_column *parts)
{
    anndata_column joined = { 0 }, *factors = NULL;
    union_column *with_levels = NULL;
    uint64_t rows = 0;
    sci_status st = sci_alloc_zero(&factors, n, 1, sizeof *factors);

    if (st == SCI_OK)
        st = sci_alloc(&with_levels, n, 1, sizeof *with_levels);
    for (size_t p = 0; p < n; p++)
        rows += parts[p].n;
    joined.n = rows;
    if (st == SCI_OK && any_levels(n, parts)) {
        st = make_factors(n, parts, factors, with_levels);
        if (st == SCI_OK)
            st = join_levels(&joined, n, with_levels, rows);
    } else if (st == SCI_OK) {
        st = join_numbers(&joined, n, parts, rows);
        if (st == SCI_OK && joined.kind == ANNDATA_BOOLEAN)
            st = anndata_truth_levels(&joined);
    }
    for (size_t p = 0; factors != NULL && p < n; p++)
        anndata_column_clear(&factors[p]);
    sci_free(factors);
    sci_free(with_levels);
    if (st != SCI_OK) {
        anndata_column_clear(&joined);
        return st;
    }
    *out = joined;
    return SCI_OK;
}
