/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The matrix of a file as it is meant: corrected on the way where the file keeps it in affine form. */
#ifndef GENOMICS_CORRECTED_H
#define GENOMICS_CORRECTED_H

#include "job.h"
#include "pca.h"
#include "record.h"

typedef struct genomics_corrected {
    genomics_record record; /* of the last model of the file; model NULL: it keeps none */
    sci_column_map *map;    /* NULL: the matrix is as it stands */
    pca_input input;        /* of the job's matrix */
} genomics_corrected;

/* The job's file is open and its matrix too. Its cells are read where a map needs them. `name` is for
 * notes. The job must stay. */
sci_status genomics_corrected_find(genomics_corrected *out, genomics_job *job) SCI_MUST_CHECK;
void genomics_corrected_clear(genomics_corrected *corrected);

/* Options for several passes over the matrix: the progress counts them. */
typedef struct genomics_passes {
    const genomics_job *job;
    uint64_t pass, passes; /* passes: as many as are expected */
    uint64_t last;
} genomics_passes;
void genomics_passes_start(genomics_passes *p, const genomics_job *job, uint64_t expected,
                           sci_options *options);

#endif
