/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "factor.h"

#include <sci/memory.h>

#include "batches.h"
#include "texts.h"

void
genomics_factor_clear(genomics_factor *factor)
{
    anndata_texts_clear(&factor->levels);
    sci_free(factor->codes);
    *factor = (genomics_factor){ 0 };
}

static sci_status
read_column(genomics_factor *f, anndata *a, const char *what, anndata_texts *levels)
{
    anndata_column column = { 0 };
    sci_status st = anndata_column_read(a, ANNDATA_OBS, f->key, &column);

    if (st == SCI_OK && column.kind == ANNDATA_REAL)
        st = sci_fail(SCI_ERR_ARGUMENT, "the column '%s' of '%s' holds real numbers, not %s",
                      f->key, anndata_path(a), what);
    if (st == SCI_OK)
        st = anndata_column_as_factor(&column);
    if (st == SCI_OK) {
        f->codes = column.codes;
        column.codes = NULL;
        *levels = column.levels;
        column.levels = (anndata_texts){ 0 };
    }
    anndata_column_clear(&column);
    return st;
}

/* Only the levels that some cell has. */
static sci_status
use_levels(genomics_factor *f, const anndata_texts *levels)
{
    int32_t *place = NULL;
    const char **names = NULL;
    uint64_t used = 0;
    sci_status st = sci_alloc_zero(&place, levels->n, 1, sizeof *place);

    if (st == SCI_OK)
        st = sci_alloc(&names, levels->n, 1, sizeof *names);
    for (uint64_t i = 0; st == SCI_OK && i < f->n; i++) {
        if (f->codes[i] >= 0)
            place[f->codes[i]] = 1;
        else
            f->missing++;
    }
    for (uint64_t l = 0; st == SCI_OK && l < levels->n; l++) {
        if (place[l])
            names[used] = levels->items[l];
        place[l] = place[l] ? (int32_t)used++ : -1;
    }
    for (uint64_t i = 0; st == SCI_OK && i < f->n; i++)
        if (f->codes[i] >= 0)
            f->codes[i] = place[f->codes[i]];
    if (st == SCI_OK)
        st = texts_copy(&f->levels, used, names);
    sci_free(place);
    sci_free(names);
    return st;
}

sci_status
genomics_factor_read(genomics_factor *out, anndata *a, const char *key, const char *what)
{
    genomics_factor f = { .key = key, .n = anndata_length(a, ANNDATA_OBS) };
    anndata_texts levels = { 0 };
    sci_status st = key[0] == '@'
                        ? genomics_labels_read(key + 1, a, anndata_path(a), &levels, &f.codes)
                        : read_column(&f, a, what, &levels);

    if (st == SCI_OK)
        st = use_levels(&f, &levels);
    anndata_texts_clear(&levels);
    if (st == SCI_OK)
        *out = f;
    else
        genomics_factor_clear(&f);
    return st;
}
