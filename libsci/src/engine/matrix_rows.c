/* SPDX-License-Identifier: BSD-3-Clause */
/* Passes over rows that are stored one after the other: dense and CSR. Rows of stored values are
 * checked, and put in order where they are not. */
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "matrix_priv.h"

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
    sci_status st = SCI_OK;

    if (!w->columns)
        st = sci_alloc(&w->columns, pass->most_stored, 1, sizeof *w->columns);
    if (st == SCI_OK && !w->values)
        st = sci_alloc(&w->values, pass->most_stored, 1, size);
    if (st != SCI_OK)
        return st;
    memcpy(w->columns, w->stored_columns, slab->count * sizeof *w->columns);
    memcpy(w->values, slab->elements[0], slab->count * size);
    return SCI_OK;
}

/* Memory for putting rows in order counts when a row that needs it is met. */
static sci_status
make_sorters(const sci_rows_pass *pass, rows_work *w)
{
    uint64_t needed = (uint64_t)pass->threads * sci_sorter_bytes(pass->matrix->columns);

    if (w->sorters)
        return SCI_OK;
    if (needed > pass->budget.limit)
        return sci_fail_budget(pass->matrix, needed, &pass->budget);
    return sci_alloc_zero(&w->sorters, (size_t)pass->threads, 1, sizeof *w->sorters);
}

static sci_status
sort_rows(const sci_rows_pass *pass, rows_work *w, const sci_feed_slab *slab, size_t tasks,
          sci_matrix_block *block)
{
    sci_status st = make_copies(pass, w, slab);

    if (st == SCI_OK)
        st = make_sorters(pass, w);
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
    sci_status st =
        sci_index_reader_create(&w->reader, pass->matrix, pass->pool, pass->most_stored);

    if (st == SCI_OK)
        st = sci_alloc(&w->indptr, pass->most_rows + 1, 1, sizeof *w->indptr);
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
    sci_rows_feed(pass, &feed);
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
