/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What qc_json.c wrote, read back. */
#ifndef IMAGING_QC_READ_H
#define IMAGING_QC_READ_H

#include <stdbool.h>

#include "qc.h"

typedef struct qc_numbers_side {
    double mean, sd, landmarks[QC_LANDMARKS];
    double low, high, counts[QC_BINS], total; /* of the histogram */
} qc_numbers_side;

typedef struct qc_numbers {
    bool given;      /* false: the image failed */
    char method[24]; /* "" if nobody knows */
    double voxels, mm3;
    size_t n_warnings;
    qc_numbers_side sides[2]; /* before, after */
} qc_numbers;

/* A file that is not there gives numbers that are not given. SCI_ERR_FORMAT for one that says
 * something else. */
sci_status qc_numbers_read(qc_numbers *out, const char *path) SCI_MUST_CHECK;

#endif
