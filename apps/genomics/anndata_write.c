/* SPDX-License-Identifier: GPL-3.0-or-later */
/* New annotated files and the small elements of them: dicts, texts, numbers, arrays. */
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

sci_status
anndata_mark(sci_h5_output *out, const char *path, const char *type, const char *version)
{
    const char *const encoding[2][2] = { { "encoding-type", type },
                                         { "encoding-version", version } };

    return sci_h5_output_attribute_pairs(out, path, 2, encoding);
}

static sci_status
exists(sci_h5_output *out, const char *path, bool *there)
{
    sci_h5_file *file = NULL;
    sci_status st = sci_h5_output_look(out, &file);

    if (st == SCI_OK)
        st = sci_h5_file_has(file, path, there);
    sci_h5_file_close(file);
    return st;
}

/* Make the group a dict if it is not there. */
static sci_status
make_dict(sci_h5_output *out, const char *path)
{
    bool there = false;
    sci_status st = exists(out, path, &there);

    if (st != SCI_OK || there)
        return st;
    st = sci_h5_output_group(out, path);
    return st == SCI_OK ? anndata_mark(out, path, "dict", "0.1.0") : st;
}

sci_status
anndata_make_parents(sci_h5_output *out, const char *path)
{
    char *prefix = NULL, *last;
    bool there = false;
    sci_status st = sci_strdup(&prefix, path);

    last = st == SCI_OK ? strrchr(prefix, '/') : NULL;
    if (last != NULL && last != prefix) { /* nearly always everything is there */
        *last = '\0';
        st = exists(out, prefix, &there);
        *last = '/';
    }
    for (size_t i = 1; st == SCI_OK && !there && prefix[i] != '\0'; i++) {
        if (prefix[i] != '/')
            continue;
        prefix[i] = '\0';
        st = make_dict(out, prefix);
        prefix[i] = '/';
    }
    sci_free(prefix);
    return st;
}

sci_status
anndata_create(sci_h5_output *out)
{
    static const char *const groups[] = { "/layers", "/obsm", "/obsp", "/varm", "/varp", "/uns" };
    sci_status st = anndata_mark(out, "/", "anndata", "0.1.0");

    for (size_t i = 0; st == SCI_OK && i < sizeof groups / sizeof *groups; i++)
        st = make_dict(out, groups[i]);
    return st;
}

sci_status
anndata_write_dict(sci_h5_output *out, const char *path)
{
    sci_status st = anndata_make_parents(out, path);

    return st == SCI_OK ? make_dict(out, path) : st;
}

sci_status
anndata_write_text(sci_h5_output *out, const char *path, const char *value)
{
    sci_status st = anndata_make_parents(out, path);

    if (st == SCI_OK)
        st = sci_h5_output_scalar_text(out, path, value);
    return st == SCI_OK ? anndata_mark(out, path, "string", "0.2.0") : st;
}

static sci_status
write_scalar(sci_h5_output *out, const char *path, sci_type type, const void *value)
{
    const sci_array scalar = { .rank = 0, .type = type };
    sci_status st = anndata_make_parents(out, path);

    if (st == SCI_OK)
        st = sci_h5_output_array(out, path, &scalar, value);
    return st == SCI_OK ? anndata_mark(out, path, "numeric-scalar", "0.2.0") : st;
}

sci_status
anndata_write_number(sci_h5_output *out, const char *path, double value)
{
    return write_scalar(out, path, SCI_FLOAT64, &value);
}

sci_status
anndata_write_integer(sci_h5_output *out, const char *path, int64_t value)
{
    return write_scalar(out, path, SCI_INT64, &value);
}

sci_status
anndata_write_texts(sci_h5_output *out, const char *path, const anndata_texts *texts)
{
    sci_status st = anndata_make_parents(out, path);

    if (st == SCI_OK)
        st = sci_h5_output_array_texts(out, path, texts);
    return st == SCI_OK ? anndata_mark(out, path, "string-array", "0.2.0") : st;
}

sci_status
anndata_write_array(sci_h5_output *out, const char *path, const sci_array *array,
                    const void *elements)
{
    sci_status st = anndata_make_parents(out, path);

    if (st == SCI_OK)
        st = sci_h5_output_array(out, path, array, elements);
    return st == SCI_OK ? anndata_mark(out, path, "array", "0.2.0") : st;
}

/* ---- numbers of any type ---- */

static void
put_integer(void *to, sci_type type, double value)
{
    static const double least[] = { -0x1p7, -0x1p15, -0x1p31, -0x1p63, 0, 0, 0, 0 };
    static const double most[] = { 0x1p7, 0x1p15, 0x1p31, 0x1p63, 0x1p8, 0x1p16, 0x1p32, 0x1p64 };
    int64_t whole = 0;
    uint64_t word = 0;

    if (value >= least[type] && value < most[type]) {
        if (type == SCI_UINT64)
            word = (uint64_t)value;
        else
            whole = (int64_t)value;
    }
    if (type != SCI_UINT64)
        memcpy(&word, &whole, sizeof word);
    /* The low bytes, wherever they stand. */
    switch (sci_type_size(type)) {
    case 1:
        memcpy(to, &(uint8_t){ (uint8_t)word }, 1);
        break;
    case 2:
        memcpy(to, &(uint16_t){ (uint16_t)word }, 2);
        break;
    case 4:
        memcpy(to, &(uint32_t){ (uint32_t)word }, 4);
        break;
    default:
        memcpy(to, &word, 8);
        break;
    }
}

void
anndata_narrow(void *out, sci_type type, const double *values, uint64_t n)
{
    size_t size = sci_type_size(type);
    unsigned char *to = out;

    for (uint64_t i = 0; i < n; i++, to += size) {
        if (type == SCI_FLOAT64)
            memcpy(to, &values[i], size);
        else if (type == SCI_FLOAT32)
            memcpy(to, &(float){ (float)values[i] }, size);
        else
            put_integer(to, type, values[i]);
    }
}

sci_status
anndata_write_as(sci_h5_output *out, const char *path, const sci_array *array, const double *values)
{
    sci_array stored = *array;
    unsigned char *elements = NULL;
    uint64_t n;
    sci_status st = sci_array_count(array, &n);

    if (stored.type == SCI_FLOAT16)
        stored.type = SCI_FLOAT32;
    if (st != SCI_OK || stored.type == SCI_FLOAT64)
        return st == SCI_OK ? anndata_write_array(out, path, &stored, values) : st;
    st = sci_alloc(&elements, n, sci_type_size(stored.type), 1);
    if (st == SCI_OK) {
        anndata_narrow(elements, stored.type, values, n);
        st = anndata_write_array(out, path, &stored, elements);
    }
    sci_free(elements);
    return st;
}

/* ---- matrices ---- */

#define CHUNK_BYTES ((uint64_t)512 << 10)

/* Whole rows of about CHUNK_BYTES. */
static void
choose_layout(const sci_array *array, const anndata_storage *storage, sci_h5_layout *out)
{
    uint64_t row = sci_type_size(array->type), rows;

    *out = (sci_h5_layout){ .chunked = false };
    for (int i = 0; i < array->rank; i++)
        if (array->shape[i] == 0)
            return;
    if (storage == NULL || storage->compression == ANNDATA_PLAIN)
        return;
    out->chunked = out->shuffle = true;
    out->lzf = storage->compression == ANNDATA_LZF;
    out->deflate = storage->compression == ANNDATA_GZIP ? storage->level : 0;
    for (int i = 1; i < array->rank; i++) {
        out->chunk[i] = array->shape[i];
        row *= array->shape[i];
    }
    rows = CHUNK_BYTES / row + 1;
    out->chunk[0] = rows < array->shape[0] ? rows : array->shape[0];
}

sci_status
anndata_write_dense(sci_h5_output *out, const char *path, uint64_t rows, uint64_t columns,
                    sci_type type, const anndata_storage *storage, sci_sink **sink)
{
    const sci_array array = { .rank = 2, .shape = { rows, columns }, .type = type };
    sci_h5_layout layout;
    sci_sink *made = NULL;
    sci_status st = anndata_make_parents(out, path);

    choose_layout(&array, storage, &layout);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out, path, &array, &layout, NULL, &made);
    if (st == SCI_OK)
        st = anndata_mark(out, path, "array", "0.2.0");
    if (st != SCI_OK) {
        sci_sink_free(made);
        return st;
    }
    *sink = made;
    return SCI_OK;
}

static sci_status
write_list(sci_h5_output *out, const char *group, const char *name, uint64_t n, sci_type type,
           const anndata_storage *storage, sci_sink **sink)
{
    const sci_array array = { .rank = 1, .shape = { n }, .type = type };
    sci_h5_layout layout;
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", group, name);

    choose_layout(&array, storage, &layout);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out, path, &array, &layout, NULL, sink);
    sci_free(path);
    return st;
}

static sci_status
write_indptr(sci_h5_output *out, const char *group, uint64_t lines, const int64_t *indptr)
{
    sci_array array = { .rank = 1, .shape = { lines + 1 }, .type = SCI_INT64 };
    int32_t *narrow = NULL;
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/indptr", group);

    if (st == SCI_OK && indptr[lines] <= INT32_MAX) {
        array.type = SCI_INT32;
        st = sci_alloc(&narrow, lines + 1, 1, sizeof *narrow);
        for (uint64_t i = 0; st == SCI_OK && i <= lines; i++)
            narrow[i] = (int32_t)indptr[i];
    }
    if (st == SCI_OK)
        st = sci_h5_output_array(out, path, &array,
                                 narrow != NULL ? (const void *)narrow : (const void *)indptr);
    sci_free(narrow);
    sci_free(path);
    return st;
}

sci_status
anndata_write_sparse(sci_h5_output *out, const char *path, sci_matrix_layout layout, uint64_t rows,
                     uint64_t columns, const int64_t *indptr, sci_type type, sci_type indices_type,
                     const anndata_storage *storage, sci_sink **values, sci_sink **indices)
{
    const int64_t shape[2] = { (int64_t)rows, (int64_t)columns };
    uint64_t lines = layout == SCI_MATRIX_CSR ? rows : columns;
    sci_sink *v = NULL, *i = NULL;
    sci_status st;

    if (layout == SCI_MATRIX_DENSE || (indices_type != SCI_INT32 && indices_type != SCI_INT64)
        || indptr[lines] < 0)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': no such sparse matrix", path);
    st = anndata_make_parents(out, path);
    if (st == SCI_OK)
        st = sci_h5_output_group(out, path);
    if (st == SCI_OK)
        st = anndata_mark(out, path, layout == SCI_MATRIX_CSR ? "csr_matrix" : "csc_matrix",
                          "0.1.0");
    if (st == SCI_OK)
        st = sci_h5_output_attribute_integers(out, path, "shape", 2, shape);
    if (st == SCI_OK)
        st = write_indptr(out, path, lines, indptr);
    if (st == SCI_OK)
        st = write_list(out, path, "data", (uint64_t)indptr[lines], type, storage, &v);
    if (st == SCI_OK)
        st = write_list(out, path, "indices", (uint64_t)indptr[lines], indices_type, storage, &i);
    if (st != SCI_OK) {
        sci_sink_free(v);
        return st;
    }
    *values = v;
    *indices = i;
    return SCI_OK;
}
