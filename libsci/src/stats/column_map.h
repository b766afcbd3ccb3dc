/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of a matrix through a column map into floats or doubles. */
#ifndef SCI_STATS_COLUMN_MAP_H
#define SCI_STATS_COLUMN_MAP_H

#include <sci/crossed.h>

#include "moments_priv.h"

/* t = shift + Σ c_k·slope_k of a row, and what a row of zeros becomes with it. */
typedef struct sci_background {
    int32_t level;           /* -1: nothing yet */
    const double *covariate; /* the row's */
    bool has_zero_row;
    double *t;                 /* [columns] */
    void *zero_row;            /* [columns] of the results' type */
    unsigned char *zero_state; /* [columns] 1: clipped, 2: not finite */
    sci_map_report zeros;      /* of one row of zeros */
} sci_background;

#define SCI_BACKGROUNDS 64 /* at most */

/* What one worker needs. Rows of few batches and cell types come again and again: their backgrounds
 * are kept, as many as a cache holds. */
typedef struct sci_column_mapper {
    const sci_column_map *map;
    sci_type type; /* of the results: SCI_FLOAT32 or SCI_FLOAT64 */
    size_t room, used, next;
    sci_background kept[SCI_BACKGROUNDS];
    sci_background *now;   /* of the row at hand */
    sci_map_report report; /* of all rows so far */
} sci_column_mapper;

sci_status sci_column_mapper_create(sci_column_mapper *m, const sci_column_map *map,
                                    sci_type type) SCI_MUST_CHECK;
void sci_column_mapper_clear(sci_column_mapper *m);
uint64_t sci_column_mapper_bytes(uint64_t columns, sci_type type);

/* Row `row` of a block to map->columns results. `covariate` (of this row, may be NULL without
 * covariates) must stay as it is as long as the mapper is used. */
void sci_column_mapper_row(sci_column_mapper *m, const sci_matrix_block *block, uint64_t row,
                           int32_t label, const double *covariate, void *out);

/* y = x·scale + t, or backwards; NaN is the canonical one. */
static inline __attribute__((always_inline)) double
sci_column_value(double x, double scale, double t, bool inverse)
{
    double y = inverse ? (x - t) / scale : x * scale + t;

    return y == y ? y : SCI_NAN;
}

#define SCI_COLUMN_TILE 512 /* columns at once, at most */
/* One tile of a row that has a label, columns [first, first + n) of the map: x and t to y. */
void sci_column_tile(const sci_column_map *map, uint64_t level, size_t first, size_t n,
                     const double *x, const double *t, double *y, double most,
                     sci_map_report *report);
/* y to elements [first, first + n) of `out`, rounded. */
void sci_column_store(sci_type type, void *out, size_t first, const double *y, size_t n);
/* The largest double that does not become infinite in this type: `most` above. */
double sci_column_largest(sci_type type);
/* A row without label: converted, nothing else. */
void sci_column_plain_row(const sci_matrix_block *block, uint64_t row, size_t columns,
                          sci_type type, void *out);

/* t of a level and a row's covariates. */
void sci_column_map_background(const sci_column_map *map, uint64_t level, const double *covariate,
                               double *t);

#endif
