/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Annotated matrices in HDF5 (.h5ad), every layout since anndata 0.5: obs (cells) × var (genes). */
#ifndef GENOMICS_ANNDATA_H
#define GENOMICS_ANNDATA_H

#include <sci/h5.h>
#include <sci/h5_values.h>
#include <sci/matrix.h>
#include <sci/texts.h>

typedef struct anndata anndata;

/* Open read-only and look at its structure: SCI_ERR_FORMAT says which element is not as the layout
 * requires. */
sci_status anndata_open(anndata **out, const char *path) SCI_MUST_CHECK;
void anndata_close(anndata *a); /* accepts NULL */

typedef enum anndata_axis { ANNDATA_OBS, ANNDATA_VAR } anndata_axis;

const char *anndata_path(const anndata *a);
/* "current", "0.7", "0.5" */
const char *anndata_layout(const anndata *a);
uint64_t anndata_length(const anndata *a, anndata_axis axis);
sci_h5_file *anndata_file(anndata *a);

/* A list of strings; cleared by anndata_texts_clear. */
typedef sci_texts anndata_texts;
void anndata_texts_clear(anndata_texts *texts);

/* The index of an axis (cell or gene names). */
sci_status anndata_names(anndata *a, anndata_axis axis, anndata_texts *out) SCI_MUST_CHECK;
/* The columns of the frame of an axis, in `column-order`. */
sci_status anndata_column_names(anndata *a, anndata_axis axis, anndata_texts *out) SCI_MUST_CHECK;

typedef enum anndata_kind {
    ANNDATA_CATEGORICAL, /* codes and levels; texts are categorical too, with levels sorted */
    ANNDATA_BOOLEAN,     /* numbers 0 and 1, and codes with the levels "False", "True" */
    ANNDATA_INTEGER,
    ANNDATA_REAL
} anndata_kind;

typedef struct anndata_column {
    anndata_kind kind;
    bool text; /* categorical made here of a column of texts */
    uint64_t n;
    double *numbers; /* BOOLEAN, INTEGER, REAL; NaN: missing */
    int32_t *codes;  /* CATEGORICAL, BOOLEAN; -1: missing */
    /* with unused ones, in the order of the file; numbers are written as short as they read back */
    anndata_texts levels;
    bool ordered;
    /* INTEGER, REAL: the type that the numbers are stored in, kept where they are written again; not
     * typed: int64 and float64 */
    bool typed;
    sci_type type;
} anndata_column;
/* SCI_ERR_NOTFOUND lists the columns that there are. */
sci_status anndata_column_read(anndata *a, anndata_axis axis, const char *name,
                               anndata_column *out) SCI_MUST_CHECK;
void anndata_column_clear(anndata_column *column);
/* Numbers as levels ("3", "0.5"), sorted numerically, codes accordingly; nothing for categorical. */
sci_status anndata_column_as_factor(anndata_column *column) SCI_MUST_CHECK;

/* The rows of raw/var: how many, and their names. SCI_ERR_NOTFOUND without raw. */
sci_status anndata_raw_names(anndata *a, anndata_texts *out) SCI_MUST_CHECK;

/* "X", "layer:NAME", "raw" (raw/X, whose var is another). SCI_ERR_NOTFOUND lists the layers. */
sci_status anndata_matrix(anndata *a, const char *which, const sci_h5_options *opt,
                          sci_matrix **out) SCI_MUST_CHECK;
/* The path of it in the file: "/X", "/layers/NAME", "/raw/X"; sci_free. */
sci_status anndata_matrix_path(anndata *a, const char *which, char **path) SCI_MUST_CHECK;
/* Every matrix there is: "X", "layer:NAME"…, "raw". */
sci_status anndata_matrices(anndata *a, anndata_texts *out) SCI_MUST_CHECK;

/* What a matrix is, without opening it for reading. */
typedef struct anndata_look {
    char encoding[64]; /* "array", "csr_matrix", … */
    char type[64];     /* of the values: "float32" */
    char indices[64];  /* "int32"; "" for a dense one */
    char filters[256]; /* of the values */
    bool chunked;
    uint64_t rows, columns, values; /* values that are stored */
    uint64_t bytes;                 /* with indices */
} anndata_look;
sci_status anndata_matrix_look(anndata *a, const char *which, anndata_look *out) SCI_MUST_CHECK;

/* A dense 2-D array such as obsm/X_pca as rows × columns doubles (sci_free). SCI_ERR_NOTFOUND. */
sci_status anndata_array(anndata *a, const char *path, uint64_t *rows, uint64_t *columns,
                         double **out) SCI_MUST_CHECK;

/* ---- writing; what is written by these is what anndata 0.8 and later read and write ---- */

/* Copy the whole file into a new output except the objects at `left_out` ("/X", "/layers/a",
 * "/uns/pca"). The layout of obs, var and the rest stays as it is (references are kept valid), but
 * 0.5 files (compound frames) become the current layout. */
sci_status anndata_copy(sci_h5_output *out, anndata *a, size_t n,
                        const char *const *left_out) SCI_MUST_CHECK;

/* A file from nothing: root attributes and empty layers, obsm, obsp, varm, varp, uns. */
sci_status anndata_create(sci_h5_output *out) SCI_MUST_CHECK;

/* A frame at "/obs" or "/var": the index, then columns one by one (also into a frame that was
 * copied: `name` is replaced if it is there, else appended to column-order). */
sci_status anndata_write_frame(sci_h5_output *out, anndata_axis axis,
                               const anndata_texts *index) SCI_MUST_CHECK;
sci_status anndata_write_column(sci_h5_output *out, anndata_axis axis, const char *name,
                                const anndata_column *column) SCI_MUST_CHECK;

/* How a matrix is stored. Zeroed: contiguous, not compressed. */
typedef struct anndata_storage {
    enum { ANNDATA_PLAIN, ANNDATA_LZF, ANNDATA_GZIP } compression;
    int level; /* of gzip, 1…9 */
} anndata_storage;

/* A dense matrix (encoding "array") at a path: a sink of rows × columns elements of `type`. */
sci_status anndata_write_dense(sci_h5_output *out, const char *path, uint64_t rows,
                               uint64_t columns, sci_type type, const anndata_storage *storage,
                               sci_sink **sink) SCI_MUST_CHECK;

/* A sparse one ("csr_matrix" or "csc_matrix"): sinks for the values and, where indices_type says
 * SCI_INT32 or SCI_INT64, their indices. indptr has rows (CSR) or columns (CSC) + 1 numbers and is
 * written as int32 if its last fits, else int64. */
sci_status anndata_write_sparse(sci_h5_output *out, const char *path, sci_matrix_layout layout,
                                uint64_t rows, uint64_t columns, const int64_t *indptr,
                                sci_type type, sci_type indices_type,
                                const anndata_storage *storage, sci_sink **values,
                                sci_sink **indices) SCI_MUST_CHECK;

/* Elements of uns and the like; missing groups on the way become dicts. */
sci_status anndata_write_dict(sci_h5_output *out, const char *path) SCI_MUST_CHECK;
sci_status anndata_write_text(sci_h5_output *out, const char *path,
                              const char *value) SCI_MUST_CHECK;
sci_status anndata_write_number(sci_h5_output *out, const char *path, double value) SCI_MUST_CHECK;
sci_status anndata_write_integer(sci_h5_output *out, const char *path,
                                 int64_t value) SCI_MUST_CHECK;
sci_status anndata_write_texts(sci_h5_output *out, const char *path,
                               const anndata_texts *texts) SCI_MUST_CHECK;
/* Any array that fits in memory, encoding "array". */
sci_status anndata_write_array(sci_h5_output *out, const char *path, const sci_array *array,
                               const void *elements) SCI_MUST_CHECK;

#endif
