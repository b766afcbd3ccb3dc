/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An input that statistics meet which are there already: what apply and invert share. */
#ifndef ARRAY_STORED_H
#define ARRAY_STORED_H

#include <sci/select.h>

#include "output.h"
#include "post.h"
#include "table.h"

typedef struct array_stored {
    array_context c;
    sci_source *input;
    array_recipe recipe;
    array_groups groups;
    char *path;         /* of the table that was opened */
    sci_stats *table;   /* its rows are those of the input's groups; a head where they stay in… */
    sci_h5_table *kept; /* …their file, as they are those of the input already; else NULL */
    array_post post;
    sci_affine *affine;
    array_output out;
    sci_report report;
    array_tee tee; /* has seen the rows once they are written */
} array_stored;

void array_stored_clear(array_stored *job);

/* Open the table at a path: *all is its head alone (job->kept then has the rows), or all of it where
 * it is no table of moments. */
sci_status array_stored_open(array_stored *job, const char *path, sci_stats **all) SCI_MUST_CHECK;

/* The table that --stats names, opened, and its recipe. SCI_ERR_REFUSED for a shard. */
sci_status array_stored_load(array_stored *job, sci_stats **all) SCI_MUST_CHECK;

/* job->table: the rows of `all` for the input's groups, as moments. They stay in their file where
 * its groups are the input's, else the whole table is loaded. `digest` is that of the input, NULL
 * where it is not needed. */
sci_status array_stored_select(array_stored *job, const sci_stats *all, const char *name,
                               const uint8_t *digest) SCI_MUST_CHECK;

/* gamma and beta from these operands (NULL: none), and the affine of both steps. */
sci_status array_stored_affine(array_stored *job, const char *scale, const char *shift,
                               double eps) SCI_MUST_CHECK;

/* The pass over `range` (NULL: everything) into the output, which is whole then. */
sci_status array_stored_apply(array_stored *job, const sci_range *range) SCI_MUST_CHECK;

/* Write the rows, with all else that the table says, as group `path` of the output. */
sci_status array_stored_write(array_stored *job, const char *path) SCI_MUST_CHECK;

#endif
