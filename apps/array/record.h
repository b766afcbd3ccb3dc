/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an output keeps beside its dataset, in the group /libsci/<dataset>: how the groups are
 * made (recipe.h), their table in `stats`, gamma, beta, eps and the type that the input had.
 * With it the step can be undone. */
#ifndef ARRAY_RECORD_H
#define ARRAY_RECORD_H

#include "output.h"
#include "post.h"
#include "recipe.h"

typedef struct array_record {
    array_recipe recipe;
    double eps;
    sci_type type;      /* of the input */
    char *gamma, *beta; /* operands "y.h5:/libsci/y/gamma"; NULL if there is none */
} array_record;

/* Everything but the table, which is written before, and the dataset's attribute `libsci` that
 * points here. `provenance` may be NULL. */
sci_status array_record_write(const array_recipe *recipe, const array_post *post, double eps,
                              const sci_source *input, const char *provenance,
                              const array_output *out) SCI_MUST_CHECK;

/* The record in group `record` of `path`. */
sci_status array_record_read(array_record *out, const char *path,
                             const char *record) SCI_MUST_CHECK;
void array_record_clear(array_record *record);

#endif
