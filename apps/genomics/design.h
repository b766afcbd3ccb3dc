/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariates of the cells as columns of numbers, and whether a linear model can tell them and the
 * batches apart. Pure memory. */
#ifndef GENOMICS_DESIGN_H
#define GENOMICS_DESIGN_H

#include <sci/crossed.h>

/* How the levels of a categorical variable become columns. */
typedef enum design_contrasts {
    DESIGN_TREATMENT, /* R's default: 1 for the level, one column for each but the first */
    DESIGN_SUM        /* R's contr.sum: 1 for the level and -1 for the last one, one column for each
                         but the last; limma codes what it removes (batch2) so */
} design_contrasts;

/* One column of obs. Text, categories and booleans have codes; numbers have numbers. */
typedef struct design_variable {
    const char *name;
    uint64_t levels; /* of a categorical one, without unused levels; 0: numeric */
    const char *const *labels; /* in R's order (design_level_order) */
    const int32_t *codes;      /* [rows]; -1: missing */
    const double *numbers;     /* [rows]; NaN: missing */
    design_contrasts contrasts;
} design_variable;

/* order[i] := which of the n labels comes i-th in R's factor(): by number if every label is one
 * ("2" before "10"; equal numbers by their bytes), else by bytes as in R's C locale. */
sci_status design_level_order(uint64_t n, const char *const *labels,
                              uint64_t *order) SCI_MUST_CHECK;

/* Columns without an intercept, which the batches span: for each categorical variable its contrasts,
 * named "cancer=Normal"; for each numeric one itself. A variable of one level has none. */
typedef struct design {
    uint64_t rows, columns;
    double *values;   /* [rows][columns]; 0 in rows with label -1 */
    char **names;     /* [columns] */
    size_t *variable; /* [columns] number of the variable it came from */
    int64_t *level;   /* [columns] level that has a 1; -1: numeric */
} design;
/* label NULL: every row is in. A row that is in and has a missing or infinite value is
 * SCI_ERR_REFUSED (the caller leaves such rows out beforehand, by label -1); a code beyond the levels
 * SCI_ERR_ARGUMENT. */
sci_status design_create(design **out, uint64_t rows, size_t n_variables,
                         const design_variable *variables, const int32_t *label) SCI_MUST_CHECK;
void design_free(design *d); /* accepts NULL */

/* A table of no genes: rows, means and grams of the covariates alone, for the test of the rank before
 * the matrix is read. */
sci_status design_table(sci_crossed **out, const sci_row_model *model) SCI_MUST_CHECK;

/* True if the covariate is 1 in every row: R's model.matrix has such a column, ComBat drops it, and so
 * does combat_fit (its coefficient is 0). It is never called aliased. */
bool design_is_intercept(const sci_crossed *table, uint64_t covariate);

/* Which columns cannot be told from the batches and the columns before them: as R's qr (Householder
 * with limited pivoting, tolerance 1e-7 of a column's norm), from the covariates' means and grams
 * alone, so that it works on merged summaries. A column's norm is taken about its mean: unlike R's,
 * the answer does not depend on where a numeric covariate has its zero. aliased[q] is set, n_aliased
 * may be NULL. */
sci_status design_aliased(const sci_crossed *table, bool *aliased, size_t *n_aliased) SCI_MUST_CHECK;

/* Cells of level `level` of a variable in a batch, from the means of the variable's columns. */
uint64_t design_cells(const sci_crossed *table, const design *d, const design_variable *variable,
                      size_t variable_number, uint64_t batch, uint64_t level);

/* sva's sentence for the case (one covariate; covariates confounded among themselves; at least one
 * with batch), then our own: which columns and why, and the table of batch × level for each
 * categorical variable concerned. Of `d` only columns, names, variable and level are used, of the
 * variables name, levels, labels and contrasts: a merged summary has them too. *text by sci_free;
 * NULL if nothing is aliased. Lines end with a newline. */
sci_status design_confounded_text(const sci_crossed *table, const char *const *batches,
                                  const design *d, size_t n_variables,
                                  const design_variable *variables, const bool *aliased,
                                  char **text) SCI_MUST_CHECK;

#endif
