/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing tables. Rows that come one by one wait in an unlinked file beside the output, if they are many, until all are
 * there: so the file does not depend on what else was written meanwhile, and small tables stay contiguous. */
#include <string.h>
#include <unistd.h>

#include <sci/memory.h>

#include "../core/fileio.h"
#include "h5_codec_priv.h"
#include "h5_scratch_priv.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

/* Counts and weights shrink at least a hundredfold at any level; this is the fastest. */
#define DEFLATE_LEVEL 1

/* ---- rows from memory or from the waiting file ---- */

typedef struct row_reader {
    const char *rows; /* NULL: in the file */
    int fd;
    size_t row_bytes;
    void *block; /* rows read from the file */
} row_reader;

static sci_status
read_block(const row_reader *r, uint64_t first, uint64_t n, const void **rows)
{
    sci_status st;

    if (r->rows != NULL) {
        *rows = r->rows + first * r->row_bytes;
        return SCI_OK;
    }
    st = sci_read_at(r->fd, "the scratch file of a table", r->block, n * r->row_bytes, first * r->row_bytes);
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
    p->filters[0] = (h5_filter){.id = H5Z_FILTER_SHUFFLE, .value = (unsigned)sci_type_size(column->type)};
    p->filters[1] = (h5_filter){.id = H5Z_FILTER_DEFLATE, .value = DEFLATE_LEVEL};
    return SCI_OK;
}

static sci_status
create_dataset(column_writer *w, const sci_h5_output *out, hid_t group, const h5_column *column, uint64_t n)
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
column_open(column_writer *w, const sci_h5_output *out, hid_t group, const char *path, const h5_column *column,
            uint64_t n)
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
write_chunk(column_writer *w, const h5_columns *columns, int i, uint64_t first, uint64_t n, const void *rows,
            unsigned char *elements, unsigned char *encoded)
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
write_blocks(column_writer *writers, const h5_columns *columns, const row_reader *r, uint64_t n_rows)
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
write_chunked(sci_h5_output *out, const char *path, const h5_columns *columns, const row_reader *r,
              uint64_t n_rows)
{
    column_writer writers[SCI_COLUMNS_MOST] = {0};
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
write_contiguous(sci_h5_output *out, const char *path, const h5_columns *columns, const row_reader *r,
                 uint64_t n_rows)
{
    void *elements = NULL;
    const void *rows = NULL;
    sci_status st = sci_alloc(&elements, n_rows, 1, sizeof(uint64_t));

    if (st == SCI_OK)
        st = read_block(r, 0, n_rows, &rows);
    for (int i = 0; st == SCI_OK && i < columns->n; i++) {
        sci_array array = {.rank = 1, .shape = {n_rows}, .type = columns->column[i].type};
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

static sci_status
write_columns(sci_h5_output *out, const char *path, sci_stats_kind kind, const row_reader *r, uint64_t n_rows)
{
    const h5_columns *columns = h5_stats_columns(kind);
    sci_status st;

    if (n_rows == 0)
        return SCI_OK;
    if (n_rows <= H5_STATS_BLOCK)
        return write_contiguous(out, path, columns, r, n_rows);
    st = h5_enter();
    if (st != SCI_OK)
        return st;
    st = write_chunked(out, path, columns, r, n_rows);
    h5_leave();
    return st;
}

/* ---- the finished file ---- */

typedef struct expectation {
    char *path;
    uint8_t content[SCI_CONTENT_BYTES];
} expectation;

static void
expectation_free(void *context)
{
    expectation *e = context;

    sci_free(e->path);
    sci_free(e);
}

static sci_status
verify_table(void *context, h5_file *file)
{
    const expectation *e = context;
    h5_table *table = NULL;
    uint8_t content[SCI_CONTENT_BYTES];
    sci_status st = h5_table_open(&table, file, e->path);

    if (st == SCI_OK)
        st = h5_table_verify(table, NULL);
    if (st == SCI_OK) {
        h5_table_content(table, content);
        if (memcmp(content, e->content, sizeof content) != 0)
            st = sci_fail(SCI_ERR_IO, "'%s': its table is not the one that was written", file->name);
    }
    h5_table_close(table);
    return st;
}

static sci_status
expect_table(sci_h5_output *out, const char *path, const uint8_t content[SCI_CONTENT_BYTES])
{
    expectation *e = NULL;
    h5_check check = {.verify = verify_table, .free = expectation_free};
    sci_status st = sci_alloc_zero(&e, 1, 1, sizeof *e);

    if (st == SCI_OK)
        st = sci_strdup(&e->path, path);
    if (st != SCI_OK) {
        sci_free(e);
        return st;
    }
    memcpy(e->content, content, sizeof e->content);
    check.context = e;
    return h5_output_check(out, &check);
}

static sci_status
write_table(sci_h5_output *out, const char *path, const sci_stats *head, const row_reader *r, uint64_t n_rows,
            const uint8_t content[SCI_CONTENT_BYTES])
{
    sci_status st = write_columns(out, path, head->kind, r, n_rows);

    if (st == SCI_OK)
        st = h5_stats_write_head(out, path, head, n_rows, content);
    if (st == SCI_OK)
        st = expect_table(out, path, content);
    return st;
}

sci_status
sci_h5_output_stats(sci_h5_output *out, const char *path, const sci_stats *stats)
{
    bool running = stats->kind == SCI_STATS_RUNNING;
    row_reader r = {.rows = running ? (const char *)stats->running : (const char *)stats->moments,
                    .row_bytes = running ? sizeof(sci_running) : sizeof(sci_moments)};
    uint8_t content[SCI_CONTENT_BYTES];

    if (stats->has_content)
        return sci_fail(SCI_ERR_ARGUMENT, "the rows of the table are not in memory");
    sci_table_content(stats, content);
    return write_table(out, path, stats, &r, stats->n_rows, content);
}

/* ---- rows that come one by one ---- */

struct sci_h5_rows {
    sci_h5_output *out;
    char *path;
    int fd;         /* the waiting file, or -1 */
    uint64_t n;     /* rows in all */
    uint64_t kept;  /* rows in `block` */
    sci_moments *block;
    sci_rows_canon canon;
};

void
sci_h5_rows_free(sci_h5_rows *rows)
{
    if (rows == NULL)
        return;
    if (rows->fd >= 0)
        (void)sci_file_ops_get()->close(rows->fd);
    sci_free(rows->path);
    sci_free(rows->block);
    sci_free(rows);
}

static sci_status
open_waiting(sci_h5_rows *rows)
{
    const char *name = h5_output_name(rows->out), *slash = strrchr(name, '/');
    char *directory = NULL;
    sci_status st;

    if (slash == NULL)
        st = sci_strdup(&directory, ".");
    else
        st = sci_format(&directory, "%.*s", slash == name ? 1 : (int)(slash - name), name);
    if (st == SCI_OK)
        st = h5_scratch_open(&rows->fd, directory);
    sci_free(directory);
    return st;
}

/* Make room in the block. */
static sci_status
flush_block(sci_h5_rows *rows)
{
    sci_status st = SCI_OK;

    if (rows->fd < 0)
        st = open_waiting(rows);
    if (st == SCI_OK)
        st = sci_write_at(rows->fd, h5_output_name(rows->out), rows->block, rows->kept * sizeof *rows->block,
                          (rows->n - rows->kept) * sizeof *rows->block);
    if (st == SCI_OK)
        rows->kept = 0;
    return st;
}

static sci_status
append_rows(void *context, uint64_t first_group, uint64_t n, const sci_moments *more)
{
    sci_h5_rows *rows = context;
    sci_status st = SCI_OK;

    if (first_group != rows->n)
        return sci_fail(SCI_ERR_ARGUMENT, "rows of a table came out of order");
    while (st == SCI_OK && n > 0) {
        uint64_t some = H5_STATS_BLOCK - rows->kept;

        if (some == 0) {
            st = flush_block(rows);
            continue;
        }
        some = some < n ? some : n;
        memcpy(rows->block + rows->kept, more, some * sizeof *more);
        sci_rows_canon_moments(&rows->canon, more, some);
        rows->kept += some;
        rows->n += some;
        more += some;
        n -= some;
    }
    return st;
}

sci_status
sci_h5_output_rows(sci_h5_output *out, const char *path, sci_h5_rows **rows_out, sci_rows_sink *sink)
{
    sci_h5_rows *rows = NULL;
    sci_status st = sci_alloc_zero(&rows, 1, 1, sizeof *rows);

    if (st != SCI_OK)
        return st;
    rows->out = out;
    rows->fd = -1;
    sci_rows_canon_begin(&rows->canon);
    st = sci_strdup(&rows->path, path);
    if (st == SCI_OK)
        st = sci_alloc(&rows->block, H5_STATS_BLOCK, 1, sizeof *rows->block);
    if (st != SCI_OK) {
        sci_h5_rows_free(rows);
        return st;
    }
    *sink = (sci_rows_sink){.append = append_rows, .context = rows};
    *rows_out = rows;
    return SCI_OK;
}

sci_status
sci_h5_rows_finish(sci_h5_rows *rows, const sci_stats *head)
{
    row_reader r = {.fd = rows->fd, .row_bytes = sizeof *rows->block, .block = rows->block};
    uint64_t groups = sci_stats_groups(head);
    uint8_t content[SCI_CONTENT_BYTES];
    sci_status st = SCI_OK;

    if (head->kind != SCI_STATS_MOMENTS || head->shard)
        return sci_fail(SCI_ERR_ARGUMENT, "only rows of whole moments tables come one by one");
    if (rows->n != groups)
        return sci_fail(SCI_ERR_ARGUMENT, "%llu rows came for %llu groups", (unsigned long long)rows->n,
                        (unsigned long long)groups);
    if (rows->fd < 0) {
        r.rows = (const char *)rows->block;
    } else if (rows->kept > 0) {
        st = flush_block(rows);
    }
    if (st != SCI_OK)
        return st;
    sci_rows_canon_end(&rows->canon, head, content);
    return write_table(rows->out, rows->path, head, &r, rows->n, content);
}
