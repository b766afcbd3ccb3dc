/* SPDX-License-Identifier: BSD-3-Clause */
/* How a pass over rows is cut into bands: as large as caches, chunks and workers ask for, and as
 * memory allows. */
#include <sci/memory.h>

#include "../stats/decode.h"
#include "matrix_priv.h"

#define BAND_BYTES (UINT64_C(1) << 20)   /* of a band, so that it stays in the caches */
#define MEMORY_BYTES (UINT64_C(8) << 20) /* for each worker where nothing is copied */
#define SLOTS 3

static uint64_t
stored_before(const sci_matrix *m, uint64_t row)
{
    return m->indptr ? (uint64_t)m->indptr[row] : row * m->columns;
}

void
sci_rows_feed(const sci_rows_pass *pass, sci_feed *feed)
{
    *feed = (sci_feed){ .opt = pass->opt,
                        .n_inputs = pass->matrix->indices ? 2 : 1,
                        .inputs = { pass->matrix->values, pass->matrix->indices },
                        .out = pass->out };
}

/* How a pass is cut: at most `rows` rows and `stored` values in a band, but at least a unit. */
typedef struct cut {
    uint64_t rows, stored;
    int slots, workers;
    uint64_t bands, most_rows, most_stored; /* what comes of it */
} cut;

static uint64_t
next_end(const sci_rows_pass *pass, const cut *c, uint64_t row)
{
    const sci_matrix *m = pass->matrix;
    uint64_t start = row, before = stored_before(m, row);

    do {
        uint64_t end = row + pass->unit - row % pass->unit;

        end = end < pass->end ? end : pass->end;
        if (row > start && stored_before(m, end) - before > c->stored)
            break;
        row = end;
    } while (row < pass->end && row - start < c->rows);
    return row;
}

/* Also writes the ends where `pass` has room for them. */
static void
lay_out(const sci_rows_pass *pass, cut *c)
{
    const sci_matrix *m = pass->matrix;
    uint64_t row = pass->first;

    c->bands = c->most_rows = c->most_stored = 0;
    for (;;) {
        uint64_t end, stored;

        if (pass->row_ends) {
            pass->row_ends[c->bands] = row;
            pass->stored_ends[c->bands] = stored_before(m, row);
            pass->out_ends[c->bands] = row * m->columns;
        }
        if (row >= pass->end)
            return;
        end = next_end(pass, c, row);
        stored = stored_before(m, end) - stored_before(m, row);
        c->most_rows = end - row > c->most_rows ? end - row : c->most_rows;
        c->most_stored = stored > c->most_stored ? stored : c->most_stored;
        c->bands++;
        row = end;
    }
}

static uint64_t
cut_bytes(const sci_rows_pass *pass, const cut *c, uint64_t *chunks)
{
    const sci_matrix *m = pass->matrix;
    uint64_t out_count = pass->out ? c->most_rows * m->columns : 0, bytes;
    sci_feed feed;

    sci_rows_feed(pass, &feed);
    *chunks = sci_feed_chunk_bytes(&feed, c->most_stored, out_count, c->slots, c->workers);
    bytes = sci_feed_bytes(&feed, c->most_stored, out_count, c->slots, c->workers);
    if (m->indices) {
        bytes += c->most_rows * sizeof(int64_t);
        if (sci_indices_need_buffer(m))
            bytes += c->most_stored * sizeof(int32_t);
    }
    return bytes + (pass->own_bytes ? pass->own_bytes(pass->context, c->workers) : 0);
}

static bool
fits(const sci_rows_pass *pass, const cut *c, uint64_t target)
{
    uint64_t chunks, bytes = cut_bytes(pass, c, &chunks);

    if (bytes > pass->budget.limit)
        return false;
    return bytes - (pass->budget.given ? 0 : chunks) <= target;
}

/* The size of band that is wanted if memory does not matter. */
static cut
wanted(const sci_rows_pass *pass, int workers)
{
    const sci_matrix *m = pass->matrix;
    uint64_t rows = pass->end - pass->first, stored, bytes, grain;
    cut c = { .workers = workers };
    sci_feed feed;

    sci_rows_feed(pass, &feed);
    stored = stored_before(m, pass->end) - stored_before(m, pass->first);
    bytes = stored * sci_type_size(sci_decoded_type(m->values->array.type))
            + (m->indices ? stored * sizeof(int32_t) + rows * sizeof(int64_t) : 0);
    if (pass->out && rows * m->columns * sci_type_size(pass->out->array.type) > bytes)
        bytes = rows * m->columns * sci_type_size(pass->out->array.type);
    c.rows = bytes > 0
                 ? (uint64_t)((double)rows
                              * ((double)(sci_feed_in_memory(&feed) ? MEMORY_BYTES : BAND_BYTES)
                                 * (double)workers / (double)bytes))
                 : rows;
    c.rows = c.rows > pass->busy_rows ? c.rows : pass->busy_rows;
    grain = sci_feed_grain(&feed) * (uint64_t)workers;
    if (stored > 0 && (double)c.rows * (double)stored < (double)grain * (double)rows)
        c.rows = (uint64_t)((double)grain * (double)rows / (double)stored) + 1;
    c.rows = c.rows < rows ? c.rows : rows;
    c.rows = c.rows > 0 ? c.rows : 1;
    c.stored = rows > 0 ? 2 * (uint64_t)((double)stored / (double)rows * (double)c.rows) + 1 : 1;
    c.slots = sci_feed_in_memory(&feed) ? 1 : SLOTS;
    return c;
}

/* The widest cut that fits: fewer workers only where fewer slots and smaller bands do not do. */
static bool
find_cut(const sci_rows_pass *pass, uint64_t target, int most_workers, cut *out)
{
    for (int workers = most_workers; workers > 0; workers /= 2) {
        cut first = wanted(pass, workers);

        for (int slots = first.slots; slots > 0; slots--) {
            for (cut c = first;; c.rows /= 2, c.stored /= 2) {
                c.slots = slots;
                lay_out(pass, &c);
                *out = c;
                if (fits(pass, &c, target))
                    return true;
                if (c.rows <= pass->unit && c.stored == 0)
                    break;
            }
        }
    }
    return false;
}

static sci_status
allocate_ends(sci_rows_pass *pass, uint64_t bands)
{
    sci_status st = sci_alloc(&pass->stored_ends, bands + 1, 1, sizeof *pass->stored_ends);

    pass->bands = bands;
    if (st == SCI_OK)
        st = sci_alloc(&pass->out_ends, bands + 1, 1, sizeof *pass->out_ends);
    if (st == SCI_OK)
        st = sci_alloc(&pass->row_ends, bands + 1, 1, sizeof *pass->row_ends);
    return st;
}

sci_status
sci_rows_plan(sci_rows_pass *pass)
{
    int workers = pass->opt->threads > 0 ? pass->opt->threads : sci_processors();
    cut c = { 0 };
    sci_status st;

    pass->budget = sci_budget_of(pass->opt);
    pass->unit = pass->unit > 0 ? pass->unit : 1;
    if (pass->matrix->layout == SCI_MATRIX_CSC)
        return sci_transposed_plan(pass);
    if (!find_cut(pass, pass->budget.target, workers, &c)
        && (pass->budget.given || !find_cut(pass, pass->budget.limit, workers, &c))) {
        uint64_t chunks;

        return sci_fail_budget(pass->matrix, cut_bytes(pass, &c, &chunks), &pass->budget);
    }
    pass->threads = c.workers;
    pass->slots = c.slots;
    pass->most_rows = c.most_rows;
    pass->most_stored = c.most_stored;
    st = allocate_ends(pass, c.bands);
    if (st == SCI_OK) {
        lay_out(pass, &c);
        st = sci_pool_create(&pass->pool, pass->threads);
    }
    return st;
}

void
sci_rows_clear(sci_rows_pass *pass)
{
    sci_pool_free(pass->pool);
    sci_free(pass->row_ends);
    sci_free(pass->stored_ends);
    sci_free(pass->out_ends);
    pass->pool = NULL;
    pass->row_ends = pass->stored_ends = pass->out_ends = NULL;
}

void
sci_rows_progress(const sci_rows_pass *pass, uint64_t row)
{
    const sci_options *opt = pass->opt;

    if (opt->progress)
        opt->progress(opt->progress_context, (row - pass->first) * pass->matrix->columns,
                      (pass->end - pass->first) * pass->matrix->columns);
}
