/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index of a batch: what the pages of its images left behind as JSON, put together. */
#ifndef IMAGING_QC_COHORT_H
#define IMAGING_QC_COHORT_H

#include "qc.h"

/* ---- one image ---- */

/* The numbers of one page as JSON; `page` is the page's name beside it. */
sci_status imaging_qc_json(const imaging_qc *qc, const char *page, const char *path) SCI_MUST_CHECK;

/* An image of the batch. */
typedef struct qc_image {
    const char *name; /* for people */
    const char *file; /* its JSON; missing: the image failed */
    const char *page; /* of the link, relative to the index */
} qc_image;

/* ---- all ---- */

/* The index at `path`. SCI_ERR_FORMAT for a file that is no such JSON. */
sci_status imaging_qc_index(const char *path, size_t n, const qc_image *images,
                            const char *version) SCI_MUST_CHECK;

/* Values farther than this from the median of the cohort stand out: in robust standard deviations,
 * 1.4826 times the median absolute deviation. Fewer images than this have no outliers. */
#define QC_FAR 3.5
#define QC_COHORT_LEAST 5

/* Which of n values stand out: distance in robust standard deviations, 0 for those that do not and
 * for NaN. Deviations of less than `noise` are none. */
sci_status qc_outliers(double *distance, size_t n, const double *values,
                       double noise) SCI_MUST_CHECK;

#endif
