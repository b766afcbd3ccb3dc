/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a matrix that is stored by columns. How many values each row has is counted first;
 * then bands of rows, as large as memory allows, are put together, each by one scan of the
 * matrix. Columns come in order, so that the rows are in order too. */
#include <inttypes.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "matrix_priv.h"

#define SCAN_ELEMENTS (UINT64_C(1) << 17) /* of a slab, for each worker */
#define LEAST_ELEMENTS 64
#define BAND_TARGET (UINT64_C(64) << 20) /* where no budget is given: every band costs a scan */
#define BLOCK_BYTES (UINT64_C(1) << 20)  /* of output */
#define BLOCK_ROWS 4096                  /* at most */
#define SLOTS 3

/* Where the next value of a row goes, and where the row ends. */
typedef struct place {
    int64_t next, end;
} place;

typedef struct transposing {
    sci_rows_pass *pass;
    sci_index_reader reader;
    uint64_t *scan_ends;
    uint64_t scan_slabs;
    uint32_t *counts; /* of each row */

    uint64_t first, end; /* rows of the band */
    place *places;       /* [rows of the band] */
    int64_t *start;      /* [rows of the band + 1] when it is complete */
    int64_t *indptr;     /* [rows of a block + 1] */
    int32_t *columns;
    unsigned char *values;
    uint64_t ranges; /* the band's rows in as many parts as there are workers */
    const sci_feed_slab *slab;
    const int32_t *rows; /* of the slab's values */
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
    place *p = &t->places[row];
    int64_t begin = p->end - (int64_t)t->counts[t->first + row];

    if (p->next > begin && t->columns[p->next - 1] == column) {
        if (!sci_value_add(type, t->values + (size_t)(p->next - 1) * size, value))
            return sci_fail(SCI_ERR_FORMAT,
                            "'%s': row %" PRIu64
                            ": values of the same place have a sum beyond their type",
                            m->name, t->first + row);
        return SCI_OK;
    }
    if (p->next == p->end)
        return sci_fail(SCI_ERR_FORMAT, "'%s' changed while it was read", m->name);
    t->columns[p->next] = column;
    memcpy(t->values + (size_t)p->next * size, value, size);
    p->next++;
    return SCI_OK;
}

/* A stretch of one column for rows [low, low + width) of the band. */
typedef struct stretch {
    const int32_t *rows;
    const unsigned char *values;
    size_t n;
    int32_t column;
    int64_t origin; /* number of the band's row 0 */
    uint64_t low, width;
} stretch;

static sci_status
take_any(transposing *t, const stretch *s)
{
    size_t size = value_size(t);
    sci_status st = SCI_OK;

    for (size_t i = 0; st == SCI_OK && i < s->n; i++) {
        uint64_t row = (uint64_t)((int64_t)s->rows[i] - s->origin);

        if (row - s->low < s->width)
            st = take_value(t, row, s->column, s->values + i * size);
    }
    return st;
}

/* The same where no row comes twice. False if a row has more values than were counted. */
#define DEFINE_TAKE(name, T)                                            \
    static bool take_##name(transposing *t, const stretch *s)           \
    {                                                                   \
        const T *from = (const T *)(const void *)s->values;             \
        T *to = (T *)(void *)t->values;                                 \
                                                                        \
        for (size_t i = 0; i < s->n; i++) {                             \
            uint64_t row = (uint64_t)((int64_t)s->rows[i] - s->origin); \
            place *p;                                                   \
                                                                        \
            if (row - s->low >= s->width)                               \
                continue;                                               \
            p = &t->places[row];                                        \
            if (p->next == p->end)                                      \
                return false;                                           \
            t->columns[p->next] = s->column;                            \
            to[p->next++] = from[i];                                    \
        }                                                               \
        return true;                                                    \
    }

DEFINE_TAKE(4, uint32_t)
DEFINE_TAKE(8, uint64_t)

/* Rows that only increase come once, if all of the column is here. */
static sci_status
take_stretch(transposing *t, const stretch *s, bool whole)
{
    size_t size = value_size(t);
    bool done;

    if (!whole || (size != 4 && size != 8) || !sci_indices_increase(s->rows, s->n))
        return take_any(t, s);
    done = size == 4 ? take_4(t, s) : take_8(t, s);
    return done ? SCI_OK
                : sci_fail(SCI_ERR_FORMAT, "'%s' changed while it was read", t->pass->matrix->name);
}

static sci_status
take_task(void *context, size_t index, int worker)
{
    transposing *t = context;
    const sci_matrix *m = t->pass->matrix;
    uint64_t n = t->end - t->first, from = t->slab->first, end = from + t->slab->count;
    uint64_t column = t->slab->count > 0 ? sci_matrix_line_of(m, from) : 0;
    stretch s = { .origin = (int64_t)t->first, .low = n * index / t->ranges };
    sci_status st = SCI_OK;

    (void)worker;
    s.width = n * (index + 1) / t->ranges - s.low;
    for (uint64_t j = from; st == SCI_OK && j < end; column++) {
        uint64_t begin = (uint64_t)m->indptr[column], stop = (uint64_t)m->indptr[column + 1];
        uint64_t last = stop < end ? stop : end;

        s.rows = t->rows + (j - from);
        s.values = (const unsigned char *)t->slab->elements[1] + (j - from) * value_size(t);
        s.n = (size_t)(last - j);
        s.column = (int32_t)column;
        st = take_stretch(t, &s, j == begin && last == stop);
        j = last;
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
    int64_t to = 0, begin = 0;

    for (uint64_t row = 0; row < n; row++) {
        int64_t length = t->places[row].next - begin;

        if (to != begin) {
            memmove(t->columns + to, t->columns + begin, (size_t)length * sizeof *t->columns);
            memmove(t->values + (size_t)to * size, t->values + (size_t)begin * size,
                    (size_t)length * size);
        }
        t->start[row] = to;
        to += length;
        begin = t->places[row].end;
    }
    t->start[n] = to;
}

static sci_status
read_band(transposing *t)
{
    uint64_t n = t->end - t->first;
    int64_t sum = 0;

    for (uint64_t row = 0; row < n; row++) {
        t->places[row].next = sum;
        t->places[row].end = sum += t->counts[t->first + row];
    }
    t->ranges = (uint64_t)t->pass->threads < n ? (uint64_t)t->pass->threads : n;
    if (sum > 0) {
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
    uint64_t first = t->first + slab->number * t->pass->block_rows, n = t->end - first;
    int64_t *start = t->start + (first - t->first), *indptr = t->indptr;
    sci_band band = { .out = slab->out };
    size_t size = value_size(t);
    sci_status st;

    n = n < t->pass->block_rows ? n : t->pass->block_rows;
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
    uint64_t blocks = (t->end - t->first + t->pass->block_rows - 1) / t->pass->block_rows,
             *ends = NULL;
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
        uint64_t row = t->first + i * t->pass->block_rows;

        ends[i] = (row < t->end ? row : t->end) * pass->matrix->columns;
    }
    feed.out_ends = ends;
    if (st == SCI_OK)
        st = sci_feed_run(&feed);
    sci_free(ends);
    return st;
}

/* ---- planning ---- */

/* Bytes of a band for each row, besides its values. */
#define ROW_BYTES (sizeof(place) + sizeof(int64_t))

static uint64_t
band_target(const sci_rows_pass *pass)
{
    const sci_budget *b = &pass->budget;

    return b->given || b->limit < BAND_TARGET ? b->limit : BAND_TARGET;
}

/* Bytes without those of the band: a scan, output, and what the caller has. */
static uint64_t
fixed_bytes(const sci_rows_pass *pass)
{
    const sci_matrix *m = pass->matrix;
    sci_feed in = { .n_inputs = 2, .inputs = { m->indices, m->values } };
    sci_feed out = { .out = pass->out };
    uint64_t bytes = sci_feed_bytes(&in, pass->scan_count, 0, pass->slots, pass->threads);

    bytes += sci_feed_bytes(&out, 0, pass->block_rows * m->columns, pass->slots, pass->threads);
    if (sci_indices_need_buffer(m))
        bytes += pass->scan_count * sizeof(int32_t);
    bytes += m->rows * sizeof(uint32_t) + pass->block_rows * sizeof(int64_t);
    return bytes + (pass->own_bytes ? pass->own_bytes(pass->context, pass->threads) : 0);
}

/* Stored values of a slab of a scan, and rows of a block that is handed on, for this many
 * workers. */
static void
choose_sizes(sci_rows_pass *pass)
{
    const sci_matrix *m = pass->matrix;
    const sci_feed in = { .n_inputs = 2, .inputs = { m->indices, m->values } };
    size_t size = pass->out ? sci_type_size(pass->out->array.type) : 8;
    uint64_t row = m->columns * size, rows = row > 0 ? BLOCK_BYTES / row : BLOCK_ROWS;
    uint64_t workers = (uint64_t)pass->threads, grain = sci_feed_grain(&in);

    rows = rows > pass->busy_rows ? rows : pass->busy_rows;
    rows = rows < BLOCK_ROWS ? rows : BLOCK_ROWS;
    rows = rows < m->rows ? rows : m->rows;
    pass->block_rows = (rows / pass->unit + 1) * pass->unit;
    pass->scan_count = SCAN_ELEMENTS > grain ? SCAN_ELEMENTS * workers : grain * workers;
    if (pass->scan_count > m->stored && m->stored > 0)
        pass->scan_count = m->stored;
}

/* Half of the memory is for the band, if that can be: then slabs shrink, slots go, then workers. */
sci_status
sci_transposed_plan(sci_rows_pass *pass)
{
    uint64_t most = band_target(pass) / 2;

    pass->threads = pass->opt->threads > 0 ? pass->opt->threads : sci_processors();
    for (;; pass->threads /= 2) {
        choose_sizes(pass);
        pass->slots = SLOTS;
        while (fixed_bytes(pass) > most) {
            if (pass->scan_count > LEAST_ELEMENTS)
                pass->scan_count /= 2;
            else if (pass->block_rows > pass->unit)
                pass->block_rows =
                    (pass->block_rows / 2 + pass->unit - 1) / pass->unit * pass->unit;
            else if (pass->slots > 1)
                pass->slots--;
            else
                break;
        }
        if (pass->threads == 1 || fixed_bytes(pass) <= most)
            break;
    }
    if (fixed_bytes(pass) > pass->budget.limit)
        return sci_fail_budget(pass->matrix, fixed_bytes(pass), &pass->budget);
    return sci_pool_create(&pass->pool, pass->threads);
}

/* The end of the band that begins at a row: as many whole units as fit into `bytes`, at least
 * one. */
static uint64_t
band_end(const transposing *t, uint64_t first, uint64_t bytes)
{
    const sci_rows_pass *pass = t->pass;
    uint64_t row = first, used = 0, one = value_size(t) + sizeof *t->columns;

    while (row < pass->end) {
        uint64_t end = row + pass->unit - row % pass->unit, more = 0;

        end = end < pass->end ? end : pass->end;
        for (uint64_t r = row; r < end; r++)
            more += t->counts[r] * one + ROW_BYTES;
        if (row > first && used + more > bytes)
            break;
        used += more;
        row = end;
    }
    return row;
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
    uint64_t most_rows = 0, most_stored = 0, needed;
    sci_status st;

    for (uint64_t row = pass->first; row < pass->end;) {
        uint64_t end = band_end(t, row, bytes), stored = 0;

        most_rows = end - row > most_rows ? end - row : most_rows;
        for (; row < end; row++)
            stored += t->counts[row];
        most_stored = stored > most_stored ? stored : most_stored;
    }
    needed = most_stored * (value_size(t) + sizeof *t->columns) + most_rows * ROW_BYTES;
    if (needed > bytes && fixed_bytes(pass) + needed > pass->budget.limit)
        return sci_fail_budget(pass->matrix, fixed_bytes(pass) + needed, &pass->budget);
    st = sci_alloc(&t->start, most_rows + 1, 1, sizeof *t->start);
    if (st == SCI_OK)
        st = sci_alloc(&t->places, most_rows, 1, sizeof *t->places);
    if (st == SCI_OK)
        st = sci_alloc(&t->indptr, pass->block_rows + 1, 1, sizeof *t->indptr);
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
    sci_free(t->places);
    sci_free(t->start);
    sci_free(t->indptr);
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
    uint64_t columns = pass->matrix->columns, fixed = fixed_bytes(pass);
    uint64_t bytes = band_target(pass) > fixed ? band_target(pass) - fixed : 0;
    sci_status st = SCI_OK;

    if (out && out->ops->start)
        st = out->ops->start(out, pass->first * columns, pass->end * columns, pass->threads);
    if (st == SCI_OK)
        st = prepare_scans(&t, pass->scan_count);
    if (st == SCI_OK)
        st = prepare_bands(&t, bytes);
    if (st == SCI_OK)
        st = run_bands(&t, bytes);
    if (st == SCI_OK && out && out->ops->finish)
        st = out->ops->finish(out);
    transposing_clear(&t);
    return st;
}
