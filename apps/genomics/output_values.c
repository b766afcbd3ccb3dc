/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new matrix stored as the old one: for values that change one by one. */
#include <string.h>

#include <sci/memory.h>

#include "output_priv.h"

enum { CHUNK_VALUES = 1 << 17, BLOCK = 1 << 18 };

/* ---- in its place ---- */

static void
layout_of(const anndata_storage *storage, uint64_t stored, sci_h5_layout *out)
{
    *out = (sci_h5_layout){ .chunked = storage->compression != ANNDATA_PLAIN && stored > 0 };
    if (!out->chunked)
        return;
    out->chunk[0] = stored < CHUNK_VALUES ? stored : CHUNK_VALUES;
    out->shuffle = true;
    out->lzf = storage->compression == ANNDATA_LZF;
    out->deflate = storage->compression == ANNDATA_GZIP ? storage->level : 0;
}

/* All but the values is copied: the group with its attributes, indptr, indices. */
static sci_status
replace_values(genomics_output *out, const genomics_job *job, sci_type type,
               const anndata_storage *storage, sci_sink **sink)
{
    uint64_t stored = sci_matrix_stored(job->matrix);
    sci_array array = { .rank = 1, .shape = { stored }, .type = type };
    sci_h5_layout layout;
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/data", out->path);

    layout_of(storage, stored, &layout);
    if (st == SCI_OK)
        st = anndata_copy(out->file, job->in, 1, (const char *const *)&path);
    if (st == SCI_OK)
        st = sci_h5_output_dataset(out->file, path, &array, &layout, NULL, sink);
    sci_free(path);
    return st;
}

/* ---- elsewhere ---- */

static sci_status
open_part(const genomics_job *job, const char *part, sci_source **out)
{
    char *base = NULL, *path = NULL;
    sci_status st = anndata_matrix_path(job->in, job->place, &base);

    if (st == SCI_OK)
        st = sci_format(&path, "%s/%s", base, part);
    if (st == SCI_OK)
        st = sci_h5_file_source(out, anndata_file(job->in), path, &job->h5);
    sci_free(base);
    sci_free(path);
    return st;
}

static void
narrow(const double *wide, uint64_t n, sci_type type, void *out)
{
    for (uint64_t i = 0; i < n; i++) {
        if (type == SCI_INT32)
            ((int32_t *)out)[i] = (int32_t)wide[i];
        else
            ((int64_t *)out)[i] = (int64_t)wide[i];
    }
}

/* Indices from one file into the other, a block at a time. Those below 2^53 are exact as doubles,
 * and no matrix has more rows or columns than that. */
static sci_status
copy_indices(sci_source *from, sci_sink *to, const sci_options *opt)
{
    uint64_t n = from->array.shape[0];
    sci_writer *writer = NULL;
    unsigned char *raw = NULL;
    double *wide = NULL;
    void *packed = NULL;
    sci_status st = sci_writer_create(&writer, to, opt);

    if (st == SCI_OK)
        st = sci_alloc(&raw, BLOCK, sizeof(double), 1);
    if (st == SCI_OK)
        st = sci_alloc(&wide, BLOCK, sizeof *wide, 1);
    if (st == SCI_OK)
        st = sci_alloc(&packed, BLOCK, sizeof(int64_t), 1);
    for (uint64_t first = 0; st == SCI_OK && first < n; first += BLOCK) {
        uint64_t count = n - first < BLOCK ? n - first : BLOCK;

        st = from->array.swapped ? sci_fail(
                 SCI_ERR_TYPE, "'%s' is big-endian; write the result in place", from->name)
                                 : sci_source_read(from, first, count, raw);
        if (st != SCI_OK)
            break;
        sci_widen(wide, from->array.type, raw, count);
        narrow(wide, count, to->array.type, packed);
        st = sci_writer_append(writer, packed, count);
    }
    if (st == SCI_OK)
        st = sci_writer_finish(writer);
    sci_writer_free(writer);
    sci_free(raw);
    sci_free(wide);
    sci_free(packed);
    return st;
}

static sci_status
write_sparse(genomics_output *out, const genomics_job *job, sci_type type,
             const anndata_storage *storage, sci_sink **sink)
{
    sci_matrix *m = job->matrix;
    bool by_rows = sci_matrix_get_layout(m) == SCI_MATRIX_CSR;
    uint64_t slices = by_rows ? sci_matrix_rows(m) : sci_matrix_columns(m), n = 0;
    uint64_t other = by_rows ? sci_matrix_columns(m) : sci_matrix_rows(m);
    char *base = NULL, *path = NULL;
    int64_t *indptr = NULL;
    sci_source *indices = NULL;
    sci_sink *places = NULL;
    sci_status st = anndata_matrix_path(job->in, job->place, &base);

    if (st == SCI_OK)
        st = sci_format(&path, "%s/indptr", base);
    if (st == SCI_OK)
        st = sci_h5_file_integers(anndata_file(job->in), path, NULL, &n, &indptr);
    if (st == SCI_OK && n != slices + 1)
        st =
            sci_fail(SCI_ERR_FORMAT, "'%s:%s' has another length than the matrix", job->name, path);
    if (st == SCI_OK)
        st = open_part(job, "indices", &indices);
    if (st == SCI_OK)
        st = anndata_write_sparse(out->file, out->path, sci_matrix_get_layout(m),
                                  sci_matrix_rows(m), sci_matrix_columns(m), indptr, type,
                                  other <= INT32_MAX ? SCI_INT32 : SCI_INT64, storage, sink,
                                  &places);
    if (st == SCI_OK)
        st = copy_indices(indices, places, &job->options);
    sci_source_free(indices);
    sci_sink_free(places);
    sci_free(indptr);
    sci_free(base);
    sci_free(path);
    return st;
}

sci_status
genomics_output_values(genomics_output *out, const genomics_job *job, sci_type type,
                       sci_sink **sink)
{
    const genomics_settings *s = job->settings;
    bool sparse = sci_matrix_get_layout(job->matrix) != SCI_MATRIX_DENSE;
    bool in_place = (s->to == NULL || strcmp(s->to, job->place) == 0) && s->keep_original == NULL;
    anndata_storage storage;
    sci_status st = genomics_storage(job, &storage);

    if (st == SCI_OK && sparse && in_place) {
        st = genomics_output_begin(out, job);
        return st == SCI_OK ? replace_values(out, job, type, &storage, sink) : st;
    }
    if (st == SCI_OK)
        st = genomics_output_open(out, job, NULL);
    if (st == SCI_OK && sparse)
        st = write_sparse(out, job, type, &storage, sink);
    else if (st == SCI_OK)
        st = anndata_write_dense(out->file, out->path, sci_matrix_rows(job->matrix),
                                 sci_matrix_columns(job->matrix), type, &storage, sink);
    return st;
}
