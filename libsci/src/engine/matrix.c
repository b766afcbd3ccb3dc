/* SPDX-License-Identifier: BSD-3-Clause */
/* Matrices: what they consist of is checked once, when they are made. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sci/memory.h>

#include "../stats/decode.h"
#include "matrix_priv.h"

void
sci_matrix_free(sci_matrix *matrix)
{
    if (!matrix)
        return;
    sci_source_free(matrix->values);
    sci_source_free(matrix->indices);
    sci_free(matrix->indptr);
    sci_free(matrix->name);
    sci_free(matrix);
}

sci_status
sci_matrix_dense(sci_matrix **out, sci_source *elements)
{
    sci_matrix *m = NULL;
    sci_status st = SCI_OK;

    if (elements->array.rank != 2)
        st = sci_fail(SCI_ERR_SHAPE, "'%s': a matrix has 2 axes, not %d", elements->name,
                      elements->array.rank);
    if (st == SCI_OK)
        st = sci_alloc_zero(&m, 1, 1, sizeof *m);
    if (st != SCI_OK) {
        sci_source_free(elements);
        return st;
    }
    m->values = elements;
    m->layout = SCI_MATRIX_DENSE;
    m->rows = elements->array.shape[0];
    m->columns = elements->array.shape[1];
    st = sci_array_count(&elements->array, &m->stored);
    if (st == SCI_OK)
        st = sci_strdup(&m->name, elements->name);
    if (st != SCI_OK) {
        sci_matrix_free(m);
        return st;
    }
    *out = m;
    return SCI_OK;
}

/* ---- sparse ---- */

static sci_status
check_arrays(const sci_matrix *m)
{
    const sci_array *values = &m->values->array, *indices = &m->indices->array;

    if (m->layout != SCI_MATRIX_CSR && m->layout != SCI_MATRIX_CSC)
        return sci_fail(SCI_ERR_ARGUMENT, "'%s': a sparse matrix is CSR or CSC", m->name);
    if (values->rank != 1 || indices->rank != 1)
        return sci_fail(SCI_ERR_FORMAT, "'%s': values and indices have %d and %d axes, not one",
                        m->name, values->rank, indices->rank);
    if (values->shape[0] != indices->shape[0])
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s': there are %" PRIu64 " values and %" PRIu64 " indices", m->name,
                        values->shape[0], indices->shape[0]);
    if (!sci_type_is_integer(indices->type))
        return sci_fail(SCI_ERR_FORMAT, "'%s': indices are %s, not integers", m->name,
                        sci_type_name(indices->type));
    if (m->rows > INT32_MAX || m->columns > INT32_MAX)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s': %" PRIu64 " × %" PRIu64
                        " is too large; a sparse matrix has at most %" PRId32 " rows and columns",
                        m->name, m->rows, m->columns, INT32_MAX);
    return SCI_OK;
}

static sci_status
check_indptr(const sci_matrix *m)
{
    bool csr = m->layout == SCI_MATRIX_CSR;
    uint64_t lines = csr ? m->rows : m->columns;

    if (m->indptr[0] != 0)
        return sci_fail(SCI_ERR_FORMAT, "'%s': indptr begins with %" PRId64 ", not 0", m->name,
                        m->indptr[0]);
    for (uint64_t i = 0; i < lines; i++)
        if (m->indptr[i + 1] < m->indptr[i])
            return sci_fail(SCI_ERR_FORMAT,
                            "'%s': indptr falls from %" PRId64 " to %" PRId64 " at %s %" PRIu64,
                            m->name, m->indptr[i], m->indptr[i + 1], csr ? "row" : "column", i);
    if ((uint64_t)m->indptr[lines] != m->stored)
        return sci_fail(SCI_ERR_FORMAT,
                        "'%s': indptr ends with %" PRId64 ", but %" PRIu64 " values are stored",
                        m->name, m->indptr[lines], m->stored);
    return SCI_OK;
}

sci_status
sci_matrix_sparse(sci_matrix **out, sci_matrix_layout layout, uint64_t rows, uint64_t columns,
                  sci_source *values, sci_source *indices, const int64_t *indptr, const char *name)
{
    uint64_t lines = layout == SCI_MATRIX_CSR ? rows : columns;
    sci_matrix *m = NULL;
    sci_status st = sci_alloc_zero(&m, 1, 1, sizeof *m);

    if (st != SCI_OK) {
        sci_source_free(values);
        sci_source_free(indices);
        return st;
    }
    *m = (sci_matrix){
        .layout = layout, .rows = rows, .columns = columns, .values = values, .indices = indices
    };
    st = sci_strdup(&m->name, name ? name : values->name);
    if (st == SCI_OK)
        st = check_arrays(m);
    if (st == SCI_OK)
        st = sci_array_count(&values->array, &m->stored);
    if (st == SCI_OK)
        st = sci_alloc(&m->indptr, lines + 1, 1, sizeof *m->indptr);
    if (st == SCI_OK) {
        memcpy(m->indptr, indptr, (lines + 1) * sizeof *m->indptr);
        st = check_indptr(m);
    }
    if (st != SCI_OK) {
        sci_matrix_free(m);
        return st;
    }
    *out = m;
    return SCI_OK;
}

/* ---- what a matrix tells ---- */

sci_matrix_layout
sci_matrix_get_layout(const sci_matrix *matrix)
{
    return matrix->layout;
}

uint64_t
sci_matrix_rows(const sci_matrix *matrix)
{
    return matrix->rows;
}

uint64_t
sci_matrix_columns(const sci_matrix *matrix)
{
    return matrix->columns;
}

uint64_t
sci_matrix_stored(const sci_matrix *matrix)
{
    return matrix->stored;
}

sci_type
sci_matrix_type(const sci_matrix *matrix)
{
    return matrix->values->array.type;
}

const char *
sci_matrix_name(const sci_matrix *matrix)
{
    return matrix->name;
}

uint64_t
sci_matrix_line_of(const sci_matrix *matrix, uint64_t at)
{
    uint64_t low = 0;
    uint64_t high = matrix->layout == SCI_MATRIX_CSR ? matrix->rows : matrix->columns;

    while (high - low > 1) { /* indptr[low] <= at < indptr[high] */
        uint64_t middle = low + (high - low) / 2;

        if ((uint64_t)matrix->indptr[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

sci_status
sci_fail_budget(const sci_matrix *matrix, uint64_t needed, const sci_budget *budget)
{
    return sci_fail(SCI_ERR_BUDGET,
                    "'%s' needs %" PRIu64 " MiB of memory, %" PRIu64 " MiB are allowed (--memory)",
                    matrix->name, (needed + (1 << 20) - 1) >> 20, budget->limit >> 20);
}

/* ---- row models ---- */

static sci_status
check_row(const sci_matrix *matrix, const sci_row_model *model, uint64_t row)
{
    int32_t label = model->label ? model->label[row] : 0;

    if (label < -1 || (label >= 0 && (uint64_t)label >= model->levels))
        return sci_fail(SCI_ERR_ARGUMENT, "row %" PRIu64 " has label %" PRId32 " of %" PRIu64, row,
                        label, model->levels);
    for (uint64_t k = 0; label >= 0 && k < model->covariates; k++)
        if (!isfinite(model->covariate[row * model->covariates + k]))
            return sci_fail(SCI_ERR_NONFINITE,
                            "'%s': covariate %" PRIu64 " of row %" PRIu64 " is not finite",
                            matrix->name, k, row);
    return SCI_OK;
}

sci_status
sci_row_model_check(const sci_matrix *matrix, const sci_row_model *model)
{
    sci_status st = SCI_OK;

    if (model->rows != matrix->rows)
        return sci_fail(SCI_ERR_SHAPE,
                        "'%s' has %" PRIu64 " rows, what is known of them is for %" PRIu64,
                        matrix->name, matrix->rows, model->rows);
    if (model->levels == 0 || model->levels > INT32_MAX)
        return sci_fail(SCI_ERR_ARGUMENT, "%" PRIu64 " levels are not possible", model->levels);
    if (model->covariates > 0 && !model->covariate && model->rows > 0)
        return sci_fail(SCI_ERR_ARGUMENT, "covariates are missing");
    for (uint64_t row = 0; st == SCI_OK && row < model->rows; row++)
        st = check_row(matrix, model, row);
    return st;
}

/* ---- indices ---- */

#define INDEX_PIECE 65536 /* of a task */

typedef struct index_job {
    sci_index_reader *reader;
    uint64_t first, count;
    const unsigned char *elements;
    sci_type type;
} index_job;

bool
sci_indices_need_buffer(const sci_matrix *matrix)
{
    return matrix->indices && matrix->indices->array.type != SCI_INT32;
}

sci_status
sci_index_reader_create(sci_index_reader *reader, const sci_matrix *matrix, sci_pool *pool,
                        uint64_t room)
{
    *reader = (sci_index_reader){
        .matrix = matrix,
        .pool = pool,
        .limit = matrix->layout == SCI_MATRIX_CSR ? matrix->columns : matrix->rows,
        .room = room,
    };
    return sci_indices_need_buffer(matrix)
               ? sci_alloc(&reader->buffer, room, 1, sizeof *reader->buffer)
               : SCI_OK;
}

void
sci_index_reader_clear(sci_index_reader *reader)
{
    sci_free(reader->buffer);
    reader->buffer = NULL;
}

static sci_status
fail_index(const index_job *job, uint64_t at)
{
    const sci_matrix *m = job->reader->matrix;
    bool csr = m->layout == SCI_MATRIX_CSR;
    char text[32];

    sci_index_text(job->type, job->elements, at, text);
    return sci_fail(SCI_ERR_FORMAT, "'%s': %s %" PRIu64 " has a value at %s %s, there are %" PRIu64,
                    m->name, csr ? "row" : "column", sci_matrix_line_of(m, job->first + at),
                    csr ? "column" : "row", text, job->reader->limit);
}

static sci_status
index_task(void *context, size_t index, int worker)
{
    const index_job *job = context;
    uint64_t first = (uint64_t)index * INDEX_PIECE, left = job->count - first;
    size_t n = left < INDEX_PIECE ? left : INDEX_PIECE, bad;
    int32_t *buffer = job->reader->buffer;

    (void)worker;
    bad = sci_indices_convert(job->type, job->elements + first * sci_type_size(job->type), n,
                              job->reader->limit, buffer ? buffer + first : NULL);
    return bad == n ? SCI_OK : fail_index(job, first + bad);
}

sci_status
sci_index_reader_get(sci_index_reader *reader, uint64_t first, uint64_t count, const void *elements,
                     const int32_t **out)
{
    index_job job = { reader, first, count, elements, reader->matrix->indices->array.type };
    sci_status st =
        sci_parallel_for(reader->pool, (count + INDEX_PIECE - 1) / INDEX_PIECE, index_task, &job);

    *out = reader->buffer ? reader->buffer : elements;
    return st;
}
