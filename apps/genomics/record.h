/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models in files: the dict uns/sci_genomics/<run>, in types that anndata 0.8 reads and writes, so
 * that it survives being loaded and saved there. docs/genomics-affine.md describes it. */
#ifndef GENOMICS_RECORD_H
#define GENOMICS_RECORD_H

#include "anndata.h"
#include "model.h"

#define GENOMICS_RECORDS "/uns/sci_genomics"

typedef struct genomics_record {
    genomics_model *model;
    bool affine;     /* the matrix of the file is still the one before */
    char *place;     /* "X" or "layer:NAME": the matrix that was, or is to be, adjusted */
    char *batch_key; /* "batch", or "@labels.txt" */
    int32_t *codes;  /* [n_codes] batch of each cell, where batch_key is no column; else NULL */
    uint64_t n_codes;
    char *type; /* element type of the matrix before: "f4" */
    bool clip;
    double least;
    uint64_t clipped;
    char *provenance;
} genomics_record;

void genomics_record_clear(genomics_record *record);

/* A name for a new record: "/uns/sci_genomics/harmonize", or with _2, _3, … where that is there. */
sci_status genomics_record_name(sci_h5_file *file, const char *verb, char **path) SCI_MUST_CHECK;

/* The paths of all records of a file, the latest last. SCI_OK and none if there are none. */
sci_status genomics_record_find(sci_h5_file *file, anndata_texts *out) SCI_MUST_CHECK;

sci_status genomics_record_write(sci_h5_output *out, const char *path,
                                 const genomics_record *record) SCI_MUST_CHECK;

/* Every length is checked against the others. SCI_ERR_FORMAT says which entry is damaged. */
sci_status genomics_record_read(genomics_record *out, sci_h5_file *file, const char *name,
                                const char *path) SCI_MUST_CHECK;

#endif
