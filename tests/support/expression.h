/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expression matrices in memory with their cells' batches and covariates, and what the models of
 * sci-genomics do with them: tables by plain loops in long double and maps applied as they read. */
#ifndef TESTS_SUPPORT_EXPRESSION_H
#define TESTS_SUPPORT_EXPRESSION_H

#include <apps/genomics/combat.h>
#include <apps/genomics/design.h>

typedef struct expression {
    uint64_t cells, genes, batches, covariates;
    double *values;    /* [cells][genes]; NaN: missing */
    int32_t *batch;    /* [cells] */
    double *covariate; /* [cells][covariates] */
} expression;

/* All batches 0, values 0, covariates 0. */
expression expression_make(uint64_t cells, uint64_t genes, uint64_t batches, uint64_t covariates);
/* X of an h5ad file, dense or CSR, with a categorical column of obs as batch. */
expression expression_load(const char *path, const char *batch);
void expression_free(expression *e);

/* The codes of a categorical column of obs, and its number of levels; freed by free(). */
int32_t *expression_codes(const char *path, const char *column, uint64_t *levels);

/* Append the columns of a design: the variables in turn. */
void expression_design(expression *e, size_t n, const design_variable *variables);

/* The rows as libsci's crossed pass takes them. */
sci_row_model expression_rows(const expression *e);
/* The table, by two passes in long double; released by sci_crossed_free. */
sci_crossed *expression_table(const expression *e);

/* The values after a map; freed by free(). */
double *expression_mapped(const expression *e, const sci_column_map *map);
/* ComBat from table to values; the model too if `model` is not NULL. */
double *expression_combat(const expression *e, const combat_options *opt, combat_model **model);

/* limma from table to values; left_out as in limma_map. */
double *expression_limma(const expression *e, const bool *removed, bool *left_out);

/* Fails where |a - b| > atol, or where one is NaN and the other not. */
void assert_same_values(const double *got, const double *expected, uint64_t n, double atol);
/* Fails unless the rows `dataset` of a golden file (all of them, or those that its dataset /rows
 * names) are `got` within 1e-10, with the same NaN. */
void expression_compare(const expression *e, const double *got, const char *golden,
                     const char *dataset, bool some_rows);

#endif
