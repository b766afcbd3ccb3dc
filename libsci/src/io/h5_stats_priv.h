/* SPDX-License-Identifier: BSD-3-Clause */
/* Statistics tables in HDF5: docs/stats-file.md describes the layout. */
#ifndef SCI_H5_STATS_PRIV_H
#define SCI_H5_STATS_PRIV_H

#include "../stats/content.h"
#include "h5_priv.h"

#define H5_STATS_FORMAT "libsci-stats"
#define H5_STATS_VERSION 1

/* Rows are written, read and checked in blocks of this many: a chunk of a column. */
#define H5_STATS_BLOCK 65536

/* A field of a row as a dataset. Sums have random bits and are stored as they are; counts and
 * weights repeat, and shrink to nothing. */
typedef struct h5_column {
    const char *name;
    sci_type type;
    size_t offset; /* in the row */
    bool repeats;
} h5_column;

typedef struct h5_columns {
    int n;
    size_t row_bytes;
    const h5_column *column;
} h5_columns;

const h5_columns *h5_stats_columns(sci_stats_kind kind);
/* One field of n rows as consecutive elements, and back. */
void h5_column_gather(const h5_columns *c, int i, uint64_t n, const void *rows, void *elements);
void h5_column_scatter(const h5_columns *c, int i, uint64_t n, const void *elements, void *rows);

/* ---- heads (h5_stats_head.c, h5_stats_read.c) ---- */

/* Everything but the columns, into group `path` of the output. */
sci_status h5_stats_write_head(sci_h5_output *out, const char *path, const sci_stats *head,
                               uint64_t n_rows,
                               const uint8_t content[SCI_CONTENT_BYTES]) SCI_MUST_CHECK;
/* The same back, checked, as a head (has_content is set). */
sci_status h5_stats_read_head(sci_stats **out, h5_file *file, const char *path,
                              uint64_t *n_rows) SCI_MUST_CHECK;

/* ---- columns (h5_stats_write.c) ---- */

/* Rows in memory, or in a file of nothing else. */
typedef struct h5_row_reader {
    const char *rows; /* NULL: in the file */
    int fd;
    size_t row_bytes;
    void *block; /* room for a block of rows of the file */
} h5_row_reader;

sci_status h5_stats_write_columns(sci_h5_output *out, const char *path, sci_stats_kind kind,
                                  const h5_row_reader *r, uint64_t n_rows) SCI_MUST_CHECK;

/* ---- reading (h5_stats_table.c) ---- */

/* SCI_ERR_FORMAT unless a source has n rows of `width` elements of this type. */
sci_status h5_stats_expect(const sci_source *source, sci_type type, uint64_t n,
                           uint64_t width) SCI_MUST_CHECK;
/* Elements in this machine's byte order. */
sci_status h5_stats_elements(sci_source *source, uint64_t first, uint64_t count,
                             void *out) SCI_MUST_CHECK;
/* SCI_ERR_FORMAT with the last message, behind "'<where>' is damaged: " unless where is NULL. */
sci_status h5_stats_damaged(const char *where);

typedef struct h5_table h5_table;

/* Head and columns of a table; its rows are not yet looked at. */
sci_status h5_table_open(h5_table **out, h5_file *file, const char *path) SCI_MUST_CHECK;
void h5_table_close(h5_table *table);
/* The digest that the file names. */
void h5_table_content(const h5_table *table, uint8_t out[SCI_CONTENT_BYTES]);
/* All rows, into `rows` (NULL: nowhere), checked against the digest. */
sci_status h5_table_verify(h5_table *table, void *rows) SCI_MUST_CHECK;

#endif
