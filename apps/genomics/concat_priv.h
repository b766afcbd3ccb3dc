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
    bool logged;         /* the result is marked as logarithms */
} concat;

/* Names in a group that all inputs have. */
sci_status concat_common(const concat *c, const char *group, anndata_texts *out) SCI_MUST_CHECK;

/* obs and var (concat_tables.c). */
sci_status concat_write_tables(const concat *c, sci_h5_output *out) SCI_MUST_CHECK;
/* obsm (concat_arrays.c). Dense arrays of numbers with one width in all inputs can be joined. */
sci_status concat_write_arrays(const concat *c, sci_h5_output *out) SCI_MUST_CHECK;
sci_status concat_can_join(const concat *c, const char *path, uint64_t *columns, sci_type *type,
                           bool *out) SCI_MUST_CHECK;
/* uns/log1p, where all inputs have it: SCI_ERR_REFUSED if their bases differ, a warning if only some
 * have it. Then a note on what is not there any more (concat_uns.c). */
sci_status concat_write_log(concat *c, sci_h5_output *out) SCI_MUST_CHECK;
sci_status concat_say_dropped(const concat *c) SCI_MUST_CHECK;

#endif
