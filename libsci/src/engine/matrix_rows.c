/* SPDX-License-Identifier: BSD-3-Clause */
/* Passes over rows that are stored one after the other: dense and CSR. Bands of rows are as large as
 * memory, chunks and caches ask for. */
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "matrix_priv.h"

#define BAND_BYTES (UINT64_C(1) << 20)   /* of a band, so that it stays in the caches */
#define MEMORY_BYTES (UINT64_C(8) << 20) /* for each worker where nothing is copied */
#define SLOTS 3
#define TASKS_A_WORKER 4

/* What a running pass over CSR needs besides the feed. */
typedef struct sci_rows_work {
    sci_index_reader reader;
    int64_t *indptr;  /* of the band */
    int32_t *columns; /* put in order; made when a row is not */
    void *values;
    bool *unsorted; /* one a task */
    sci_sorter *sorters;
    uint64_t task_rows, first_row, rows;
    const int32_t *stored_columns;
    const sci_feed_slab *slab;
} rows_work;

/* ---- planning ---- */

static uint64_t
stored_before(const sci_matrix *m, uint64_t row)
{
    return m->indptr ? (uint64_t)m->indptr[row] : row * m->columns;
}

static void
feed_of(const sci_rows_pass *pass, sci_feed *feed)
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

    feed_of(pass, &feed);
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

    feed_of(pass, &feed);
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

/* ---- rows of a band in order ---- */

static const int32_t *
row_columns(const rows_work *w, uint64_t row)
{
    return w->stored_columns + w->indptr[row];
}

static sci_status
look_task(void *context, size_t index, int worker)
{
    rows_work *w = context;
    uint64_t first = index * w->task_rows, end = first + w->task_rows;
    bool unsorted = false;

    (void)worker;
    end = end < w->rows ? end : w->rows;
    for (uint64_t row = first; row < end && !unsorted; row++)
        unsorted = !sci_indices_increase(row_columns(w, row),
                                         (size_t)(w->indptr[row + 1] - w->indptr[row]));
    w->unsorted[index] = unsorted;
    return SCI_OK;
}

/* Sorts the rows of a task that need it, and writes the lengths of all over the ends in indptr. */
static sci_status
sort_task(void *context, size_t index, int worker)
{
    rows_work *w = context;
    const sci_matrix *m = w->reader.matrix;
    sci_type type = sci_decoded_type(m->values->array.type);
    uint64_t first = index * w->task_rows, end = first + w->task_rows;
    sci_status st = SCI_OK;

    end = end < w->rows ? end : w->rows;
    for (uint64_t row = first; st == SCI_OK && row < end; row++) {
        int64_t begin = m->indptr[w->first_row + row] - m->indptr[w->first_row];
        size_t n = (size_t)(m->indptr[w->first_row + row + 1] - m->indptr[w->first_row + row]);
        size_t left = n;

        if (!sci_indices_increase(w->columns + begin, n))
            st = sci_sorter_sort(&w->sorters[worker], m->columns, w->columns + begin, type,
                                 (unsigned char *)w->values + (size_t)begin * sci_type_size(type),
                                 n, &left);
        if (st != SCI_OK && st != SCI_ERR_NOMEM)
            return sci_fail(st, "'%s': row %llu: %s", m->name,
                            (unsigned long long)(w->first_row + row), sci_message());
        w->indptr[row + 1] = (int64_t)left;
    }
    return st;
}

/* Close the gaps that added values have left. indptr has lengths. */
static void
close_gaps(rows_work *w)
{
    const sci_matrix *m = w->reader.matrix;
    size_t size = sci_type_size(sci_decoded_type(m->values->array.type));
    unsigned char *values = w->values;

    for (uint64_t row = 0; row < w->rows; row++) {
        int64_t begin = m->indptr[w->first_row + row] - m->indptr[w->first_row];
        int64_t to = w->indptr[row];
        size_t n = (size_t)w->indptr[row + 1];

        if (to != begin) {
            memmove(w->columns + to, w->columns + begin, n * sizeof *w->columns);
            memmove(values + (size_t)to * size, values + (size_t)begin * size, n * size);
        }
        w->indptr[row + 1] = to + (int64_t)n;
    }
}

/* Copies that may be changed, as large as the largest band. */
static sci_status
make_copies(const sci_rows_pass *pass, rows_work *w, const sci_feed_slab *slab)
{
    size_t size = sci_type_size(sci_decoded_type(pass->matrix->values->array.type));
    uint64_t most = 0;
    sci_status st = SCI_OK;

    for (uint64_t i = 0; i < pass->bands; i++)
        most = pass->stored_ends[i + 1] - pass->stored_ends[i] > most
                   ? pass->stored_ends[i + 1] - pass->stored_ends[i]
                   : most;
    if (!w->columns)
        st = sci_alloc(&w->columns, most, 1, sizeof *w->columns);
    if (st == SCI_OK && !w->values)
        st = sci_alloc(&w->values, most, 1, size);
    if (st != SCI_OK)
        return st;
    memcpy(w->columns, w->stored_columns, slab->count * sizeof *w->columns);
    memcpy(w->values, slab->elements[0], slab->count * size);
    return SCI_OK;
}

static sci_status
sort_rows(const sci_rows_pass *pass, rows_work *w, const sci_feed_slab *slab, size_t tasks,
          sci_matrix_block *block)
{
    sci_status st = make_copies(pass, w, slab);

    if (st == SCI_OK && !w->sorters)
        st = sci_alloc_zero(&w->sorters, (size_t)pass->threads, 1, sizeof *w->sorters);
    if (st == SCI_OK)
        st = sci_parallel_for(pass->pool, tasks, sort_task, w);
    if (st != SCI_OK)
        return st;
    close_gaps(w);
    block->columns = w->columns;
    block->values = w->values;
    return SCI_OK;
}

static sci_status
sparse_block(const sci_rows_pass *pass, rows_work *w, const sci_feed_slab *slab,
             sci_matrix_block *block)
{
    const sci_matrix *m = pass->matrix;
    size_t tasks;
    bool unsorted = false;
    sci_status st = sci_index_reader_get(&w->reader, slab->first, slab->count, slab->elements[1],
                                         &w->stored_columns);

    if (st != SCI_OK)
        return st;
    w->first_row = block->first;
    w->rows = block->n;
    for (uint64_t row = 0; row <= block->n; row++)
        w->indptr[row] = m->indptr[block->first + row] - m->indptr[block->first];
    w->task_rows = block->n / ((uint64_t)pass->threads * TASKS_A_WORKER) + 1;
    tasks = (size_t)((block->n + w->task_rows - 1) / w->task_rows);
    st = sci_parallel_for(pass->pool, tasks, look_task, w);
    for (size_t i = 0; i < tasks; i++)
        unsorted = unsorted || w->unsorted[i];
    block->sparse = true;
    block->indptr = w->indptr;
    block->columns = w->stored_columns;
    block->values = slab->elements[0];
    if (st == SCI_OK && unsorted)
        st = sort_rows(pass, w, slab, tasks, block);
    return st;
}

/* ---- the run ---- */

static sci_status
process_slab(void *context, const sci_feed_slab *slab)
{
    sci_rows_pass *pass = context;
    const sci_matrix *m = pass->matrix;
    sci_band band = { .raw_values = slab->raw[0], .raw_indices = slab->raw[1], .out = slab->out };
    sci_status st = SCI_OK;

    band.block.first = pass->row_ends[slab->number];
    band.block.n = pass->row_ends[slab->number + 1] - band.block.first;
    band.block.type = sci_decoded_type(m->values->array.type);
    if (m->indices)
        st = sparse_block(pass, pass->work, slab, &band.block);
    else
        band.block.elements = slab->elements[0];
    if (st == SCI_OK)
        st = pass->process(pass->context, &band);
    if (st == SCI_OK)
        sci_rows_progress(pass, band.block.first + band.block.n);
    return st;
}

static sci_status
work_create(rows_work *w, const sci_rows_pass *pass)
{
    uint64_t most_rows = 0, most_stored = 0;
    sci_status st;

    for (uint64_t i = 0; i < pass->bands; i++) {
        uint64_t rows = pass->row_ends[i + 1] - pass->row_ends[i];
        uint64_t stored = pass->stored_ends[i + 1] - pass->stored_ends[i];

        most_rows = rows > most_rows ? rows : most_rows;
        most_stored = stored > most_stored ? stored : most_stored;
    }
    st = sci_index_reader_create(&w->reader, pass->matrix, pass->pool, most_stored);
    if (st == SCI_OK)
        st = sci_alloc(&w->indptr, most_rows + 1, 1, sizeof *w->indptr);
    if (st == SCI_OK)
        st = sci_alloc(&w->unsorted, (size_t)pass->threads * TASKS_A_WORKER + 1, 1,
                       sizeof *w->unsorted);
    return st;
}

static void
work_clear(rows_work *w, const sci_rows_pass *pass)
{
    sci_index_reader_clear(&w->reader);
    for (int i = 0; w->sorters && i < pass->threads; i++)
        sci_sorter_clear(&w->sorters[i]);
    sci_free(w->sorters);
    sci_free(w->indptr);
    sci_free(w->unsorted);
    sci_free(w->columns);
    sci_free(w->values);
}

sci_status
sci_rows_run(sci_rows_pass *pass)
{
    rows_work work = { 0 };
    sci_feed feed;
    sci_status st = SCI_OK;

    if (pass->matrix->layout == SCI_MATRIX_CSC)
        return sci_transposed_run(pass);
    feed_of(pass, &feed);
    feed.pool = pass->pool;
    feed.slabs = pass->bands;
    feed.slots = pass->slots;
    feed.ends = pass->stored_ends;
    feed.out_ends = pass->out_ends;
    feed.context = pass;
    feed.process = process_slab;
    pass->work = &work;
    if (pass->matrix->indices)
        st = work_create(&work, pass);
    if (st == SCI_OK)
        st = sci_feed_run(&feed);
    work_clear(&work, pass);
    pass->work = NULL;
    return st;
}

/* ---- every row ---- */

typedef struct visiting {
    sci_matrix_visit visit;
    void *context;
} visiting;

static sci_status
visit_band(void *context, const sci_band *band)
{
    visiting *v = context;

    return v->visit(v->context, &band->block);
}

sci_status
sci_matrix_each(sci_matrix *matrix, const sci_options *opt, sci_matrix_visit visit, void *context)
{
    visiting v = { visit, context };
    sci_rows_pass pass = {
        .matrix = matrix, .opt = opt, .end = matrix->rows, .context = &v, .process = visit_band
    };
    sci_status st = sci_rows_plan(&pass);

    if (st == SCI_OK)
        st = sci_rows_run(&pass);
    sci_rows_clear(&pass);
    return st;
}
