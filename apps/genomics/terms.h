/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The batches and the terms of a model: which columns of obs enter, with which levels, and how they
 * become columns of numbers.
 *
 * There are two codings. The full one has a column for each level of a factor: it can be merged with
 * that of other files. The model's one has contrasts: of a factor to keep, every level but the first
 * (treatment contrasts, as R's model.matrix without the intercept); of a second batch, every level
 * but the last, which is -1 in all of them (sum-to-zero, as limma). A numeric term is one column of
 * either. */
#ifndef GENOMICS_TERMS_H
#define GENOMICS_TERMS_H

#include <sci/crossed.h>

#include "design.h"
#include "texts.h"

typedef enum genomics_role { GENOMICS_KEPT, GENOMICS_REMOVED, GENOMICS_BATCH2 } genomics_role;

typedef struct genomics_term {
    char *name;
    genomics_role role;
    bool numeric;
    anndata_texts levels; /* of a factor, in their order */
} genomics_term;

typedef struct genomics_terms {
    anndata_texts batches;
    size_t n;
    genomics_term *items;
} genomics_terms;

void genomics_terms_clear(genomics_terms *terms);
sci_status genomics_terms_copy(genomics_terms *out, const genomics_terms *from) SCI_MUST_CHECK;
bool genomics_terms_equal(const genomics_terms *a, const genomics_terms *b);

/* The union of the batches and of each term's levels. SCI_ERR_REFUSED if the terms are not the same
 * ones; `name` says whose they are. */
sci_status genomics_terms_unite(genomics_terms *into, const genomics_terms *from,
                                const char *name) SCI_MUST_CHECK;

/* Columns of a term and of all, in either coding. */
uint64_t genomics_term_columns(const genomics_term *term, bool full);
uint64_t genomics_terms_columns(const genomics_terms *terms, bool full);

/* Which term a column belongs to; *within is its number there. */
const genomics_term *genomics_terms_of(const genomics_terms *terms, bool full, uint64_t column,
                                       uint64_t *within);
/* "cancer=Normal", "age"; sci_free. */
sci_status genomics_terms_name(const genomics_terms *terms, bool full, uint64_t column,
                               char **out) SCI_MUST_CHECK;
/* The same for all of the model's coding. */
sci_status genomics_terms_names(const genomics_terms *terms, anndata_texts *out) SCI_MUST_CHECK;

/* [q][Q]: the model's columns as combinations of the full ones. sci_free. */
sci_status genomics_terms_contrasts(const genomics_terms *terms, double **out) SCI_MUST_CHECK;

/* [levels of `terms`]: the number in `all` of each of these batches; and of each full column. */
sci_status genomics_terms_places(const genomics_terms *terms, const genomics_terms *all,
                                 uint64_t **batches, uint64_t **columns) SCI_MUST_CHECK;

const char *genomics_role_name(genomics_role role);

#endif
