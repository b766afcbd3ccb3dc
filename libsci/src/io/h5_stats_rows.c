/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing tables. Rows that come one by one wait in an unlinked file beside the output, if they are
 * many, until all are there: so the file does not depend on what else was written meanwhile, and
 * small tables stay contiguous. */
#include <string.h>

#include <sci/memory.h>

#include <sci/file.h>
#include "../stats/check.h"
#include "h5_scratch_priv.h"
#include "h5_stats_priv.h"

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
            st =
                sci_fail(SCI_ERR_IO, "'%s': its table is not the one that was written", file->name);
    }
    h5_table_close(table);
    return st;
}

static sci_status
expect_table(sci_h5_output *out, const char *path, const uint8_t content[SCI_CONTENT_BYTES])
{
    expectation *e = NULL;
    h5_check check = { .verify = verify_table, .free = expectation_free };
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
write_table(sci_h5_output *out, const char *path, const sci_stats *head, const h5_row_reader *r,
            uint64_t n_rows, const uint8_t content[SCI_CONTENT_BYTES])
{
    sci_status st = h5_stats_write_columns(out, path, head->kind, r, n_rows);

    if (st == SCI_OK)
        st = h5_stats_write_head(out, path, head, n_rows, content);
    /* A draft is compared with its file as a whole. */
    if (st == SCI_OK && h5_output_draft(out) == NULL)
        st = expect_table(out, path, content);
    return st;
}

sci_status
sci_h5_output_stats(sci_h5_output *out, const char *path, const sci_stats *stats)
{
    bool running = stats->kind == SCI_STATS_RUNNING;
    h5_row_reader r = { .row_bytes = running ? sizeof(sci_running) : sizeof(sci_moments) };
    uint8_t content[SCI_CONTENT_BYTES];
    sci_status st;

    if (stats->has_content)
        return sci_fail(SCI_ERR_ARGUMENT, "the rows of the table are not in memory");
    /* What could not be loaded is not written either. */
    st = sci_head_check(stats, stats->n_rows);
    if (st == SCI_OK)
        st = running ? sci_running_check(stats, 0, stats->n_rows, stats->running)
                     : sci_moments_check(stats, 0, stats->n_rows, stats->moments);
    if (st != SCI_OK)
        return st;
    r.rows = running ? (const char *)stats->running : (const char *)stats->moments;
    sci_table_content(stats, content);
    if (h5_output_draft(out) != NULL)
        return write_table(out, path, stats, &r, stats->n_rows, content);
    st = h5_enter(); /* once for many calls */
    if (st != SCI_OK)
        return st;
    st = write_table(out, path, stats, &r, stats->n_rows, content);
    h5_leave();
    return st;
}

/* ---- rows that come one by one ---- */

struct sci_h5_rows {
    sci_h5_output *out;
    char *path;
    int fd;        /* the waiting file, or -1 */
    uint64_t n;    /* rows in all */
    uint64_t kept; /* rows in `block` */
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
        st = sci_scratch_open(&rows->fd, directory);
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
        st = sci_write_at(rows->fd, h5_output_name(rows->out), rows->block,
                          rows->kept * sizeof *rows->block,
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
sci_h5_output_rows(sci_h5_output *out, const char *path, sci_h5_rows **rows_out,
                   sci_rows_sink *sink)
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
    *sink = (sci_rows_sink){ .append = append_rows, .context = rows };
    *rows_out = rows;
    return SCI_OK;
}

sci_status
sci_h5_rows_finish(sci_h5_rows *rows, const sci_stats *head)
{
    h5_row_reader r = { .fd = rows->fd, .row_bytes = sizeof *rows->block, .block = rows->block };
    uint64_t groups = sci_stats_groups(head);
    uint8_t content[SCI_CONTENT_BYTES];
    sci_status st = SCI_OK;

    if (head->kind != SCI_STATS_MOMENTS || head->shard)
        return sci_fail(SCI_ERR_ARGUMENT, "only rows of whole moments tables come one by one");
    if (rows->n != groups)
        return sci_fail(SCI_ERR_ARGUMENT, "%llu rows came for %llu groups",
                        (unsigned long long)rows->n, (unsigned long long)groups);
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
