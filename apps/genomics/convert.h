/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrices of other formats as annotated ones. */
#ifndef GENOMICS_CONVERT_H
#define GENOMICS_CONVERT_H

#include "anndata.h"

typedef struct convert_request {
    const char *path;                  /* a 10x .h5 file, a MatrixMarket file, or a table */
    const char *genome;                /* NULL: all */
    bool genes_in_rows, cells_in_rows; /* of a table; neither: it was not said */
    bool typed;                        /* `type` was asked for */
    sci_type type;
    anndata_storage storage;
} convert_request;

/* Of each gene besides its name; empty lists where the format has none. */
typedef struct convert_names {
    anndata_texts cells, genes, ids, types, genomes;
} convert_names;
void convert_names_clear(convert_names *names);

/* Whether a file is HDF5. */
sci_status convert_is_h5(const char *path, bool *out) SCI_MUST_CHECK;

/* The whole: X, obs, var. Names that are there twice are made unique ("A", "A-1"). What a matrix is
 * without --dtype: integers stay (int32 or int64), other numbers become float32. */
sci_status convert_tenx(sci_h5_output *out, const convert_request *r, const sci_options *opt,
                        const sci_h5_options *h5) SCI_MUST_CHECK;
sci_status convert_market(sci_h5_output *out, const convert_request *r,
                          const sci_options *opt) SCI_MUST_CHECK;
sci_status convert_table(sci_h5_output *out, const convert_request *r,
                         const sci_options *opt) SCI_MUST_CHECK;

/* obs and var of what was converted (convert_names.c). */
sci_status convert_write_names(sci_h5_output *out, convert_names *names) SCI_MUST_CHECK;
/* The type for values that are all integers between the two, or not. */
sci_type convert_type(const convert_request *r, bool integers, double least, double most);

#endif
