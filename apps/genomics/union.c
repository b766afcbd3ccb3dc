/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "union.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci.h>

#include "anndata_priv.h"

/* ---- plan ---- */

static sci_type
stored_type(const sci_matrix *matrix)
{
    sci_type type = sci_matrix_type(matrix);

    return type == SCI_FLOAT16 ? SCI_FLOAT32 : type;
}

static bool
fits_float(sci_type type)
{
    return type == SCI_FLOAT32 || (sci_type_is_integer(type) && sci_type_size(type) <= 2);
}

/* A type that holds all numbers of both. */
static sci_type
common_type(sci_type a, sci_type b)
{
    if (a == b)
        return a;
    if (sci_type_is_integer(a) && sci_type_is_integer(b) && a != SCI_UINT64 && b != SCI_UINT64)
        return SCI_INT64;
    return fits_float(a) && fits_float(b) ? SCI_FLOAT32 : SCI_FLOAT64;
}

static bool
fills_all(const union_plan *plan, const union_part *part)
{
    uint64_t filled = 0;

    if (part->column_of == NULL)
        return sci_matrix_columns(part->matrix) == plan->columns;
    for (uint64_t c = 0; c < sci_matrix_columns(part->matrix); c++)
        filled += part->column_of[c] >= 0;
    return filled == plan->columns;
}

void
union_plan_make(union_plan *out, size_t n, const union_part *parts, uint64_t columns)
{
    bool full = true;

    *out = (union_plan){ .n = n,
                         .parts = parts,
                         .columns = columns,
                         .sparse = true,
                         .type = n > 0 ? stored_type(parts[0].matrix) : SCI_FLOAT32 };
    for (size_t i = 0; i < n; i++) {
        out->sparse = out->sparse && sci_matrix_get_layout(parts[i].matrix) != SCI_MATRIX_DENSE;
        out->type = common_type(out->type, stored_type(parts[i].matrix));
        full = full && fills_all(out, &parts[i]);
    }
    /* Only numbers with a fraction part have a NaN. */
    if (!out->sparse && !full && sci_type_is_integer(out->type))
        out->type = fits_float(out->type) ? SCI_FLOAT32 : SCI_FLOAT64;
}

/* ---- passes ---- */

/* One value of a row. */
typedef struct entry {
    int64_t column;
    size_t at; /* in the block */
} entry;

typedef struct writing {
    const union_plan *plan;
    const union_part *part;
    const sci_options *opt;
    uint64_t pass, passes;
    uint64_t row; /* of the result */
    size_t size;  /* of an element of it */
    /* sparse */
    int64_t *indptr;
    entry *entries; /* of one row */
    sci_type indices_type;
    sci_writer *values, *indices;
    /* dense */
    unsigned char *line, *blank; /* a row, and one without values */
    sci_writer *elements;
    /* a block in the type of the result */
    double *wide;
    unsigned char *narrow;
    uint64_t room;
} writing;

static void
progress(void *context, uint64_t done, uint64_t total)
{
    const writing *w = context;

    w->opt->progress(w->opt->progress_context, w->pass * total + done, w->passes * total);
}

static sci_status
each_part(writing *w, sci_matrix_visit visit)
{
    sci_options opt = *w->opt;
    sci_status st = SCI_OK;

    if (opt.progress != NULL) {
        opt.progress = progress;
        opt.progress_context = w;
    }
    w->row = 0;
    for (size_t i = 0; st == SCI_OK && i < w->plan->n; i++) {
        w->part = &w->plan->parts[i];
        st = sci_matrix_each(w->part->matrix, &opt, visit, w);
        w->pass++;
    }
    return st;
}

static int64_t
place_of(const writing *w, uint64_t column)
{
    return w->part->column_of != NULL ? w->part->column_of[column] : (int64_t)column;
}

/* n values of a block in the type of the result; in place if they are. */
static sci_status
convert(writing *w, sci_type type, const void *values, uint64_t n, const unsigned char **out)
{
    sci_status st;

    *out = values;
    if (type == w->plan->type)
        return SCI_OK;
    if (n > w->room) {
        sci_free(w->wide);
        sci_free(w->narrow);
        w->wide = NULL;
        w->narrow = NULL;
        w->room = 0;
        st = sci_alloc(&w->wide, n, 1, sizeof *w->wide);
        if (st == SCI_OK)
            st = sci_alloc(&w->narrow, n, w->size, 1);
        if (st != SCI_OK)
            return st;
        w->room = n;
    }
    sci_widen(w->wide, type, values, n);
    anndata_narrow(w->narrow, w->plan->type, w->wide, n);
    *out = w->narrow;
    return SCI_OK;
}

/* ---- sparse ---- */

static sci_status
count_rows(void *context, const sci_matrix_block *block)
{
    writing *w = context;

    for (uint64_t r = 0; r < block->n; r++) {
        int64_t count = 0;

        for (int64_t k = block->indptr[r]; k < block->indptr[r + 1]; k++)
            count += place_of(w, (uint64_t)block->columns[k]) >= 0;
        w->indptr[w->row + 1] = w->indptr[w->row] + count;
        w->row++;
    }
    return SCI_OK;
}

static int
by_column(const void *a, const void *b)
{
    int64_t x = ((const entry *)a)->column, y = ((const entry *)b)->column;

    return (x > y) - (x < y);
}

static sci_status
write_entries(writing *w, const unsigned char *values, size_t n)
{
    sci_status st = SCI_OK;

    for (size_t k = 0; st == SCI_OK && k < n; k++) {
        const entry *e = &w->entries[k];
        int32_t index = (int32_t)e->column;

        st = sci_writer_append(w->values, values + e->at * w->size, 1);
        if (st == SCI_OK)
            st = sci_writer_append(
                w->indices,
                w->indices_type == SCI_INT32 ? (const void *)&index : (const void *)&e->column, 1);
    }
    return st;
}

static sci_status
write_sparse_rows(void *context, const sci_matrix_block *block)
{
    writing *w = context;
    const unsigned char *values;
    sci_status st =
        convert(w, block->type, block->values, (uint64_t)block->indptr[block->n], &values);

    for (uint64_t r = 0; st == SCI_OK && r < block->n; r++) {
        size_t n = 0;
        bool sorted = true;

        for (int64_t k = block->indptr[r]; k < block->indptr[r + 1]; k++) {
            int64_t column = place_of(w, (uint64_t)block->columns[k]);

            if (column < 0)
                continue;
            sorted = sorted && (n == 0 || w->entries[n - 1].column < column);
            w->entries[n++] = (entry){ column, (size_t)k };
        }
        if (!sorted)
            qsort(w->entries, n, sizeof *w->entries, by_column);
        st = write_entries(w, values, n);
    }
    return st;
}

static sci_status
finish(sci_writer *writer, sci_status st)
{
    if (st == SCI_OK)
        st = sci_writer_finish(writer);
    sci_writer_free(writer);
    return st;
}

static sci_status
write_sparse(writing *w, sci_h5_output *out, const char *path, uint64_t rows,
             const anndata_storage *storage)
{
    sci_sink *values = NULL, *indices = NULL;
    uint64_t widest = 0;
    sci_status st = sci_alloc_zero(&w->indptr, rows + 1, 1, sizeof *w->indptr);

    for (size_t i = 0; i < w->plan->n; i++)
        if (sci_matrix_columns(w->plan->parts[i].matrix) > widest)
            widest = sci_matrix_columns(w->plan->parts[i].matrix);
    w->indices_type = w->plan->columns <= INT32_MAX ? SCI_INT32 : SCI_INT64;
    if (st == SCI_OK)
        st = sci_alloc(&w->entries, widest, 1, sizeof *w->entries);
    if (st == SCI_OK)
        st = each_part(w, count_rows);
    if (st == SCI_OK)
        st = anndata_write_sparse(out, path, SCI_MATRIX_CSR, rows, w->plan->columns, w->indptr,
                                  w->plan->type, w->indices_type, storage, &values, &indices);
    if (st == SCI_OK)
        st = sci_writer_create(&w->values, values, w->opt);
    if (st == SCI_OK)
        st = sci_writer_create(&w->indices, indices, w->opt);
    if (st == SCI_OK)
        st = each_part(w, write_sparse_rows);
    st = finish(w->values, st);
    st = finish(w->indices, st);
    sci_sink_free(values);
    sci_sink_free(indices);
    return st;
}

/* ---- dense ---- */

/* NaN where the part has no column. */
static void
prepare_blank(writing *w)
{
    const double missing = (double)NAN, zero = 0.0;
    unsigned char zeros[8] = { 0 }, gaps[8] = { 0 };

    anndata_narrow(zeros, w->plan->type, &zero, 1);
    anndata_narrow(gaps, w->plan->type, &missing, 1);
    for (uint64_t c = 0; c < w->plan->columns; c++)
        memcpy(w->blank + c * w->size, gaps, w->size);
    for (uint64_t c = 0; c < sci_matrix_columns(w->part->matrix); c++)
        if (place_of(w, c) >= 0)
            memcpy(w->blank + (size_t)place_of(w, c) * w->size, zeros, w->size);
}

static sci_status
write_dense_rows(void *context, const sci_matrix_block *block)
{
    writing *w = context;
    uint64_t columns = sci_matrix_columns(w->part->matrix);
    const unsigned char *values;
    sci_status st =
        block->sparse
            ? convert(w, block->type, block->values, (uint64_t)block->indptr[block->n], &values)
            : convert(w, block->type, block->elements, block->n * columns, &values);

    if (block->first == 0)
        prepare_blank(w);
    for (uint64_t r = 0; st == SCI_OK && r < block->n; r++) {
        uint64_t from = block->sparse ? (uint64_t)block->indptr[r] : r * columns;
        uint64_t n = block->sparse ? (uint64_t)block->indptr[r + 1] - from : columns;

        memcpy(w->line, w->blank, (size_t)w->plan->columns * w->size);
        for (uint64_t k = 0; k < n; k++) {
            int64_t to = place_of(w, block->sparse ? (uint64_t)block->columns[from + k] : k);

            if (to >= 0)
                memcpy(w->line + (size_t)to * w->size, values + (from + k) * w->size, w->size);
        }
        st = sci_writer_append(w->elements, w->line, w->plan->columns);
    }
    return st;
}

static sci_status
write_dense(writing *w, sci_h5_output *out, const char *path, uint64_t rows,
            const anndata_storage *storage)
{
    sci_sink *sink = NULL;
    sci_status st = sci_alloc(&w->line, w->plan->columns, w->size, 1);

    if (st == SCI_OK)
        st = sci_alloc(&w->blank, w->plan->columns, w->size, 1);
    if (st == SCI_OK)
        st = anndata_write_dense(out, path, rows, w->plan->columns, w->plan->type, storage, &sink);
    if (st == SCI_OK)
        st = sci_writer_create(&w->elements, sink, w->opt);
    if (st == SCI_OK)
        st = each_part(w, write_dense_rows);
    st = finish(w->elements, st);
    sci_sink_free(sink);
    return st;
}

sci_status
union_write(sci_h5_output *out, const char *path, const union_plan *plan,
            const anndata_storage *storage, const sci_options *opt)
{
    writing w = { .plan = plan,
                  .opt = opt,
                  .size = sci_type_size(plan->type),
                  .passes = plan->n * (plan->sparse ? 2 : 1) };
    uint64_t rows = 0;
    sci_status st;

    for (size_t i = 0; i < plan->n; i++)
        rows += sci_matrix_rows(plan->parts[i].matrix);
    st = plan->sparse ? write_sparse(&w, out, path, rows, storage)
                      : write_dense(&w, out, path, rows, storage);
    sci_free(w.indptr);
    sci_free(w.entries);
    sci_free(w.line);
    sci_free(w.blank);
    sci_free(w.wide);
    sci_free(w.narrow);
    return st;
}
