/* SPDX-License-Identifier: GPL-3.0-or-later */
/* X, layers and raw/X as matrices that stream. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

/* ---- where ---- */

static sci_status
fail_layer(anndata *a, const char *layer)
{
    anndata_texts layers = { 0 };
    char list[400];
    sci_status st = sci_h5_file_members(a->file, "/layers", &layers);

    if (st != SCI_OK && st != SCI_ERR_NOTFOUND)
        return st;
    anndata_list_text(&layers, list, sizeof list);
    st = sci_fail(SCI_ERR_NOTFOUND, "'%s' has no layer '%s'; %s%s", a->path, layer,
                  layers.n > 0 ? "it has " : "it has no layers", list);
    sci_texts_clear(&layers);
    return st;
}

/* raw/X, or raw.X at the root of files before 0.7. */
static sci_status
find_raw(anndata *a, char **path)
{
    static const char *const places[] = { "/raw/X", "/raw.X" };
    sci_h5_object raw;
    bool there = false;
    sci_status st;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        /* A `null` element in the place of the group holds nothing. */
        st = sci_h5_file_object(a->file, "/raw", &raw);
        if (i == 0 && (st == SCI_ERR_NOTFOUND || (st == SCI_OK && raw.kind != SCI_H5_GROUP)))
            continue;
        if (st != SCI_OK && st != SCI_ERR_NOTFOUND)
            return st;
        st = sci_h5_file_has(a->file, places[i], &there);
        if (st != SCI_OK)
            return st;
        if (there)
            return sci_strdup(path, places[i]);
    }
    return sci_fail(SCI_ERR_NOTFOUND, "'%s' has no raw matrix", a->path);
}

sci_status
anndata_matrix_path(anndata *a, const char *which, char **path)
{
    const char *layer = strncmp(which, "layer:", 6) == 0 ? which + 6 : NULL;
    char *at = NULL;
    bool there = false;
    sci_status st;

    if (strcmp(which, "raw") == 0)
        return find_raw(a, path);
    if (layer == NULL && strcmp(which, "X") != 0)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no matrix: it is X, raw or layer:NAME", which);
    if (layer != NULL && (layer[0] == '\0' || strchr(layer, '/') != NULL))
        return fail_layer(a, layer);
    st = layer != NULL ? sci_format(&at, "/layers/%s", layer) : sci_strdup(&at, "/X");
    if (st == SCI_OK)
        st = sci_h5_file_has(a->file, at, &there);
    if (st == SCI_OK && !there)
        st = layer != NULL ? fail_layer(a, layer)
                           : sci_fail(SCI_ERR_NOTFOUND, "'%s' has no X", a->path);
    if (st != SCI_OK) {
        sci_free(at);
        return st;
    }
    *path = at;
    return SCI_OK;
}

/* ---- what ---- */

typedef struct place {
    anndata *a;
    const char *path;
    char *name; /* "file:/X" */
    uint64_t rows, columns;
} place;

/* Columns of raw/X: the rows of its own var. */
static sci_status
count_raw(anndata *a, const char *path, uint64_t *out)
{
    const char *var = strcmp(path, "/raw.X") == 0 ? "/raw.var" : "/raw/var";
    anndata_frame frame = { 0 };
    sci_status st = anndata_frame_open(&frame, a->file, a->path, var);

    if (st == SCI_OK)
        *out = frame.n;
    anndata_frame_clear(&frame);
    return st;
}

sci_status
anndata_raw_names(anndata *a, anndata_texts *out)
{
    anndata_frame frame = { 0 };
    char *path = NULL;
    sci_status st = find_raw(a, &path);

    if (st == SCI_OK)
        st = anndata_frame_open(&frame, a->file, a->path,
                                strcmp(path, "/raw.X") == 0 ? "/raw.var" : "/raw/var");
    if (st == SCI_OK)
        st = anndata_frame_names(a->file, &frame, a->path, out);
    anndata_frame_clear(&frame);
    sci_free(path);
    return st;
}

static sci_status
check_shape(const place *p, uint64_t rows, uint64_t columns)
{
    if (rows != p->rows || columns != p->columns)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s' is %llu x %llu, but obs and var have %llu and %llu "
                        "rows",
                        p->name, (unsigned long long)rows, (unsigned long long)columns,
                        (unsigned long long)p->rows, (unsigned long long)p->columns);
    return SCI_OK;
}

static sci_status
open_dense(const place *p, const sci_h5_object *object, const sci_h5_options *opt, sci_matrix **out)
{
    sci_source *elements = NULL;
    sci_status st;

    if (object->empty)
        return sci_fail(SCI_ERR_NOTFOUND, "'%s' is empty (a null element)", p->name);
    if (object->rank != 2)
        return sci_fail(SCI_ERR_FORMAT, "'%s' has %d axes, a matrix has two", p->name,
                        object->rank);
    st = check_shape(p, object->shape[0], object->shape[1]);
    if (st == SCI_OK)
        st = sci_h5_file_source(&elements, p->a->file, p->path, opt);
    return st == SCI_OK ? sci_matrix_dense(out, elements) : st;
}

/* ---- sparse ---- */

static sci_status
find_layout(const place *p, sci_matrix_layout *out, const char **shape)
{
    char *encoding = NULL;
    sci_status st = anndata_encoding(p->a->file, p->path, &encoding);

    *shape = "shape";
    if (st == SCI_OK && encoding == NULL) {
        *shape = "h5sparse_shape";
        st = sci_h5_file_text(p->a->file, p->path, "h5sparse_format", &encoding);
        if (st == SCI_ERR_NOTFOUND)
            return sci_fail(SCI_ERR_FORMAT, "'%s' is a group without 'encoding-type'", p->name);
    }
    if (st != SCI_OK)
        return st;
    if (strcmp(encoding, "csr_matrix") == 0 || strcmp(encoding, "csr") == 0)
        *out = SCI_MATRIX_CSR;
    else if (strcmp(encoding, "csc_matrix") == 0 || strcmp(encoding, "csc") == 0)
        *out = SCI_MATRIX_CSC;
    else
        st = sci_fail(SCI_ERR_FORMAT, "'%s' has encoding '%s', which is no matrix known here",
                      p->name, encoding);
    sci_free(encoding);
    return st;
}

static sci_status
read_shape(const place *p, const char *attribute)
{
    int64_t *shape = NULL;
    uint64_t n = 0;
    sci_status st = sci_h5_file_attribute_integers(p->a->file, p->path, attribute, &n, &shape);

    if (st == SCI_ERR_NOTFOUND)
        return sci_fail(SCI_ERR_FORMAT, "'%s' has no attribute '%s'", p->name, attribute);
    if (st == SCI_OK && (n != 2 || shape[0] < 0 || shape[1] < 0))
        st = sci_fail(SCI_ERR_FORMAT, "'%s': its attribute '%s' is not the two lengths of a matrix",
                      p->name, attribute);
    if (st == SCI_OK)
        st = check_shape(p, (uint64_t)shape[0], (uint64_t)shape[1]);
    sci_free(shape);
    return st;
}

/* One of data, indices, indptr: one axis, numbers. */
static sci_status
find_part(const place *p, const char *name, bool integers, char **path, uint64_t *n)
{
    sci_h5_object object;
    sci_status st = sci_format(path, "%s/%s", p->path, name);

    if (st == SCI_OK)
        st = sci_h5_file_object(p->a->file, *path, &object);
    if (st == SCI_ERR_NOTFOUND)
        return sci_fail(SCI_ERR_FORMAT, "'%s' has no '%s'", p->name, name);
    if (st != SCI_OK)
        return st;
    if (object.kind != SCI_H5_DATASET || object.rank != 1 || !object.sourced)
        return sci_fail(SCI_ERR_FORMAT, "'%s/%s' is no list of numbers", p->name, name);
    if (integers && !sci_type_is_integer(object.element))
        return sci_fail(SCI_ERR_FORMAT, "'%s/%s' has elements of type %s, not integers", p->name,
                        name, object.type);
    *n = object.shape[0];
    return SCI_OK;
}

/* The lengths must agree before anything is read. */
static sci_status
read_indptr(const place *p, sci_matrix_layout layout, int64_t **out)
{
    uint64_t lines = layout == SCI_MATRIX_CSR ? p->rows : p->columns, n = 0;
    char *path = NULL;
    sci_status st = find_part(p, "indptr", true, &path, &n);

    if (st == SCI_OK && n != lines + 1)
        st = sci_fail(SCI_ERR_FORMAT, "'%s/indptr' has %llu numbers; %llu %s need %llu", p->name,
                      (unsigned long long)n, (unsigned long long)lines,
                      layout == SCI_MATRIX_CSR ? "rows" : "columns",
                      (unsigned long long)(lines + 1));
    if (st == SCI_OK)
        st = sci_h5_file_integers(p->a->file, path, NULL, &n, out);
    sci_free(path);
    return st;
}

static sci_status
open_part(const place *p, const char *name, bool integers, const sci_h5_options *opt,
          sci_source **out)
{
    char *path = NULL;
    uint64_t n;
    sci_status st = find_part(p, name, integers, &path, &n);

    if (st == SCI_OK)
        st = sci_h5_file_source(out, p->a->file, path, opt);
    sci_free(path);
    return st;
}

static sci_status
open_sparse(const place *p, const sci_h5_options *opt, sci_matrix **out)
{
    sci_source *values = NULL, *indices = NULL;
    sci_matrix_layout layout = SCI_MATRIX_CSR;
    const char *shape = NULL;
    int64_t *indptr = NULL;
    sci_status st = find_layout(p, &layout, &shape);

    if (st == SCI_OK)
        st = read_shape(p, shape);
    if (st == SCI_OK)
        st = read_indptr(p, layout, &indptr);
    if (st == SCI_OK)
        st = open_part(p, "data", false, opt, &values);
    if (st == SCI_OK)
        st = open_part(p, "indices", true, opt, &indices);
    if (st == SCI_OK) {
        st = sci_matrix_sparse(out, layout, p->rows, p->columns, values, indices, indptr, p->name);
        values = indices = NULL;
    }
    sci_source_free(indices);
    sci_source_free(values);
    sci_free(indptr);
    return st;
}

sci_status
anndata_matrix(anndata *a, const char *which, const sci_h5_options *opt, sci_matrix **out)
{
    place p = { .a = a };
    sci_h5_object object;
    char *path = NULL;
    sci_status st = anndata_matrix_path(a, which, &path);

    if (st != SCI_OK)
        return st;
    p.path = path;
    p.rows = a->frame[ANNDATA_OBS].n;
    p.columns = a->frame[ANNDATA_VAR].n;
    if (strcmp(which, "raw") == 0)
        st = count_raw(a, path, &p.columns);
    if (st == SCI_OK)
        st = sci_format(&p.name, "%s:%s", a->path, path);
    if (st == SCI_OK)
        st = sci_h5_file_object(a->file, path, &object);
    if (st == SCI_OK)
        st = object.kind == SCI_H5_GROUP ? open_sparse(&p, opt, out)
                                         : open_dense(&p, &object, opt, out);
    sci_free(p.name);
    sci_free(path);
    return st;
}

/* ---- small arrays ---- */

/* obsm and varm of 0.5 are records with a field for each array. */
static sci_status
read_field_array(anndata *a, const char *path, uint64_t *rows, uint64_t *columns, double **out)
{
    const char *slash = strrchr(path, '/');
    sci_h5_object records, field;
    char *above = NULL;
    uint64_t n = 0, width = 1;
    sci_status st = sci_format(&above, "%.*s", (int)(slash - path), path);

    if (st == SCI_OK)
        st = sci_h5_file_object(a->file, above, &records);
    if (st == SCI_OK)
        st = sci_h5_file_field(a->file, above, slash + 1, &field);
    if (st == SCI_OK && (records.rank != 1 || field.rank > 1))
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no matrix", a->path, path);
    if (st == SCI_OK)
        st = sci_h5_file_numbers(a->file, above, slash + 1, &n, out);
    if (st == SCI_OK) {
        width = field.rank == 1 ? field.shape[0] : 1;
        *rows = records.shape[0];
        *columns = width;
    }
    sci_free(above);
    return st;
}

sci_status
anndata_array(anndata *a, const char *path, uint64_t *rows, uint64_t *columns, double **out)
{
    const char *slash = strrchr(path, '/');
    sci_h5_object object;
    char *above = NULL;
    double *values = NULL;
    uint64_t n = 0;
    sci_status st;

    if (slash == NULL || slash == path)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s' is no array of an annotated file", path);
    st = sci_format(&above, "%.*s", (int)(slash - path), path);
    if (st == SCI_OK)
        st = sci_h5_file_object(a->file, above, &object);
    sci_free(above);
    if (st == SCI_OK && object.kind == SCI_H5_DATASET)
        return read_field_array(a, path, rows, columns, out);
    if (st == SCI_OK)
        st = sci_h5_file_object(a->file, path, &object);
    if (st == SCI_OK
        && (object.kind != SCI_H5_DATASET || object.rank < 1 || object.rank > 2 || object.empty))
        st = sci_fail(SCI_ERR_FORMAT, "'%s:%s' is no dense matrix", a->path, path);
    if (st == SCI_OK)
        st = sci_h5_file_numbers(a->file, path, NULL, &n, &values);
    if (st != SCI_OK)
        return st;
    *rows = object.shape[0];
    *columns = object.rank == 2 ? object.shape[1] : 1;
    *out = values;
    return SCI_OK;
}
