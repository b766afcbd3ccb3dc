/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models that are there already, and summaries: where --stats or the input itself keep them. */
#ifndef GENOMICS_STORED_H
#define GENOMICS_STORED_H

#include "record.h"
#include "summary.h"

/* Exactly one of them is filled. */
typedef struct genomics_stored {
    genomics_summary summary;
    genomics_record record; /* model NULL: it is a summary */
    char *path;             /* of the record in its file */
} genomics_stored;

/* What `file` keeps: a summary, or the last model. */
sci_status genomics_stored_read(genomics_stored *out, const char *file) SCI_MUST_CHECK;

/* The last model of an annotated file. SCI_ERR_NOTFOUND says what to do. */
sci_status genomics_stored_own(genomics_stored *out, anndata *a) SCI_MUST_CHECK;

void genomics_stored_clear(genomics_stored *stored);

/* True if the matrix at `place` ("X") is in affine form: as it was, beside the model that is to
 * correct it. A record that cannot be read makes no affine form. */
sci_status genomics_stored_affine(anndata *a, const char *place, bool *out) SCI_MUST_CHECK;
/* A warning if it is, for what reads the matrix as it stands. */
sci_status genomics_stored_warn(anndata *a, const char *name, const char *place) SCI_MUST_CHECK;

#endif
