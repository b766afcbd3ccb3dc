/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GENOMICS_CENTRED_PRIV_H
#define GENOMICS_CENTRED_PRIV_H

#include <sci/parallel.h>

#include "centred.h"
#include "tiles.h"

struct centred {
    const sci_row_model *model; /* NULL: no row has a label */
    const sci_column_map *map;  /* NULL: identity */
    sci_matrix *matrix;
    sci_options opt;
    sci_pool *pool;
    size_t rows, columns, padded;
    size_t source_columns; /* of the matrix */
    uint32_t *source;      /* [columns] which these are; NULL: all */
    int32_t *place;        /* [source_columns] the other way round, -1: takes no part */
    bool sparse;
    size_t labels;  /* those of the map and, last, none at all (scale 1, shift 0) */
    size_t vectors; /* 1 + q */
    double *mean;   /* [padded] */
};

/* The rows of a block that are worked on together, and what a pass accumulates. */
typedef struct chunk {
    const centred *c;
    const centred_job *job;
    /* First pass, in which values have to be finite; else NULL. */
    double *sums;    /* [padded]; sparse: of the scaled stored values */
    double *weights; /* sparse: [labels][vectors] sums of a */

    sci_matrix_block block; /* these rows only; indptr is `starts` */
    const int32_t *label;
    const double *covariate;
    int64_t *starts; /* [most_rows + 1] */
    int64_t *ends;   /* [most_rows] of what takes part of each sparse row */

    size_t most_rows;
    double *y;       /* [most_rows][width] */
    double *squares; /* [most_rows] */

    /* dense */
    double *row;      /* [workers][2·row_room] */
    size_t row_room;  /* a row of the matrix, or of what takes part */
    double *elements; /* panels of most_rows rows */
    panels x;

    /* sparse */
    double *values; /* scaled; room for most_values */
    const int32_t
        *columns;    /* of each value, among those that take part; the block's own or placed */
    int32_t *placed; /* room for most_values */
    size_t most_values;
    double *vector, *combined; /* [padded] background vectors */
    double *background_times;  /* [labels·vectors][width] w·omega */
    double *background_sums;   /* [labels·vectors][width] Σ a·y */
    double *stored_sums;       /* [labels·vectors][padded] Σ a·s, for gram and squares */
    double **grouping_weights; /* of each grouping: [levels][labels·vectors] Σ a */
    double *products;          /* [labels][vectors][vectors] Σ a·a', for the same */
} chunk;

/* Row r of the chunk: its number of label (the last one if it has none) and a_r[vectors]. */
size_t chunk_label(const chunk *k, size_t r);
double chunk_weight(const chunk *k, size_t r, size_t vector);
/* out[padded] = w[label][vector]. */
void centred_background(const centred *c, size_t label, size_t vector, double *out);
/* False: the row is left out of the groupings. */
bool chunk_takes_part(const chunk *k, size_t r);
/* Where the column g of a map's row of columns is. */
static inline size_t
centred_at(const centred *c, size_t g)
{
    return c->source ? c->source[g] : g;
}
sci_status chunk_not_finite(const chunk *k, size_t r, size_t column, double value);

/* Room for a pass, the work of it on one chunk, and what comes after the last. */
sci_status dense_begin(chunk *k) SCI_MUST_CHECK;
sci_status dense_work(chunk *k) SCI_MUST_CHECK;
void dense_finish(chunk *k);
sci_status sparse_begin(chunk *k) SCI_MUST_CHECK;
sci_status sparse_work(chunk *k) SCI_MUST_CHECK;
sci_status sparse_finish(chunk *k) SCI_MUST_CHECK;

#endif
