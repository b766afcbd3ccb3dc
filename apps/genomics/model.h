/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is estimated and applied: a method, its parameters, and the map of the values. */
#ifndef GENOMICS_MODEL_H
#define GENOMICS_MODEL_H

#include "combat.h"
#include "settings.h"
#include "terms.h"

/* Why a gene is as it was, besides the bits of combat.h. */
enum { GENOMICS_NOT_SELECTED = 128 };

typedef struct genomics_model {
    genomics_method method;
    genomics_terms terms; /* B batches; q columns of the model's coding */
    anndata_texts genes;  /* G */
    uint64_t *cells;      /* [B] */
    combat_options combat_options;
    combat_model *combat;       /* NULL for the other methods */
    sci_column_map *map;        /* B × G, forward */
    unsigned char *unadjusted;  /* [G] bits; 0: adjusted */
    bool *left_out;             /* [B + q]: limma's coefficients that were dropped */
    uint64_t missing;           /* values */
    double r2_before, r2_after; /* share of the variance that is between batches; NaN: unknown */
    double beyond_before, beyond_after; /* of it what the kept covariates do not explain */
} genomics_model;

/* How to make one. */
typedef struct genomics_recipe {
    genomics_method method;
    combat_options combat;
    bool drop_confounded;
    const unsigned char *selected; /* [G], NULL: all genes */
} genomics_recipe;

/* What the options say, and what is wrong with them: SCI_ERR_ARGUMENT. `given` options of other
 * methods are refused. The number of the reference comes from genomics_recipe_reference. */
sci_status genomics_recipe_make(genomics_recipe *out, const cli_call *call) SCI_MUST_CHECK;
sci_status genomics_recipe_reference(genomics_recipe *recipe, const cli_call *call,
                                     const genomics_terms *terms) SCI_MUST_CHECK;

/* Can the covariates be told from the batches? From the table's rows, means and grams alone. Aliased
 * columns: SCI_ERR_REFUSED with what is aliased and the table of batch × level; not for limma with
 * drop_confounded, whose fit warns of what it leaves out. Also refuses a single batch. */
sci_status genomics_rank_check(const sci_crossed *table, const genomics_terms *terms,
                               const genomics_recipe *recipe) SCI_MUST_CHECK;

/* From a table in the model's coding. Terms and genes are copied. */
sci_status genomics_model_fit(genomics_model **out, const sci_crossed *table,
                              const genomics_terms *terms, const anndata_texts *genes,
                              const genomics_recipe *recipe) SCI_MUST_CHECK;
void genomics_model_free(genomics_model *model); /* accepts NULL */

/* Batches that the model does not know, added to it: `table` has them (in the model's coding, the
 * model's genes), `batches` names them. Grand means, variances and coefficients stay. */
sci_status genomics_model_extend(genomics_model *model, const sci_crossed *table,
                                 const anndata_texts *batches) SCI_MUST_CHECK;

/* map for a file: its genes in its order (gene g of the file is file_genes[g]), all that the model
 * does not know unchanged. *unknown and *absent (may be NULL) count genes of the file that are not in
 * the model, and the other way round. SCI_ERR_REFUSED if none is known. */
sci_status genomics_model_map(const genomics_model *model, const anndata_texts *file_genes,
                              const char *file, sci_column_map **out, uint64_t *unknown,
                              uint64_t *absent) SCI_MUST_CHECK;

const char *genomics_method_name(genomics_method method);

/* Genes by the reason for which they are as they were. A gene counts once. */
typedef struct genomics_counts {
    uint64_t adjusted, not_selected, constant, constant_in_batch, too_few, other;
} genomics_counts;
genomics_counts genomics_model_counts(const genomics_model *model);
/* "constant in a batch", for bits that are not 0. */
const char *genomics_reason(unsigned char bits);

#endif
