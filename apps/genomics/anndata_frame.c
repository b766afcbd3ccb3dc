/* SPDX-License-Identifier: GPL-3.0-or-later */
/* obs and var as tables: where the index is and which columns there are. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

void
anndata_frame_clear(anndata_frame *frame)
{
    sci_free(frame->path);
    sci_free(frame->index);
    sci_texts_clear(&frame->columns);
    *frame = (anndata_frame){ 0 };
}

/* ---- records (0.5) ---- */

/* The first field is the index. */
static sci_status
open_records(anndata_frame *f, sci_h5_file *file, const char *name, const sci_h5_object *object)
{
    sci_texts fields = { 0 };
    sci_status st;

    if (object->rank != 1)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no table: it has %d axes", name, f->path,
                        object->rank);
    f->records = true;
    f->n = object->shape[0];
    st = sci_h5_file_fields(file, f->path, &fields);
    if (st == SCI_OK && fields.n == 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has no fields", name, f->path);
    if (st == SCI_OK)
        st = sci_strdup(&f->index, fields.items[0]);
    if (st == SCI_OK)
        st = sci_texts_copy(&f->columns, fields.n - 1, (const char *const *)fields.items + 1);
    sci_texts_clear(&fields);
    return st;
}

/* ---- groups ---- */

/* Rows of a column, whatever its encoding; `where` is its path. */
static sci_status
count_rows(sci_h5_file *file, const char *name, const char *where, uint64_t *out)
{
    static const char *const parts[] = { "", "/codes", "/values" };
    sci_h5_object object = { .kind = SCI_H5_GROUP };
    sci_status st = SCI_OK;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && object.kind == SCI_H5_GROUP; i++) {
        char *path = NULL;
        bool there = false;

        st = sci_format(&path, "%s%s", where, parts[i]);
        if (st == SCI_OK)
            st = sci_h5_file_has(file, path, &there);
        if (st == SCI_OK && there)
            st = sci_h5_file_object(file, path, &object);
        sci_free(path);
        if (st != SCI_OK)
            return st;
    }
    if (object.kind != SCI_H5_DATASET || object.rank != 1)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no index: it has no list of names", name,
                        where);
    *out = object.shape[0];
    return SCI_OK;
}

static sci_status
check_encoding(sci_h5_file *file, const char *name, const char *path)
{
    char *encoding = NULL;
    sci_status st = anndata_encoding(file, path, &encoding);

    if (st == SCI_OK && encoding == NULL)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no table: it has no attribute 'encoding-type'",
                      name, path);
    else if (st == SCI_OK && strcmp(encoding, "dataframe") != 0)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has encoding '%s', not 'dataframe'", name, path,
                      encoding);
    sci_free(encoding);
    return st;
}

/* The sentence for a missing attribute says what it is for. */
static sci_status
explain(sci_status st, const char *name, const char *path, const char *attribute)
{
    if (st != SCI_ERR_NOTFOUND)
        return st;
    return sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no table: it has no attribute '%s'", name, path,
                    attribute);
}

static sci_status
open_group(anndata_frame *f, sci_h5_file *file, const char *name)
{
    char *path = NULL;
    sci_status st = check_encoding(file, name, f->path);

    if (st == SCI_OK)
        st = explain(sci_h5_file_text(file, f->path, "_index", &f->index), name, f->path, "_index");
    if (st == SCI_OK)
        st = explain(sci_h5_file_attribute_texts(file, f->path, "column-order", &f->columns), name,
                     f->path, "column-order");
    if (st == SCI_OK && (f->index[0] == '\0' || strchr(f->index, '/') != NULL))
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s': its index cannot be called '%s'", name, f->path,
                      f->index);
    if (st == SCI_OK)
        st = sci_format(&path, "%s/%s", f->path, f->index);
    if (st == SCI_OK)
        st = count_rows(file, name, path, &f->n);
    sci_free(path);
    return st;
}

sci_status
anndata_frame_open(anndata_frame *out, sci_h5_file *file, const char *name, const char *path)
{
    anndata_frame f = { 0 };
    sci_h5_object object;
    sci_status st = sci_strdup(&f.path, path);

    if (st == SCI_OK)
        st = sci_h5_file_object(file, path, &object);
    if (st == SCI_OK && object.kind == SCI_H5_GROUP)
        st = open_group(&f, file, name);
    else if (st == SCI_OK && object.kind == SCI_H5_DATASET && object.content == SCI_H5_COMPOUND)
        st = open_records(&f, file, name, &object);
    else if (st == SCI_OK)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no table", name, path);
    if (st == SCI_OK && f.n > INT64_MAX)
        st = sci_fail(SCI_ERR_UNSAFE, "'%s:%s' claims too many rows", name, path);
    if (st != SCI_OK) {
        anndata_frame_clear(&f);
        return st;
    }
    *out = f;
    return SCI_OK;
}

/* ---- names ---- */

/* An index of another kind than texts, written out. */
static sci_status
texts_of_column(const anndata_column *c, anndata_texts *out)
{
    sci_texts_maker maker = { 0 };
    sci_status st = SCI_OK;

    for (uint64_t i = 0; st == SCI_OK && i < c->n; i++) {
        char number[ANNDATA_NUMBER];
        const char *text = number;

        if (c->codes != NULL)
            text = c->codes[i] < 0 ? "nan" : c->levels.items[c->codes[i]];
        else
            anndata_number_text(c->numbers[i], number);
        st = sci_texts_add(&maker, text, strlen(text));
    }
    if (st == SCI_OK)
        return sci_texts_finish(&maker, out);
    sci_texts_maker_clear(&maker);
    return st;
}

sci_status
anndata_frame_names(sci_h5_file *file, const anndata_frame *frame, const char *name,
                    anndata_texts *out)
{
    anndata_texts names = { 0 };
    anndata_column column = { 0 };
    char *path = NULL;
    const char *field = frame->records ? frame->index : NULL;
    sci_status st = sci_format(&path, frame->records ? "%s" : "%s/%s", frame->path, frame->index);

    if (st != SCI_OK)
        return st;
    st = sci_h5_file_texts(file, path, field, &names);
    if (st == SCI_ERR_TYPE || st == SCI_ERR_FORMAT) {
        st = anndata_element_read(file, name, path, field, &column);
        if (st == SCI_OK)
            st = texts_of_column(&column, &names);
        anndata_column_clear(&column);
    }
    if (st == SCI_OK && names.n != frame->n)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu names, not %llu", name, path,
                      (unsigned long long)names.n, (unsigned long long)frame->n);
    sci_free(path);
    if (st != SCI_OK) {
        sci_texts_clear(&names);
        return st;
    }
    *out = names;
    return SCI_OK;
}
