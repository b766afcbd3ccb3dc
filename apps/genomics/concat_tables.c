/* SPDX-License-Identifier: GPL-3.0-or-later */
/* obs and var of several inputs. */
#include <stdio.h>
#include <string.h>

#include <sci.h>

#include "cli/message.h"

#include "concat_priv.h"
#include "texts.h"
#include "union.h"

#define SOURCE "source"

/* ---- cells ---- */

/* All names one after the other; `number` puts that of the input behind each. */
static sci_status
gather_names(const concat *c, bool number, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        anndata_texts names = { 0 };

        st = anndata_names(c->inputs[i].file, ANNDATA_OBS, &names);
        for (uint64_t k = 0; st == SCI_OK && k < names.n; k++) {
            const char *name = names.items[k] != NULL ? names.items[k] : "";
            char *longer = NULL;

            if (number)
                st = sci_format(&longer, "%s-%zu", name, i + 1);
            if (st == SCI_OK)
                st = sci_texts_add(&maker, number ? longer : name, strlen(number ? longer : name));
            sci_free(longer);
        }
        anndata_texts_clear(&names);
    }
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

static sci_status
name_cells(const concat *c, anndata_texts *out)
{
    texts_index index = { 0 };
    const char *twice;
    sci_status st = gather_names(c, false, out);

    if (st == SCI_OK)
        st = texts_index_make(&index, out);
    if (st != SCI_OK)
        return st;
    twice = texts_duplicate(&index);
    if (twice != NULL && c->n > 1) {
        cli_note("two cells are called '%s': the number of its input is put behind every name",
                 twice);
        anndata_texts_clear(out);
        st = gather_names(c, true, out);
    }
    texts_index_clear(&index);
    return st;
}

/* ---- columns ---- */

/* Every column that any input has, in the order of the first that has it. */
static sci_status
column_names(const concat *c, anndata_axis axis, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    anndata_texts *all = NULL;
    sci_status st = sci_alloc_zero(&all, c->n, 1, sizeof *all);

    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        st = anndata_column_names(c->inputs[i].file, axis, &all[i]);
        for (uint64_t k = 0; st == SCI_OK && k < all[i].n; k++) {
            const char *name = all[i].items[k];
            bool known = axis == ANNDATA_OBS && strcmp(name, SOURCE) == 0;

            for (size_t j = 0; !known && j < i; j++)
                for (uint64_t l = 0; !known && l < all[j].n; l++)
                    known = strcmp(all[j].items[l], name) == 0;
            if (!known)
                st = sci_texts_add(&maker, name, strlen(name));
        }
    }
    for (size_t i = 0; all != NULL && i < c->n; i++)
        anndata_texts_clear(&all[i]);
    sci_free(all);
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

static bool
has_column(const concat_input *in, anndata_axis axis, const char *name)
{
    anndata_texts columns = { 0 };
    bool found = false;

    if (anndata_column_names(in->file, axis, &columns) != SCI_OK)
        return false;
    for (uint64_t k = 0; !found && k < columns.n; k++)
        found = strcmp(columns.items[k], name) == 0;
    anndata_texts_clear(&columns);
    return found;
}

/* The genes that input i brings: those that none before it has. */
static sci_status
genes_of(const concat *c, size_t i, uint64_t **rows, uint64_t *n)
{
    sci_status st = sci_alloc(rows, c->genes.n, 1, sizeof **rows);

    *n = 0;
    for (uint64_t g = 0; st == SCI_OK && g < c->genes.n; g++) {
        bool before = false;

        for (size_t k = 0; !before && k < i; k++)
            before = c->inputs[k].gene_row[g] >= 0;
        if (!before && c->inputs[i].gene_row[g] >= 0)
            (*rows)[(*n)++] = (uint64_t)c->inputs[i].gene_row[g];
    }
    return st;
}

static sci_status
write_column(const concat *c, sci_h5_output *out, anndata_axis axis, const char *name)
{
    anndata_column *columns = NULL, joined = { 0 };
    union_column *parts = NULL;
    uint64_t **rows = NULL;
    sci_status st = sci_alloc_zero(&columns, c->n, 1, sizeof *columns);

    if (st == SCI_OK)
        st = sci_alloc_zero(&parts, c->n, 1, sizeof *parts);
    if (st == SCI_OK)
        st = sci_alloc_zero(&rows, c->n, 1, sizeof(uint64_t *));
    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        parts[i].n = c->inputs[i].cells;
        if (axis == ANNDATA_VAR) {
            st = genes_of(c, i, &rows[i], &parts[i].n);
            parts[i].rows = rows[i];
        }
        if (st != SCI_OK || !has_column(&c->inputs[i], axis, name))
            continue;
        st = anndata_column_read(c->inputs[i].file, axis, name, &columns[i]);
        parts[i].column = &columns[i];
    }
    if (st == SCI_OK)
        st = union_columns(&joined, c->n, parts);
    if (st == SCI_OK)
        st = anndata_write_column(out, axis, name, &joined);
    anndata_column_clear(&joined);
    for (size_t i = 0; columns != NULL && i < c->n; i++)
        anndata_column_clear(&columns[i]);
    for (size_t i = 0; rows != NULL && i < c->n; i++)
        sci_free(rows[i]);
    sci_free(rows);
    sci_free(parts);
    sci_free(columns);
    return st;
}

static sci_status
write_columns(const concat *c, sci_h5_output *out, anndata_axis axis)
{
    anndata_texts names = { 0 };
    sci_status st = column_names(c, axis, &names);

    for (uint64_t k = 0; st == SCI_OK && k < names.n; k++)
        st = write_column(c, out, axis, names.items[k]);
    anndata_texts_clear(&names);
    return st;
}

/* ---- where each cell came from ---- */

/* "dir/a.h5ad" -> "a", or all of it where two would be the same. */
static sci_status
source_names(const concat *c, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    texts_index index = { 0 };
    bool twice = false;
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        const char *slash = strrchr(c->inputs[i].name, '/');
        const char *base = slash != NULL ? slash + 1 : c->inputs[i].name;
        const char *dot = strrchr(base, '.');

        st = sci_texts_add(&maker, base,
                           dot != NULL && dot > base ? (size_t)(dot - base) : strlen(base));
    }
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, out);
    if (st == SCI_OK)
        st = texts_index_make(&index, out);
    if (st == SCI_OK)
        twice = texts_duplicate(&index) != NULL;
    texts_index_clear(&index);
    sci_texts_maker_clear(&maker);
    if (st != SCI_OK || !twice)
        return st;
    anndata_texts_clear(out);
    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        char *text = NULL;

        st = sci_format(&text, "%s-%zu", c->inputs[i].name, i + 1);
        if (st == SCI_OK)
            st = sci_texts_add(&maker, text, strlen(text));
        sci_free(text);
    }
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

static sci_status
write_source(const concat *c, sci_h5_output *out, uint64_t cells)
{
    anndata_column column = { .kind = ANNDATA_CATEGORICAL, .n = cells };
    uint64_t at = 0;
    sci_status st = source_names(c, &column.levels);

    if (st == SCI_OK)
        st = sci_alloc(&column.codes, cells, 1, sizeof *column.codes);
    for (size_t i = 0; st == SCI_OK && i < c->n; i++)
        for (uint64_t k = 0; k < c->inputs[i].cells; k++)
            column.codes[at++] = (int32_t)i;
    if (st == SCI_OK)
        st = anndata_write_column(out, ANNDATA_OBS, SOURCE, &column);
    anndata_column_clear(&column);
    for (size_t i = 0; st == SCI_OK && i < c->n; i++)
        if (has_column(&c->inputs[i], ANNDATA_OBS, SOURCE)) {
            cli_warn("the column '" SOURCE "' of '%s' is replaced", c->inputs[i].name);
            break;
        }
    return st;
}

sci_status
concat_write_tables(const concat *c, sci_h5_output *out)
{
    anndata_texts names = { 0 };
    uint64_t cells = 0;
    sci_status st = name_cells(c, &names);

    if (st == SCI_OK)
        st = anndata_write_frame(out, ANNDATA_OBS, &names);
    cells = names.n;
    anndata_texts_clear(&names);
    if (st == SCI_OK)
        st = write_columns(c, out, ANNDATA_OBS);
    if (st == SCI_OK)
        st = write_source(c, out, cells);
    if (st == SCI_OK)
        st = anndata_write_frame(out, ANNDATA_VAR, &c->genes);
    return st == SCI_OK ? write_columns(c, out, ANNDATA_VAR) : st;
}
