/* SPDX-License-Identifier: BSD-3-Clause */
/* Columns of a table in a file as rows. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/check.h"
#include "h5_stats_names_priv.h"
#include "h5_stats_priv.h"

static const sci_h5_options limits = { .claim_bytes_most = UINT64_C(16) << 20 };

struct h5_table {
    char *where;
    sci_stats *head;
    uint64_t n_rows;
    const h5_columns *columns;
    sci_source *sources[SCI_COLUMNS_MOST]; /* none where there are no rows */
    void *elements;                        /* of one column, a block of them */
};

/* ---- sources of small things ---- */

sci_status
h5_stats_damaged(const char *where)
{
    char message[1024];
    size_t n = strlen(sci_message());

    if (n >= sizeof message)
        n = sizeof message - 1;
    memcpy(message, sci_message(), n);
    message[n] = '\0';
    if (where == NULL)
        return sci_fail(SCI_ERR_FORMAT, "%s", message);
    return sci_fail(SCI_ERR_FORMAT, "'%s' is damaged: %s", where, message);
}

sci_status
h5_stats_expect(const sci_source *source, sci_type type, uint64_t n, uint64_t width)
{
    const sci_array *a = &source->array;
    int rank = width > 1 ? 2 : 1;

    if (a->type != type)
        return sci_fail(SCI_ERR_FORMAT, "'%s' has elements of type %s, not %s", source->name,
                        sci_type_name(a->type), sci_type_name(type));
    if (a->rank != rank || a->shape[0] != n || (rank == 2 && a->shape[1] != width))
        return sci_fail(SCI_ERR_FORMAT, "'%s' does not have the shape %" PRIu64 " x %" PRIu64,
                        source->name, n, width);
    return SCI_OK;
}

static void
swap_bytes(unsigned char *bytes, uint64_t count, size_t size)
{
    for (uint64_t k = 0; k < count; k++, bytes += size)
        for (size_t i = 0; i < size / 2; i++) {
            unsigned char byte = bytes[i];

            bytes[i] = bytes[size - 1 - i];
            bytes[size - 1 - i] = byte;
        }
}

sci_status
h5_stats_elements(sci_source *source, uint64_t first, uint64_t count, void *out)
{
    sci_status st = sci_source_read(source, first, count, out);

    if (st == SCI_OK && source->array.swapped)
        swap_bytes(out, count, sci_type_size(source->array.type));
    return st;
}

/* ---- tables ---- */

void
h5_table_close(h5_table *table)
{
    if (table == NULL)
        return;
    for (int i = 0; i < SCI_COLUMNS_MOST; i++)
        sci_source_free(table->sources[i]);
    sci_stats_free(table->head);
    sci_free(table->elements);
    sci_free(table->where);
    sci_free(table);
}

static sci_status
open_column(h5_table *table, h5_file *file, const char *path, int i)
{
    char *name = NULL;
    sci_status st = h5_stats_join(&name, path, table->columns->column[i].name);

    if (st == SCI_OK)
        st = h5_source_in(&table->sources[i], file, name, &limits);
    if (st == SCI_OK)
        st = h5_stats_expect(table->sources[i], table->columns->column[i].type, table->n_rows, 1);
    if (st == SCI_ERR_NOTFOUND || st == SCI_ERR_TYPE || st == SCI_ERR_SHAPE)
        st = h5_stats_damaged(table->where);
    sci_free(name);
    return st;
}

sci_status
h5_table_open(h5_table **out, h5_file *file, const char *path)
{
    h5_table *table = NULL;
    sci_status st = sci_alloc_zero(&table, 1, 1, sizeof *table);

    if (st == SCI_OK)
        st = h5_stats_where(&table->where, file->name, path);
    if (st == SCI_OK)
        st = h5_stats_read_head(&table->head, file, path, &table->n_rows);
    if (st != SCI_OK)
        goto out;
    table->columns = h5_stats_columns(table->head->kind);
    for (int i = 0; st == SCI_OK && table->n_rows > 0 && i < table->columns->n; i++)
        st = open_column(table, file, path, i);
    if (st == SCI_OK)
        st = sci_alloc(&table->elements,
                       table->n_rows < H5_STATS_BLOCK ? table->n_rows : H5_STATS_BLOCK, 1,
                       sizeof(uint64_t));
    if (st != SCI_OK)
        goto out;
    *out = table;
    table = NULL;
out:
    h5_table_close(table);
    return st;
}

void
h5_table_content(const h5_table *table, uint8_t out[SCI_CONTENT_BYTES])
{
    memcpy(out, table->head->content, SCI_CONTENT_BYTES);
}

/* At most a block of rows. */
static sci_status
read_rows(h5_table *table, uint64_t first, uint64_t n, void *rows)
{
    sci_status st = SCI_OK;

    memset(rows, 0, n * table->columns->row_bytes);
    for (int i = 0; st == SCI_OK && i < table->columns->n; i++) {
        st = h5_stats_elements(table->sources[i], first, n, table->elements);
        if (st == SCI_OK)
            h5_column_scatter(table->columns, i, n, table->elements, rows);
    }
    return st;
}

static sci_status
check_rows(const h5_table *table, uint64_t first, uint64_t n, const void *rows)
{
    sci_status st = table->head->kind == SCI_STATS_RUNNING
                        ? sci_running_check(table->head, first, n, rows)
                        : sci_moments_check(table->head, first, n, rows);

    return st == SCI_ERR_FORMAT ? h5_stats_damaged(table->where) : st;
}

static sci_status
compare_content(const h5_table *table, const sci_rows_canon *canon)
{
    uint8_t content[SCI_CONTENT_BYTES];

    sci_rows_canon_end(canon, table->head, content);
    if (memcmp(content, table->head->content, sizeof content) != 0)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s' is damaged: its content does not have the digest that it names",
                        table->where);
    return SCI_OK;
}

sci_status
h5_table_verify(h5_table *table, void *rows)
{
    uint64_t block = table->n_rows < H5_STATS_BLOCK ? table->n_rows : H5_STATS_BLOCK;
    size_t row_bytes = table->columns->row_bytes;
    void *own = NULL;
    sci_rows_canon canon;
    sci_status st = SCI_OK;

    if (rows == NULL)
        st = sci_alloc(&own, block, 1, row_bytes);
    sci_rows_canon_begin(&canon);
    for (uint64_t first = 0; st == SCI_OK && first < table->n_rows; first += block) {
        uint64_t n = table->n_rows - first < block ? table->n_rows - first : block;
        void *at = rows != NULL ? (char *)rows + first * row_bytes : own;

        st = read_rows(table, first, n, at);
        if (st == SCI_OK)
            st = check_rows(table, first, n, at);
        if (st == SCI_OK && table->head->kind == SCI_STATS_RUNNING)
            sci_rows_canon_running(&canon, at, n);
        else if (st == SCI_OK)
            sci_rows_canon_moments(&canon, at, n);
    }
    if (st == SCI_OK)
        st = compare_content(table, &canon);
    sci_free(own);
    return st;
}

/* ---- a whole table ---- */

static sci_status
read_table(sci_stats **out, h5_table *table)
{
    sci_stats *stats = table->head;
    void *rows = NULL;
    sci_status st = sci_alloc(&rows, table->n_rows, 1, table->columns->row_bytes);

    if (st == SCI_OK)
        st = h5_table_verify(table, rows);
    if (st != SCI_OK) {
        sci_free(rows);
        return st;
    }
    if (stats->kind == SCI_STATS_RUNNING)
        stats->running = rows;
    else
        stats->moments = rows;
    stats->n_rows = table->n_rows;
    stats->has_content = false; /* from now on it may change */
    memset(stats->content, 0, sizeof stats->content);
    table->head = NULL;
    *out = stats;
    return SCI_OK;
}

/* FILE or FILE:/group */
static sci_status
open_operand(h5_table **out, const char *operand)
{
    char *name = NULL, *path = NULL;
    h5_file *file = NULL;
    sci_status st = sci_h5_split_operand(operand, &name, &path);

    if (st == SCI_OK)
        st = h5_file_open(&file, name);
    if (st == SCI_OK)
        st = h5_table_open(out, file, path != NULL ? path : "/");
    h5_file_close(file);
    sci_free(path);
    sci_free(name);
    return st;
}

sci_status
sci_stats_load(sci_stats **out, const char *path)
{
    h5_table *table = NULL;
    sci_status st = open_operand(&table, path);

    if (st == SCI_OK)
        st = read_table(out, table);
    h5_table_close(table);
    return st;
}

/* ---- rows that stay in the file ---- */

struct sci_h5_table {
    h5_table *inner;
    uint64_t first, n; /* rows in `block` */
    sci_moments *block;
};

/* Reads are mostly consecutive: a block serves many. */
static sci_status
fetch_block(sci_h5_table *table, uint64_t row)
{
    uint64_t first = row - row % H5_STATS_BLOCK, n = table->inner->n_rows - first;
    sci_status st;

    if (table->n > 0 && first == table->first)
        return SCI_OK;
    table->n = 0;
    table->first = first;
    if (n > H5_STATS_BLOCK)
        n = H5_STATS_BLOCK;
    st = read_rows(table->inner, first, n, table->block);
    if (st == SCI_OK)
        table->n = n;
    return st;
}

static sci_status
rows_read(void *context, uint64_t first_group, uint64_t n, sci_moments *rows)
{
    sci_h5_table *table = context;
    sci_status st = SCI_OK;

    if (n > table->inner->n_rows || first_group > table->inner->n_rows - n)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' has %" PRIu64 " rows, %" PRIu64 " from %" PRIu64 " on are asked for",
                        table->inner->where, table->inner->n_rows, n, first_group);
    while (st == SCI_OK && n > 0) {
        uint64_t skipped, some;

        st = fetch_block(table, first_group);
        if (st != SCI_OK)
            break;
        skipped = first_group - table->first;
        some = table->n - skipped < n ? table->n - skipped : n;
        memcpy(rows, table->block + skipped, some * sizeof *rows);
        rows += some;
        first_group += some;
        n -= some;
    }
    return st;
}

void
sci_h5_table_free(sci_h5_table *table)
{
    if (table == NULL)
        return;
    h5_table_close(table->inner);
    sci_free(table->block);
    sci_free(table);
}

const sci_stats *
sci_h5_table_head(const sci_h5_table *table)
{
    return table->inner->head;
}

sci_rows_source
sci_h5_table_rows(sci_h5_table *table)
{
    return (sci_rows_source){ .read = rows_read, .context = table };
}

sci_status
sci_h5_table_open(sci_h5_table **out, const char *path)
{
    sci_h5_table *table = NULL;
    sci_status st = sci_alloc_zero(&table, 1, 1, sizeof *table);

    if (st == SCI_OK)
        st = open_operand(&table->inner, path);
    if (st == SCI_OK && table->inner->head->kind != SCI_STATS_MOMENTS)
        st = sci_fail(SCI_ERR_REFUSED, "'%s' holds running statistics, not moments",
                      table->inner->where);
    if (st == SCI_OK)
        st = h5_table_verify(table->inner, NULL);
    if (st == SCI_OK)
        st =
            sci_alloc(&table->block,
                      table->inner->n_rows < H5_STATS_BLOCK ? table->inner->n_rows : H5_STATS_BLOCK,
                      1, sizeof *table->block);
    if (st != SCI_OK) {
        sci_h5_table_free(table);
        return st;
    }
    *out = table;
    return SCI_OK;
}
