/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing columns: contiguous where one chunk would hold them, else chunked, block after block. */
#include <string.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "h5_codec_priv.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

/* Counts and weights shrink at least a hundredfold at any level; this is the fastest. */
#define DEFLATE_LEVEL 1

/* ---- rows from memory or from the waiting file ---- */

static sci_status
read_block(const h5_row_reader *r, uint64_t first, uint64_t n, const void **rows)
{
    sci_status st;

    if (r->rows != NULL) {
        *rows = r->rows + first * r->row_bytes;
        return SCI_OK;
    }
    st = sci_read_at(r->fd, "the scratch file of a table", r->block, n * r->row_bytes,
                     first * r->row_bytes);
    *rows = r->block;
    return st;
}

/* ---- columns ---- */

/* A chunked column while it is written. */
typedef struct column_writer {
    hid_t dataset;
    h5_pipeline pipeline;
    h5_codec codec;
    char *where;
} column_writer;

static void
column_close(column_writer *w)
{
    h5_close(w->dataset);
    h5_codec_clear(&w->codec);
    sci_free(w->where);
}

static sci_status
set_filters(hid_t list, const h5_column *column, h5_pipeline *p)
{
    if (!column->repeats)
        return SCI_OK;
    if (H5Pset_shuffle(list) < 0 || H5Pset_deflate(list, DEFLATE_LEVEL) < 0)
        return h5_fail(SCI_ERR_IO, "a compressed column cannot be set up");
    p->n = 2;
    p->filters[0] =
        (h5_filter){ .id = H5Z_FILTER_SHUFFLE, .value = (unsigned)sci_type_size(column->type) };
    p->filters[1] = (h5_filter){ .id = H5Z_FILTER_DEFLATE, .value = DEFLATE_LEVEL };
    return SCI_OK;
}

static sci_status
create_dataset(column_writer *w, const sci_h5_output *out, hid_t group, const h5_column *column,
               uint64_t n)
{
    hsize_t extent = n, chunk = H5_STATS_BLOCK;
    hid_t list = H5I_INVALID_HID, space = H5I_INVALID_HID, type = H5I_INVALID_HID;
    sci_status st = h5_output_creation(out, &list);

    if (st != SCI_OK)
        return st;
    space = H5Screate_simple(1, &extent, NULL);
    type = h5_type_create(column->type);
    if (space < 0 || type < 0 || H5Pset_chunk(list, 1, &chunk) < 0
        || H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) < 0)
        st = h5_fail(SCI_ERR_IO, "'%s' cannot be set up", w->where);
    if (st == SCI_OK)
        st = set_filters(list, column, &w->pipeline);
    if (st == SCI_OK) {
        w->dataset = H5Dcreate2(group, column->name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
        if (w->dataset < 0)
            st = h5_fail(SCI_ERR_IO, "'%s' cannot be created", w->where);
    }
    h5_close(type);
    h5_close(space);
    h5_close(list);
    return st;
}

static sci_status
column_open(column_writer *w, const sci_h5_output *out, hid_t group, const char *path,
            const h5_column *column, uint64_t n)
{
    char *table = NULL;
    sci_status st;

    w->pipeline.chunk_bytes = H5_STATS_BLOCK * sci_type_size(column->type);
    st = h5_stats_where(&table, h5_output_name(out), path);
    if (st == SCI_OK)
        st = h5_stats_join(&w->where, table, column->name);
    if (st == SCI_OK)
        st = create_dataset(w, out, group, column, n);
    if (st == SCI_OK && w->pipeline.n > 0)
        st = h5_codec_create(&w->codec, &w->pipeline, DEFLATE_LEVEL);
    sci_free(table);
    return st;
}

/* The last chunk is full size too, with zeros. */
static sci_status
write_chunk(column_writer *w, const h5_columns *columns, int i, uint64_t first, uint64_t n,
            const void *rows, unsigned char *elements, unsigned char *encoded)
{
    size_t used = n * sci_type_size(columns->column[i].type), bytes = w->pipeline.chunk_bytes;
    const unsigned char *stored = elements;
    hsize_t offset = first;

    h5_column_gather(columns, i, n, rows, elements);
    memset(elements + used, 0, bytes - used);
    if (w->pipeline.n > 0) {
        bytes = h5_codec_encode(&w->codec, &w->pipeline, elements, encoded);
        stored = encoded;
        if (bytes == 0)
            return sci_fail(SCI_ERR_IO, "'%s' cannot be compressed", w->where);
    }
    h5_rearm(bytes);
    if (H5Dwrite_chunk(w->dataset, H5P_DEFAULT, 0, &offset, bytes, stored) < 0)
        return h5_fail(SCI_ERR_IO, "'%s' cannot be written", w->where);
    return SCI_OK;
}

static sci_status
write_blocks(column_writer *writers, const h5_columns *columns, const h5_row_reader *r,
             uint64_t n_rows)
{
    unsigned char *elements = NULL, *encoded = NULL;
    size_t bound = 0;
    sci_status st;

    for (int i = 0; i < columns->n; i++)
        if (writers[i].pipeline.n > 0 && h5_codec_bound(&writers[i].pipeline) > bound)
            bound = h5_codec_bound(&writers[i].pipeline);
    st = sci_alloc(&elements, H5_STATS_BLOCK, 1, sizeof(uint64_t));
    if (st == SCI_OK)
        st = sci_alloc(&encoded, bound, 1, 1);
    for (uint64_t first = 0; st == SCI_OK && first < n_rows; first += H5_STATS_BLOCK) {
        uint64_t n = n_rows - first < H5_STATS_BLOCK ? n_rows - first : H5_STATS_BLOCK;
        const void *rows = NULL;

        st = read_block(r, first, n, &rows);
        for (int i = 0; st == SCI_OK && i < columns->n; i++)
            st = write_chunk(&writers[i], columns, i, first, n, rows, elements, encoded);
    }
    sci_free(encoded);
    sci_free(elements);
    return st;
}

/* Inside the lock. */
static sci_status
write_chunked(sci_h5_output *out, const char *path, const h5_columns *columns,
              const h5_row_reader *r, uint64_t n_rows)
{
    column_writer writers[SCI_COLUMNS_MOST] = { 0 };
    hid_t group = H5I_INVALID_HID;
    sci_status st;

    for (int i = 0; i < SCI_COLUMNS_MOST; i++)
        writers[i].dataset = H5I_INVALID_HID;
    st = h5_output_group(out, path, &group);
    for (int i = 0; st == SCI_OK && i < columns->n; i++)
        st = column_open(&writers[i], out, group, path, &columns->column[i], n_rows);
    if (st == SCI_OK)
        st = write_blocks(writers, columns, r, n_rows);
    for (int i = 0; st == SCI_OK && i < columns->n; i++) {
        st = h5_close_checked(writers[i].dataset, writers[i].where);
        writers[i].dataset = H5I_INVALID_HID;
    }
    for (int i = 0; i < columns->n; i++)
        column_close(&writers[i]);
    h5_close(group);
    return st;
}

static sci_status
write_contiguous(sci_h5_output *out, const char *path, const h5_columns *columns,
                 const h5_row_reader *r, uint64_t n_rows)
{
    void *elements = NULL;
    const void *rows = NULL;
    sci_status st = sci_alloc(&elements, n_rows, 1, sizeof(uint64_t));

    if (st == SCI_OK)
        st = read_block(r, 0, n_rows, &rows);
    for (int i = 0; st == SCI_OK && i < columns->n; i++) {
        sci_array array = { .rank = 1, .shape = { n_rows }, .type = columns->column[i].type };
        char *name = NULL;

        h5_column_gather(columns, i, n_rows, rows, elements);
        st = h5_stats_join(&name, path, columns->column[i].name);
        if (st == SCI_OK)
            st = sci_h5_output_array(out, name, &array, elements);
        sci_free(name);
    }
    sci_free(elements);
    return st;
}

sci_status
h5_stats_write_columns(sci_h5_output *out, const char *path, sci_stats_kind kind,
                       const h5_row_reader *r, uint64_t n_rows)
{
    const h5_columns *columns = h5_stats_columns(kind);
    sci_status st;

    if (n_rows == 0)
        return SCI_OK;
    if (n_rows <= H5_STATS_BLOCK || h5_output_draft(out) != NULL)
        return write_contiguous(out, path, columns, r, n_rows);
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = write_chunked(out, path, columns, r, n_rows);
    h5_leave();
    return st;
}
