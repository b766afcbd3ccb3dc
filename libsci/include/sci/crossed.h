/* SPDX-License-Identifier: BSD-3-Clause */
/* Moments of a matrix's columns by row label, with cross-products of the columns and of
 * covariates of the rows: everything that a linear model by group, and what is built on it,
 * needs of the data. */
#ifndef SCI_CROSSED_H
#define SCI_CROSSED_H

#include <sci/matrix.h>
#include <sci/moments.h>

/* What is known of the rows. Arrays are the caller's. */
typedef struct sci_row_model {
    uint64_t rows;
    uint64_t levels;         /* of the label (batches); at least 1 */
    const int32_t *label;    /* [rows]; -1: the row is left out. NULL: all rows have label 0 */
    uint64_t covariates;     /* q, may be 0 */
    const double *covariate; /* [rows][q], finite in rows that have a label */
} sci_row_model;

/* B levels, G columns, q covariates; u = c - mean[label] of a row. A value that is NaN is missing.
 * Owned arrays; released by sci_crossed_free. */
typedef struct sci_crossed {
    uint64_t levels, columns, covariates;
    uint64_t *rows;       /* [B] rows of each label */
    double *mean;         /* [B][q] of the covariates over these rows; 0 where there are none */
    double *gram;         /* [B][q][q] Σ u·u' over these rows */
    sci_moments *moments; /* [B][G] of the values that are there */
    double *cross;        /* [B][q][G] Σ u·y over the values that are there */
    /* Where values are missing; all NULL if none is, anywhere. */
    double *missing_sum;  /* [B][q][G] Σ u over the missing ones */
    double *missing_gram; /* [B][q·(q+1)/2][G] Σ u_i·u_j, i <= j, (0,0) (0,1) … (1,1) … */
} sci_crossed;

/* An empty table: all rows 0, all moments empty. */
SCI_API sci_status sci_crossed_create(sci_crossed **out, uint64_t levels, uint64_t columns,
                                      uint64_t covariates) SCI_MUST_CHECK;
SCI_API void sci_crossed_free(sci_crossed *table); /* accepts NULL */
SCI_API sci_status sci_crossed_copy(sci_crossed **out, const sci_crossed *from) SCI_MUST_CHECK;

/* into += from, which has level l as level_of[l] (NULL: the same number) and column g as
 * column_of[g] (NULL: the same) of `into`; both were made of different rows. A level of both is
 * merged by Chan's formula (Chan, Golub, LeVeque 1979), also where the means of the covariates
 * differ. Values of rows in columns that their table does not have are missing. SCI_ERR_SHAPE if
 * q differs or a level or column has no place, SCI_ERR_ARGUMENT if two columns have the same. */
SCI_API sci_status sci_crossed_merge(sci_crossed *into, const sci_crossed *from,
                                     const uint64_t *level_of,
                                     const uint64_t *column_of) SCI_MUST_CHECK;

/* One column inside one level over the values that are there, centred: what a regression uses. */
typedef struct sci_crossed_cell {
    uint64_t n;
    double mean, syy; /* of y: mean, Σ (y - mean)² */
} sci_crossed_cell;
/* mean_c[q], scc[q][q], scy[q] are filled (mean of the covariates, Σ (c - mean_c)(c - mean_c)',
 * Σ (c - mean_c)(y - mean)); each may be NULL. */
SCI_API sci_crossed_cell sci_crossed_get(const sci_crossed *table, uint64_t level, uint64_t column,
                                         double *mean_c, double *scc, double *scy);

/* One pass over the matrix. NaN is missing, an infinity in a row that has a label fails with
 * SCI_ERR_NONFINITE that names its place. The same bytes for any number of threads, any memory
 * and CSR or CSC; partial tables of fixed ranges of rows are merged on the segment tree
 * (docs/design.md). opt->shard is not looked at. SCI_ERR_SHAPE, SCI_ERR_ARGUMENT: the model does
 * not fit the matrix; SCI_ERR_BUDGET says what is needed. report (may be NULL): elements (zeros
 * counted), members (of rows that have a label), nonfinite (missing) and the first one's index,
 * constant and empty groups, digest of what is stored. */
SCI_API sci_status sci_crossed_fit(sci_matrix *matrix, const sci_row_model *model,
                                   const sci_options *opt, sci_crossed **out,
                                   sci_report *report) SCI_MUST_CHECK;

/* ---- shards: a part of the rows, put together later to the same bytes ---- */

/* The nodes of the segment tree that lie in the range of a shard. rows, mean and gram are those of
 * the whole matrix in each. */
typedef struct sci_crossed_node {
    uint64_t level, index; /* of the tree */
    sci_crossed *table;
} sci_crossed_node;
typedef struct sci_crossed_shard {
    uint64_t segments; /* of the whole matrix */
    size_t n;
    sci_crossed_node *nodes;
} sci_crossed_shard;
/* opt->shard of opt->shards: its nodes, none if there are fewer segments than shards. The report
 * has no digest and no groups. */
SCI_API sci_status sci_crossed_fit_shard(sci_matrix *matrix, const sci_row_model *model,
                                         const sci_options *opt, sci_crossed_shard **out,
                                         sci_report *report) SCI_MUST_CHECK;
SCI_API sci_status sci_crossed_shard_create(sci_crossed_shard **out,
                                            uint64_t segments) SCI_MUST_CHECK;
/* Take a node over (also on failure) and climb while its sibling is there. SCI_ERR_REFUSED if it is
 * there already or lies inside another. */
SCI_API sci_status sci_crossed_shard_insert(sci_crossed_shard *shard,
                                            sci_crossed_node *node) SCI_MUST_CHECK;
/* The whole table if nothing is missing, else NULL. Owned by the shard. */
SCI_API const sci_crossed *sci_crossed_shard_whole(const sci_crossed_shard *shard);
SCI_API void sci_crossed_shard_free(sci_crossed_shard *shard); /* accepts NULL */

/* ---- applying ---- */

/* y = x·scale[l][g] + shift[l][g] + Σ_k c[row][k]·slope[l][k][g], in double, rounded once. scale
 * 1, shift -0.0 and slopes 0 keep the bits. Rows without a label are converted unchanged. Owned
 * arrays; released by sci_column_map_free. */
typedef struct sci_column_map {
    uint64_t levels, columns, covariates;
    double *scale, *shift; /* [B][G] */
    double *slope;         /* [B][q][G]; NULL if q is 0 */
    bool clip;             /* raise results below `least` to it */
    double least;
    bool inverse; /* x = (y - shift - Σ)/scale instead; a scale of 0 gives NaN or an infinity */
} sci_column_map;
/* The identity. */
SCI_API sci_status sci_column_map_create(sci_column_map **out, uint64_t levels, uint64_t columns,
                                         uint64_t covariates) SCI_MUST_CHECK;
SCI_API void sci_column_map_free(sci_column_map *map); /* accepts NULL */

/* What an apply has done besides. */
typedef struct sci_map_report {
    uint64_t clipped;       /* results raised to `least` */
    uint64_t new_nonfinite; /* results that are not finite though their inputs were */
} sci_map_report;

/* Dense rows into a 2-D sink of floats or doubles (SCI_ERR_TYPE, SCI_ERR_SHAPE). NaN stays NaN, an
 * infinity goes through the arithmetic. report may be NULL. */
SCI_API sci_status sci_column_map_apply(sci_matrix *matrix, const sci_row_model *model,
                                        const sci_column_map *map, const sci_options *opt,
                                        sci_sink *out, sci_map_report *report) SCI_MUST_CHECK;

/* The same for n rows in memory, to the same bits: `out` gets n × columns doubles. label (NULL:
 * all 0) and covariate begin with the block's first row. For passes that go on with the result
 * (principal components). */
SCI_API void sci_column_map_block(const sci_column_map *map, const sci_matrix_block *block,
                                  const int32_t *label, const double *covariate, double *out);

#endif
