/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Covariates of the cells as columns of numbers, and whether a linear model can tell them and the
 * batches apart. Pure memory. */
#ifndef GENOMICS_DESIGN_H
#define GENOMICS_DESIGN_H

#include <sci/crossed.h>

/* One column of obs. Text, categories and booleans have codes; numbers have numbers. */
typedef struct design_variable {
    const char *name;
    uint64_t levels; /* of a categorical one, without unused levels; 0: numeric */
    const char *const
        *labels;           /* sorted as R's factor does: alphabetically, or numerically if all are
                                  numbers; the first one is the reference */
    const int32_t *codes;  /* [rows]; -1: missing */
    const double *numbers; /* [rows]; NaN: missing */
} design_variable;

/* Columns by treatment contrasts (R's model.matrix without the intercept): for each categorical
 * variable one for each level but the first, named "cancer=Normal"; for each numeric one itself. A
 * row in which one is missing gets label -1 by the caller beforehand: SCI_ERR_REFUSED otherwise. */
typedef struct design {
    uint64_t rows, columns;
    double *values;   /* [rows][columns] */
    char **names;     /* [columns] */
    size_t *variable; /* [columns] number of the variable it came from */
} design;
sci_status design_create(design **out, uint64_t rows, size_t n_variables,
                         const design_variable *variables, const int32_t *label) SCI_MUST_CHECK;
void design_free(design *d); /* accepts NULL */

/* Which columns cannot be told from the batches and the columns before them: rank by QR with column
 * pivoting in the order given, as R's qr (tolerance 1e-7), from the covariates' means and grams alone
 * (so that it works on merged summaries). aliased[q] is set. */
sci_status design_aliased(const sci_crossed *table, bool *aliased,
                          size_t *n_aliased) SCI_MUST_CHECK;

/* sva's sentences: one column is "The covariate is confounded with batch! …", all at once …; then
 * our own: which columns, and the table of batch × level for each categorical variable concerned.
 * *text by sci_free. NULL if nothing is aliased. */
sci_status design_confounded_text(const sci_row_model *model, const char *const *batches,
                                  const design *d, size_t n_variables,
                                  const design_variable *variables, const bool *aliased,
                                  char **text) SCI_MUST_CHECK;

#endif
