/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "totals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sci/memory.h>

enum { BLOCK = 1 << 18 }; /* stored values at once */

/* ---- values in the order of the file ---- */

typedef struct sparse {
    bool by_rows;
    sci_source *values, *indices; /* indices: of CSC, and of CSR where twins are sought */
    int64_t *indptr;              /* the same the other way round */
    uint64_t stored, slices;      /* rows of CSR, columns of CSC */
    uint64_t places;              /* columns of CSR, rows of CSC */
    void *raw, *raw_indices;
    double *wide, *wide_indices;
    uint32_t *slice, *rows; /* rows: of CSR the slices */
    /* Of twins, [places]: the last slice + 1 with a value there, and the sum of these; [BLOCK] */
    uint32_t *seen;
    double *sum, *earlier;
} sparse;

static void
sparse_clear(sparse *s)
{
    sci_source_free(s->values);
    sci_source_free(s->indices);
    sci_free(s->indptr);
    sci_free(s->raw);
    sci_free(s->raw_indices);
    sci_free(s->wide);
    sci_free(s->wide_indices);
    if (s->rows != s->slice)
        sci_free(s->rows);
    sci_free(s->slice);
    sci_free(s->seen);
    sci_free(s->sum);
    sci_free(s->earlier);
}

static sci_status
open_part(const genomics_job *job, const char *base, const char *part, sci_source **out)
{
    char *path = NULL;
    sci_status st = sci_format(&path, "%s/%s", base, part);

    if (st == SCI_OK)
        st = sci_h5_file_source(out, anndata_file(job->in), path, &job->h5);
    sci_free(path);
    return st;
}

static sci_status
read_indptr(sparse *s, const genomics_job *job, const char *base)
{
    char *path = NULL;
    uint64_t n = 0;
    sci_status st = sci_format(&path, "%s/indptr", base);

    if (st == SCI_OK)
        st = sci_h5_file_integers(anndata_file(job->in), path, NULL, &n, &s->indptr);
    if (st == SCI_OK && n != s->slices + 1)
        st =
            sci_fail(SCI_ERR_FORMAT, "'%s:%s' has another length than the matrix", job->name, path);
    sci_free(path);
    return st;
}

static sci_status
sparse_open(sparse *s, const genomics_job *job, bool twins)
{
    uint64_t rows = sci_matrix_rows(job->matrix), columns = sci_matrix_columns(job->matrix);
    char *base = NULL;
    sci_status st = anndata_matrix_path(job->in, job->place, &base);

    s->by_rows = sci_matrix_get_layout(job->matrix) == SCI_MATRIX_CSR;
    s->slices = s->by_rows ? rows : columns;
    s->places = s->by_rows ? columns : rows;
    s->stored = sci_matrix_stored(job->matrix);
    if (st == SCI_OK && (rows >= UINT32_MAX || columns >= UINT32_MAX))
        st = sci_fail(SCI_ERR_SHAPE, "'%s' has too many cells or genes", job->name);
    if (st == SCI_OK)
        st = open_part(job, base, "data", &s->values);
    if (st == SCI_OK && (s->by_rows || twins))
        st = read_indptr(s, job, base);
    if (st == SCI_OK && (!s->by_rows || twins))
        st = open_part(job, base, "indices", &s->indices);
    if (st == SCI_OK && twins)
        st = sci_alloc_zero(&s->seen, s->places, 1, sizeof *s->seen);
    if (st == SCI_OK && twins)
        st = sci_alloc_zero(&s->sum, s->places, 1, sizeof *s->sum);
    if (st == SCI_OK && twins)
        st = sci_alloc(&s->earlier, BLOCK, 1, sizeof *s->earlier);
    if (st == SCI_OK)
        st = sci_alloc(&s->raw, BLOCK, sci_type_size(s->values->array.type), 1);
    if (st == SCI_OK && s->indices != NULL)
        st = sci_alloc(&s->raw_indices, BLOCK, sci_type_size(s->indices->array.type), 1);
    if (st == SCI_OK)
        st = sci_alloc(&s->wide, BLOCK, 1, sizeof *s->wide);
    if (st == SCI_OK && s->indices != NULL)
        st = sci_alloc(&s->wide_indices, BLOCK, 1, sizeof *s->wide_indices);
    if (st == SCI_OK)
        st = sci_alloc(&s->slice, BLOCK, 1, sizeof *s->slice);
    s->rows = s->slice;
    if (st == SCI_OK && !s->by_rows)
        st = sci_alloc(&s->rows, BLOCK, 1, sizeof *s->rows);
    sci_free(base);
    return st;
}

/* n elements from `first` as doubles. */
static sci_status
read_wide(sci_source *source, uint64_t first, uint64_t n, void *raw, double *wide)
{
    size_t size = sci_type_size(source->array.type);
    sci_status st = sci_source_read(source, first, n, raw);

    if (st != SCI_OK)
        return st;
    if (source->array.swapped)
        for (uint64_t i = 0; i < n; i++) {
            unsigned char *at = (unsigned char *)raw + i * size;

            for (size_t k = 0; k < size / 2; k++) {
                unsigned char low = at[k];

                at[k] = at[size - 1 - k];
                at[size - 1 - k] = low;
            }
        }
    sci_widen(wide, source->array.type, raw, n);
    return SCI_OK;
}

/* Slices of the stored values [first, first + n); *slice is where the last block ended. */
static void
slices_of(sparse *s, uint64_t first, uint64_t n, uint64_t *slice)
{
    for (uint64_t i = 0; i < n; i++) {
        while (*slice + 1 < s->slices && (uint64_t)s->indptr[*slice + 1] <= first + i)
            (*slice)++;
        s->slice[i] = (uint32_t)*slice;
    }
}

/* What the values of one cell and gene that came before add up to, so that several are as one. */
static void
find_twins(sparse *s, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        uint64_t place = (uint64_t)s->wide_indices[i];
        bool first = s->seen[place] != s->slice[i] + 1;

        s->earlier[i] = first ? (double)NAN : s->sum[place];
        s->sum[place] = first ? s->wide[i] : s->sum[place] + s->wide[i];
        s->seen[place] = s->slice[i] + 1;
    }
}

/* The indices of the next n values: rows of CSC. Those of CSR are copied as they stand and only have
 * to be columns that there are. */
static sci_status
take_indices(sparse *s, const genomics_job *job, uint64_t first, uint64_t n)
{
    bool by_rows = s->by_rows;
    uint64_t most = s->places;
    sci_status st = read_wide(s->indices, first, n, s->raw_indices, s->wide_indices);

    for (uint64_t i = 0; st == SCI_OK && i < n; i++) {
        double index = s->wide_indices[i];

        if (!(index >= 0.0 && index < (double)most))
            st = sci_fail(SCI_ERR_FORMAT, "'%s' has the %s index %.0f of %llu %ss",
                          sci_matrix_name(job->matrix), by_rows ? "column" : "row", index,
                          (unsigned long long)most, by_rows ? "column" : "row");
        else if (!by_rows)
            s->rows[i] = (uint32_t)index;
    }
    return st;
}

static sci_status
each_sparse(genomics_job *job, bool twins, genomics_visit visit, void *context)
{
    uint64_t slice = 0;
    sparse s = { 0 };
    sci_status st = sparse_open(&s, job, twins);

    for (uint64_t first = 0; st == SCI_OK && first < s.stored;) {
        uint64_t n = s.stored - first < BLOCK ? s.stored - first : BLOCK;

        st = read_wide(s.values, first, n, s.raw, s.wide);
        if (st == SCI_OK && s.indices != NULL)
            st = take_indices(&s, job, first, n);
        if (st == SCI_OK && s.indptr != NULL)
            slices_of(&s, first, n, &slice);
        if (st == SCI_OK && twins)
            find_twins(&s, n);
        if (st == SCI_OK)
            st = visit(context, n, s.wide, s.rows, s.earlier);
        first += n;
        if (job->options.progress != NULL)
            job->options.progress(job->options.progress_context, first, s.stored);
        if (st == SCI_OK && job->options.stop != NULL && *job->options.stop != 0)
            st = sci_fail(SCI_ERR_INTERRUPTED, "interrupted");
    }
    sparse_clear(&s);
    return st;
}

typedef struct dense {
    genomics_visit visit;
    void *context;
    uint64_t columns;
    double *wide;
    uint32_t *rows;
} dense;

static sci_status
visit_dense(void *context, const sci_matrix_block *block)
{
    dense *d = context;
    size_t size = sci_type_size(block->type);
    sci_status st = SCI_OK;

    for (uint64_t r = 0; st == SCI_OK && r < block->n; r++) {
        for (uint64_t g = 0; g < d->columns; g++)
            d->rows[g] = (uint32_t)(block->first + r);
        sci_widen(d->wide, block->type,
                  (const unsigned char *)block->elements + r * d->columns * size, d->columns);
        st = d->visit(d->context, d->columns, d->wide, d->rows, NULL);
    }
    return st;
}

sci_status
genomics_values_each(genomics_job *job, bool twins, genomics_visit visit, void *context)
{
    dense d = { .visit = visit, .context = context };
    sci_status st;

    job->pass++;
    if (sci_matrix_get_layout(job->matrix) != SCI_MATRIX_DENSE)
        return each_sparse(job, twins, visit, context);
    d.columns = sci_matrix_columns(job->matrix);
    st = sci_alloc(&d.wide, d.columns, 1, sizeof *d.wide);
    if (st == SCI_OK)
        st = sci_alloc(&d.rows, d.columns, 1, sizeof *d.rows);
    if (st == SCI_OK)
        st = sci_matrix_each(job->matrix, &job->options, visit_dense, &d);
    sci_free(d.wide);
    sci_free(d.rows);
    return st;
}

/* ---- totals ---- */

static sci_status
count(void *context, uint64_t n, double *values, const uint32_t *rows, const double *earlier)
{
    genomics_totals *t = context;

    for (uint64_t i = 0; i < n; i++) {
        double x = values[i];

        t->twins += earlier != NULL && !isnan(earlier[i]);
        if (isnan(x)) {
            t->missing++;
            continue;
        }
        if (isinf(x))
            return sci_fail(SCI_ERR_NONFINITE, "the cell %llu has an infinite value",
                            (unsigned long long)rows[i]);
        t->sum[rows[i]] += x;
        t->negative += x < 0.0;
        t->fractions += x != floor(x);
        t->least = x < t->least ? x : t->least;
    }
    return SCI_OK;
}

sci_status
genomics_totals_count(genomics_totals *out, genomics_job *job)
{
    genomics_totals t = { .n = sci_matrix_rows(job->matrix) };
    sci_status st = sci_alloc_zero(&t.sum, t.n, 1, sizeof *t.sum);

    if (st == SCI_OK)
        st = genomics_values_each(job, true, count, &t);
    for (uint64_t i = 0; st == SCI_OK && i < t.n; i++) {
        t.empty += t.sum[i] == 0.0;
        if (t.sum[i] < 0.0)
            st = sci_fail(SCI_ERR_DEGENERATE,
                          "the values of the cell %llu of '%s' add up to %g; these are no counts",
                          (unsigned long long)i, job->name, t.sum[i]);
    }
    if (st == SCI_OK)
        *out = t;
    else
        genomics_totals_clear(&t);
    return st;
}

void
genomics_totals_clear(genomics_totals *totals)
{
    sci_free(totals->sum);
    *totals = (genomics_totals){ 0 };
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

sci_status
genomics_totals_median(const genomics_totals *totals, double *out)
{
    double *sorted = NULL;
    uint64_t n = 0;
    sci_status st = sci_alloc(&sorted, totals->n, 1, sizeof *sorted);

    for (uint64_t i = 0; st == SCI_OK && i < totals->n; i++)
        if (totals->sum[i] > 0.0)
            sorted[n++] = totals->sum[i];
    if (st == SCI_OK && n == 0)
        st = sci_fail(SCI_ERR_DEGENERATE, "no cell has any counts");
    if (st == SCI_OK) {
        qsort(sorted, n, sizeof *sorted, by_value);
        *out = n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0;
    }
    sci_free(sorted);
    return st;
}
