/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inputs, their genes and their matrices, put together. */
#include "concat.h"

#include <string.h>

#include <sci.h>

#include "cli/message.h"

#include "concat_priv.h"
#include "stored.h"
#include "texts.h"
#include "union.h"

/* ---- inputs ---- */

static void
clear(concat *c)
{
    for (size_t i = 0; c->inputs != NULL && i < c->n; i++) {
        anndata_texts_clear(&c->inputs[i].genes);
        sci_free(c->inputs[i].column_of);
        sci_free(c->inputs[i].gene_row);
        anndata_close(c->inputs[i].file);
    }
    sci_free(c->inputs);
    anndata_texts_clear(&c->genes);
}

static sci_status
open_input(const concat_request *r, size_t i, concat_input *in)
{
    texts_index index = { 0 };
    const char *twice;
    sci_status st = anndata_open(&in->file, r->paths[i]);

    in->name = r->names[i];
    if (st == SCI_OK)
        st = anndata_names(in->file, ANNDATA_VAR, &in->genes);
    if (st == SCI_OK)
        st = texts_index_make(&index, &in->genes);
    if (st != SCI_OK)
        return st;
    in->cells = anndata_length(in->file, ANNDATA_OBS);
    st = genomics_stored_warn(in->file, in->name, "X");
    twice = texts_duplicate(&index);
    if (st == SCI_OK && twice != NULL)
        st = sci_fail(SCI_ERR_REFUSED,
                      "'%s' has two genes called '%s': make the names of its genes unique first",
                      in->name, twice);
    texts_index_clear(&index);
    return st;
}

/* ---- genes ---- */

/* How many inputs have each gene of the first, or of any. */
static sci_status
choose_genes(concat *c, bool outer)
{
    sci_texts_maker maker = { 0 };
    texts_index *index = NULL;
    sci_status st = sci_alloc_zero(&index, c->n, 1, sizeof *index);

    for (size_t i = 0; st == SCI_OK && i < c->n; i++)
        st = texts_index_make(&index[i], &c->inputs[i].genes);
    for (size_t i = 0; st == SCI_OK && i < (outer ? c->n : 1); i++)
        for (uint64_t g = 0; st == SCI_OK && g < c->inputs[i].genes.n; g++) {
            const char *name = c->inputs[i].genes.items[g];
            bool wanted = true;

            for (size_t k = 0; wanted && k < (outer ? i : c->n); k++)
                wanted = (texts_find(&index[k], name) >= 0) != outer;
            if (wanted)
                st = sci_texts_add(&maker, name, strlen(name));
        }
    if (st == SCI_OK)
        st = sci_texts_finish(&maker, &c->genes);
    for (size_t i = 0; index != NULL && i < c->n; i++)
        texts_index_clear(&index[i]);
    sci_free(index);
    sci_texts_maker_clear(&maker);
    if (st == SCI_OK && c->genes.n == 0)
        st = sci_fail(SCI_ERR_REFUSED, "no gene is in all inputs: are their names of one kind?");
    return st;
}

static sci_status
match_genes(concat *c)
{
    texts_index index = { 0 };
    sci_status st = texts_index_make(&index, &c->genes);

    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        concat_input *in = &c->inputs[i];

        st = sci_alloc(&in->column_of, in->genes.n, 1, sizeof *in->column_of);
        if (st == SCI_OK)
            st = sci_alloc(&in->gene_row, c->genes.n, 1, sizeof *in->gene_row);
        for (uint64_t g = 0; st == SCI_OK && g < c->genes.n; g++)
            in->gene_row[g] = -1;
        for (uint64_t g = 0; st == SCI_OK && g < in->genes.n; g++) {
            int64_t to = texts_find(&index, in->genes.items[g]);

            in->column_of[g] = to;
            if (to >= 0)
                in->gene_row[to] = (int64_t)g;
        }
    }
    texts_index_clear(&index);
    return st;
}

/* ---- matrices ---- */

static sci_status
write_matrix(const concat *c, sci_h5_output *out, const char *which, const char *path,
             const anndata_storage *storage, const sci_options *opt, const sci_h5_options *h5)
{
    union_part *parts = NULL;
    sci_matrix **matrices = NULL;
    union_plan plan;
    sci_status st = sci_alloc(&parts, c->n, 1, sizeof *parts);

    if (st == SCI_OK)
        st = sci_alloc_zero(&matrices, c->n, 1, sizeof(sci_matrix *));
    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        st = anndata_matrix(c->inputs[i].file, which, h5, &matrices[i]);
        parts[i] = (union_part){ matrices[i], c->inputs[i].column_of };
    }
    if (st == SCI_OK) {
        union_plan_make(&plan, c->n, parts, c->genes.n);
        st = union_write(out, path, &plan, storage, opt);
    }
    for (size_t i = 0; matrices != NULL && i < c->n; i++)
        sci_matrix_free(matrices[i]);
    sci_free(matrices);
    sci_free(parts);
    return st;
}

static sci_status
write_x(const concat *c, sci_h5_output *out, const anndata_storage *storage, const sci_options *opt,
        const sci_h5_options *h5)
{
    size_t with = 0, first = 0;
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < c->n; i++) {
        bool there = false;

        st = sci_h5_file_has(anndata_file(c->inputs[i].file), "/X", &there);
        with += there;
        first = there ? first : i;
    }
    if (st == SCI_OK && with > 0 && with < c->n)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' has no X, but other inputs have",
                      c->inputs[first].name);
    return st == SCI_OK && with > 0 ? write_matrix(c, out, "X", "/X", storage, opt, h5) : st;
}

/* True if all inputs have the object. */
static sci_status
all_have(const concat *c, const char *path, bool *out)
{
    sci_status st = SCI_OK;

    *out = true;
    for (size_t i = 0; st == SCI_OK && *out && i < c->n; i++)
        st = sci_h5_file_has(anndata_file(c->inputs[i].file), path, out);
    return st;
}

sci_status
concat_common(const concat *c, const char *group, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    sci_h5_object object = { .kind = SCI_H5_DATASET };
    anndata_texts names = { 0 };
    sci_h5_file *first = anndata_file(c->inputs[0].file);
    bool there = false;
    sci_status st = all_have(c, group, &there);

    if (st == SCI_OK && there)
        st = sci_h5_file_object(first, group, &object);
    if (st == SCI_OK && object.kind == SCI_H5_GROUP)
        st = sci_h5_file_members(first, group, &names);
    for (uint64_t k = 0; st == SCI_OK && k < names.n; k++) {
        char *path = NULL;

        st = sci_format(&path, "%s/%s", group, names.items[k]);
        if (st == SCI_OK)
            st = all_have(c, path, &there);
        if (st == SCI_OK && there)
            st = sci_texts_add(&maker, names.items[k], strlen(names.items[k]));
        sci_free(path);
    }
    anndata_texts_clear(&names);
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

static sci_status
write_layers(const concat *c, sci_h5_output *out, const anndata_storage *storage,
             const sci_options *opt, const sci_h5_options *h5)
{
    anndata_texts layers = { 0 };
    sci_status st = concat_common(c, "/layers", &layers);

    for (uint64_t k = 0; st == SCI_OK && k < layers.n; k++) {
        char *which = NULL, *path = NULL;

        st = sci_format(&which, "layer:%s", layers.items[k]);
        if (st == SCI_OK)
            st = sci_format(&path, "/layers/%s", layers.items[k]);
        if (st == SCI_OK)
            st = write_matrix(c, out, which, path, storage, opt, h5);
        sci_free(path);
        sci_free(which);
    }
    anndata_texts_clear(&layers);
    return st;
}

/* ---- the whole ---- */

sci_status
genomics_concat_write(sci_h5_output *out, const concat_request *request, const sci_options *opt,
                      const sci_h5_options *h5)
{
    concat c = { .n = request->n };
    sci_status st = sci_alloc_zero(&c.inputs, c.n, 1, sizeof *c.inputs);

    for (size_t i = 0; st == SCI_OK && i < c.n; i++)
        st = open_input(request, i, &c.inputs[i]);
    if (st == SCI_OK)
        st = choose_genes(&c, request->outer);
    if (st == SCI_OK)
        st = match_genes(&c);
    if (st == SCI_OK)
        st = anndata_create(out);
    if (st == SCI_OK)
        st = concat_write_tables(&c, out);
    if (st == SCI_OK)
        st = write_x(&c, out, &request->storage, opt, h5);
    if (st == SCI_OK)
        st = write_layers(&c, out, &request->storage, opt, h5);
    if (st == SCI_OK)
        st = concat_write_arrays(&c, out);
    if (st == SCI_OK)
        st = concat_write_log(&c, out);
    if (st == SCI_OK)
        st = concat_say_dropped(&c);
    clear(&c);
    return st;
}
