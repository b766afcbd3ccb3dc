/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GENOMICS_CONCAT_PRIV_H
#define GENOMICS_CONCAT_PRIV_H

#include "concat.h"

typedef struct concat_input {
    anndata *file;
    const char *name;
    uint64_t cells;
    anndata_texts genes;
    int64_t *column_of; /* [genes of it] number in the result, -1: it is left out */
    int64_t *gene_row;  /* [genes of the result] number in it, -1: it has none */
} concat_input;

typedef struct concat {
    size_t n;
    concat_input *inputs;
    anndata_texts genes; /* of the result */
} concat;

/* Names in a group that all inputs have. */
sci_status concat_common(const concat *c, const char *group, anndata_texts *out) SCI_MUST_CHECK;

/* obs and var (concat_tables.c). */
sci_status concat_write_tables(const concat *c, sci_h5_output *out) SCI_MUST_CHECK;
/* obsm, and a note on what is not there any more (concat_arrays.c). */
sci_status concat_write_arrays(const concat *c, sci_h5_output *out) SCI_MUST_CHECK;
sci_status concat_say_dropped(const concat *c) SCI_MUST_CHECK;

#endif
