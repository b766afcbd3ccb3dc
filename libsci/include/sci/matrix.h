/* SPDX-License-Identifier: BSD-3-Clause */
/* A matrix (rows × columns: cells × genes, samples × features) that streams by rows: dense, CSR or
 * CSC. Implicit zeros are members like any other value. */
#ifndef SCI_MATRIX_H
#define SCI_MATRIX_H

#include <sci/engine.h>

typedef enum sci_matrix_layout {
    SCI_MATRIX_DENSE,
    SCI_MATRIX_CSR, /* by rows */
    SCI_MATRIX_CSC  /* by columns */
} sci_matrix_layout;

typedef struct sci_matrix sci_matrix;

/* A 2-D source, taken over: freed with the matrix, and also when this fails. */
SCI_API sci_status sci_matrix_dense(sci_matrix **out, sci_source *elements) SCI_MUST_CHECK;

/* `values` and `indices` are 1-D sources of one length, taken over as above. indptr (copied) has
 * one number for each row (CSR) or column (CSC) and one more; SCI_ERR_FORMAT if it does not
 * begin with 0, falls, or does not end with that length. Indices may be in any order; values of
 * the same place are added in the order in which they come, in their own type (SCI_ERR_FORMAT if
 * an integer overflows), explicit zeros are zeros; an index out of range fails the pass with
 * SCI_ERR_FORMAT that names row or column. At most 2^31 - 1 rows and columns (SCI_ERR_SHAPE).
 * `name` is for messages ("a.h5ad:/X"); NULL: that of the values. */
SCI_API sci_status sci_matrix_sparse(sci_matrix **out, sci_matrix_layout layout, uint64_t rows,
                                     uint64_t columns, sci_source *values, sci_source *indices,
                                     const int64_t *indptr, const char *name) SCI_MUST_CHECK;
SCI_API void sci_matrix_free(sci_matrix *matrix); /* accepts NULL */

SCI_API sci_matrix_layout sci_matrix_get_layout(const sci_matrix *matrix);
SCI_API uint64_t sci_matrix_rows(const sci_matrix *matrix);
SCI_API uint64_t sci_matrix_columns(const sci_matrix *matrix);
SCI_API uint64_t sci_matrix_stored(const sci_matrix *matrix); /* values that are stored */
SCI_API sci_type sci_matrix_type(const sci_matrix *matrix);   /* as stored */
SCI_API const char *sci_matrix_name(const sci_matrix *matrix);

/* Rows [first, first + n) in memory, in native byte order, half decoded to float. Sparse rows have
 * increasing columns and no duplicates (explicit zeros may be there). Valid during the visit. */
typedef struct sci_matrix_block {
    uint64_t first, n;
    sci_type type;
    bool sparse;
    const void *elements;   /* dense: n × columns */
    const int64_t *indptr;  /* sparse: n + 1 numbers, the first is 0 */
    const int32_t *columns; /* sparse: of each value */
    const void *values;     /* sparse */
} sci_matrix_block;

/* All rows, block after block in their order, on the calling thread; files are read and decoded
 * by others meanwhile. A matrix by columns is scanned once, and once more for each band of rows
 * that fits in memory. opt: threads, memory_bytes, progress (elements, zeros counted), stop. A
 * failure of `visit` ends it and is returned. SCI_ERR_BUDGET says what is needed. */
typedef sci_status (*sci_matrix_visit)(void *context, const sci_matrix_block *block);
SCI_API sci_status sci_matrix_each(sci_matrix *matrix, const sci_options *opt,
                                   sci_matrix_visit visit, void *context) SCI_MUST_CHECK;

/* Elements of a block as doubles: out[i] for i < n of an array of this type. */
SCI_API void sci_widen(double *out, sci_type type, const void *elements, size_t n);
/* The same for elements as a file has them: of array's type and byte order. */
SCI_API void sci_widen_stored(double *out, const sci_array *array, const void *stored, size_t n);

/* ---- pushing into a sink ---- */

/* Elements of a sink's array in C order, a few at a time; the sink is not owned. */
typedef struct sci_writer sci_writer;
SCI_API sci_status sci_writer_create(sci_writer **out, sci_sink *sink,
                                     const sci_options *opt) SCI_MUST_CHECK;
/* `elements` are of the sink's type. */
SCI_API sci_status sci_writer_append(sci_writer *writer, const void *elements,
                                     uint64_t count) SCI_MUST_CHECK;
/* SCI_ERR_ARGUMENT if elements are missing. Flushes and ends the sink's pass. */
SCI_API sci_status sci_writer_finish(sci_writer *writer) SCI_MUST_CHECK;
SCI_API void sci_writer_free(sci_writer *writer); /* accepts NULL */

#endif
