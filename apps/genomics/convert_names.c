/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the formats have in common: names and element types. */
#include <string.h>

#include <sci.h>

#include "cli/message.h"

#include "anndata_priv.h"
#include "convert.h"
#include "texts.h"

void
convert_names_clear(convert_names *names)
{
    anndata_texts_clear(&names->cells);
    anndata_texts_clear(&names->genes);
    anndata_texts_clear(&names->ids);
    anndata_texts_clear(&names->types);
    anndata_texts_clear(&names->genomes);
}

sci_type
convert_type(const convert_request *r, bool integers, double least, double most)
{
    if (r->typed)
        return r->type;
    if (!integers)
        return SCI_FLOAT32;
    return least >= -0x1p31 && most < 0x1p31 ? SCI_INT32 : SCI_INT64;
}

/* ---- unique names ---- */

/* "A", "A", "A" -> "A", "A-1", "A-2", jumping over names that are there already. */
static sci_status
make_unique(anndata_texts *texts, const char *what)
{
    sci_texts_maker maker = { 0 };
    anndata_texts levels = { 0 }, result = { 0 };
    texts_index index = { 0 };
    int32_t *codes = NULL;
    uint64_t *next = NULL, changed = 0;
    sci_status st = texts_index_make(&index, texts);

    if (st != SCI_OK || texts_duplicate(&index) == NULL)
        goto out;
    st = anndata_factor_of_texts(texts, &levels, &codes);
    if (st == SCI_OK)
        st = sci_alloc_zero(&next, levels.n, 1, sizeof *next);
    for (uint64_t i = 0; st == SCI_OK && i < texts->n; i++) {
        const char *name = texts->items[i];
        uint64_t *k = &next[codes[i]];
        char *longer = NULL;

        while (st == SCI_OK && *k > 0 && (longer == NULL || texts_find(&index, longer) >= 0)) {
            sci_free(longer);
            longer = NULL;
            st = sci_format(&longer, "%s-%llu", name, (unsigned long long)(*k)++);
        }
        if (*k == 0)
            *k = 1;
        changed += longer != NULL;
        if (st == SCI_OK)
            st = sci_texts_add(&maker, longer != NULL ? longer : name,
                               strlen(longer != NULL ? longer : name));
        sci_free(longer);
    }
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, &result);
    if (st == SCI_OK) {
        cli_note("%llu names of %s are there more than once: a number is put behind them",
                 (unsigned long long)changed, what);
        sci_texts_clear(texts);
        *texts = result;
    }
out:
    sci_texts_maker_clear(&maker);
    sci_texts_clear(&levels);
    texts_index_clear(&index);
    sci_free(codes);
    sci_free(next);
    return st;
}

/* ---- frames ---- */

static sci_status
write_texts(sci_h5_output *out, const char *name, const anndata_texts *texts, bool categorical)
{
    anndata_column column = { .kind = ANNDATA_CATEGORICAL, .text = !categorical, .n = texts->n };
    sci_status st;

    if (texts->n == 0)
        return SCI_OK;
    st = anndata_factor_of_texts(texts, &column.levels, &column.codes);
    if (st == SCI_OK)
        st = anndata_write_column(out, ANNDATA_VAR, name, &column);
    anndata_column_clear(&column);
    return st;
}

sci_status
convert_write_names(sci_h5_output *out, convert_names *names)
{
    sci_status st = make_unique(&names->cells, "cells");

    if (st == SCI_OK)
        st = make_unique(&names->genes, "genes");
    if (st == SCI_OK)
        st = anndata_create(out);
    if (st == SCI_OK)
        st = anndata_write_frame(out, ANNDATA_OBS, &names->cells);
    if (st == SCI_OK)
        st = anndata_write_frame(out, ANNDATA_VAR, &names->genes);
    if (st == SCI_OK)
        st = write_texts(out, "gene_ids", &names->ids, false);
    if (st == SCI_OK)
        st = write_texts(out, "feature_types", &names->types, true);
    return st == SCI_OK ? write_texts(out, "genome", &names->genomes, true) : st;
}
