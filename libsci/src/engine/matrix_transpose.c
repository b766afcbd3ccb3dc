/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a matrix that is stored by columns. How many values each row has is counted first; then
 * bands of rows, as large as memory allows, are put together, each by one scan of the matrix. Columns
 * come in order, so that the rows are in order too. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "matrix_priv.h"

#define SCAN_BYTES (UINT64_C(1) << 20)   /* of a slab */
#define BAND_TARGET (UINT64_C(96) << 20) /* where no budget is given: every band costs a scan */
#define BLOCK_BYTES (UINT64_C(1) << 20)
#define SLOTS 3

typedef struct transposing {
    sci_rows_pass *pass;
    sci_index_reader reader;
    uint64_t *scan_ends;
    uint64_t scan_slabs;
    uint32_t *counts; /* of each row */
    bool counting;

    uint64_t first, end;   /* rows of the band */
    int64_t *start, *next; /* [rows of the band + 1]: where each begins, and goes on */
    int32_t *columns;
    unsigned char *values;
    uint64_t ranges; /* the band's rows in as many parts as there are workers */
    const sci_feed_slab *slab;
    const int32_t *rows; /* of the slab's values */

    uint64_t block_rows;
    uint64_t block_first; /* row that the current output begins with */
} transposing;

static size_t
value_size(const transposing *t)
{
    return sci_type_size(sci_decoded_type(t->pass->matrix->values->array.type));
}

/* ---- scanning ---- */

static sci_status
scan(transposing *t, int inputs, sci_status (*process)(void *, const sci_feed_slab *))
{
    const sci_matrix *m = t->pass->matrix;
    sci_feed feed = { .opt = t->pass->opt,
                      .pool = t->pass->pool,
                      .slabs = t->scan_slabs,
                      .slots = t->pass->slots,
                      .n_inputs = inputs,
                      .inputs = { m->indices, m->values },
                      .ends = t->scan_ends,
                      .context = t,
                      .process = process };

    return sci_feed_run(&feed);
}

static sci_status
count_slab(void *context, const sci_feed_slab *slab)
{
    transposing *t = context;
    const int32_t *rows;
    sci_status st =
        sci_index_reader_get(&t->reader, slab->first, slab->count, slab->elements[0], &rows);

    for (uint64_t i = 0; st == SCI_OK && i < slab->count; i++)
        if (++t->counts[rows[i]] == 0)
            st = sci_fail(SCI_ERR_FORMAT, "'%s': row %" PRId32 " has too many values",
                          t->pass->matrix->name, rows[i]);
    return st;
}

/* ---- a band ---- */

/* One value of a column to its row; where the row has this column already, it is added. */
static sci_status
take_value(transposing *t, uint64_t row, int32_t column, const unsigned char *value)
{
    const sci_matrix *m = t->pass->matrix;
    sci_type type = sci_decoded_type(m->values->array.type);
    size_t size = sci_type_size(type);
    int64_t at = t->next[row];

    if (at > t->start[row] && t->columns[at - 1] == column) {
        if (!sci_value_add(type, t->values + (size_t)(at - 1) * size, value))
            return sci_fail(SCI_ERR_FORMAT,
                            "'%s': row %" PRIu64
                            ": values of the same place have a sum beyond their type",
                            m->name, t->first + row);
        return SCI_OK;
    }
    if (at == t->start[row + 1])
        return sci_fail(SCI_ERR_FORMAT, "'%s' changed while it was read", m->name);
    t->columns[at] = column;
    memcpy(t->values + (size_t)at * size, value, size);
    t->next[row] = at + 1;
    return SCI_OK;
}

static sci_status
take_task(void *context, size_t index, int worker)
{
    transposing *t = context;
    const sci_matrix *m = t->pass->matrix;
    uint64_t n = t->end - t->first, low = n * index / t->ranges, high = n * (index + 1) / t->ranges;
    uint64_t from = t->slab->first, end = from + t->slab->count;
    uint64_t column = t->slab->count > 0 ? sci_matrix_line_of(m, from) : 0;
    const unsigned char *values = t->slab->elements[1];
    size_t size = value_size(t);
    int64_t first_row = (int64_t)(t->first + low), width = (int64_t)(high - low);
    sci_status st = SCI_OK;

    (void)worker;
    for (uint64_t j = from; st == SCI_OK && j < end; column++) {
        uint64_t stop =
            (uint64_t)m->indptr[column + 1] < end ? (uint64_t)m->indptr[column + 1] : end;

        for (; st == SCI_OK && j < stop; j++) {
            int64_t row = (int64_t)t->rows[j - from] - first_row;

            if (row >= 0 && row < width)
                st =
                    take_value(t, (uint64_t)row + low, (int32_t)column, values + (j - from) * size);
        }
    }
    return st;
}

static sci_status
take_slab(void *context, const sci_feed_slab *slab)
{
    transposing *t = context;
    sci_status st =
        sci_index_reader_get(&t->reader, slab->first, slab->count, slab->elements[0], &t->rows);

    t->slab = slab;
    return st == SCI_OK ? sci_parallel_for(t->pass->pool, t->ranges, take_task, t) : st;
}

/* Rows that have had values added are shorter than was counted. */
static void
close_gaps(transposing *t)
{
    uint64_t n = t->end - t->first;
    size_t size = value_size(t);
    int64_t to = 0;

    for (uint64_t row = 0; row < n; row++) {
        int64_t begin = t->start[row], length = t->next[row] - begin;

        if (to != begin) {
            memmove(t->columns + to, t->columns + begin, (size_t)length * sizeof *t->columns);
            memmove(t->values + (size_t)to * size, t->values + (size_t)begin * size,
                    (size_t)length * size);
        }
        t->start[row] = to;
        to += length;
    }
    t->start[n] = to;
}

static sci_status
read_band(transposing *t)
{
    uint64_t n = t->end - t->first;

    t->start[0] = 0;
    for (uint64_t row = 0; row < n; row++) {
        t->next[row] = t->start[row];
        t->start[row + 1] = t->start[row] + t->counts[t->first + row];
    }
    t->ranges = (uint64_t)t->pass->threads < n ? (uint64_t)t->pass->threads : n;
    if (t->start[n] > 0) {
        sci_status st = scan(t, 2, take_slab);

        if (st != SCI_OK)
            return st;
    }
    close_gaps(t);
    return SCI_OK;
}

/* ---- handing rows on ---- */

static sci_status
hand_on(void *context, const sci_feed_slab *slab)
{
    transposing *t = context;
    sci_rows_pass *pass = t->pass;
    uint64_t first = t->first + slab->number * t->block_rows, n = t->end - first;
    int64_t *start = t->start + (first - t->first), *indptr = t->next;
    sci_band band = { .out = slab->out };
    size_t size = value_size(t);
    sci_status st;

    n = n < t->block_rows ? n : t->block_rows;
    for (uint64_t row = 0; row <= n; row++)
        indptr[row] = start[row] - start[0];
    band.block = (sci_matrix_block){ .first = first,
                                     .n = n,
                                     .type = sci_decoded_type(pass->matrix->values->array.type),
                                     .sparse = true,
                                     .indptr = indptr,
                                     .columns = t->columns + start[0],
                                     .values = t->values + (size_t)start[0] * size };
    st = pass->process(pass->context, &band);
    if (st == SCI_OK)
        sci_rows_progress(pass, first + n);
    return st;
}

static sci_status
hand_on_band(transposing *t)
{
    sci_rows_pass *pass = t->pass;
    uint64_t blocks = (t->end - t->first + t->block_rows - 1) / t->block_rows, *ends = NULL;
    sci_feed feed = { .opt = pass->opt,
                      .pool = pass->pool,
                      .slabs = blocks,
                      .slots = pass->out ? pass->slots : 1,
                      .out = pass->out,
                      .keep_sink = true,
                      .context = t,
                      .process = hand_on };
    sci_status st = sci_alloc(&ends, blocks + 1, 1, sizeof *ends);

    for (uint64_t i = 0; st == SCI_OK && i <= blocks; i++) {
        uint64_t row = t->first + i * t->block_rows;

        ends[i] = (row < t->end ? row : t->end) * pass->matrix->columns;
    }
    feed.out_ends = ends;
    if (st == SCI_OK)
        st = sci_feed_run(&feed);
    sci_free(ends);
    return st;
}

/* ---- planning ---- */

static uint64_t
scan_elements(const sci_rows_pass *pass, uint64_t target, int workers)
{
    const sci_matrix *m = pass->matrix;
    sci_feed feed = { .n_inputs = 2, .inputs = { m->indices, m->values } };
    uint64_t n = SCAN_BYTES / 8 * (uint64_t)workers, grain = sci_feed_grain(&feed);

    n = n > grain * (uint64_t)workers ? n : grain * (uint64_t)workers;
    while (n > 4096 && sci_feed_bytes(&feed, n, 0, SLOTS, workers) > target / 4)
        n /= 2;
    return n < m->stored || m->stored == 0 ? n : m->stored;
}

/* Bytes without those of the band: a scan, output, and what the caller has. */
static uint64_t
fixed_bytes(const transposing *t, uint64_t scan_count, int slots, int workers)
{
    const sci_rows_pass *pass = t->pass;
    const sci_matrix *m = pass->matrix;
    sci_feed in = { .n_inputs = 2, .inputs = { m->indices, m->values } },
             out = { .out = pass->out };
    uint64_t bytes = sci_feed_bytes(&in, scan_count, 0, slots, workers);

    bytes += sci_feed_bytes(&out, 0, t->block_rows * m->columns, slots, workers);
    if (sci_indices_need_buffer(m))
        bytes += scan_count * sizeof(int32_t);
    bytes += m->rows * sizeof *t->counts;
    return bytes + (pass->own_bytes ? pass->own_bytes(pass->context, workers) : 0);
}

static void
choose_block(transposing *t)
{
    const sci_rows_pass *pass = t->pass;
    size_t size = pass->out ? sci_type_size(pass->out->array.type) : 8;
    uint64_t row = pass->matrix->columns * size, rows = row > 0 ? BLOCK_BYTES / row : 4096;

    rows = rows > pass->busy_rows ? rows : pass->busy_rows;
    rows = rows > 4096 ? 4096 : rows;
    t->block_rows = (rows / pass->unit + 1) * pass->unit;
}

/* The end of the band that begins at a row: as many whole units as fit into `bytes`, at least one. */
static uint64_t
band_end(const transposing *t, uint64_t first, uint64_t bytes)
{
    const sci_rows_pass *pass = t->pass;
    uint64_t row = first, used = 0, one = value_size(t) + sizeof *t->columns;

    while (row < pass->end) {
        uint64_t end = row + pass->unit - row % pass->unit, more = 0;

        end = end < pass->end ? end : pass->end;
        for (uint64_t r = row; r < end; r++)
            more += t->counts[r] * one + 2 * sizeof(int64_t);
        if (row > first && used + more > bytes)
            break;
        used += more;
        row = end;
    }
    return row;
}

sci_status
sci_transposed_plan(sci_rows_pass *pass)
{
    int workers = pass->opt->threads > 0 ? pass->opt->threads : sci_processors();

    pass->threads = workers;
    pass->slots = SLOTS;
    return sci_pool_create(&pass->pool, workers);
}

/* ---- the run ---- */

static sci_status
prepare_scans(transposing *t, uint64_t count)
{
    const sci_matrix *m = t->pass->matrix;
    sci_status st;

    t->scan_slabs = (m->stored + count - 1) / count;
    st = sci_alloc(&t->scan_ends, t->scan_slabs + 1, 1, sizeof *t->scan_ends);
    for (uint64_t i = 0; st == SCI_OK && i <= t->scan_slabs; i++)
        t->scan_ends[i] = i * count < m->stored ? i * count : m->stored;
    if (st == SCI_OK)
        st = sci_alloc_zero(&t->counts, m->rows, 1, sizeof *t->counts);
    if (st == SCI_OK)
        st = sci_index_reader_create(&t->reader, m, t->pass->pool,
                                     count < m->stored ? count : m->stored);
    return st == SCI_OK ? scan(t, 1, count_slab) : st;
}

/* Room for the largest band. */
static sci_status
prepare_bands(transposing *t, uint64_t bytes)
{
    const sci_rows_pass *pass = t->pass;
    uint64_t most_rows = 0, most_stored = 0;
    sci_status st;

    for (uint64_t row = pass->first; row < pass->end;) {
        uint64_t end = band_end(t, row, bytes), stored = 0;

        most_rows = end - row > most_rows ? end - row : most_rows;
        for (; row < end; row++)
            stored += t->counts[row];
        most_stored = stored > most_stored ? stored : most_stored;
    }
    if (pass->budget.given
        && most_stored * (value_size(t) + sizeof *t->columns) + most_rows * 2 * sizeof(int64_t)
               > bytes + bytes / 8)
        return sci_fail_budget(pass->matrix,
                               pass->budget.limit - bytes
                                   + most_stored * (value_size(t) + sizeof *t->columns)
                                   + most_rows * 2 * sizeof(int64_t),
                               &pass->budget);
    st = sci_alloc(&t->start, most_rows + 1, 1, sizeof *t->start);
    if (st == SCI_OK)
        st = sci_alloc(&t->next, most_rows + 1, 1, sizeof *t->next);
    if (st == SCI_OK)
        st = sci_alloc(&t->columns, most_stored, 1, sizeof *t->columns);
    if (st == SCI_OK)
        st = sci_alloc(&t->values, most_stored, 1, value_size(t));
    return st;
}

static void
transposing_clear(transposing *t)
{
    sci_index_reader_clear(&t->reader);
    sci_free(t->scan_ends);
    sci_free(t->counts);
    sci_free(t->start);
    sci_free(t->next);
    sci_free(t->columns);
    sci_free(t->values);
}

static sci_status
run_bands(transposing *t, uint64_t bytes)
{
    sci_rows_pass *pass = t->pass;
    sci_status st = SCI_OK;

    for (t->first = pass->first; st == SCI_OK && t->first < pass->end; t->first = t->end) {
        t->end = band_end(t, t->first, bytes);
        st = read_band(t);
        if (st == SCI_OK)
            st = hand_on_band(t);
    }
    return st;
}

sci_status
sci_transposed_run(sci_rows_pass *pass)
{
    transposing t = { .pass = pass };
    sci_sink *out = pass->out;
    uint64_t columns = pass->matrix->columns, target, count, fixed;
    sci_status st = SCI_OK;

    target = pass->budget.given                 ? pass->budget.target
             : pass->budget.limit < BAND_TARGET ? pass->budget.limit
                                                : BAND_TARGET;
    choose_block(&t);
    count = scan_elements(pass, target, pass->threads);
    fixed = fixed_bytes(&t, count, pass->slots, pass->threads);
    if (pass->budget.given && fixed > target)
        return sci_fail_budget(pass->matrix, fixed, &pass->budget);
    if (out && out->ops->start)
        st = out->ops->start(out, pass->first * columns, pass->end * columns, pass->threads);
    if (st == SCI_OK)
        st = prepare_scans(&t, count);
    if (st == SCI_OK)
        st = prepare_bands(&t, target > fixed ? target - fixed : 0);
    if (st == SCI_OK)
        st = run_bands(&t, target > fixed ? target - fixed : 0);
    if (st == SCI_OK && out && out->ops->finish)
        st = out->ops->finish(out);
    transposing_clear(&t);
    return st;
}
