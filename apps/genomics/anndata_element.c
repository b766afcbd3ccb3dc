/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One column of a table in any of its encodings. */
#include <math.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

/* Where a column stands. */
typedef struct element {
    sci_h5_file *file;
    const char *name;  /* of the file */
    const char *path;  /* of the element */
    const char *field; /* of a dataset of records */
} element;

void
anndata_column_clear(anndata_column *column)
{
    sci_free(column->numbers);
    sci_free(column->codes);
    sci_texts_clear(&column->levels);
    *column = (anndata_column){ 0 };
}

sci_status
anndata_encoding(sci_h5_file *file, const char *path, char **out)
{
    sci_status st = sci_h5_file_text(file, path, "encoding-type", out);
    bool there;

    if (st != SCI_ERR_NOTFOUND)
        return st;
    st = sci_h5_file_has(file, path, &there);
    if (st == SCI_OK && !there)
        return sci_fail(SCI_ERR_NOTFOUND, "there is no '%s'", path);
    if (st == SCI_OK)
        *out = NULL;
    return st;
}

static sci_status
part(const element *e, const char *name, char **path)
{
    return sci_format(path, "%s/%s", e->path, name);
}

/* ---- levels and codes ---- */

static sci_status read_values(const element *e, const sci_h5_object *object, anndata_column *out);

static sci_status
read_texts_with_mask(const element *e, const anndata_texts *values, anndata_texts *out)
{
    const char **items = NULL;
    char *path = NULL;
    int64_t *mask = NULL;
    uint64_t n = 0;
    sci_status st = part(e, "mask", &path);

    if (st == SCI_OK)
        st = sci_h5_file_integers(e->file, path, NULL, &n, &mask);
    if (st == SCI_OK && n != values->n)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu values and a mask of %llu", e->name,
                      e->path, (unsigned long long)values->n, (unsigned long long)n);
    if (st == SCI_OK)
        st = sci_alloc(&items, n, 1, sizeof *items);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        items[i] = mask[i] != 0 ? NULL : values->items[i];
    if (st == SCI_OK)
        st = sci_texts_copy(out, n, items);
    sci_free(items);
    sci_free(mask);
    sci_free(path);
    return st;
}

/* Texts of a nullable-string-array. */
static sci_status
read_nullable_texts(const element *e, anndata_texts *out)
{
    anndata_texts values = { 0 };
    char *path = NULL;
    sci_status st = part(e, "values", &path);

    if (st == SCI_OK)
        st = sci_h5_file_texts(e->file, path, NULL, &values);
    if (st == SCI_OK)
        st = read_texts_with_mask(e, &values, out);
    sci_texts_clear(&values);
    sci_free(path);
    return st;
}

/* The list of categories at `path`: texts, numbers or booleans. */
static sci_status
read_levels(const element *e, const char *path, anndata_texts *out)
{
    static const char *const words[] = { "False", "True" };
    const element list = { e->file, e->name, path, NULL };
    sci_h5_object object;
    double *numbers = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_file_object(e->file, path, &object);

    if (st != SCI_OK)
        return st;
    if (object.kind == SCI_H5_GROUP)
        return read_nullable_texts(&list, out);
    if (object.content == SCI_H5_TEXTS)
        return sci_h5_file_texts(e->file, path, NULL, out);
    st = sci_h5_file_numbers(e->file, path, NULL, &n, &numbers);
    if (st == SCI_OK && object.content == SCI_H5_BOOLEANS) {
        const char **items = NULL;

        st = sci_alloc(&items, n, 1, sizeof *items);
        for (uint64_t i = 0; st == SCI_OK && i < n; i++)
            items[i] = words[numbers[i] != 0];
        if (st == SCI_OK)
            st = sci_texts_copy(out, n, items);
        sci_free(items);
    } else if (st == SCI_OK) {
        st = anndata_number_texts(n, numbers, out);
    }
    sci_free(numbers);
    return st;
}

static sci_status
read_codes(const element *e, const char *path, const char *field, anndata_column *out)
{
    int64_t *wide = NULL;
    sci_status st = sci_h5_file_integers(e->file, path, field, &out->n, &wide);

    if (st == SCI_OK)
        st = sci_alloc(&out->codes, out->n, 1, sizeof *out->codes);
    for (uint64_t i = 0; st == SCI_OK && i < out->n; i++) {
        if (wide[i] < -1 || wide[i] >= (int64_t)out->levels.n || wide[i] > INT32_MAX)
            st = sci_fail(SCI_ERR_FORMAT,
                          "'%s:%s': code %lld of row %llu is none of its %llu categories", e->name,
                          e->path, (long long)wide[i], (unsigned long long)i,
                          (unsigned long long)out->levels.n);
        else
            out->codes[i] = (int32_t)wide[i];
    }
    sci_free(wide);
    return st;
}

/* A level that is missing itself would be a second way to say so. */
static sci_status
check_levels(const element *e, const anndata_texts *levels)
{
    for (uint64_t i = 0; i < levels->n; i++)
        if (levels->items[i] == NULL)
            return sci_fail(SCI_ERR_FORMAT, "'%s:%s': category %llu is missing", e->name, e->path,
                            (unsigned long long)i);
    return SCI_OK;
}

static sci_status
read_categorical(const element *e, anndata_column *out)
{
    char *levels = NULL, *codes = NULL;
    sci_status st = part(e, "categories", &levels);

    out->kind = ANNDATA_CATEGORICAL;
    if (st == SCI_OK)
        st = part(e, "codes", &codes);
    if (st == SCI_OK)
        st = read_levels(e, levels, &out->levels);
    if (st == SCI_OK)
        st = check_levels(e, &out->levels);
    if (st == SCI_OK)
        st = read_codes(e, codes, NULL, out);
    if (st == SCI_OK) {
        st = sci_h5_file_attribute_truth(e->file, e->path, "ordered", &out->ordered);
        st = st == SCI_ERR_NOTFOUND ? SCI_OK : st;
    }
    sci_free(codes);
    sci_free(levels);
    return st;
}

/* 0.7: a dataset of codes that refers to its categories. */
static sci_status
read_referring(const element *e, anndata_column *out)
{
    char *levels = NULL;
    sci_status st = sci_h5_file_attribute_target(e->file, e->path, "categories", &levels);

    out->kind = ANNDATA_CATEGORICAL;
    if (st == SCI_OK)
        st = read_levels(e, levels, &out->levels);
    if (st == SCI_OK)
        st = check_levels(e, &out->levels);
    if (st == SCI_OK)
        st = read_codes(e, e->path, NULL, out);
    if (st == SCI_OK) {
        st = sci_h5_file_attribute_truth(e->file, levels, "ordered", &out->ordered);
        st = st == SCI_ERR_NOTFOUND ? SCI_OK : st;
    }
    sci_free(levels);
    return st;
}

/* 0.5: codes in a field, categories in uns. */
static sci_status
read_field(const element *e, anndata_column *out)
{
    sci_h5_object field;
    char *levels = NULL;
    bool categorical = false;
    sci_status st = sci_h5_file_field(e->file, e->path, e->field, &field);

    if (st == SCI_OK && field.rank > 0)
        st = sci_fail(SCI_ERR_TYPE, "'%s:%s': field '%s' has several values in each row", e->name,
                      e->path, e->field);
    if (st == SCI_OK)
        st = sci_format(&levels, "/uns/%s_categories", e->field);
    if (st == SCI_OK && field.sourced && sci_type_is_integer(field.element)
        && field.content == SCI_H5_NUMBERS)
        st = sci_h5_file_has(e->file, levels, &categorical);
    if (st == SCI_OK && !categorical)
        st = read_values(e, &field, out);
    if (st == SCI_OK && categorical) {
        out->kind = ANNDATA_CATEGORICAL;
        st = read_levels(e, levels, &out->levels);
        if (st == SCI_OK)
            st = check_levels(e, &out->levels);
        if (st == SCI_OK)
            st = read_codes(e, e->path, e->field, out);
    }
    sci_free(levels);
    return st;
}

/* ---- plain values ---- */

sci_status
anndata_truth_levels(anndata_column *out)
{
    static const char *const words[] = { "False", "True" };
    sci_status st = sci_alloc(&out->codes, out->n, 1, sizeof *out->codes);

    for (uint64_t i = 0; st == SCI_OK && i < out->n; i++)
        out->codes[i] = isnan(out->numbers[i]) ? -1 : out->numbers[i] != 0;
    return st == SCI_OK ? sci_texts_copy(&out->levels, 2, words) : st;
}

static sci_status
take_texts(const anndata_texts *texts, anndata_column *out)
{
    out->kind = ANNDATA_CATEGORICAL;
    out->text = true;
    out->n = texts->n;
    return anndata_factor_of_texts(texts, &out->levels, &out->codes);
}

static void
set_kind(const sci_h5_object *object, anndata_column *out)
{
    bool integer = object->sourced && sci_type_is_integer(object->element);

    out->kind = object->content == SCI_H5_BOOLEANS ? ANNDATA_BOOLEAN
                : integer                          ? ANNDATA_INTEGER
                                                   : ANNDATA_REAL;
    out->typed = object->sourced;
    out->type = object->element;
}

static sci_status
read_values(const element *e, const sci_h5_object *object, anndata_column *out)
{
    anndata_texts texts = { 0 };
    sci_status st;

    if (object->content == SCI_H5_TEXTS) {
        st = sci_h5_file_texts(e->file, e->path, e->field, &texts);
        if (st == SCI_OK)
            st = take_texts(&texts, out);
        sci_texts_clear(&texts);
        return st;
    }
    st = sci_h5_file_numbers(e->file, e->path, e->field, &out->n, &out->numbers);
    if (st != SCI_OK)
        return st;
    set_kind(object, out);
    return out->kind == ANNDATA_BOOLEAN ? anndata_truth_levels(out) : SCI_OK;
}

static sci_status
read_nullable(const element *e, anndata_column *out)
{
    char *values = NULL, *mask = NULL;
    int64_t *missing = NULL;
    sci_h5_object object;
    uint64_t n = 0;
    sci_status st = part(e, "values", &values);

    if (st == SCI_OK)
        st = part(e, "mask", &mask);
    if (st == SCI_OK)
        st = sci_h5_file_object(e->file, values, &object);
    if (st == SCI_OK)
        st = sci_h5_file_numbers(e->file, values, NULL, &out->n, &out->numbers);
    if (st == SCI_OK)
        st = sci_h5_file_integers(e->file, mask, NULL, &n, &missing);
    if (st == SCI_OK && n != out->n)
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' has %llu values and a mask of %llu", e->name,
                      e->path, (unsigned long long)out->n, (unsigned long long)n);
    for (uint64_t i = 0; st == SCI_OK && i < n; i++)
        if (missing[i] != 0)
            out->numbers[i] = (double)NAN;
    if (st == SCI_OK) {
        set_kind(&object, out);
        if (out->kind == ANNDATA_BOOLEAN)
            st = anndata_truth_levels(out);
    }
    sci_free(missing);
    sci_free(mask);
    sci_free(values);
    return st;
}

/* ---- by encoding ---- */

static sci_status
read_group(const element *e, const char *encoding, anndata_column *out)
{
    anndata_texts texts = { 0 };
    sci_status st;

    if (encoding == NULL)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' is a group without 'encoding-type'", e->name,
                        e->path);
    if (strcmp(encoding, "categorical") == 0)
        return read_categorical(e, out);
    if (strcmp(encoding, "nullable-integer") == 0 || strcmp(encoding, "nullable-boolean") == 0
        || strcmp(encoding, "nullable-float") == 0)
        return read_nullable(e, out);
    if (strcmp(encoding, "nullable-string-array") == 0) {
        st = read_nullable_texts(e, &texts);
        if (st == SCI_OK)
            st = take_texts(&texts, out);
        sci_texts_clear(&texts);
        return st;
    }
    return sci_fail(SCI_ERR_FORMAT, "'%s:%s' has encoding '%s', which is no column known here",
                    e->name, e->path, encoding);
}

static sci_status
read_dataset(const element *e, const char *encoding, const sci_h5_object *object,
             anndata_column *out)
{
    bool refers = false;
    sci_status st;

    if (encoding != NULL && strcmp(encoding, "array") != 0 && strcmp(encoding, "string-array") != 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' has encoding '%s', which is no column known here",
                        e->name, e->path, encoding);
    if (object->rank != 1 || object->empty)
        return sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no column: it has %d axes", e->name, e->path,
                        object->rank);
    st = sci_h5_file_has_attribute(e->file, e->path, "categories", &refers);
    if (st != SCI_OK)
        return st;
    return refers ? read_referring(e, out) : read_values(e, object, out);
}

sci_status
anndata_element_read(sci_h5_file *file, const char *name, const char *path, const char *field,
                     anndata_column *out)
{
    const element e = { file, name, path, field };
    anndata_column column = { 0 };
    sci_h5_object object;
    char *encoding = NULL;
    sci_status st;

    if (field != NULL) {
        st = read_field(&e, &column);
    } else {
        st = sci_h5_file_object(file, path, &object);
        if (st == SCI_OK)
            st = anndata_encoding(file, path, &encoding);
        if (st == SCI_OK)
            st = object.kind == SCI_H5_GROUP ? read_group(&e, encoding, &column)
                                             : read_dataset(&e, encoding, &object, &column);
    }
    sci_free(encoding);
    if (st != SCI_OK) {
        anndata_column_clear(&column);
        return st;
    }
    *out = column;
    return SCI_OK;
}
