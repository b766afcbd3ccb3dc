/* SPDX-License-Identifier: GPL-3.0-or-later */
/* obsm of several inputs. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"
#include "concat_priv.h"

sci_status
concat_can_join(const concat *c, const char *path, uint64_t *columns, sci_type *type, bool *out)
{
    sci_status st = SCI_OK;

    *out = true;
    for (size_t i = 0; st == SCI_OK && *out && i < c->n; i++) {
        sci_h5_object o;

        st = sci_h5_file_object(anndata_file(c->inputs[i].file), path, &o);
        if (st != SCI_OK)
            break;
        *out = o.kind == SCI_H5_DATASET && o.content == SCI_H5_NUMBERS && o.sourced && o.rank == 2
               && o.shape[0] == c->inputs[i].cells && (i == 0 || o.shape[1] == *columns);
        *columns = o.shape[1];
        *type = i == 0 || o.element == *type ? o.element : SCI_FLOAT64;
    }
    return st;
}

static sci_status
join_array(const concat *c, sci_h5_output *out, const char *path, uint64_t columns, sci_type type)
{
    sci_array array = { .rank = 2, .shape = { 0, columns }, .type = type };
    double *all = NULL;
    uint64_t at = 0;
    sci_status st;

    for (size_t i = 0; i < c->n; i++)
        array.shape[0] += c->inputs[i].cells;
    st = sci_alloc(&all, array.shape[0], columns, sizeof *all);
    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        double *values = NULL;
        uint64_t rows, width;

        st = anndata_array(c->inputs[i].file, path, &rows, &width, &values);
        if (st == SCI_OK && (rows != c->inputs[i].cells || width != columns))
            st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has another shape than before",
                          c->inputs[i].name, path);
        if (st == SCI_OK && rows * width > 0)
            memcpy(all + at, values, rows * width * sizeof *all);
        at += c->inputs[i].cells * columns;
        sci_free(values);
    }
    if (st == SCI_OK)
        st = anndata_write_as(out, path, &array, all);
    sci_free(all);
    return st;
}

sci_status
concat_write_arrays(const concat *c, sci_h5_output *out)
{
    anndata_texts names = { 0 };
    sci_status st = concat_common(c, "/obsm", &names);

    for (uint64_t k = 0; st == SCI_OK && k < names.n; k++) {
        uint64_t columns = 0;
        sci_type type = SCI_FLOAT64;
        bool fit = false;
        char *path = NULL;

        st = sci_format(&path, "/obsm/%s", names.items[k]);
        if (st == SCI_OK)
            st = concat_can_join(c, path, &columns, &type, &fit);
        if (st == SCI_OK && fit)
            st = join_array(c, out, path, columns, type);
        sci_free(path);
    }
    anndata_texts_clear(&names);
    return st;
}
