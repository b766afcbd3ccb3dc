/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From two files to what a page shows. */
#ifndef IMAGING_QC_MEASURE_H
#define IMAGING_QC_MEASURE_H

#include "qc.h"
#include "members.h"

/* The files of one page. Names are for people. */
typedef struct qc_files {
    imaging_volume *before, *after;
    sci_source *values; /* of `before` as tests of its values see them: without a bias field */
    const char *before_name, *after_name;
    imaging_members *members; /* of `before` */
    int method;               /* imaging_method; -1: nobody knows */
} qc_files;

/* Passes over both images: moments of groups, percentiles and histograms, slices. What `files` holds must outlive `out`. Values that are
 * not finite are left out. SCI_ERR_REFUSED where the two are not of one shape and place. */
sci_status imaging_qc_measure(imaging_qc *out, const imaging_context *c,
                              const qc_files *files) SCI_MUST_CHECK;

#endif
