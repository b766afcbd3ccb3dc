/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a matrix, and passes over its rows. */
#ifndef SCI_ENGINE_MATRIX_PRIV_H
#define SCI_ENGINE_MATRIX_PRIV_H

#include <sci/crossed.h>
#include <sci/matrix.h>

#include "../stats/indices.h"
#include "feed.h"

struct sci_matrix {
    sci_matrix_layout layout;
    uint64_t rows, columns, stored;
    sci_source *values, *indices; /* indices: NULL if dense */
    int64_t *indptr;              /* NULL if dense */
    char *name;
};

/* Rows in memory and where they come from. */
typedef struct sci_band {
    sci_matrix_block block;
    /* Bytes as stored of these rows, values and indices; NULL where they are not stored by rows. */
    const unsigned char *raw_values, *raw_indices;
    void *out; /* the same rows of the sink */
} sci_band;

/* A pass over the rows [first, end). The caller sets what comes before `threads`, plans, makes what
 * it needs for so many workers, runs and clears. */
typedef struct sci_rows_pass {
    sci_matrix *matrix;
    const sci_options *opt;
    uint64_t first, end;
    uint64_t unit;      /* bands begin and end at multiples of so many rows, or at `first`, `end` */
    uint64_t busy_rows; /* bands of fewer rows leave workers idle */
    sci_sink *out;      /* rows × columns; NULL: nothing is written */
    void *context;
    sci_status (*process)(void *context, const sci_band *band); /* all workers are free */
    uint64_t (*own_bytes)(const void *context, int workers);    /* may be NULL */

    int threads, slots; /* set by sci_rows_plan */
    sci_pool *pool;
    sci_budget budget;
    uint64_t bands, most_rows, most_stored;      /* of a band */
    uint64_t *row_ends, *stored_ends, *out_ends; /* [bands + 1] */
    struct sci_rows_work *work;
    uint64_t scan_count, block_rows; /* of a matrix by columns: values of a slab, rows of a block */
} sci_rows_pass;

sci_status sci_rows_plan(sci_rows_pass *pass) SCI_MUST_CHECK;
sci_status sci_rows_run(sci_rows_pass *pass) SCI_MUST_CHECK;
void sci_rows_clear(sci_rows_pass *pass);
/* The ends of a pass over rows that are stored one after the other. */
void sci_rows_feed(const sci_rows_pass *pass, sci_feed *feed);

/* A matrix by columns: bands of rows are put together by scans of the whole matrix. */
sci_status sci_transposed_plan(sci_rows_pass *pass) SCI_MUST_CHECK;
sci_status sci_transposed_run(sci_rows_pass *pass) SCI_MUST_CHECK;

/* What the caller has cannot be done in the memory that is allowed. */
sci_status sci_fail_budget(const sci_matrix *matrix, uint64_t needed,
                           const sci_budget *budget) SCI_MUST_CHECK;
/* Tell how far the pass is: rows done. */
void sci_rows_progress(const sci_rows_pass *pass, uint64_t row);

/* ---- stored values ---- */

/* Checked indices of a stretch as int32_t. */
typedef struct sci_index_reader {
    const sci_matrix *matrix;
    sci_pool *pool;
    uint64_t limit;  /* indices are below it */
    int32_t *buffer; /* NULL where int32_t is what is stored */
    uint64_t room;   /* indices */
} sci_index_reader;
/* Whether indices have to be converted into a buffer. */
bool sci_indices_need_buffer(const sci_matrix *matrix);
sci_status sci_index_reader_create(sci_index_reader *reader, const sci_matrix *matrix,
                                   sci_pool *pool, uint64_t room) SCI_MUST_CHECK;
void sci_index_reader_clear(sci_index_reader *reader);
/* Stored indices [first, first + count) at `elements` (decoded). SCI_ERR_FORMAT names the row or
 * column of one that is out of range. */
sci_status sci_index_reader_get(sci_index_reader *reader, uint64_t first, uint64_t count,
                                const void *elements, const int32_t **out) SCI_MUST_CHECK;

/* The row (CSR) or column (CSC) whose members include stored value `at`. */
uint64_t sci_matrix_line_of(const sci_matrix *matrix, uint64_t at);

/* SCI_ERR_SHAPE, SCI_ERR_ARGUMENT or SCI_ERR_NONFINITE unless the model fits the matrix. */
sci_status sci_row_model_check(const sci_matrix *matrix, const sci_row_model *model) SCI_MUST_CHECK;

#endif
