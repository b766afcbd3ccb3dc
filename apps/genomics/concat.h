/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Annotated matrices one below the other. */
#ifndef GENOMICS_CONCAT_H
#define GENOMICS_CONCAT_H

#include "anndata.h"

typedef struct concat_request {
    size_t n;
    const char *const *paths;
    const char *const *names; /* for messages */
    bool outer;               /* genes that any input has, not only those that all have */
    anndata_storage storage;
} concat_request;

/* X and the layers that all have, obs with a column "source" that says which input a cell came from,
 * var, and the obsm arrays that all have, into a new output. Genes come in the order of the first
 * input. A cell's name gets the number of its input behind it if two would have one name. The mark
 * of logarithms (uns/log1p) stays where all have it. What is left out (raw, uns, …) is said in a
 * note. SCI_ERR_REFUSED if a gene's name is there twice in one
 * input, no gene is in all of them, or they are logarithms to unlike bases. */
sci_status genomics_concat_write(sci_h5_output *out, const concat_request *request,
                                 const sci_options *opt, const sci_h5_options *h5) SCI_MUST_CHECK;

#endif
