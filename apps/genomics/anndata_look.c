/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrices at a glance. */
#include <stdio.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

/* ---- which there are ---- */

static sci_status
add_layers(anndata *a, sci_texts_maker *maker)
{
    anndata_texts layers = { 0 };
    sci_status st = sci_h5_file_members(a->file, "/layers", &layers);

    if (st == SCI_ERR_NOTFOUND)
        return SCI_OK;
    for (uint64_t i = 0; st == SCI_OK && i < layers.n; i++) {
        char *which = NULL;

        st = sci_format(&which, "layer:%s", layers.items[i]);
        if (st == SCI_OK)
            st = sci_texts_add(maker, which, strlen(which));
        sci_free(which);
    }
    anndata_texts_clear(&layers);
    return st;
}

/* A `null` element is no matrix. */
static sci_status
add_if_there(anndata *a, const char *which, sci_texts_maker *maker)
{
    sci_h5_object object;
    char *path = NULL;
    sci_status st = anndata_matrix_path(a, which, &path);

    if (st == SCI_OK)
        st = sci_h5_file_object(a->file, path, &object);
    if (st == SCI_OK && !(object.kind == SCI_H5_DATASET && object.empty))
        st = sci_texts_add(maker, which, strlen(which));
    sci_free(path);
    return st == SCI_ERR_NOTFOUND ? SCI_OK : st;
}

sci_status
anndata_matrices(anndata *a, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    sci_status st = add_if_there(a, "X", &maker);

    if (st == SCI_OK)
        st = add_layers(a, &maker);
    if (st == SCI_OK)
        st = add_if_there(a, "raw", &maker);
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

/* ---- what one is ---- */

static void
take_values(const sci_h5_object *object, anndata_look *out)
{
    (void)snprintf(out->type, sizeof out->type, "%s", object->type);
    (void)snprintf(out->filters, sizeof out->filters, "%s", object->filters);
    out->chunked = object->chunked;
    out->bytes += object->stored;
}

static sci_status
look_at_part(anndata *a, const char *path, const char *name, sci_h5_object *out)
{
    char *part = NULL;
    sci_status st = sci_format(&part, "%s/%s", path, name);

    if (st == SCI_OK)
        st = sci_h5_file_object(a->file, part, out);
    sci_free(part);
    return st;
}

static sci_status
look_at_sparse(anndata *a, const char *path, anndata_look *out)
{
    sci_h5_object part;
    int64_t *shape = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_file_attribute_integers(a->file, path, "shape", &n, &shape);

    if (st == SCI_ERR_NOTFOUND)
        st = sci_h5_file_attribute_integers(a->file, path, "h5sparse_shape", &n, &shape);
    if (st == SCI_OK && n == 2 && shape[0] >= 0 && shape[1] >= 0) {
        out->rows = (uint64_t)shape[0];
        out->columns = (uint64_t)shape[1];
    } else if (st == SCI_OK) {
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s': its shape is damaged", a->path, path);
    }
    sci_free(shape);
    if (st == SCI_OK)
        st = look_at_part(a, path, "data", &part);
    if (st == SCI_OK) {
        take_values(&part, out);
        out->values = part.rank == 1 ? part.shape[0] : 0;
        st = look_at_part(a, path, "indices", &part);
    }
    if (st == SCI_OK) {
        (void)snprintf(out->indices, sizeof out->indices, "%s", part.type);
        out->bytes += part.stored;
        st = look_at_part(a, path, "indptr", &part);
    }
    if (st == SCI_OK)
        out->bytes += part.stored;
    return st;
}

static sci_status
name_encoding(anndata *a, const char *path, bool group, anndata_look *out)
{
    char *encoding = NULL, *old = NULL;
    sci_status st = anndata_encoding(a->file, path, &encoding);

    if (st == SCI_OK && encoding == NULL && group) {
        st = sci_h5_file_text(a->file, path, "h5sparse_format", &old);
        if (st == SCI_OK)
            st = sci_format(&encoding, "%s_matrix", old);
    }
    if (st == SCI_OK)
        (void)snprintf(out->encoding, sizeof out->encoding, "%s",
                       encoding != NULL ? encoding : "array");
    sci_free(old);
    sci_free(encoding);
    return st;
}

sci_status
anndata_matrix_look(anndata *a, const char *which, anndata_look *out)
{
    sci_h5_object object;
    char *path = NULL;
    sci_status st = anndata_matrix_path(a, which, &path);

    *out = (anndata_look){ .rows = 0 };
    if (st == SCI_OK)
        st = sci_h5_file_object(a->file, path, &object);
    if (st == SCI_OK)
        st = name_encoding(a, path, object.kind == SCI_H5_GROUP, out);
    if (st == SCI_OK && object.kind == SCI_H5_GROUP) {
        st = look_at_sparse(a, path, out);
    } else if (st == SCI_OK) {
        take_values(&object, out);
        out->rows = object.rank > 0 ? object.shape[0] : 0;
        out->columns = object.rank > 1 ? object.shape[1] : object.rank == 1;
        if (__builtin_mul_overflow(out->rows, out->columns, &out->values))
            out->values = UINT64_MAX;
    }
    sci_free(path);
    return st;
}
