/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "matrices.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "streamed.h"
#include "testing.h"

double
matrices_get(sci_type type, const void *elements, uint64_t at)
{
    switch (type) {
    case SCI_FLOAT32:
        return (double)((const float *)elements)[at];
    case SCI_FLOAT64:
        return ((const double *)elements)[at];
    case SCI_UINT8:
        return (double)((const uint8_t *)elements)[at];
    case SCI_INT16:
        return (double)((const int16_t *)elements)[at];
    case SCI_INT32:
        return (double)((const int32_t *)elements)[at];
    default:
        return (double)((const int64_t *)elements)[at];
    }
}

void
matrices_set(sci_type type, void *elements, uint64_t at, double value)
{
    switch (type) {
    case SCI_FLOAT32:
        ((float *)elements)[at] = (float)value;
        break;
    case SCI_FLOAT64:
        ((double *)elements)[at] = value;
        break;
    case SCI_UINT8:
        ((uint8_t *)elements)[at] = (uint8_t)value;
        break;
    case SCI_INT16:
        ((int16_t *)elements)[at] = (int16_t)value;
        break;
    case SCI_INT32:
        ((int32_t *)elements)[at] = (int32_t)value;
        break;
    default:
        ((int64_t *)elements)[at] = (int64_t)value;
        break;
    }
}

/* ---- values ---- */

/* A place of the matrix that is stored, once or in two parts. */
typedef struct place {
    uint64_t row, column;
    double value, rest; /* stored first and second */
    bool twice;
} place;

static double
make_value(random_stream *r, const matrices_options *o)
{
    double value = o->mean + o->sd * random_normal(r);

    if (sci_type_is_integer(o->type))
        return floor(fabs(value));
    if (random_uniform(r) < o->missing)
        return (double)NAN;
    return o->type == SCI_FLOAT32 ? (double)(float)value : value;
}

static uint64_t
make_places(matrices *m, random_stream *r, place *places)
{
    const matrices_options *o = &m->opt;
    uint64_t n = 0;

    for (uint64_t row = 0; row < o->rows; row++)
        for (uint64_t column = 0; column < o->columns; column++) {
            place p = { .row = row, .column = column };
            uint64_t at = row * o->columns + column;
            bool stored = random_uniform(r) < o->density;

            if (!stored && !(o->zeros && random_uniform(r) < 0.02))
                continue;
            p.value = stored ? make_value(r, o) : 0.0;
            p.twice = o->duplicates && stored && random_uniform(r) < 0.1;
            if (p.twice)
                p.rest = make_value(r, o);
            m->truth[at] = o->type == SCI_FLOAT32 ? (double)((float)p.value + (float)p.rest)
                                                  : p.value + p.rest;
            places[n++] = p;
        }
    for (uint64_t i = 0; i < o->rows * o->columns; i++)
        matrices_set(o->type, m->elements, i, m->truth[i]);
    return n;
}

/* ---- layouts ---- */

static void
put(matrices_stored *s, const matrices_options *o, uint64_t index, double value)
{
    matrices_set(o->index_type, s->indices, s->n, (double)index);
    matrices_set(o->type, s->values, s->n, value);
    s->n++;
}

/* Members of a line in any order; both parts of a value in theirs, as they are added. */
static void
put_line(matrices_stored *s, const matrices_options *o, random_stream *r, const place *places,
         const size_t *line, size_t n, bool by_rows)
{
    size_t *order = test_alloc(n + 1, sizeof *order);

    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (o->unsorted)
        random_permutation(r, n, order);
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i < n; i++) {
            const place *p = &places[line[order[i]]];
            uint64_t index = by_rows ? p->column : p->row;

            if (part == 0)
                put(s, o, index, p->value);
            if (p->twice && (o->unsorted ? part == 1 : part == 0))
                put(s, o, index, p->rest);
        }
    free(order);
}

static void
store(matrices_stored *s, const matrices_options *o, random_stream *r, const place *places,
      uint64_t n, bool by_rows)
{
    uint64_t lines = by_rows ? o->rows : o->columns;
    size_t *line = test_alloc(n + 1, sizeof *line), *ends = test_alloc(lines + 2, sizeof *ends);

    s->indptr = test_alloc(lines + 1, sizeof *s->indptr);
    s->indices = test_alloc(2 * n + 1, sci_type_size(o->index_type));
    s->values = test_alloc(2 * n + 1, sci_type_size(o->type));
    memset(ends, 0, (lines + 2) * sizeof *ends);
    for (uint64_t i = 0; i < n; i++)
        ends[(by_rows ? places[i].row : places[i].column) + 2]++;
    for (uint64_t l = 0; l < lines; l++)
        ends[l + 2] += ends[l + 1];
    for (uint64_t i = 0; i < n; i++)
        line[ends[(by_rows ? places[i].row : places[i].column) + 1]++] = i;
    s->indptr[0] = 0;
    for (uint64_t l = 0; l < lines; l++) {
        put_line(s, o, r, places, line + ends[l], ends[l + 1] - ends[l], by_rows);
        s->indptr[l + 1] = (int64_t)s->n;
    }
    free(ends);
    free(line);
}

/* ---- rows ---- */

static void
make_rows(matrices *m, random_stream *r)
{
    const matrices_options *o = &m->opt;
    uint64_t q = o->covariates;

    for (uint64_t row = 0; row < o->rows; row++) {
        m->label[row] =
            (int32_t)(o->sorted_labels ? row * o->levels / o->rows : random_below(r, o->levels));
        if (random_uniform(r) < o->left_out)
            m->label[row] = -1;
        for (uint64_t k = 0; k < q; k++)
            m->covariate[row * q + k] =
                k % 2 == 0 ? o->covariate_mean + random_normal(r) : (double)random_below(r, 2);
    }
    m->model = (sci_row_model){ .rows = o->rows,
                                .levels = o->levels,
                                .label = m->label,
                                .covariates = q,
                                .covariate = m->covariate };
}

void
matrices_make(matrices *m, uint64_t number, const matrices_options *opt)
{
    random_stream r = random_start(number);
    uint64_t size = opt->rows * opt->columns, n;
    place *places = test_alloc(size + 1, sizeof *places);

    memset(m, 0, sizeof *m);
    m->opt = *opt;
    m->truth = test_alloc(size + 1, sizeof *m->truth);
    memset(m->truth, 0, (size + 1) * sizeof *m->truth);
    m->elements = test_alloc(size + 1, sci_type_size(opt->type));
    m->label = test_alloc(opt->rows + 1, sizeof *m->label);
    m->covariate = test_alloc(opt->rows * opt->covariates + 1, sizeof *m->covariate);
    n = make_places(m, &r, places);
    store(&m->csr, opt, &r, places, n, true);
    store(&m->csc, opt, &r, places, n, false);
    make_rows(m, &r);
    free(places);
}

void
matrices_clear(matrices *m)
{
    free(m->truth);
    free(m->elements);
    free(m->csr.indptr);
    free(m->csr.indices);
    free(m->csr.values);
    free(m->csc.indptr);
    free(m->csc.indices);
    free(m->csc.values);
    free(m->label);
    free(m->covariate);
    memset(m, 0, sizeof *m);
}

/* ---- opening ---- */

static sci_status
open_source(sci_source **out, const sci_array *array, const void *elements, bool streamed,
            const char *name)
{
    return streamed ? streamed_source(out, array, elements, name)
                    : sci_source_memory(out, array, elements, name);
}

sci_status
matrices_open(const matrices *m, sci_matrix_layout layout, bool streamed, sci_matrix **out)
{
    const matrices_options *o = &m->opt;
    const matrices_stored *s = layout == SCI_MATRIX_CSC ? &m->csc : &m->csr;
    sci_array dense = { .rank = 2, .shape = { o->rows, o->columns }, .type = o->type };
    sci_array values = { .rank = 1, .shape = { s->n }, .type = o->type };
    sci_array indices = { .rank = 1, .shape = { s->n }, .type = o->index_type };
    sci_source *x = NULL, *i = NULL;
    sci_status st;

    if (layout == SCI_MATRIX_DENSE) {
        st = open_source(&x, &dense, m->elements, streamed, "dense");
        return st == SCI_OK ? sci_matrix_dense(out, x) : st;
    }
    st = open_source(&x, &values, s->values, streamed, "values");
    if (st == SCI_OK)
        st = open_source(&i, &indices, s->indices, streamed, "indices");
    if (st != SCI_OK) {
        sci_source_free(x);
        return st;
    }
    return sci_matrix_sparse(out, layout, o->rows, o->columns, x, i, s->indptr, "sparse");
}

void
matrices_same(const sci_crossed *a, const sci_crossed *b)
{
    uint64_t q = a->covariates, groups = a->levels * a->columns;

    assert_count(a->levels, b->levels);
    assert_count(a->columns, b->columns);
    assert_count(q, b->covariates);
    assert_same_bytes(a->rows, b->rows, a->levels, sizeof *a->rows);
    assert_same_bytes(a->mean, b->mean, a->levels * q, sizeof *a->mean);
    assert_same_bytes(a->gram, b->gram, a->levels * q * q, sizeof *a->gram);
    assert_same_bytes(a->moments, b->moments, groups, sizeof *a->moments);
    assert_same_bytes(a->cross, b->cross, q * groups, sizeof *a->cross);
    assert_that((a->missing_sum != NULL) == (b->missing_sum != NULL));
    if (!a->missing_sum)
        return;
    assert_same_bytes(a->missing_sum, b->missing_sum, q * groups, sizeof *a->missing_sum);
    assert_same_bytes(a->missing_gram, b->missing_gram, q * (q + 1) / 2 * groups,
                      sizeof *a->missing_gram);
}
